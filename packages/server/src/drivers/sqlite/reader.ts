import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { neverDue } from '../../ports/store.ts';
import { shownId } from './commit-id.ts';
import { openStreamReader } from './stream-reader.ts';
import type { Row, WireValue } from './wire.ts';

const wakeUp = 'id, execution, kind, due, attempt, owner, until, unsafe, doubt, body, shape, "key"';
/** `previous` is stored as a position, and read as the id of the commit there. */
const commit = `tenant, stream, version, count, id,
  coalesce((select before.id from commits before where before.position = commits.previous), ''),
  time, cause, body, position`;
const execution = 'id, namespace, name, version, definition, status, started_at, updated_at, ended_at, error';
/** Every kind with its queue, found by skipping from one to the next in the index. */
const storedKinds = `with recursive stored (kind) as (
  select min(kind) from wake_ups
  union all select (select min(w.kind) from wake_ups w where w.kind > stored.kind) from stored where stored.kind is not null)`;

/** A place that an execution has is no reason for it to move. */
const isReason = `not (w.kind like 'place %' and w.due >= ${neverDue})`;

/** The reads that are one statement. Named, so that only names and arguments cross to the thread. */
const statements = {
  tail: `select ${commit} from commits where position > ? order by position limit ?`,
  end: 'select max(position) from commits',
  execution: `select ${execution} from executions where tenant = ? and id = ?`,
  executionsById: `select ${execution} from executions where tenant = ? and id >= ? and id < ? limit ?`,
  wakeUps: `select ${wakeUp} from wake_ups where tenant = ? and execution = ? order by id`,
  listenersByKey: `select id, execution, shape, "key", position from wake_ups indexed by wake_ups_by_shape
    where tenant = ? and shape = ? and "key" = ? and (execution, id) > (?, ?) order by execution, id limit ?`,
  listenersOfShape: `select id, execution, shape, "key", position from wake_ups indexed by wake_ups_of_shape
    where tenant = ? and shape = ? and (execution, id) > (?, ?) order by execution, id limit ?`,
  // In the order of the keys, and within one in that of the index: sorted by it, all rows of a key would be read first.
  listenersByKeys: `select asked.key, w.id, execution, shape, w."key", position from json_each(?2) asked
    cross join wake_ups w indexed by wake_ups_by_shape
    where tenant = ?1 and shape = asked.value ->> 0 and w."key" = asked.value ->> 1 limit ?3`,
  // A kind and its queues are a stretch of the index, in which one kind after the other is skipped to.
  nextDue: `with recursive stored (kind) as (
      select min(kind) from wake_ups where kind >= ?1 and kind < ?2
      union all select (select min(w.kind) from wake_ups w where w.kind > stored.kind and w.kind < ?2)
      from stored where stored.kind is not null)
    select min((select min(claimable) from wake_ups w where w.kind = stored.kind and claimable is not null)) from stored`,
  document: 'select key, revision, time, body from documents where tenant = ? and collection = ? and key = ?',
  documents: `select key, revision, time, body from documents
    where tenant = ? and collection = ? and key >= ? and key <= ? and key > ? order by key limit ?`,
  // A document that is put anew gets a new rowid: the order of rowids is that of their instants.
  oldestDocuments: `select key, revision, time, body, tenant from documents not indexed
    where collection = ? order by rowid limit ?`,
  snapshot: 'select schema, version, id, body from snapshots where tenant = ? and stream = ?',
  countExecutions: 'select status, count(*) from executions indexed by executions_by_status group by status',
  countWakeUps: `select substr(kind, 1, instr(kind || ' ', ' ') - 1), sum(rows) from
    (select kind, count(*) as rows from wake_ups indexed by wake_ups_by_claimable group by kind) group by 1`,
  countOrphans: `select count(*) from executions e indexed by executions_by_status
    where status in ('pending', 'running', 'waiting', 'suspended')
    and not exists (select 1 from wake_ups w where w.tenant = e.tenant and w.execution = e.id and ${isReason})`,
  orphans: `select id from executions e indexed by executions_by_status
    where status in ('pending', 'running', 'waiting', 'suspended') and tenant = ?
    and not exists (select 1 from wake_ups w where w.tenant = e.tenant and w.execution = e.id and ${isReason})
    order by id limit ?`,
  // What waits by a limit waits as it should: the queue behind its kind is two words.
  countOverdue: `${storedKinds} select coalesce(sum((select count(*) from wake_ups w
    where w.kind = stored.kind and claimable <= ? and due < ?)), 0) from stored where kind not like '% % %'`,
  countDoubted: `${storedKinds} select coalesce(sum((select count(*) from wake_ups w
    where w.kind = stored.kind and claimable is null and (doubt = 1 or until <= ?))), 0) from stored`,
} as const;

/** Reads of tables that every batch writes itself; all others wait for a flush. */
export const readsWithoutFlush: ReadonlySet<ReadName> = new Set([
  'read',
  'tail',
  'end',
  'document',
  'documents',
  'oldestDocuments',
  'snapshot',
]);

