/** Idempotency keys, under which a request starts one execution, however often it comes. */
import { isJsonObject, type Json } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { pendingStart } from './elsewhere.ts';
import type { EngineParts } from './engine-parts.ts';
import type { StartRequest } from './interface.ts';

/** The collection of the keys: documents of a day, which go by themselves (`roles/expiry.ts`). */
export const idempotencyKeys = 'idempotency-keys';

/** What a key stands for, kept under the key before the execution is started. */
export interface KeyClaim {
  readonly id: string;
  /** digest of the request as it was made */
  readonly content: string;
}

/** How long whoever took a key may need to start what it took it for; afterwards it has died. */
const startingMsMax = 10_000;

/** The claim that the same request made before. */
export async function claimBefore(
  { store, world }: EngineParts,
  tenant: string,
  request: StartRequest,
): Promise<KeyClaim | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const stored = await store.document(tenant, idempotencyKeys, world.hash(request.idempotencyKey));
  if (stored === undefined) return undefined;
  const holder = JSON.parse(stored.body) as KeyClaim;
  return holder.content === world.hash(contentOf(request)) ? holder : undefined;
}

/** Takes the key, or finds who has it: then the request must be the same, and `known` is true. */
export async function claimKey(
  parts: EngineParts,
  tenant: string,
  request: StartRequest,
): Promise<(KeyClaim & { readonly known: boolean }) | undefined> {
  const { store, world } = parts;
  if (request.idempotencyKey === undefined) return undefined;
  const key = world.hash(request.idempotencyKey);
  const claim: KeyClaim = { id: request.id ?? world.id(), content: world.hash(contentOf(request)) };
  const put = (revision: number) =>
    store.putDocument(tenant, idempotencyKeys, key, JSON.stringify(claim), revision);
  // What is there without the key was not started by it.
  const isThere = request.id !== undefined && (await store.execution(tenant, request.id)) !== undefined;
  if (!isThere && (await put(0)).type === 'stored') return { ...claim, known: false };
  const stored = await store.document(tenant, idempotencyKeys, key);
  if (stored === undefined) throw isThere ? exists(claim.id) : takenJustNow();
  const holder = JSON.parse(stored.body) as KeyClaim;
  if (holder.content === claim.content) return { ...holder, known: true };
  await mustBeAbandoned(parts, tenant, holder, stored.time);
  if (isThere) throw exists(claim.id);
  if ((await put(stored.revision)).type === 'stored') return { ...claim, known: false };
  throw takenJustNow();
}

/** A key that somebody took and started nothing under, because the process ended in between, is free again. */
async function mustBeAbandoned(
  parts: EngineParts,
  tenant: string,
  { id }: KeyClaim,
  taken: number,
): Promise<void> {
  const { store } = parts;
  const started =
    (await store.execution(tenant, id)) !== undefined ||
    (await pendingStart(parts, tenant, id)) !== undefined;
  if (!started && store.now() - taken >= startingMsMax) return;
  throw new MillraceError(
    'idempotency-mismatch',
    started
      ? `this idempotency key started ${id} with other content`
      : 'this idempotency key was taken just now by a request with other content',
    { execution: id },
  );
}

/** "The latest version" stays the same request when another version has become the latest. */
function contentOf({ workflow, definition, input, id }: StartRequest): string {
  const asked: Json | undefined =
    workflow === undefined ? definition : [workflow.namespace, workflow.name, workflow.version ?? null];
  return JSON.stringify([asked ?? null, input ?? {}, id ?? null], sorted);
}

/** For `JSON.stringify`: members in the order of their names, so that equal values are equal texts. */
function sorted(_name: string, value: Json): unknown {
  if (!isJsonObject(value)) return value;
  // Without a prototype `__proto__` is a name like any other.
  const members: Record<string, Json | undefined> = Object.create(null);
  for (const name of Object.keys(value).sort()) members[name] = value[name];
  return members;
}

export function exists(id: string): MillraceError {
  return new MillraceError('conflict', `an execution ${id} exists`, { execution: id });
}

function takenJustNow(): MillraceError {
  return new MillraceError(
    'unavailable',
    'the idempotency key was taken or removed by another request just now; try again',
  );
}
