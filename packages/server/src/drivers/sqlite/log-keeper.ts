import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { busyMs } from './schema.ts';

/**
 * The log starts from its beginning when a checkpoint meets no reader. Where readers are always there it grows, and
 * at this size a checkpoint waits for them.
 */
const walBytesMax = 64 * 1024 * 1024;
const batchesPerLook = 16;
/** Reads take a few ms; whoever reads for longer, from outside, must not hold up commits. */
const readersWaitMs = 200;

/** Keeps the log beside the database from growing without bound: to be called after each batch. */
export function openLogKeeper(database: DatabaseSync): () => void {
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