export type ReadName = keyof typeof statements | 'read' | 'executions' | 'listeners';

/** Conditions that a list of executions can be narrowed by, as they stand in the arguments. */
export const executionFilters = [
  'namespace =',
  'name =',
  'version =',
  'definition =',
  'id >=',
  'id <',
] as const;

/** Rows of a statement that answers with arrays. */
function rowsOf(statement: StatementSync, args: readonly WireValue[]): readonly Row[] {
  return statement.all(...args) as unknown as readonly Row[];
}

/** From so many keys on one statement looks for all of them: of each by itself the call costs ten times what the look does. */
const atOnceMin = 8;

/** The keys from one on up to the next that names a shape alone. */
function bareKeys(named: readonly WireValue[], from: number): readonly (readonly [WireValue, WireValue])[] {
  const keys: (readonly [WireValue, WireValue])[] = [];
  for (let at = from; 2 * at < named.length && named[2 * at + 1] !== null; at++)
    keys.push([named[2 * at] as WireValue, named[2 * at + 1] as WireValue]);
  return keys;
}

/** The reading side in a storage thread: rows as arrays of values, in the order of the columns above. */
export function openReader(database: DatabaseSync): {
  read(name: string, args: readonly WireValue[]): readonly Row[];
} {
  const prepared = new Map<string, StatementSync>();
  function all(sql: string, args: readonly WireValue[]): readonly Row[] {
    const known = prepared.get(sql);
    const statement = known ?? database.prepare(sql);
    if (known === undefined) {
      statement.setReturnArrays(true);
      prepared.set(sql, statement);
    }
    return rowsOf(statement, args);
  }
  /** Arguments: tenant, rowsMax, then of the row before the number of its key, execution and id, then shape and key of each. */
  function listeners([tenant = null, rowsMax, ...rest]: readonly WireValue[]): readonly Row[] {
    const [from, execution, id] = rest.splice(0, 3);
    const found: Row[] = [];
    begin.run();
    try {
      for (let at = Number(from); 2 * at < rest.length && found.length < Number(rowsMax); at++) {
        if (at !== from || execution === '') {
          const many = bareKeys(rest, at);
          if (many.length >= atOnceMin) {
            const left = Number(rowsMax) - found.length;
            for (const [nth, ...row] of all(statements.listenersByKeys, [tenant, JSON.stringify(many), left]))
              found.push([at + Number(nth), ...row]);
            at += many.length - 1;
            continue;
          }
        }
        const [shape, key] = rest.slice(2 * at, 2 * at + 2) as WireValue[];
        const after = at === from ? [execution ?? '', id ?? ''] : ['', ''];
        const left = Number(rowsMax) - found.length;
        const [sql, narrowed] =
          key === null
            ? [statements.listenersOfShape, [shape ?? null]]
            : [statements.listenersByKey, [shape ?? null, key ?? null]];
        for (const row of all(sql, [tenant, ...narrowed, ...after, left])) found.push([at, ...row]);
      }
    } finally {
      end.run();
    }
    return found;
  }
  const begin = database.prepare('begin');
  const end = database.prepare('commit');
  const streams = openStreamReader(database, `select ${commit} from commits where position = ?`);
  return {
    read(name, args) {
      if (name === 'read') return streams.read(args).map(withShownIds);
      if (name === 'tail') return all(statements.tail, args).map(withShownIds);
      if (name === 'listeners') return listeners(args);
      if (name === 'executions') return all(executionsSql(args), executionsArgs(args));
      const sql = (statements as Readonly<Record<string, string>>)[name];
      if (sql === undefined) throw new Error(`there is no read named ${name}`);
      return all(sql, args);
    },
  };
}

function withShownIds(row: Row): Row {
  return row.with(4, shownId(row[4])).with(5, shownId(row[5]));
}

/**
 * Arguments of `executions`: status, tenant, since, startedAt and id of the row before, rowsMax, then one value for each
 * of `executionFilters`, null where it does not narrow. Statuses are read apart, for each is a stretch of the index.
 */
function executionsSql(args: readonly WireValue[]): string {
  const filters = executionFilters
    .filter((_, at) => args[6 + at] !== null)
    .map((condition) => ` and ${condition} ?`);
  return `select ${execution} from executions indexed by ${indexFor(args)}
    where status = ? and tenant = ? and started_at >= ? and (started_at, id) < (?, ?)${filters.join('')}
    order by started_at desc, id desc limit ?`;
}

/** A name is a stretch of its own. Without one the stretch of a status is read, newest first, until a page is full. */
function indexFor(args: readonly WireValue[]): string {
  return args[6 + executionFilters.indexOf('name =')] === null
    ? 'executions_by_status'
    : 'executions_by_name';
}

function executionsArgs(args: readonly WireValue[]): readonly WireValue[] {
  const rowsMax = args[5] as number;
  return [...args.slice(0, 5), ...args.slice(6).filter((value) => value !== null), rowsMax];
}
