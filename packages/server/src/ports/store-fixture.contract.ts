import { createHash } from 'node:crypto';
import { afterEach } from 'vitest';
import { commitContent } from './commit-content.ts';
import type { Commit, Entry, ExecutionRow, Store, WakeUp, WakeUpChange } from './store.ts';

/** A driver under the contract, on a clock that only the test moves. */
export interface StoreHarness {
  readonly store: Store;
  /** Moves the store's clock on. */
  advance(ms: number): void;
  /** Closes the store and opens what it kept; absent: it keeps nothing. */
  reopen?(): Promise<Store>;
  clean(): Promise<void>;
}

export type OpenStore = () => Promise<StoreHarness>;

/** Opens a driver for each test that asks, and cleans up behind the test. */
export function harnessOf(open: OpenStore): () => Promise<StoreHarness> {
  const harnesses: StoreHarness[] = [];
  afterEach(async () => {
    for (const harness of harnesses.splice(0)) await harness.clean();
  });
  return async () => {
    const harness = await open();
    harnesses.push(harness);
    return harness;
  };
}

export interface Place {
  readonly version: number;
  readonly commit: string;
}

export const empty: Place = { version: 0, commit: '' };

interface EntryParts {
  readonly tenant?: string;
  /** facts of the commit; 0: an assertion only */
  readonly facts?: number;
  /** of the commit */
  readonly time?: number;
  /** tells one commit from another with the same place */
  readonly note?: string;
  readonly execution?: ExecutionRow;
  readonly wakeUps?: readonly WakeUpChange[];
}

/** An entry whose commit bears its true id. */
export function entryOf(stream: string, after: Place, parts: EntryParts = {}): Entry {
  const { tenant = 'a', facts = 1, time = 1_000, note = '', wakeUps = [], execution } = parts;
  const base = { tenant, stream, after, wakeUps, ...(execution && { execution }) };
  if (facts === 0) return base;
  const body = JSON.stringify(Array.from({ length: facts }, (_, at) => ({ type: 'noted', at, note })));
  const commit = { version: after.version + 1, count: facts, time, cause: 'test', body };
  return { ...base, commit: { ...commit, id: sha256(commitContent(after.commit, tenant, stream, commit)) } };
}

/** Where a stream stands after an entry. */
export function afterOf(entry: Entry): Place {
  const { commit } = entry;
  if (commit === undefined) return entry.after ?? empty;
  return { version: commit.version + commit.count - 1, commit: commit.id };
}

/** Entries of one stream, each on the one before. */
export function chainOf(
  stream: string,
  length: number,
  parts: EntryParts = {},
  from: Place = empty,
): readonly Entry[] {
  const entries: Entry[] = [];
  let place = from;
  for (let at = 0; at < length; at++) {
    const entry = entryOf(stream, place, parts);
    entries.push(entry);
    place = afterOf(entry);
  }
  return entries;
}

export function rowOf(id: string, parts: Partial<ExecutionRow> = {}): ExecutionRow {
  const names = { namespace: 'shop', name: 'order', version: '1.0.0', definition: 'sha256:d1' };
  const times = { startedAt: 1_000, updatedAt: 1_000, endedAt: null };
  return { id, ...names, status: 'running', ...times, error: null, ...parts };
}

export function wakeUpOf(execution: string, name: string, parts: Partial<WakeUp> = {}): WakeUp {
  const base = {
    kind: 'timer',
    due: 1_000,
    attempt: 0,
    lease: null,
    unsafe: false,
    doubt: false,
    body: null,
  } as const;
  return { id: `${execution}/${name}`, execution, ...base, ...parts };
}

export function put(row: WakeUp): WakeUpChange {
  return { type: 'put', row };
}

export function remove(id: string): WakeUpChange {
  return { type: 'remove', id };
}

/** Puts rows of an execution with no commit and nothing expected. */
export async function putRows(store: Store, rows: readonly WakeUp[], tenant = 'a'): Promise<void> {
  for (const row of rows) await store.commit([{ tenant, stream: row.execution, wakeUps: [put(row)] }]);
}

/** The whole log, page by page. */
export async function tailAll(store: Store, rowsMax: number, from = ''): Promise<readonly Commit[]> {
  const all: Commit[] = [];
  for (let cursor = from; ; ) {
    const page = await store.tail(cursor, rowsMax);
    if (page.commits.length === 0) return all;
    all.push(...page.commits);
    cursor = page.cursor;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
