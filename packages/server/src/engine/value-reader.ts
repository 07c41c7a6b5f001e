/** Reading one value of an execution whole, as the bytes of its JSON, without holding what lies beside the log. */
import { type ExecutionState, emptyState, evolve, type Fact, type Json, taskKey } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import { StoredValue } from '../roles/stored-value.ts';
import type { ValueContent, ValueReference } from './interface.ts';
import type { Reader } from './reader.ts';

/** Throws `not-found` when there is no such execution, event or value. */
export async function readValue(
  reader: Reader,
  blobs: BlobStore,
  tenant: string,
  id: string,
  reference: ValueReference,
): Promise<ValueContent> {
  const value =
    typeof reference === 'string'
      ? (await reader.state(tenant, id, 'shallow'))[reference]
      : await valueOfEvent(reader, blobs, tenant, id, reference);
  if (value === undefined) throw noValue(id, reference);
  return contentOf(blobs, tenant, value);
}

function noValue(id: string, reference: ValueReference): MillraceError {
  const what =
    typeof reference === 'string'
      ? `no ${reference}`
      : `nothing at ${reference.of} of event ${reference.version}`;
  return new MillraceError('not-found', `the execution ${id} has ${what}`);
}

/** The value at a pointer into a fact, and what the fact leaves out since it follows from those before. */
async function valueOfEvent(
  reader: Reader,
  blobs: BlobStore,
  tenant: string,
  id: string,
  { version, of }: Exclude<ValueReference, string>,
): Promise<unknown> {
  const state = emptyState();
  for await (const { commit, facts } of reader.commits(tenant, id, 1, 'shallow')) {
    for (const fact of facts) {
      if (state.version + 1 === version) {
        const found = await at(blobs, tenant, fact, of);
        return found === undefined ? followingValue(state, fact, of, commit.time) : found;
      }
      evolve(state, fact, commit.time);
    }
  }
  return undefined;
}

/** The raw input that a task starts with, and the value that a task or the execution ends with as it stood. */
function followingValue(state: ExecutionState, fact: Fact, of: string, time: number): unknown {
  if (fact.type === 'task.completed' && of === '/output')
    return state.tasks[taskKey(fact.task, fact.visit)]?.value;
  if (fact.type === 'execution.completed' && of === '/output') return state.main.value;
  if (fact.type !== 'task.started' || of !== '/input') return undefined;
  evolve(state, fact, time);
  return state.tasks[taskKey(fact.task, fact.visit)]?.input;
}

/** Reads what lies beside the log only where the pointer goes on into it. */
async function at(blobs: BlobStore, tenant: string, value: unknown, pointer: string): Promise<unknown> {
  let current = value;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (current instanceof StoredValue) current = await parsed(blobs, tenant, current);
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

async function parsed(blobs: BlobStore, tenant: string, { digest }: StoredValue): Promise<unknown> {
  const content = await blobs.get(tenant, digest);
  if (content === undefined) throw lost(digest);
  return JSON.parse(new TextDecoder().decode(content));
}

async function contentOf(blobs: BlobStore, tenant: string, value: unknown): Promise<ValueContent> {
  if (value instanceof StoredValue) {
    const chunks = await blobs.stream(tenant, value.digest);
    if (chunks === undefined) throw lost(value.digest);
    return { bytes: value.bytes, chunks };
  }
  const content = Buffer.from(JSON.stringify(value as Json));
  return { bytes: content.byteLength, chunks: chunksOf(content) };
}

const chunkBytes = 64 * 1024;

async function* chunksOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.byteLength; from += chunkBytes)
    yield content.subarray(from, from + chunkBytes);
}

function lost(digest: string): MillraceError {
  return new MillraceError('internal', `the blob store has lost ${digest}`, { digest });
}
