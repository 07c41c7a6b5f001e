import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { rowAs } from './row-as.ts';
import { busyMs } from './schema.ts';

/**
 * Pages in the log that the database has not, at which a checkpoint moves them there. It holds up the batch behind it
 * for 4 ms and more, two syncs among them. Under load it is done early: with 4,000 pages p99 of 64 commits in flight was
 * twice that with 1,000. Where few commits are under way all of it is waited for, by one execution in 50 with 1,000 pages.
 */
const pagesPerCheckpoint = { few: 4_000, many: 1_000 };
/**
 * The log starts from its beginning when a checkpoint meets no reader. Where readers are always there it grows, and
 * at this size a checkpoint waits for them: 64 MB.
 */
const logPagesMax = 16 * 1024;
/**
 * With less room on the disk the log is kept as short as under load: what it has is of use to the database only while
 * that can grow, and on 12 MB an eighth of the commits filled it for good.
 */
const roomMin = 64 * 1024 * 1024;
/** By how much it grows before readers are waited for again: one of them may stay for an hour. */
const pagesPerWait = 4_000;
/** Reads take a few ms; whoever reads for longer, from outside, must not hold up commits. */
const readersWaitMs = 200;

/**
 * Keeps the log beside the database from growing without bound: to be called when a batch was answered, since SQLite's own
 * checkpoints come before that. `few`: few commits are under way.
 * @param bytesFreeMin room on the disk, from which the log may be long
 */
export function openLogKeeper(database: DatabaseSync, bytesFreeMin = roomMin): (few: boolean) => void {
  const folder = dirname(database.location() ?? '');
  const look = database.prepare('pragma wal_checkpoint(noop)');
  const passive = database.prepare('pragma wal_checkpoint(passive)');
  const restart = database.prepare('pragma wal_checkpoint(restart)');
  /** size of the log at which readers are waited for */
  let waitAt = logPagesMax;
  return (few) => {
    const { log, checkpointed } = rowAs<LogPages>(look.get());
    if (log < logPagesMax) waitAt = logPagesMax;
    const pages = log - checkpointed;
    if (pages < pagesPerCheckpoint.many) return;
    if (few && pages < pagesPerCheckpoint.few && bytesFreeOf(folder) >= bytesFreeMin) return;
    if (log < waitAt) {
      passive.all();
      return;
    }
    waitAt = log + pagesPerWait;
    database.exec(`pragma busy_timeout = ${readersWaitMs}`);
    try {
      restart.all();
    } finally {
      database.exec(`pragma busy_timeout = ${busyMs}`);
    }
  };
}

function bytesFreeOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

interface LogPages {
  readonly log: number;
  /** of them, how many the database has */
  readonly checkpointed: number;
}
