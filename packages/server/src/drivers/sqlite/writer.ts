import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { failureOf } from './failure.ts';
import { busyMs } from './schema.ts';
import { openThreadCommits } from './thread-commits.ts';
import { openThreadDocuments } from './thread-documents.ts';
import { openThreadLedger } from './thread-ledger.ts';
import { type Failure, operation, WireReader, type WireValue } from './wire.ts';

/**
 * The log starts from its beginning when a checkpoint meets no reader. Where readers are always there it grows, and
 * at this size a checkpoint waits for them.
 */
const walBytesMax = 64 * 1024 * 1024;
const batchesPerLook = 16;
/** Reads take a few ms; whoever reads for longer, from outside, must not hold up commits. */
const readersWaitMs = 200;

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
  const commits = openThreadCommits(database, ledger.change);
  const documents = openThreadDocuments(database);
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
  /**
   * The batch is durable whatever comes of this. Where a checkpoint found no room or met a reader the log keeps all
   * and grows on, as after those that SQLite runs itself; a failed write or sync is the end, from the next batch on.
   */
  function tidy(): void {
    try {
      keepLogShort();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.reason === 'storage-failed') broken = failure;
    }
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
      } catch (error) {
        return undo(error);
      }
      tidy();
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
