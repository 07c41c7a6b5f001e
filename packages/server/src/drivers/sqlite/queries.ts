import type {
  DocumentQuery,
  ExecutionQuery,
  ExecutionRow,
  Page,
  Store,
  StoredDocument,
  WakeUpKind,
} from '../../ports/store.ts';
import type { StoreCounts } from '../../ports/store-counts.ts';
import {
  checkRowsMax,
  fromDocumentCursor,
  fromExecutionCursor,
  fromListenerCursor,
  fromTailCursor,
  matchesQuery,
  newestFirst,
  phases,
  toCursor,
  toListenerPage,
  wakeUpKinds,
} from '../rules.ts';
import { endOfKind } from './queued-kind.ts';
import type { ReadChannel } from './read-channel.ts';
import type { RecentCommits } from './recent-commits.ts';
import {
  toCommit,
  toCounts,
  toDocument,
  toExecution,
  toListener,
  toNumber,
  toSnapshot,
  toWakeUp,
} from './rows.ts';

type Queries = Pick<
  Store,
  | 'read'
  | 'tail'
  | 'end'
  | 'execution'
  | 'executions'
  | 'wakeUps'
  | 'nextDue'
  | 'listeners'
  | 'document'
  | 'documents'
  | 'oldestDocuments'
  | 'orphans'
  | 'snapshot'
  | 'counts'
>;

/** The reading half of the port, over the reader thread. */
export function openQueries(
  { read }: Pick<ReadChannel, 'read'>,
  recent: Pick<RecentCommits, 'after' | 'end'>,
  now: () => number,
): Queries {
  /** Highest position that was told. The file tells of commits a moment before their answers are taken here. */
  let told = 0;
  return {
    async read(tenant, stream, { fromVersion = 1, rowsMax = -1 } = {}) {
      return (await read('read', [tenant, stream, fromVersion, rowsMax])).map(toCommit);
    },
    async tail(cursor, rowsMax) {
      checkRowsMax(rowsMax);
      const from = fromTailCursor(cursor);
      const commits = recent.after(from, rowsMax) ?? (await read('tail', [from, rowsMax])).map(toCommit);
      const last = commits.at(-1);
      told = Math.max(told, last?.position ?? 0);
      return { commits, cursor: last === undefined ? cursor : String(last.position) };
    },
    async end() {
      const end = recent.end ?? (await read('end', []))[0]?.[0];
      told = Math.max(told, Number(end ?? 0));
      return told === 0 ? '' : String(told);
    },
    async execution(tenant, id) {
      const [row] = await read('execution', [tenant, id]);
      return row && toExecution(row);
    },
    executions: (tenant, query) => executions(read, tenant, query),
    wakeUps: async (tenant, execution) =>
      (await read('wakeUps', [tenant, execution])).map((row) => toWakeUp(row, now())),
    nextDue: (kinds) => nextDue(read, kinds),
    async listeners(tenant, keys, { rowsMax, cursor }) {
      checkRowsMax(rowsMax);
      const named = keys.flatMap(({ shape, key }) => [shape, key ?? null]);
      const rows = await read('listeners', [tenant, rowsMax + 1, ...fromListenerCursor(cursor), ...named]);
      return toListenerPage(rows.map(toListener), rowsMax);
    },
    async document(tenant, collection, key) {
      const [row] = await read('document', [tenant, collection, key]);
      return row && toDocument(row);
    },
    documents: (tenant, collection, query) => documents(read, tenant, collection, query),
    async oldestDocuments(collection, rowsMax) {
      checkRowsMax(rowsMax);
      const rows = await read('oldestDocuments', [collection, rowsMax]);
      return rows.map((row) => ({ ...toDocument(row), tenant: String(row[4]) }));
    },
    async orphans(tenant, rowsMax) {
      checkRowsMax(rowsMax);
      return (await read('orphans', [tenant, rowsMax])).map(([id]) => String(id));
    },
    async snapshot(tenant, stream) {
      const [row] = await read('snapshot', [tenant, stream]);
      return row && toSnapshot(row);
    },
    counts: (overdueMs) => counts(read, now(), overdueMs),
  };
}

