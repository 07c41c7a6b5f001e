/**
 * Brings a database to the schema of this program, and says in a sentence what to do where that cannot be.
 *
 * A migration is one transaction under an advisory lock: of many processes that start at once one does it, and the others
 * find it done. Old processes go on meanwhile: what a migration adds they do not know.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { MillraceError } from '../../errors.ts';
import { type Database, longAnswerMsMax, longStatementMsMax, type Statement } from './database.ts';
import { isLockTimeout, kindOf } from './failure.ts';
import { type Migration, migrations } from './migrations.ts';
import { refuseUnfinishedMove } from './unfinished-move.ts';

/** The first with everything that is used and that its makers still mended when this was written. */
export const oldestServer = 130_000;

export interface ServerFacts {
  /** for people, such as `15.18` */
  readonly version: string;
  readonly fsync: boolean;
  readonly synchronousCommit: string;
  /** epoch ms */
  readonly clock: number;
}

export interface MigrateOptions {
  /**
   * A store that is there is read: an empty database and one of an older schema are refused, and no right to write is asked
   * for.
   */
  readonly existing?: boolean;
  readonly migrations?: readonly Migration[];
  readonly oldestServer?: number;
  /** for how long a transaction that holds a table is waited for; default a minute */
  readonly heldUpMsMax?: number;
}

const heldUpMsDefault = 60_000;
/** While a change of a table waits, commits of other processes wait behind it: so it waits briefly, and often. */
const lockMsMax = 1_000;
const lockRestMs = 2_000;

/** Throws `MillraceError` `unavailable` with a `reason` and a sentence that says what to do. */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<ServerFacts> {
  try {
    return await database.withClient(async (client) => {
      await refuseSharedSession(database, client);
      const facts = await checkServer(client, options.oldestServer ?? oldestServer);
      const known = options.migrations ?? migrations;
      if (options.existing) {
        await refuseUnlessCurrent(database, client, newestOf(known));
      } else {
        await applyWithPatience(database, client, known, options.heldUpMsMax ?? heldUpMsDefault);
        await checkRights(database, client);
      }
      await refuseUnfinishedMove(database, client);
      return facts;
    });
  } catch (error) {
    throw advised(database, error);
  }
}

const ownProcess: Statement = { name: 'own_process_1', text: 'select pg_backend_pid() as id' };

/** Two that are connected at a time have two processes, but for a pooler that has only transactions keep theirs. */
async function refuseSharedSession(database: Database, client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ id: number }>(ownProcess.text);
  const [other] = await database.write({ ...ownProcess, name: '' }, []);
  if (rows[0]?.id !== other?.id) return;
  throw refused(
    'no-session',
    'a pooler before the database does not keep sessions, and each statement may meet another one. Let it keep them (PgBouncer: pool_mode=session), or use the address of the database itself',
  );
}

