import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MillraceError } from '../../errors.ts';

/**
 * Holds a database file for this process until `release`. Refuses with `unavailable` (`reason: 'locked'`) when a
 * process, this one included, holds it already.
 *
 * The lock is a write transaction on an empty database beside the file, open as long as the store is: an advisory
 * lock of the operating system, which vanishes with its process, `kill -9` included. The pid stands in a file of its
 * own, for the message only. Nothing but SQLite may open the lock file: closing any other descriptor of it would
 * drop the process's lock.
 */
export function lockForProcess(path: string): { release(): void } {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  const pidFile = `${path}.pid`;
  try {
    lock.exec('begin immediate');
  } catch (error) {
    lock.close();
    throw refusal(path, pidFile, error);
  }
  writeFileSync(`${pidFile}.new`, `${process.pid}\n`);
  renameSync(`${pidFile}.new`, pidFile);
  return {
    release() {
      rmSync(pidFile, { force: true });
      lock.exec('rollback');
      lock.close();
    },
  };
}

/** Makes the names in the file's folder durable: SQLite syncs the folder of its logs, not that of a new database. */
export function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function refusal(path: string, pidFile: string, cause: unknown): MillraceError {
  const code = (cause as { errcode?: number }).errcode ?? 0;
  if ((code & 0xff) !== 5) {
    return new MillraceError(
      'unavailable',
      `${path}.lock cannot be locked: ${(cause as Error).message}`,
      { reason: 'storage-failed' },
      { cause },
    );
  }
  const pid = readPid(pidFile);
  const holder =
    pid === undefined
      ? 'another process'
      : pid === process.pid
        ? `this process (pid ${pid})`
        : `process ${pid}`;
  return new MillraceError(
    'unavailable',
    `${path} is in use by ${holder}: one process at a time can own a SQLite store. Stop it, or choose another file`,
    pid === undefined ? { reason: 'locked' } : { reason: 'locked', pid },
    { cause },
  );
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
