/** Reading the log: a stream, the tail of all, and where streams stand. */
import type { Commit, Store } from '../../ports/store.ts';
import { checkRowsMax, fromTailCursor } from '../rules.ts';
import type { Database, Statement } from './database.ts';
import { commitColumns, toCommit } from './rows.ts';
import { together } from './together.ts';

/** The partitions before the stream's first are not looked into. */
export const read: Statement = {
  name: 'read_1',
  text: `select ${commitColumns} from {schema}.commits
    where tenant = $1 and stream = $2 and version + facts > $3::bigint
      and period >= coalesce(
        (select first_period from {schema}.streams where tenant = $1 and stream = $2), 2147483647)
      and version >= coalesce((
        select version from {schema}.commits
        where tenant = $1 and stream = $2 and version <= $3::bigint
          and period >= coalesce(
            (select first_period from {schema}.streams where tenant = $1 and stream = $2), 2147483647)
        order by version desc limit 1), 0)
    order by version limit $4::bigint`,
};

/** Neither are those whose positions are all before the cursor. */
export const tail: Statement = {
  name: 'tail_1',
  text: `select ${commitColumns} from {schema}.commits
    where position > $1::bigint
      and period >= coalesce((select max(period) from {schema}.periods where first_position <= $1::bigint + 1), 0)
    order by position limit $2::bigint`,
};

export const heads: Statement = {
  name: 'heads_2',
  text: `select position, id, tenant, stream, version + facts - 1 as version from {schema}.commits
    where position > $1::bigint
      and period >= coalesce((select max(period) from {schema}.periods where first_position <= $1::bigint + 1), 0)
    order by position limit $2::bigint`,
};

const readEach: Statement = {
  name: 'read_each_1',
  text: `select place, ${commitColumns} from {schema}.read_each_1($1::text[], $2::text[], $3::bigint[])`,
};

interface OneAsked {
  readonly tenant: string;
  readonly stream: string;
  readonly version: number;
}

/** A commit may be large. */
const readTogetherMax = 128;

/**
 * By a subquery: joined, the planner sorts all of the log for as long as nobody has told it that the counter is one row,
 * which is the first minute of a database, and every minute of one without automatic `analyze`.
 */
export const end: Statement = {
  name: 'end_3',
  text: `select c.position,
      (select k.id from {schema}.commits k where k.period = c.period and k.position = c.position) as id
    from {schema}.counter c`,
};

export function openStreams({
  query,
  seen,
}: Database): Required<Pick<Store, 'read' | 'tail' | 'heads' | 'end'>> {
  // An executor reads the fact of each effect that it has claimed.
  const readOne = together<OneAsked, readonly Commit[]>(async (asked) => {
    const values = [
      ...[asked.map(({ tenant }) => tenant), asked.map(({ stream }) => stream)],
      asked.map(({ version }) => version),
    ];
    const found = new Map<number, Commit>();
    for (const row of await query(readEach, values, 'again')) found.set(Number(row.place), toCommit(row));
    return asked.map((_, at) => found.get(at + 1)).map((commit) => (commit === undefined ? [] : [commit]));
  }, readTogetherMax);
  return {
    async read(tenant, stream, { fromVersion = 1, rowsMax } = {}) {
      if (rowsMax === 1) return readOne({ tenant, stream, version: fromVersion });
      const rows = await query(read, [tenant, stream, fromVersion, rowsMax ?? null], 'again');
      return rows.map(toCommit);
    },
    async tail(cursor, rowsMax) {
      checkRowsMax(rowsMax);
      const rows = await query(tail, [fromTailCursor(cursor), rowsMax], 'again');
      const commits = rows.map(toCommit);
      const last = commits.at(-1);
      if (last !== undefined) seen(last.position, last.id);
      return { commits, cursor: last === undefined ? cursor : String(last.position) };
    },
    async heads(cursor, rowsMax) {
      checkRowsMax(rowsMax);
      const rows = await query(heads, [fromTailCursor(cursor), rowsMax], 'again');
      const last = rows.at(-1);
      if (last !== undefined) seen(Number(last.position), String(last.id));
      return {
        heads: rows.map(({ tenant, stream, version }) => ({
          ...{ tenant: String(tenant), stream: String(stream) },
          version: Number(version),
        })),
        cursor: last === undefined ? cursor : String(last.position),
      };
    },
    async end() {
      const [row] = await query(end, [], 'again');
      if (typeof row?.id === 'string') seen(Number(row.position), row.id);
      return Number(row?.position ?? 0) === 0 ? '' : String(row?.position);
    },
  };
}
