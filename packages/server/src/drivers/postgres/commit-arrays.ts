/** Entries as the arrays that `commit_1` takes, and its answer as results. */
import type { CommitResult, Entry, ExecutionRow } from '../../ports/store.ts';
import { compareText } from '../rules.ts';
import { binaryArray, type Element, type ElementType } from './binary-array.ts';
import type { Row, Statement, Value } from './database.ts';
import { keptText } from './kept-text.ts';
import { toQueuedBody } from './queued-body.ts';

/** The parameters of `commit_1` by their names there: those of the batch, and its arrays. */
const ofBatch = { p_now: 'bigint', p_writer: 'uuid', p_batch: 'bigint', p_channel: 'text', p_hint: 'text' };
const arrays = {
  s_tenant: 'text',
  s_stream: 'text',
  s_begins: 'boolean',
  s_locks: 'boolean',
  e_stream: 'integer',
  e_after: 'bigint',
  e_after_id: 'text',
  e_facts: 'integer',
  e_id: 'text',
  e_time: 'bigint',
  e_cause: 'text',
  e_body: 'text',
  e_row: 'integer',
  x_namespace: 'text',
  x_name: 'text',
  x_version: 'text',
  x_definition: 'text',
  x_status: 'text',
  x_started: 'bigint',
  x_updated: 'bigint',
  x_ended: 'bigint',
  x_error: 'text',
  w_entry: 'integer',
  w_id: 'text',
  w_put: 'boolean',
  w_kind: 'text',
  w_due: 'bigint',
  w_attempt: 'bigint',
  w_owner: 'text',
  w_until: 'bigint',
  w_unsafe: 'boolean',
  w_doubt: 'boolean',
  w_body: 'text',
  w_shape: 'text',
  w_key: 'text',
} as const satisfies Record<string, ElementType>;
const arrayTypes = Object.entries(arrays) as [keyof typeof arrays, ElementType][];

/** One list for each array, all of those with the same first letter equally long. */
type Columns = Record<keyof typeof arrays, Element[]>;

const parameters = [
  ...Object.entries(ofBatch),
  ...arrayTypes.map(([name, type]) => [name, `${type}[]`] as const),
].map(([name, type], at) => `${name} => $${at + 1}::${type}`);

export const commitStatement: Statement = {
  name: 'commit_1',
  text: `select base, positions, versions, ids, clock from {schema}.commit_1(${parameters.join(', ')})`,
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
  const columns = emptyColumns();
  const { byKey, sorted } = streamsOf(entries);
  for (const { tenant, stream, begins, locks } of sorted) {
    columns.s_tenant.push(tenant);
    columns.s_stream.push(stream);
    columns.s_begins.push(begins);
    columns.s_locks.push(locks);
  }
  for (const entry of entries) {
    if (entry.execution !== undefined) pushExecution(columns, entry.execution);
    pushEntry(columns, entry, byKey.get(keyOf(entry))?.place ?? null);
    for (const change of entry.wakeUps) pushChange(columns, change);
  }
  const { now, writer, batch, channel, hint } = head;
  const binary = arrayTypes.map(([name, type]) => binaryArray(type, columns[name]));
  return [now, writer, batch, channel, hint, ...binary];
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

function emptyColumns(): Columns {
  const columns: Partial<Columns> = {};
  for (const [name] of arrayTypes) columns[name] = [];
  return columns as Columns;
}

/** Its row, if it has one, is the last of the executions. */
function pushEntry(columns: Columns, { after, commit, execution }: Entry, stream: number | null): void {
  columns.e_stream.push(stream);
  columns.e_after.push(after?.version ?? null);
  columns.e_after_id.push(after?.commit ?? null);
  columns.e_facts.push(commit?.count ?? null);
  columns.e_id.push(commit?.id ?? null);
  columns.e_time.push(commit?.time ?? null);
  columns.e_cause.push(commit === undefined ? null : keptText(commit.cause));
  columns.e_body.push(commit === undefined ? null : keptText(commit.body));
  columns.e_row.push(execution === undefined ? null : columns.x_name.length);
}

function pushExecution(columns: Columns, row: ExecutionRow): void {
  columns.x_namespace.push(row.namespace);
  columns.x_name.push(row.name);
  columns.x_version.push(row.version);
  columns.x_definition.push(row.definition);
  columns.x_status.push(row.status);
  columns.x_started.push(row.startedAt);
  columns.x_updated.push(row.updatedAt);
  columns.x_ended.push(row.endedAt);
  columns.x_error.push(row.error === null ? null : keptText(row.error));
}

/** A change of the last entry. */
function pushChange(columns: Columns, change: Entry['wakeUps'][number]): void {
  const row = change.type === 'put' ? change.row : undefined;
  const body = row === undefined ? null : toQueuedBody(row.body, row.queue);
  columns.w_entry.push(columns.e_stream.length);
  columns.w_id.push(change.type === 'put' ? change.row.id : change.id);
  columns.w_put.push(row !== undefined);
  columns.w_kind.push(row?.kind ?? null);
  columns.w_due.push(row?.due ?? null);
  columns.w_attempt.push(row?.attempt ?? null);
  columns.w_owner.push(row?.lease?.owner ?? null);
  columns.w_until.push(row?.lease?.until ?? null);
  columns.w_unsafe.push(row?.unsafe ?? null);
  columns.w_doubt.push(row?.doubt ?? null);
  columns.w_body.push(body === null ? null : keptText(body));
  columns.w_shape.push(row?.listens?.shape ?? null);
  columns.w_key.push(row?.listens?.key ?? null);
}
