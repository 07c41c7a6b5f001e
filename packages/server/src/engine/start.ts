/** Starting executions: once for each idempotency key. */
import { unreachable, unsupportedMessage } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { refused, shown, view } from './ask.ts';
import { checkChosenId } from './asked.ts';
import type { Definition } from './definitions.ts';
import { pendingStart, submit, untilDecided } from './elsewhere.ts';
import type { EngineParts } from './engine-parts.ts';
import { claimBefore, claimKey, exists } from './idempotency.ts';
import type { Engine, Patience, StartRequest } from './interface.ts';
import { executionView } from './views.ts';

/** There are thousands a second: most need nothing that is not at hand, and wait for one promise alone, their commit. */
export async function start(
  parts: EngineParts,
  tenant: string,
  request: StartRequest,
  patience: Patience = {},
): Promise<Started> {
  if (request.id !== undefined) checkChosenId(request.id);
  let definition: Definition;
  try {
    const found = definitionOf(parts, tenant, request);
    definition = runnable(found instanceof Promise ? await found : found);
  } catch (refusal) {
    // What a key has started is its answer, though its workflow was removed since.
    const claim = await claimBefore(parts, tenant, request);
    const before = claim && (await startedBefore(parts, tenant, claim.id, patience));
    if (before === undefined) throw refusal;
    return before;
  }
  const claim = request.idempotencyKey === undefined ? undefined : await claimKey(parts, tenant, request);
  const known = claim?.known === true ? await startedBefore(parts, tenant, claim.id, patience) : undefined;
  if (known !== undefined) return known;
  const id = claim?.id ?? request.id ?? parts.world.id();
  const { namespace, name, version } = definition.program;
  const submitted = await submit(
    parts,
    tenant,
    id,
    {
      type: 'execution.start',
      execution: id,
      definition: { namespace, name, version, digest: definition.digest },
      input: request.input ?? {},
    },
    patience,
  );
  switch (submitted.type) {
    case 'elsewhere':
    case 'pending':
      return { execution: await view(parts, tenant, id), created: true };
    case 'done': {
      const execution = shown(
        parts,
        tenant,
        executionView(id, submitted.state, definition, submitted.status),
      );
      return { execution: execution instanceof Promise ? await execution : execution, created: true };
    }
    case 'refused':
      if (submitted.refusal.code !== 'already-exists') throw refused(submitted.refusal, id);
      // The same key came twice at once, and the other was decided first.
      if (claim !== undefined) return { execution: await view(parts, tenant, id), created: false };
      throw exists(id);
    default:
      return unreachable(submitted);
  }
}

type Started = Awaited<ReturnType<Engine['start']>>;

/** Before anything is taken or kept for a request that is refused. */
function runnable(definition: Definition): Definition {
  const { unsupported } = definition.program;
  if (unsupported.length === 0) return definition;
  throw new MillraceError('not-runnable', unsupportedMessage(unsupported), { unsupported });
}

/** The execution that a key started; undefined: the process ended between taking the key and starting. */
async function startedBefore(
  parts: EngineParts,
  tenant: string,
  id: string,
  patience: Patience,
): Promise<Started | undefined> {
  if ((await parts.store.execution(tenant, id)) === undefined) {
    if ((await pendingStart(parts, tenant, id)) === undefined) return undefined;
    await untilDecided(parts, tenant, id, patience);
  }
  return { execution: await view(parts, tenant, id), created: false };
}

function definitionOf(
  { definitions }: EngineParts,
  tenant: string,
  { workflow, definition }: StartRequest,
): Definition | Promise<Definition> {
  if (workflow !== undefined && definition !== undefined) {
    throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`, not both');
  }
  if (workflow !== undefined) return definitions.resolve(tenant, workflow);
  if (definition !== undefined) return definitions.inline(tenant, definition);
  throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`');
}
