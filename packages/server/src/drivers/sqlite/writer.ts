import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { failureOf } from './failure.ts';
import { type Head, openHeadCache } from './head-cache.ts';
import { busyMs } from './schema.ts';
import { openThreadLedger } from './thread-ledger.ts';
import { type Failure, nothingExpected, operation, WireReader, type WireValue } from './wire.ts';

/**
 * The log starts from its beginning when a checkpoint meets no reader. Where readers are always there it grows, and
 * at this size a checkpoint waits for them.
 */
const walBytesMax = 64 * 1024 * 1024;
const batchesPerLook = 16;
/** Reads take a few ms; whoever reads for longer, from outside, must not hold up commits. */
const readersWaitMs = 200;

/** About 25 MB: `tenant\0stream`, a number and a SHA-256 each. */
const headsMax = 65_536;

export type Applied =
  | { readonly type: 'done'; readonly results: readonly WireValue[] }
  | { readonly type: 'failed' | 'fatal'; readonly failure: Failure };

/**
 * The writing side in the storage thread.
 *
 * 1. A batch is one transaction, with one sync at its end. An answer leaves this thread after that.
 * 2. Whether an entry is accepted is known before anything of it is written, so a refused one costs its batch
 *    nothing and no savepoint is needed.
 * 3. When a statement fails, the whole batch is rolled back and every cache is read anew. When even that is not sure
 *    (a failed write or sync, a damaged file) the answer is `fatal`, and nothing is applied any more.
 */
export function openWriter(database: DatabaseSync): { apply(operations: readonly WireValue[]): Applied } {
  const begin = database.prepare('begin immediate');
  const keepLogShort = openLogKeeper(database);
  const end = database.prepare('commit');
  const ledger = openThreadLedger(database);
  const commits = openCommits(database, ledger.change);
  const documents = openDocumentWriter(database);
  let broken: Failure | undefined;

  function perform(from: WireReader, out: WireValue[]): void {
    const code = from.number();
    if (code === operation.commit) commits.apply(from, out);
    else if (code === operation.claim) ledger.claim(from, out);
    else if (code === operation.renew) ledger.renew(from, out);
    else if (code === operation.release) ledger.release(from);
    else if (code === operation.putDocument) documents.put(from, out);
    else if (code === operation.deleteDocument) documents.delete(from, out);
    else if (code === operation.putSnapshot) documents.putSnapshot(from);
    else throw new Error(`no operation has the number ${code}`);
  }
  function undo(error: unknown): Applied {
    const failure = failureOf(error);
    try {
      if (database.isTransaction) database.exec('rollback');
      commits.reload();
      ledger.reload();
    } catch (second) {
      broken = failureOf(second);
    }
    if (failure.reason === 'storage-failed') broken = failure;
    return { type: broken === undefined ? 'failed' : 'fatal', failure };
  }
  return {
    apply(operations) {
      if (broken !== undefined) return { type: 'fatal', failure: broken };
      const from = new WireReader(operations, 0);
      const results: WireValue[] = [];
      try {
        begin.run();
        while (from.more) perform(from, results);
        end.run();
        keepLogShort();
      } catch (error) {
        return undo(error);
      }
      return { type: 'done', results };
    },
  };
}

function openLogKeeper(database: DatabaseSync): () => void {
  const path = `${database.location()}-wal`;
  const restart = database.prepare('pragma wal_checkpoint(restart)');
  let batches = 0;
  return () => {
    if (++batches % batchesPerLook !== 0) return;
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < walBytesMax) return;
    database.exec(`pragma busy_timeout = ${readersWaitMs}`);
    restart.all();
    database.exec(`pragma busy_timeout = ${busyMs}`);
  };
}

interface Commits {
  apply(from: WireReader, out: WireValue[]): void;
  reload(): void;
}

