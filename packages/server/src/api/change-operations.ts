/** Operations that change the course of an execution. */
import { Type } from 'typebox';
import type { Engine, ExecutionView, Patience } from '../engine/interface.ts';
import {
  executionExample as example,
  location,
  one,
  openWait,
  executionParams as params,
  executionPath as path,
  toCreated,
  toJson,
  wait,
  waited,
} from './execution-common.ts';
import { defineOperation, type Operation } from './operation.ts';
import { resolveOperation } from './resolve-operation.ts';
import { reasonSchema } from './schemas.ts';

export const changeOperations: readonly Operation[] = [
  change(
    'cancelExecution',
    'cancel',
    'Cancel an execution',
    'No task of it begins any more.',
    ({ engine }, ...asked) => engine.cancel(...asked),
  ),
  change(
    'suspendExecution',
    'suspend',
    'Suspend an execution',
    'It goes on when it is resumed; what is under way is recorded.',
    ({ engine }, ...asked) => engine.suspend(...asked),
  ),
  change(
    'resumeExecution',
    'resume',
    'Resume a suspended execution',
    'It goes on where it stood.',
    ({ engine }, ...asked) => engine.resume(...asked),
  ),
  defineOperation({
    name: 'retryExecution',
    summary: 'Retry a faulted execution',
    description:
      'What has ended stays ended: this starts a linked execution from the state before the fault.',
    tag: 'executions',
    permission: 'executions:write',
    method: 'POST',
    path: `${path}/retry`,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    body: reasoned('the service is back'),
    responses: [
      {
        status: 201,
        description: 'The new execution.',
        content: one,
        example: { ...example, retryOf: '019ab3c2-0000-7c4e-9a53-6b1f0c2d3e4f' },
        headers: location,
      },
    ],
    problems: ['not-found', 'conflict'],
    handler: async ({ engine }, request) => {
      const wait = openWait(request);
      const { tenant, params, body } = request;
      const execution = await engine.retry(tenant, params.id, body?.reason, wait.patience);
      return toCreated(await waited(engine, request, execution, wait), true);
    },
  }),
  resolveOperation,
];

/** A body that need not be there, and may say why. */
function reasoned(example: string) {
  const schema = Type.Object({ reason: reasonSchema }, { additionalProperties: false });
  return { type: 'json', required: false, schema, example: { reason: example } } as const;
}

type Change = (
  context: { readonly engine: Engine },
  tenant: string,
  id: string,
  reason: string | undefined,
  patience: Patience,
) => Promise<ExecutionView>;

/** An operation that changes the course of an execution and answers with it. */
function change(name: string, verb: string, summary: string, description: string, run: Change): Operation {
  return defineOperation({
    name,
    summary,
    description,
    tag: 'executions',
    permission: 'executions:write',
    method: 'POST',
    path: `${path}/${verb}`,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    body: reasoned('ordered by mistake'),
    responses: [{ status: 200, description: 'The execution as it stands.', content: one, example }],
    problems: ['not-found', 'conflict'],
    handler: async (context, request) => {
      const wait = openWait(request);
      const { tenant, params, body } = request;
      const execution = await run(context, tenant, params.id, body?.reason, wait.patience);
      return toJson(await waited(context.engine, request, execution, wait));
    },
  });
}
