/** Entries as the arrays that `commit_1` takes, and its answer as results. */
import type { CommitResult, Entry, ExecutionRow } from '../../ports/store.ts';
import { compareText } from '../rules.ts';
import type { Row, Statement, Value } from './database.ts';
import { keptText } from './kept-text.ts';
import { toQueuedBody } from './queued-body.ts';

const types = [
  ...['bigint', 'uuid', 'bigint', 'text', 'text'],
  ...['text[]', 'text[]', 'boolean[]', 'boolean[]'],
  ...['integer[]', 'bigint[]', 'text[]', 'integer[]', 'text[]', 'bigint[]', 'text[]', 'text[]', 'integer[]'],
  ...['text[]', 'text[]', 'text[]', 'text[]', 'text[]', 'bigint[]', 'bigint[]', 'bigint[]', 'text[]'],
  ...['integer[]', 'text[]', 'boolean[]', 'text[]', 'bigint[]', 'bigint[]'],
  ...['text[]', 'bigint[]', 'boolean[]', 'boolean[]', 'text[]', 'text[]', 'text[]'],
];

export const commitStatement: Statement = {
  name: 'commit_1',
  text: `select base, positions, versions, ids, clock from {schema}.commit_1(${types.map((type, at) => `$${at + 1}::${type}`).join(', ')})`,
};

export interface BatchHead {
  /** the store's clock when a test sets it */
  readonly now: number | null;
  readonly writer: string;
  readonly batch: number;
  readonly channel: string;
  readonly hint: string;
}

interface Stream {
  readonly tenant: string;
  readonly stream: string;
  begins: boolean;
  locks: boolean;
  /** its place among the sorted ones, from 1 */
  place: number;
}

/** The arguments of the statement. */
export function toArguments(entries: readonly Entry[], head: BatchHead): readonly Value[] {
  const { byKey, sorted } = streamsOf(entries);
  const e = columns(9);
  const x = columns(9);
  const w = columns(13);
  for (const [at, entry] of entries.entries()) {
    const { after, commit, execution, wakeUps } = entry;
    if (execution !== undefined) push(x, rowValues(execution));
    push(e, [
      byKey.get(keyOf(entry))?.place ?? null,
      after?.version ?? null,
      after?.commit ?? null,
      commit?.count ?? null,
      commit?.id ?? null,
      commit?.time ?? null,
      commit === undefined ? null : keptText(commit.cause),
      commit === undefined ? null : keptText(commit.body),
      execution === undefined ? null : (x[0]?.length ?? 0),
    ]);
    for (const change of wakeUps) push(w, [at + 1, ...changeValues(change)]);
  }
  const { now, writer, batch, channel, hint } = head;
  return [
    ...[now, writer, batch, channel, hint],
    ...[sorted.map(({ tenant }) => tenant), sorted.map(({ stream }) => stream)],
    ...[sorted.map(({ begins }) => begins), sorted.map(({ locks }) => locks)],
    ...e,
    ...x,
    ...w,
  ];
}

/** What the database answered, or kept for whoever did not hear the answer. */
export function toResults(entries: readonly Entry[], row: Row): readonly CommitResult[] {
  const base = Number(row.base);
  const positions = row.positions as readonly number[];
  const versions = row.versions as readonly (number | null)[];
  const ids = row.ids as readonly (string | null)[];
  return entries.map((_, at) => {
    const position = positions[at] ?? 0;
    return position < 0
      ? { type: 'refused', version: versions[at] ?? 0, commit: ids[at] ?? '' }
      : { type: 'accepted', position: base + position };
  });
}

/** What others may want to look at: `commits`, and the kinds of wake-ups that anybody may take. */
export function hintOf(entries: readonly Entry[]): string {
  const found = new Set<string>();
  for (const { commit, wakeUps, tells } of entries) {
    if (commit !== undefined) found.add('commits');
    if (tells !== undefined) found.add(tells);
    for (const change of wakeUps) {
      const kind = hintedBy(change);
      if (kind !== undefined) found.add(kind);
    }
  }
  return [...found].join(' ');
}

/** What somebody may wait for: a row that was put, or what a row that went tells of. */
function hintedBy(change: Entry['wakeUps'][number]): string | undefined {
  if (change.type === 'remove') return change.tells;
  return change.row.lease === null && !change.row.doubt ? change.row.kind : undefined;
}

export function keyOf({ tenant, stream }: Pick<Entry, 'tenant' | 'stream'>): string {
  return `${tenant}\0${stream}`;
}

function streamsOf(entries: readonly Entry[]): {
  readonly byKey: ReadonlyMap<string, Stream>;
  readonly sorted: readonly Stream[];
} {
  const byKey = new Map<string, Stream>();
  for (const entry of entries) {
    const { tenant, stream, after, execution } = entry;
    const key = keyOf(entry);
    const found = byKey.get(key) ?? { tenant, stream, begins: false, locks: false, place: 0 };
    found.begins ||= after === undefined ? execution !== undefined : after.version === 0;
    found.locks ||= after !== undefined || execution !== undefined;
    byKey.set(key, found);
  }
  const sorted = [...byKey.values()].sort(
    (a, b) => compareText(a.tenant, b.tenant) || compareText(a.stream, b.stream),
  );
  for (const [at, stream] of sorted.entries()) stream.place = at + 1;
  return { byKey, sorted };
}

function rowValues(row: ExecutionRow): readonly Value[] {
  return [
    ...[row.namespace, row.name, row.version, row.definition, row.status],
    ...[row.startedAt, row.updatedAt, row.endedAt],
    row.error === null ? null : keptText(row.error),
  ];
}

function changeValues(change: Entry['wakeUps'][number]): readonly Value[] {
  if (change.type === 'remove') return [change.id, false, ...Array<null>(10).fill(null)];
  const { id, kind, due, attempt, lease, unsafe, doubt, listens } = change.row;
  const body = toQueuedBody(change.row.body, change.row.queue);
  return [
    ...[id, true, kind, due, attempt, lease?.owner ?? null, lease?.until ?? null, unsafe, doubt],
    body === null ? null : keptText(body),
    ...[listens?.shape ?? null, listens?.key ?? null],
  ];
}

function columns(count: number): Value[][] {
  return Array.from({ length: count }, () => []);
}

function push(into: Value[][], values: readonly Value[]): void {
  for (const [at, value] of values.entries()) into[at]?.push(value);
}