type Read = ReadChannel['read'];

/** One row more than asked for tells whether there is a next page. Each status is read apart, and the parts merged. */
async function executions(read: Read, tenant: string, query: ExecutionQuery): Promise<Page<ExecutionRow>> {
  checkRowsMax(query.rowsMax);
  const after = query.cursor === undefined ? undefined : fromExecutionCursor(query.cursor);
  const range = [
    query.since ?? 0,
    after?.startedAt ?? Number.MAX_SAFE_INTEGER,
    after?.id ?? '',
    query.rowsMax + 1,
  ];
  const { namespace, name, version, definition, idPrefix } = query;
  const filters = [namespace, name, version, definition, idPrefix, endOf(idPrefix)].map(
    (value) => value ?? null,
  );
  const few = idPrefix === undefined ? undefined : await fewByPrefix(read, tenant, idPrefix);
  if (few !== undefined) {
    const found = few.filter(
      (row) => matchesQuery(row, query) && (after === undefined || newestFirst(row, after) > 0),
    );
    return toPage([...found].sort(newestFirst), query.rowsMax);
  }
  const statuses = [...new Set(query.status ?? phases)];
  const parts = await Promise.all(
    statuses.map((status) => read('executions', [status, tenant, ...range, ...filters])),
  );
  return toPage(parts.flatMap((rows) => rows.map(toExecution)).sort(newestFirst), query.rowsMax);
}

function toPage(found: readonly ExecutionRow[], rowsMax: number): Page<ExecutionRow> {
  const rows = found.slice(0, rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rows.length
    ? { rows }
    : { rows, cursor: toCursor([last.startedAt, last.id]) };
}

/** U+10FFFF is no character and sorts behind all: the end of the stretch of keys that begin with the prefix. */
function endOf(prefix: string | undefined): string | undefined {
  return prefix === undefined ? undefined : `${prefix}\u{10ffff}`;
}

/**
 * All that begins with a prefix, when it is not much: by its key. A prefix that many share is looked for among the
 * newest instead, where it is soon met; one that few share would be met last of 100,000 there, after 300 ms.
 */
async function fewByPrefix(
  read: Read,
  tenant: string,
  prefix: string,
): Promise<readonly ExecutionRow[] | undefined> {
  const rows = await read('executionsById', [tenant, prefix, endOf(prefix) ?? '', fewMax + 1]);
  return rows.length > fewMax ? undefined : rows.map(toExecution);
}

const fewMax = 1_000;

async function nextDue(read: Read, kinds: readonly WakeUpKind[]): Promise<number | undefined> {
  let first: number | undefined;
  for (const [row] of await Promise.all(kinds.map((kind) => read('nextDue', [kind, endOfKind(kind)])))) {
    const due = row?.[0];
    if (typeof due === 'number' && (first === undefined || due < first)) first = due;
  }
  return first;
}

async function documents(
  read: Read,
  tenant: string,
  collection: string,
  query: DocumentQuery,
): Promise<Page<StoredDocument>> {
  checkRowsMax(query.rowsMax);
  const prefix = query.prefix ?? '';
  const after = query.cursor === undefined ? (query.after ?? '') : fromDocumentCursor(query.cursor);
  const args = [tenant, collection, prefix, endOf(prefix) ?? '', after, query.rowsMax + 1];
  const found = (await read('documents', args)).map(toDocument);
  const rows = found.slice(0, query.rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rows.length
    ? { rows }
    : { rows, cursor: toCursor([last.key]) };
}

async function counts(read: Read, now: number, overdueMs: number): Promise<StoreCounts> {
  const [byStatus, byKind, orphans, overdue, doubted] = await Promise.all([
    read('countExecutions', []),
    read('countWakeUps', []),
    read('countOrphans', []),
    read('countOverdue', [now, now - overdueMs]),
    read('countDoubted', [now]),
  ]);
  return {
    executions: toCounts(phases, byStatus),
    wakeUps: toCounts(wakeUpKinds, byKind),
    orphans: toNumber(orphans),
    overdue: toNumber(overdue),
    doubted: toNumber(doubted),
  };
}
