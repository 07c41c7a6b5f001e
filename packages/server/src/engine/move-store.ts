/**
 * Moves a whole store into an empty one: the log in its order, rows and wake-ups of executions, documents, large values.
 *
 * 1. What is moved keeps its ids, so the hash chains hold there as they did here. Snapshots are left: they are made anew.
 * 2. A row that listens is put with the commit that began it: by its position it is told which events were there before.
 * 3. Positions are counted anew, without those of what was dropped: documents that name places of the log are told so.
 */
import { listenerOf } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit, Entry, KeptDocument, Store, WakeUp } from '../ports/store.ts';
import { placesOf, renumbered } from './moved-places.ts';

export interface MoveOptions {
  /** it is as of one instant, or nobody writes to it meanwhile */
  readonly from: Pick<Store, 'tail' | 'executions' | 'wakeUps'>;
  /** what the port gives no list of */
  readonly content: {
    documents(rowsMax: number): Listed<readonly KeptDocument[]>;
    withWakeUps(): Listed<ExecutionPlace>;
    withListeners(): Listed<ExecutionPlace>;
  };
  readonly to: Store;
  readonly keepDocuments: (documents: readonly KeptDocument[]) => Promise<void>;
  readonly blobs: {
    readonly from: Pick<BlobStore, 'get'>;
    readonly kept: Listed<{ readonly tenant: string; readonly digest: string }>;
    readonly to: Pick<BlobStore, 'put'>;
  };
}

type Listed<T> = Iterable<T> | AsyncIterable<T>;

interface ExecutionPlace {
  readonly tenant: string;
  readonly execution: string;
}

export interface Moved {
  readonly commits: number;
  readonly executions: number;
  readonly wakeUps: number;
  readonly documents: number;
  readonly blobs: number;
}

interface Place {
  readonly version: number;
  readonly commit: string;
}

const pageRows = 500;

export async function moveStore(options: MoveOptions): Promise<Moved> {
  // Large values first: a commit that is there finds the values that it names.
  const blobs = await moveBlobs(options);
  const listeners = await listenersOf(options);
  const { positions, heads } = await moveLog(options, listeners);
  let executions = 0;
  for (const [tenant, places] of heads) executions += await moveRows(options, tenant, places);
  return {
    commits: positions.length,
    executions,
    wakeUps: await moveWakeUps(options, listeners),
    documents: await moveDocuments(options, positions),
    blobs,
  };
}

async function moveBlobs({ blobs }: MoveOptions): Promise<number> {
  let moved = 0;
  for await (const { tenant, digest } of blobs.kept) {
    const content = await blobs.from.get(tenant, digest);
    if (content === undefined) continue;
    await blobs.to.put(tenant, content);
    moved++;
  }
  return moved;
}

/** By tenant and execution; those that were put with their commit are taken out. */
type Listeners = Map<string, readonly WakeUp[]>;

async function listenersOf({ from, content }: MoveOptions): Promise<Listeners> {
  const found: Listeners = new Map();
  for await (const { tenant, execution } of content.withListeners()) {
    const rows = await from.wakeUps(tenant, execution);
    found.set(keyOf(tenant, execution), rows.filter(isListener));
  }
  return found;
}

function isListener({ listens }: WakeUp): boolean {
  return listens !== undefined;
}

/** Those that the commit's facts began. */
function begunIn({ tenant, stream, version, count }: Commit, listeners: Listeners): readonly WakeUp[] {
  const rows = listeners.get(keyOf(tenant, stream));
  if (rows === undefined) return [];
  return rows.filter(({ id }) => {
    const begun = listenerOf(id).version;
    return begun >= version && begun < version + count;
  });
}

function keyOf(tenant: string, execution: string): string {
  return `${tenant}\0${execution}`;
}

async function moveLog(
  { from, to }: MoveOptions,
  listeners: Listeners,
): Promise<{
  /** where each commit stood, in the order of the log */
  readonly positions: readonly number[];
  readonly heads: ReadonlyMap<string, ReadonlyMap<string, Place>>;
}> {
  const heads = new Map<string, Map<string, Place>>();
  const positions: number[] = [];
  for (let cursor = ''; ; ) {
    const page = await from.tail(cursor, pageRows);
    const entries = page.commits.map((commit): Entry => {
      const { tenant, stream, version, count, id, previous, time, cause, body } = commit;
      const streams = heads.get(tenant) ?? new Map<string, Place>();
      heads.set(tenant, streams.set(stream, { version: version + count - 1, commit: id }));
      const after = { version: version - 1, commit: previous };
      positions.push(commit.position);
      const wakeUps = begunIn(commit, listeners).map((row) => ({ type: 'put', row }) as const);
      return { tenant, stream, after, commit: { version, count, id, time, cause, body }, wakeUps };
    });
    await put(to, entries);
    if (entries.length < pageRows) return { positions, heads };
    cursor = page.cursor;
  }
}

async function moveRows(
  { from, to }: MoveOptions,
  tenant: string,
  places: ReadonlyMap<string, Place>,
): Promise<number> {
  let moved = 0;
  for (let cursor: string | undefined; ; ) {
    const query = { rowsMax: pageRows, ...(cursor === undefined ? {} : { cursor }) };
    const page = await from.executions(tenant, query);
    const entries = page.rows.map((execution): Entry => {
      const after = places.get(execution.id) ?? { version: 0, commit: '' };
      return { tenant, stream: execution.id, after, execution, wakeUps: [] };
    });
    await put(to, entries);
    moved += entries.length;
    cursor = page.cursor;
    if (cursor === undefined) return moved;
  }
}

async function moveWakeUps({ from, content, to }: MoveOptions, listeners: Listeners): Promise<number> {
  let moved = 0;
  let entries: Entry[] = [];
  for await (const { tenant, execution } of content.withWakeUps()) {
    const rows = await from.wakeUps(tenant, execution);
    moved += rows.length;
    const isThere = new Set(listeners.get(keyOf(tenant, execution))?.map(({ id }) => id));
    const left = rows.filter(({ id }) => !isThere.has(id));
    if (left.length === 0) continue;
    entries.push({ tenant, stream: execution, wakeUps: left.map((row) => ({ type: 'put', row })) });
    if (entries.length < pageRows) continue;
    await put(to, entries);
    entries = [];
  }
  await put(to, entries);
  return moved;
}

async function moveDocuments(
  { content, keepDocuments }: MoveOptions,
  positions: readonly number[],
): Promise<number> {
  const places = placesOf(positions);
  let moved = 0;
  for await (const documents of content.documents(pageRows)) {
    await keepDocuments(documents.map((document) => renumbered(document, places)));
    moved += documents.length;
  }
  return moved;
}

async function put(to: Store, entries: readonly Entry[]): Promise<void> {
  const results = await to.commit(entries);
  if (results.some(({ type }) => type === 'refused'))
    throw new MillraceError('conflict', 'somebody else writes to the store that is moved into');
}
