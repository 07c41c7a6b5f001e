/** Lists and counts of executions. */
import {
  type ExecutionQuery,
  type ExecutionRow,
  neverDue,
  type Page,
  type Store,
} from '../../ports/store.ts';
import type { StoreCounts } from '../../ports/store-counts.ts';
import {
  checkRowsMax,
  fromExecutionCursor,
  matchesQuery,
  newestFirst,
  openPhases,
  phases,
  toCursor,
  wakeUpKinds,
} from '../rules.ts';
import type { Database, Row, Statement } from './database.ts';
import { executionColumns, toCounts, toExecution } from './rows.ts';
import { seldom } from './seldom.ts';
import { together } from './together.ts';

const some: Statement = {
  name: 'executions_of_1',
  text: 'select * from {schema}.executions_1($1::text[], $2::text[])',
};
const askedTogetherMax = 1_000;

/** Each status is a stretch of the index, read from its newest on. */
const list: Statement = {
  name: 'executions_11',
  text: `select ${columnsOf('l')} from unnest($2::text[]) as s (status) cross join lateral (
      select ${columnsOf('e')} from {schema}.streams e
      where e.tenant = $1 and e.status = s.status and e.started_at >= $3::bigint
        and (e.started_at, e.stream) < ($4::bigint, $5)
        and ($6::text is null or e.definition = $6) and ($7::text is null or (e.stream >= $7 and e.stream < $8))
      order by e.started_at desc, e.stream desc limit $9::bigint
    ) l order by l.started_at desc, l.stream desc limit $9::bigint`,
};

/** The same of workflows: each status of each version is a stretch of another index. */
export const listOfWorkflows: Statement = {
  name: 'executions_of_workflows_11',
  text: `select ${columnsOf('e')} from {schema}.executions_of_workflows_11($1, $2::text[], $3::bigint, $4::bigint, $5, $6, $7,
      $8, $9, $10, $11, $12::bigint) with ordinality as l (stream, place)
    cross join lateral (select * from {schema}.streams s where s.tenant = $1 and s.stream = l.stream offset 0) e
    order by l.place`,
};

const byId: Statement = {
  name: 'executions_by_id_11',
  text: `select ${columnsOf('e')} from {schema}.executions_by_prefix_11($1, $2, $3, $4::bigint) as l (stream)
    cross join lateral (select * from {schema}.streams s where s.tenant = $1 and s.stream = l.stream offset 0) e`,
};

const orphanCondition = `s.status in ('${openPhases.join("', '")}')
  and not exists (select from {schema}.wake_ups w where w.tenant = s.tenant and w.execution = s.stream
    and (w.kind <> 'place' or w.due < ${neverDue}))`;

const orphans: Statement = {
  name: 'orphans_2',
  text: `select s.stream from {schema}.streams s where s.tenant = $1 and ${orphanCondition}
    order by s.stream limit $2::bigint`,
};

const counts = {
  executions: {
    name: 'count_executions_1',
    text: 'select status as name, count(*) as count from {schema}.streams where status is not null group by status',
  },
  wakeUps: {
    name: 'count_wake_ups_1',
    text: 'select kind as name, count(*) as count from {schema}.wake_ups group by kind',
  },
  others: {
    name: 'count_others_2',
    text: `with instant as materialized (select {schema}.clock_1($1::bigint) as at) select
      (select count(*) from {schema}.streams s where ${orphanCondition}) as orphans,
      (select count(*) from {schema}.wake_ups w, instant
        where w.claimable <= instant.at and w.due < instant.at - $2::bigint and position(' ' in w.queue) = 0) as overdue,
      (select count(*) from {schema}.wake_ups w, instant
        where w.claimable is null and (w.doubt or w.until <= instant.at)) as doubted`,
  },
} as const;

