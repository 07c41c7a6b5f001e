import type { DatabaseSync } from 'node:sqlite';
import { failureOf, StorageError } from './failure.ts';
import { openLogKeeper } from './log-keeper.ts';
import { openStreamTables } from './stream-tables.ts';
import { openThreadBacklog } from './thread-backlog.ts';
import { openThreadCommits } from './thread-commits.ts';
import { openThreadDocuments } from './thread-documents.ts';
import { openThreadFlush } from './thread-flush.ts';
import { openThreadLedger } from './thread-ledger.ts';
import { openThreadStreams, type Stream } from './thread-streams.ts';
import { watchUnmovedFiles } from './unmoved-files.ts';
import { type Failure, operation, type WireMessage, WireReader, type WireValue } from './wire.ts';

export type Applied =
  | { readonly type: 'done'; readonly results: readonly WireValue[] }
  | { readonly type: 'failed' | 'fatal'; readonly failure: Failure };

/** A message, and whether it is all that is under way, and little. */
export interface Batch {
  readonly message: WireMessage;
  readonly few: boolean;
}

export interface Writer {
  apply(batch: Batch): Applied;
  /** What can wait until the answer to a batch is on its way: keeping the log short. `few`: few commits are under way. */
  tidy(few: boolean): void;
  /** When nobody writes: some of what brings the tables up to date, and the log into the database. True: there is more. */
  rest(): boolean;
}

/**
 * The writing side in the storage thread.
 *
 * 1. A batch is one transaction, with one sync at its end. An answer leaves this thread after that.
 * 2. A batch writes its commits, and one row of the backlog for all else that it changes. The index of commits, the
 *    executions and the wake-ups are changed in memory, and their tables by a flush, in the transactions of the batches
 *    that follow: an execution that went through six commits is written once, a wake-up that came and went never.
 * 3. Whether an entry is accepted is known before anything of it is written, so a refused one costs its batch
 *    nothing and no savepoint is needed.
 * 4. When a statement fails, the whole batch is rolled back and memory is built anew from the tables, the commits behind
 *    them and the backlog, as when the file is opened. When even that is not sure (a failed write or sync, a damaged
 *    file) the answer is `fatal`, and nothing is applied any more. So it is when the file, its log or its lock is not where
 *    it was: who opens the store next would not find what is written.
 */
export function openWriter(database: DatabaseSync, entriesPerFlush: number): Writer {
  const begin = database.prepare('begin immediate');
  const end = database.prepare('commit');
  const checkpoint = database.prepare('pragma wal_checkpoint(passive)');
  const keepLogShort = openLogKeeper(database);
  const streams = openThreadStreams(database);
  const tables = openStreamTables(database);
  const backlog = openThreadBacklog(database, streams);
  const ledger = openThreadLedger(database, { streams, backlog, flushAll: () => flush.all() });
  const commits = openThreadCommits(database, streams, (stream, from, entry) => {
    backlog.keep(stream, from, entry);
    change(stream, from, stream.position);
  });
  const documents = openThreadDocuments(database);
  const flush = openThreadFlush({ streams, tables, ledger, backlog, commits }, entriesPerFlush);
  let broken: Failure | undefined;
  reload();
  inTransaction(() => {
    flush.all();
    voidLeases(database);
  });
  reload();
  const files = watchUnmovedFiles(database.location() ?? '');

  function change(stream: Stream, from: WireReader, position: number): void {
    const names = from.sharedOrNull();
    if (names !== null) {
      const status = from.shared();
      const startedAt = from.time();
      const updatedAt = from.time();
      const endedAt = from.timeOrNull();
      stream.execution = { names, status, startedAt, updatedAt, endedAt, error: from.textOrNull() };
      streams.touch(stream);
    }
    ledger.change(stream, from, position);
  }
  function reload(): void {
    streams.clear();
    ledger.reload();
    const at = commits.replay(tables.indexedTo());
    backlog.replay(at, change);
  }
  /** Answers how many entries it took. */
  function perform(code: number, from: WireReader, out: WireValue[]): number {
    const units = code === operation.commit ? (from.values[from.at] as number) : 1;
    if (code === operation.commit) commits.apply(from, out);
    else if (code === operation.claim) ledger.claim(from, out);
    else if (code === operation.renew) ledger.renew(from, out);
    else if (code === operation.release) ledger.release(from);
    else if (code === operation.putDocument) documents.put(from, out);
    else if (code === operation.deleteDocument) documents.delete(from, out);
    else if (code === operation.putSnapshot) documents.putSnapshot(from);
    else throw new Error(`no operation has the number ${code}`);
    return units;
  }
  function applyAll({ message, few }: Batch, from: WireReader, out: WireValue[]): void {
    let entries = 0;
    const waiting: number[] = [];
    backlog.begin(message);
    while (from.more) {
      const code = from.number();
      if (code === operation.flush) waiting.push(out.push(from.number(), 0) - 2);
      else entries += perform(code, from, out);
    }
    flush.count(entries);
    const { wanted } = flush;
    if (waiting.length > 0 && flush.isSmall(few)) {
      if (flush.isBehind) flush.all();
    } else {
      backlog.write();
      if (waiting.length > 0) flush.slice(few);
      else flush.share(entries, few);
    }
    for (const at of waiting) {
      out[at] ||= wanted;
      out[at + 1] = flush.ended;
    }
  }
  function undo(error: unknown): Failure {
    const failure = failureOf(error);
    try {
      if (database.isTransaction) database.exec('rollback');
      reload();
    } catch (second) {
      broken = failureOf(second);
    }
    if (failure.reason === 'storage-failed') broken = failure;
    flush.clear();
    if (error instanceof StorageError) saveLog();
    return failure;
  }
  /** A log without a name goes with this process; what was acknowledged is in it. */
  function saveLog(): void {
    if (!files.onlyLogIsGone) return;
    try {
      checkpoint.all();
    } catch {
      // Nothing is left to be tried, and what is wrong is told already.
    }
  }
  function inTransaction(run: () => void): void {
    begin.run();
    run();
    end.run();
  }
  return {
    apply(batch) {
      if (broken !== undefined) return { type: 'fatal', failure: broken };
      const { values, texts, base } = batch.message;
      const from = new WireReader(values, texts, base);
      const results: WireValue[] = [];
      try {
        inTransaction(() => {
          applyAll(batch, from, results);
          files.check();
        });
      } catch (error) {
        const failure = undo(error);
        return { type: broken === undefined ? 'failed' : 'fatal', failure };
      }
      return { type: 'done', results };
    },
    /**
     * The batch is durable whatever comes of this. Where a checkpoint found no room or met a reader the log keeps all
     * and grows on; a failed write or sync is the end, from the next batch on.
     */
    tidy(few) {
      try {
        keepLogShort(few);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.reason === 'storage-failed') broken = failure;
      }
    },
    rest() {
      if (broken !== undefined) return false;
      try {
        if (flush.isBehind) inTransaction(flush.isSmall(true) ? flush.all : () => flush.slice(true));
        if (flush.isBehind) return true;
        checkpoint.all();
      } catch (error) {
        undo(error);
      }
      return false;
    },
  };
}

/** Whoever holds the process lock is the only one, so no lease in a file that is opened has a living owner. */
function voidLeases(database: DatabaseSync): void {
  database.exec(`
    update wake_ups set doubt = unsafe, claimable = case unsafe when 1 then null else due end, owner = null, until = null
    where owner is not null`);
}
