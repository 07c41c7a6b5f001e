import { DatabaseSync } from 'node:sqlite';

/** `MLRC`: says that a file is Millrace's. */
const applicationId = 0x4d4c5243;

/**
 * Numbered, forward only: the number of a migration is its place, from 1, and one that was released never changes.
 *
 * `commits` and `backlog` are written by every batch, and say everything. `streams` (the index of commits by stream),
 * `executions` and `wake_ups` follow from them and are brought up to date by flushes: all commits up to `indexed` are in
 * `streams`, and what `backlog` does not say is in the two others. While a flush is under way some rows are newer.
 *
 * Times are epoch ms. `commits.cause` is as `stored-cause.ts` has it, `commits.id` a SHA-256 as 32 bytes, or else text; `previous` is the position of the stream's
 * commit before, 0: none. A row of `streams` holds the positions of commits that follow each other, as JSON, from the
 * one that begins at `version`; `last` is the last of them. `wake_ups.claimable` is the instant from which a row can be
 * claimed, null: never as it stands. There are as few indexes as the queries bear:
 * - wake-ups are keyed by execution, so that "why is it waiting" needs no index of its own;
 * - `executions_by_status` begins with the status, and so serves lists (merged over statuses), open executions
 *   and counts alike;
 * - `wake_ups_by_shape` and `wake_ups_of_shape` serve whoever looks for what waits for an event, with all columns that
 *   are asked for: `position` is that of the commit that put the row;
 * - `executions_by_name` serves lists of one workflow, each status of it a stretch, so that neither a rare workflow
 *   nor a rare status of a common one is looked for row by row. A namespace is told apart among the rows of a name.
 */
const migrations: readonly string[] = [
  `
  create table commits (
    position integer primary key,
    tenant text not null, stream text not null, version integer not null, count integer not null,
    id any not null, previous integer not null, time integer not null, cause text not null, body text not null
  ) strict;

  create table streams (
    tenant text not null, stream text not null, version integer not null, last integer not null, positions text not null,
    primary key (tenant, stream, version)
  ) strict, without rowid;
  create table indexed (position integer not null) strict;
  insert into indexed (position) values (0);

  create table backlog (number integer primary key, changes text not null) strict;

  create table executions (
    tenant text not null, id text not null, namespace text not null, name text not null, version text not null,
    definition text not null, status text not null, started_at integer not null, updated_at integer not null,
    ended_at integer, error text,
    primary key (tenant, id)
  ) strict, without rowid;
  create index executions_by_status on executions (status, tenant, started_at, id);

  create index executions_by_name on executions (name, status, tenant, started_at, id);

  create table wake_ups (
    tenant text not null, execution text not null, id text not null, kind text not null, due integer not null,
    attempt integer not null, owner text, until integer, unsafe integer not null, doubt integer not null, body text,
    claimable integer,
    primary key (tenant, execution, id)
  ) strict, without rowid;
  create index wake_ups_by_claimable on wake_ups (kind, claimable, tenant, execution, id);

  create table documents (
    tenant text not null, collection text not null, key text not null, revision integer not null,
    time integer not null, body text not null,
    primary key (tenant, collection, key)
  ) strict;

  create table snapshots (
    tenant text not null, stream text not null, schema integer not null, version integer not null,
    id text not null, body text not null,
    primary key (tenant, stream)
  ) strict;
  `,
  `
  alter table wake_ups add column shape text;
  alter table wake_ups add column "key" text;
  alter table wake_ups add column position integer;
  create index wake_ups_by_shape on wake_ups (tenant, shape, "key", execution, id, position) where shape is not null;
  create index wake_ups_of_shape on wake_ups (tenant, shape, execution, id, "key", position) where shape is not null;
  `,
  // Causes are stored short from here on, and a program that does not know that must not show them.
  '',
  // In the backlog an entry may repeat the one before.
  '',
];

export const schemaVersion = migrations.length;

/**
 * A flush comes in slices that change fewer pages. Four times as much made no work faster, wrote no fewer bytes, and cost
 * 10,000 sleepers 16 MB.
 */
const cacheKibibytes = 4 * 1024;
/** What a log that has grown is cut to when it starts from its beginning. */
const walBytesKept = 16 * 1024 * 1024;

/** What a statement waits while another program holds the database, such as one that makes a copy. */
export const busyMs = 5_000;

/** Why a file cannot be opened; `reason` becomes a detail of the coded error that the opener throws. */
export class SchemaError extends Error {
  readonly reason: 'foreign-file' | 'newer-schema' | 'older-schema' | 'bytes-max';

  constructor(reason: SchemaError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface WritingOptions {
  readonly bytesMax: number | null;
  /** the file is not to be changed: one of an older schema is refused */
  readonly existing: boolean;
}

/** Opens the file for writing and brings it to the current schema. */
export function openForWriting(path: string, options: WritingOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: false });
  try {
    checkFile(database, path, options);
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = ${-cacheKibibytes};`,
    );
    database.exec(`pragma wal_autocheckpoint = 0; pragma journal_size_limit = ${walBytesKept};`);
    migrate(database);
    if (options.bytesMax !== null) limitBytes(database, options.bytesMax);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a file that `openForWriting` has prepared, for reads only. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs });
  database.exec('pragma query_only = on; pragma wal_autocheckpoint = 0;');
  return database;
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]);
}

function checkFile(database: DatabaseSync, path: string, { existing }: WritingOptions): void {
  const tables = database.prepare('select count(*) as tables from sqlite_schema').get() as { tables: number };
  if (tables.tables > 0 && pragma(database, 'application_id') !== applicationId) {
    throw new SchemaError('foreign-file', `${path} is a database of another program`);
  }
  const version = pragma(database, 'user_version');
  if (version > schemaVersion) {
    const numbers = `schema ${version}, and this Millrace knows schemas up to ${schemaVersion}`;
    throw new SchemaError(
      'newer-schema',
      `${path} was written by a newer Millrace (${numbers}): start that version, or another file`,
    );
  }
  if (existing && tables.tables === 0) throw new SchemaError('foreign-file', `${path} has no store in it`);
  if (existing && version < schemaVersion) {
    throw new SchemaError(
      'older-schema',
      `${path} was written by an older Millrace (schema ${version}; this one reads schema ${schemaVersion}): use that version, or start a server of this one on it, which brings it up to date for ever`,
    );
  }
}

function migrate(database: DatabaseSync): void {
  for (let version = pragma(database, 'user_version'); version < schemaVersion; version++) {
    database.exec('begin immediate');
    try {
      database.exec(migrations[version] ?? '');
      database.exec(
        `pragma application_id = ${applicationId}; pragma user_version = ${version + 1}; commit;`,
      );
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  }
}

function limitBytes(database: DatabaseSync, bytesMax: number): void {
  const pages = Math.floor(bytesMax / pragma(database, 'page_size'));
  if (pragma(database, 'page_count') > pages) {
    throw new SchemaError(
      'bytes-max',
      `the database is larger already than the ${bytesMax} bytes that it may have`,
    );
  }
  database.exec(`pragma max_page_count = ${pages}`);
}