function openCommits(
  database: DatabaseSync,
  changeWakeUps: (tenant: string, execution: string, from: WireReader) => void,
): Commits {
  const heads = openHeadCache(headsMax);
  const last = database.prepare('select coalesce(max(position), 0) as position from commits');
  const head = database.prepare(
    `select version + count - 1 as version, id as "commit" from commits
     where tenant = ? and stream = ? order by version desc limit 1`,
  );
  const append = database.prepare(
    `insert into commits (position, tenant, stream, version, count, id, previous, time, cause, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, stream, version) do nothing`,
  );
  const execution = database.prepare(
    `insert into executions (tenant, id, namespace, name, version, definition, status, started_at, updated_at, ended_at, error)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (tenant, id) do update set namespace = excluded.namespace, name = excluded.name, version = excluded.version,
       definition = excluded.definition, status = excluded.status, started_at = excluded.started_at,
       updated_at = excluded.updated_at, ended_at = excluded.ended_at, error = excluded.error`,
  );
  const lastPosition = () => (last.get() as { position: number }).position;
  let position = lastPosition();

  function headOf(tenant: string, stream: string): Head {
    const known = heads.get(tenant, stream) ?? (head.get(tenant, stream) as Head | undefined);
    return known ?? { version: 0, commit: '' };
  }
  function appendCommit(tenant: string, stream: string, previous: string, from: WireReader): boolean {
    const version = from.number();
    const count = from.number();
    const id = from.text();
    const time = from.number();
    const cause = from.text();
    const body = from.text();
    if (
      append.run(position + 1, tenant, stream, version, count, id, previous, time, cause, body).changes === 0
    )
      return false;
    position++;
    heads.set(tenant, stream, { version: version + count - 1, commit: id });
    return true;
  }
  function putExecution(tenant: string, id: string, from: WireReader): void {
    const namespace = from.text();
    const name = from.text();
    const version = from.text();
    const definition = from.text();
    const status = from.text();
    const startedAt = from.number();
    const updatedAt = from.number();
    const endedAt = from.numberOrNull();
    const error = from.textOrNull();
    execution.run(
      tenant,
      id,
      namespace,
      name,
      version,
      definition,
      status,
      startedAt,
      updatedAt,
      endedAt,
      error,
    );
  }
  /** A first commit to a stream unknown here is not looked up: the unique index refuses it if the stream has one. */
  function fits(tenant: string, stream: string, after: Head, appends: boolean): boolean {
    if (after.version === nothingExpected) return true;
    if (appends && after.version === 0 && heads.get(tenant, stream) === undefined) return true;
    const head = headOf(tenant, stream);
    return head.version === after.version && head.commit === after.commit;
  }
  function applyEntry(from: WireReader, out: WireValue[]): void {
    const tenant = from.text();
    const stream = from.text();
    const version = from.number();
    const commit = from.text();
    const appends = from.number() === 1;
    if (
      !fits(tenant, stream, { version, commit }, appends) ||
      (appends && !appendCommit(tenant, stream, commit, from))
    ) {
      const actual = headOf(tenant, stream);
      out.push(-1, actual.version, actual.commit);
      return;
    }
    if (from.number() === 1) putExecution(tenant, stream, from);
    changeWakeUps(tenant, stream, from);
    out.push(position);
  }
  return {
    apply(from, out) {
      for (let entries = from.number(); entries > 0; entries--) {
        const end = from.number() + from.at;
        applyEntry(from, out);
        // A refused entry was left where it was refused.
        from.at = end;
      }
    },
    reload() {
      heads.clear();
      position = lastPosition();
    },
  };
}

interface DocumentWriter {
  put(from: WireReader, out: WireValue[]): void;
  delete(from: WireReader, out: WireValue[]): void;
  putSnapshot(from: WireReader): void;
}

function openDocumentWriter(database: DatabaseSync): DocumentWriter {
  const where = 'where tenant = ? and collection = ? and key = ?';
  const current = database.prepare(`select revision from documents ${where}`);
  const put = database.prepare(
    'insert or replace into documents (tenant, collection, key, revision, time, body) values (?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare(`delete from documents ${where}`);
  const snapshot = database.prepare(
    'insert or replace into snapshots (tenant, stream, schema, version, id, body) values (?, ?, ?, ?, ?, ?)',
  );
  function revisionOf(tenant: string, collection: string, key: string): number {
    const row = current.get(tenant, collection, key) as { revision: number } | undefined;
    return row?.revision ?? 0;
  }
  return {
    put(from, out) {
      const tenant = from.text();
      const collection = from.text();
      const key = from.text();
      const expected = from.numberOrNull();
      const time = from.number();
      const body = from.text();
      const revision = revisionOf(tenant, collection, key);
      if (expected !== null && expected !== revision) {
        out.push(0, revision);
        return;
      }
      put.run(tenant, collection, key, revision + 1, time, body);
      out.push(1, revision + 1);
    },
    delete(from, out) {
      const tenant = from.text();
      const collection = from.text();
      const key = from.text();
      const expected = from.numberOrNull();
      const revision = revisionOf(tenant, collection, key);
      const goes = revision > 0 && (expected === null || expected === revision);
      if (goes) remove.run(tenant, collection, key);
      out.push(goes ? 1 : 0);
    },
    putSnapshot(from) {
      snapshot.run(from.text(), from.text(), from.number(), from.number(), from.text(), from.text());
    },
  };
}
