/**
 * Moves a whole store into an empty one: the log in its order, rows and wake-ups of executions, documents, large values.
 * What is moved keeps its ids, so the hash chains hold there as they did here. Snapshots are left: they are made anew.
 */
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Entry, Store, StoredDocument } from '../ports/store.ts';

interface KeptDocument extends StoredDocument {
  readonly tenant: string;
  readonly collection: string;
}

export interface MoveOptions {
  /** nobody writes to it meanwhile */
  readonly from: Store;
  /** what the port gives no list of */
  readonly content: {
    documents(rowsMax: number): Iterable<readonly KeptDocument[]>;
    withWakeUps(): Iterable<{ readonly tenant: string; readonly execution: string }>;
  };
  readonly to: Store;
  readonly keepDocuments: (documents: readonly KeptDocument[]) => Promise<void>;
  readonly blobs: {
    readonly from: BlobStore;
    readonly kept: Iterable<{ readonly tenant: string; readonly digest: string }>;
    readonly to: BlobStore;
  };
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
  const { commits, heads } = await moveLog(options);
  let executions = 0;
  for (const [tenant, places] of heads) executions += await moveRows(options, tenant, places);
  return {
    commits,
    executions,
    wakeUps: await moveWakeUps(options),
    documents: await moveDocuments(options),
    blobs,
  };
}

async function moveBlobs({ blobs }: MoveOptions): Promise<number> {
  let moved = 0;
  for (const { tenant, digest } of blobs.kept) {
    const content = await blobs.from.get(tenant, digest);
    if (content === undefined) continue;
    await blobs.to.put(tenant, content);
    moved++;
  }
  return moved;
}

async function moveLog({ from, to }: MoveOptions): Promise<{
  readonly commits: number;
  readonly heads: ReadonlyMap<string, ReadonlyMap<string, Place>>;
}> {
  const heads = new Map<string, Map<string, Place>>();
  let commits = 0;
  for (let cursor = ''; ; ) {
    const page = await from.tail(cursor, pageRows);
    const entries = page.commits.map((commit): Entry => {
      const { tenant, stream, version, count, id, previous, time, cause, body } = commit;
      const streams = heads.get(tenant) ?? new Map<string, Place>();
      heads.set(tenant, streams.set(stream, { version: version + count - 1, commit: id }));
      const after = { version: version - 1, commit: previous };
      return { tenant, stream, after, commit: { version, count, id, time, cause, body }, wakeUps: [] };
    });
    await put(to, entries);
    commits += entries.length;
    if (entries.length < pageRows) return { commits, heads };
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

async function moveWakeUps({ from, content, to }: MoveOptions): Promise<number> {
  let moved = 0;
  let entries: Entry[] = [];
  for (const { tenant, execution } of content.withWakeUps()) {
    const rows = await from.wakeUps(tenant, execution);
    moved += rows.length;
    entries.push({ tenant, stream: execution, wakeUps: rows.map((row) => ({ type: 'put', row })) });
    if (entries.length < pageRows) continue;
    await put(to, entries);
    entries = [];
  }
  await put(to, entries);
  return moved;
}

async function moveDocuments({ content, keepDocuments }: MoveOptions): Promise<number> {
  let moved = 0;
  for (const documents of content.documents(pageRows)) {
    await keepDocuments(documents);
    moved += documents.length;
  }
  return moved;
}

async function put(to: Store, entries: readonly Entry[]): Promise<void> {
  const results = await to.commit(entries);
  if (results.some(({ type }) => type === 'refused'))
    throw new MillraceError('conflict', 'somebody else writes to the store that is moved into');
}
