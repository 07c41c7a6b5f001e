/** Starting executions, and the idempotency keys under which that happens once. */
import { unsupportedMessage } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { refused, shown, submit, view } from './ask.ts';
import type { Definition } from './definitions.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Engine, StartRequest } from './interface.ts';
import { executionView } from './views.ts';

/** The collection of the keys: documents of a day, which go by themselves (`roles/expiry.ts`). */
export const idempotencyKeys = 'idempotency-keys';

export async function start(parts: EngineParts, tenant: string, asked: StartRequest): Promise<Started> {
  const request = checkedRequest(asked);
  const claim = await claimKey(parts, tenant, request);
  const known = claim?.known === true ? await startedBefore(parts, tenant, claim.id) : undefined;
  if (known !== undefined) return known;
  const id = claim?.id ?? request.id ?? parts.world.id();
  const definition = await definitionOf(parts, tenant, request);
  const { program, digest } = definition;
  if (program.unsupported.length > 0) {
    throw new MillraceError('not-runnable', unsupportedMessage(program.unsupported), {
      unsupported: program.unsupported,
    });
  }
  const { namespace, name, version } = program;
  const submitted = await submit(parts, tenant, id, {
    type: 'execution.start',
    execution: id,
    definition: { namespace, name, version, digest },
    input: request.input ?? {},
  });
  if (submitted === undefined) return { execution: await view(parts, tenant, id), created: true };
  if (submitted.type === 'done')
    return {
      execution: await shown(parts, tenant, executionView(id, submitted.state, definition, submitted.status)),
      created: true,
    };
  if (submitted.refusal.code !== 'already-exists') throw refused(submitted.refusal, id);
  // The same key came twice at once, and the other was decided first.
  if (claim?.known === true) return { execution: await view(parts, tenant, id), created: false };
  throw new MillraceError('conflict', `an execution ${id} exists`, { execution: id });
}

type Started = Awaited<ReturnType<Engine['start']>>;

function checkedRequest(request: StartRequest): StartRequest {
  if (request.id === undefined || /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(request.id)) return request;
  throw new MillraceError(
    'bad-request',
    'an execution id has 1 to 128 letters, digits, `.`, `_`, `~` or `-`, and begins with a letter or a digit',
  );
}

/** What an idempotency key stands for, kept under the key before the execution is started. */
interface KeyClaim {
  readonly id: string;
  /** digest of the request as it was made */
  readonly content: string;
}

/** Takes the key, or finds who has it: then the request must be the same, and `known` is true. */
async function claimKey(
  { store, world }: EngineParts,
  tenant: string,
  request: StartRequest,
): Promise<(KeyClaim & { readonly known: boolean }) | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const key = world.hash(request.idempotencyKey);
  const claim: KeyClaim = { id: request.id ?? world.id(), content: world.hash(contentOf(request)) };
  const put = await store.putDocument(tenant, idempotencyKeys, key, JSON.stringify(claim), 0);
  if (put.type === 'stored') return { ...claim, known: false };
  const stored = await store.document(tenant, idempotencyKeys, key);
  if (stored === undefined)
    throw new MillraceError('unavailable', 'the idempotency key was removed just now; try again');
  const holder = JSON.parse(stored.body) as KeyClaim;
  if (holder.content === claim.content) return { ...holder, known: true };
  throw new MillraceError(
    'idempotency-mismatch',
    `this idempotency key started ${holder.id} with other content`,
    {
      execution: holder.id,
    },
  );
}

/** "The latest version" stays the same request when another version has become the latest. */
function contentOf({ workflow, definition, input, id }: StartRequest): string {
  const asked =
    workflow === undefined ? definition : [workflow.namespace, workflow.name, workflow.version ?? null];
  return JSON.stringify([asked, input ?? {}, id ?? null]);
}

/** The execution that a key started; undefined: the process ended between taking the key and starting. */
async function startedBefore(parts: EngineParts, tenant: string, id: string): Promise<Started | undefined> {
  if ((await parts.store.execution(tenant, id)) === undefined) return undefined;
  return { execution: await view(parts, tenant, id), created: false };
}

function definitionOf(
  { definitions }: EngineParts,
  tenant: string,
  { workflow, definition }: StartRequest,
): Promise<Definition> {
  if (workflow !== undefined && definition !== undefined) {
    throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`, not both');
  }
  if (workflow !== undefined) return definitions.resolve(tenant, workflow);
  if (definition !== undefined) return definitions.inline(tenant, definition);
  throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`');
}