export function openExecutions(
  database: Database,
  given: () => number | null,
): Pick<Store, 'execution' | 'executions' | 'orphans' | 'counts'> {
  const { query } = database;
  const ask = together<readonly [string, string], ExecutionRow | undefined>(async (asked) => {
    const values = [asked.map(([tenant]) => tenant), asked.map(([, id]) => id)];
    const found = new Map<number, Row>();
    for (const row of await query(some, values, 'again')) found.set(Number(row.place), row);
    return asked.map((_, at) => found.get(at + 1)).map((row) => row && toExecution(row));
  }, askedTogetherMax);
  return {
    execution: (tenant, id) => ask([tenant, id]),
    executions: (tenant, asked) => executions(database, tenant, asked),
    async orphans(tenant, rowsMax) {
      checkRowsMax(rowsMax);
      return (await query(orphans, [tenant, rowsMax], 'again')).map(({ stream }) => String(stream));
    },
    counts: seldom((overdueMs) => countAll(database, given(), overdueMs)),
  };
}

async function countAll({ query }: Database, now: number | null, overdueMs: number): Promise<StoreCounts> {
  const [executions, wakeUps, [others]] = await Promise.all([
    query(counts.executions, [], 'again'),
    query(counts.wakeUps, [], 'again'),
    query(counts.others, [now, overdueMs], 'again'),
  ]);
  return {
    executions: toCounts(phases, executions),
    wakeUps: toCounts(wakeUpKinds, wakeUps),
    orphans: Number(others?.orphans ?? 0),
    overdue: Number(others?.overdue ?? 0),
    doubted: Number(others?.doubted ?? 0),
  };
}

/** One row more than asked for tells whether there is a next page. */
async function executions(
  database: Database,
  tenant: string,
  asked: ExecutionQuery,
): Promise<Page<ExecutionRow>> {
  checkRowsMax(asked.rowsMax);
  const after = asked.cursor === undefined ? undefined : fromExecutionCursor(asked.cursor);
  const { namespace, name, version, definition, idPrefix } = asked;
  const few = idPrefix === undefined ? undefined : await fewByPrefix(database, tenant, idPrefix);
  if (few !== undefined) {
    const found = few.filter(
      (row) => matchesQuery(row, asked) && (after === undefined || newestFirst(row, after) > 0),
    );
    return toPage([...found].sort(newestFirst), asked.rowsMax);
  }
  const isOfWorkflows = namespace !== undefined || name !== undefined || version !== undefined;
  const rows = await database.query(
    isOfWorkflows ? listOfWorkflows : list,
    [
      ...[tenant, [...new Set(asked.status ?? phases)], asked.since ?? 0],
      ...[after?.startedAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? ''],
      ...(isOfWorkflows ? [namespace ?? null, name ?? null, version ?? null] : []),
      ...[definition ?? null, idPrefix ?? null, endOf(idPrefix), asked.rowsMax + 1],
    ],
    'again',
  );
  return toPage(rows.map(toExecution), asked.rowsMax);
}

function toPage(found: readonly ExecutionRow[], rowsMax: number): Page<ExecutionRow> {
  const rows = found.slice(0, rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rows.length
    ? { rows }
    : { rows, cursor: toCursor([last.startedAt, last.id]) };
}

/**
 * All that begins with a prefix, when it is not much: by its key. A prefix that many share is looked for among the
 * newest instead, where it is soon met.
 */
async function fewByPrefix(
  { query }: Database,
  tenant: string,
  prefix: string,
): Promise<readonly ExecutionRow[] | undefined> {
  const rows = await query(byId, [tenant, prefix, endOf(prefix), fewMax + 1], 'again');
  return rows.length > fewMax ? undefined : rows.map(toExecution);
}

const fewMax = 1_000;

/** U+10FFFF is no character and sorts behind all: the end of the stretch of keys that begin with the prefix. */
export function endOf(prefix: string | undefined): string | null {
  return prefix === undefined ? null : `${prefix}\u{10ffff}`;
}

function columnsOf(table: string): string {
  return executionColumns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');
}