async function checkServer(client: PoolClient, oldest: number): Promise<ServerFacts> {
  const { rows } = await client.query<{
    number: string;
    version: string;
    encoding: string;
    fsync: string;
    synchronous: string;
    clock: number;
  }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as version,
      current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous,
      floor(extract(epoch from clock_timestamp()) * 1000)::bigint as clock`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('broken rule: a select of settings gave no row');
  if (Number(found.number) < oldest) {
    throw refused(
      'server-version',
      `PostgreSQL ${found.version} is too old: Millrace needs ${Math.floor(oldest / 10_000)} or newer. Upgrade the server, or choose another store`,
    );
  }
  if (found.encoding !== 'UTF8') {
    throw refused(
      'encoding',
      `the database is encoded as ${found.encoding}, and not every text would fit: make another with "create database millrace encoding 'UTF8' template template0"`,
    );
  }
  return {
    version: found.version,
    fsync: found.fsync === 'on',
    synchronousCommit: found.synchronous,
    clock: found.clock,
  };
}

/**
 * Another transaction, such as a backup or a dump, may have read a table that is to be changed, and be still open. A commit may
 * hold one table and wait for another that the migration holds: the database then ends one of the two.
 */
async function applyWithPatience(
  database: Database,
  client: PoolClient,
  known: readonly Migration[],
  heldUpMsMax: number,
): Promise<void> {
  for (const until = performance.now() + heldUpMsMax; ; await sleep(lockRestMs)) {
    try {
      return await apply(database, client, known);
    } catch (error) {
      if (!isLockTimeout(error) && kindOf(error) !== 'clash') throw error;
      if (performance.now() + lockRestMs > until)
        throw refused(
          'held-up',
          `the tables in schema ${database.address.schema} cannot be brought up to date: another transaction has used them and is still open, such as a backup or a dump (select pid, application_name, xact_start from pg_stat_activity order by xact_start). Start again when it has ended`,
          error,
        );
    }
  }
}

async function apply(database: Database, client: PoolClient, known: readonly Migration[]): Promise<void> {
  const newest = newestOf(known);
  if ((await standOf(database, client, newest)) >= newest) return;
  await client.query('begin');
  try {
    await client.query(`set local statement_timeout = ${longStatementMsMax}`);
    // Two integers are a space of keys of its own; the first is Millrace's. It is held as long as another migrates.
    const lock = {
      text: 'select pg_advisory_xact_lock(1296649298, hashtext($1))',
      values: [database.address.schema],
      query_timeout: longAnswerMsMax,
    };
    await client.query(lock);
    await client.query(`set local lock_timeout = ${lockMsMax}`);
    await client.query(database.sql('create schema if not exists {schema}'));
    await client.query(
      database.sql(`create table if not exists {schema}.migrations (
        number integer primary key, name text not null, works_from integer not null,
        applied_at timestamptz not null default now())`),
    );
    const stand = await standOf(database, client, newest);
    for (const { number, name, worksFrom, sql } of known) {
      if (number <= stand) continue;
      const change = { text: database.sql(sql), query_timeout: longAnswerMsMax };
      await client.query(change);
      await client.query(
        database.sql('insert into {schema}.migrations (number, name, works_from) values ($1, $2, $3)'),
        [number, name, worksFrom],
      );
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

function newestOf(known: readonly Migration[]): number {
  return Math.max(...known.map(({ number }) => number));
}

/**
 * Who only reads would find an empty store sound where the address names the wrong database; and who reads before an upgrade
 * is not to begin it.
 */
async function refuseUnlessCurrent(database: Database, client: PoolClient, newest: number): Promise<void> {
  const stand = await standOf(database, client, newest);
  if (stand >= newest) return;
  const { shown, schema } = database.address;
  if (stand > 0)
    throw refused(
      'older-schema',
      `the tables in schema ${schema} were made by an older Millrace (schema ${stand}; this one reads schema ${newest}). Use that version, or start a server of this one, which brings them up to date`,
    );
  throw refused(
    'no-store',
    `there is no store in schema ${schema} of ${shown}. Check the database in the address, and ?schema=NAME`,
  );
}

/**
 * Without them the process would start, and fail at each thing that it does. They get lost where a newer version made a
 * table as another user, or where functions are not everybody's by default. Partitions need none of their own.
 */
async function checkRights(database: Database, client: PoolClient): Promise<void> {
  const { schema } = database.address;
  const { rows } = await client.query<{ name: string; is_function: boolean }>(
    `select c.relname as name, false as is_function from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations'
        and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
          and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
      union all
      select p.proname, true from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = $1 and not has_function_privilege(p.oid, 'execute')
      order by 2, 1`,
    [schema],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => `${schema}.${name}`).join(', ');
  const grant = rows.some(({ is_function }) => !is_function)
    ? `grant select, insert, update, delete on all tables in schema ${schema} to USER`
    : `grant execute on all functions in schema ${schema} to USER`;
  throw refused('missing-rights', `the user lacks rights to ${names}. As the owner of the tables: ${grant}`);
}

/** The number of the last migration that was applied, 0 when none was. Throws when this program is too old for it. */
async function standOf(database: Database, client: PoolClient, newest: number): Promise<number> {
  const { rows: there } = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [database.sql('{schema}.migrations')],
  );
  if (there[0]?.there !== true) return 0;
  const { rows } = await client.query<{ number: number; needs: number }>(
    database.sql(
      'select coalesce(max(number), 0) as number, coalesce(max(works_from), 0) as needs from {schema}.migrations',
    ),
  );
  const { number = 0, needs = 0 } = rows[0] ?? {};
  if (needs > newest) {
    throw refused(
      'newer-schema',
      `the tables in schema ${database.address.schema} were made by a newer Millrace (schema ${number}; this one knows ${newest}, and needs to know ${needs}). Start that version, or choose another schema: ?schema=NAME in the address`,
    );
  }
  return number;
}

/** The sentence for what an operator has to mend. */
function advised(database: Database, error: unknown): unknown {
  const { shown, schema } = database.address;
  const cause = error instanceof MillraceError ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  switch (kindOf(cause)) {
    case 'login':
      return refused(
        'login',
        `the database refuses the user: ${message}. Check user and password in ${shown}, and the server's pg_hba.conf`,
        error,
      );
    case 'tls':
      return refused(
        'tls',
        `no TLS with ${shown}: ${message}. In the address, sslmode=disable does without, sslmode=no-verify takes any certificate, and sslrootcert=FILE names whose are trusted`,
        error,
      );
    case 'no-database':
      return refused(
        'no-database',
        `${message}. Make it: create database NAME encoding 'UTF8' template template0`,
        error,
      );
    case 'missing-rights':
      return refused(
        'missing-rights',
        `the user lacks a right: ${message}. Let it make the tables (grant create on database NAME to USER), or start Millrace once as a user who may, then: grant usage on schema ${schema} to USER; grant select, insert, update, delete on all tables in schema ${schema} to USER`,
        error,
      );
    case 'read-only':
      return refused(
        'read-only',
        `the database takes no writes: ${message}. Use the primary's address`,
        error,
      );
    case 'exhausted':
    case 'no-connection':
    case 'lost':
      return refused(
        'lost',
        `no answer from ${shown}: ${message || (cause as { code?: string }).code || 'unreachable'}. Check host and port, and that the server runs and has a connection left`,
        error,
      );
    default:
      return error;
  }
}

function refused(reason: string, message: string, cause?: unknown): MillraceError {
  return new MillraceError('unavailable', message, { reason }, cause === undefined ? {} : { cause });
}
