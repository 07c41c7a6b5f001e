/** The operation with which somebody says what became of an effect that is in doubt. */
import type { EffectResolution } from '@millrace/core';
import { Type } from 'typebox';
import { executionExample as example, executionId, executionPath, one, toJson } from './execution-common.ts';
import { defineOperation, type Operation } from './operation.ts';
import { reasonSchema, resolutionSchema } from './schemas.ts';

export const resolveOperation: Operation = defineOperation({
  name: 'resolveEffect',
  summary: 'Say what became of an effect that is in doubt',
  description:
    'A task that is marked unsafe is done at most once: when its process dies meanwhile, nobody knows whether it was done, and it waits for somebody who does. Its wake-up has `doubt: true`. Say `done` with its output, `failed` with an error that the workflow may catch, or have it done `again`. What was said is kept as an event.',
  tag: 'executions',
  permission: 'executions:write',
  method: 'POST',
  path: `${executionPath}/in-doubt/{effect}`,
  params: Type.Object({
    id: executionId,
    effect: Type.String({
      pattern: '^[1-9]\\d{0,14}$',
      description:
        'Version of the event that asked for the effect: what follows the slash in the id of its wake-up.',
    }),
  }),
  body: {
    type: 'json',
    required: true,
    schema: Type.Object(
      {
        as: resolutionSchema.as,
        output: resolutionSchema.output,
        error: resolutionSchema.error,
        reason: reasonSchema,
      },
      { additionalProperties: false },
    ),
    example: { as: 'done', output: { receipt: 'R-17' }, reason: 'found in the list of payments' },
  },
  responses: [{ status: 200, description: 'The execution as it stands.', content: one, example }],
  problems: ['not-found', 'conflict'],
  handler: async ({ engine }, { tenant, params: { id, effect }, body, signal }) =>
    toJson(await engine.resolve(tenant, id, Number(effect), resolutionOf(body), body.reason, { signal })),
});

/** The engine refuses what does not go with `as`; the rest is JSON, since it was parsed from it. */
function resolutionOf({ reason: _, ...resolution }: { readonly reason?: string }): EffectResolution {
  return resolution as EffectResolution;
}
