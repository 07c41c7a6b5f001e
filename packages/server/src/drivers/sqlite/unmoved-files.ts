import { type BigIntStats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from './failure.ts';

/**
 * Files that were opened go on working when their names are gone: what is written to them is synced, acknowledged, and
 * lost with the process. So the names are looked at before each commit.
 *
 * A name cannot change without its folder's times (short of a mount on the file itself), so it is the folder that is asked,
 * in some 3 µs. Asking a file for its times makes Linux (6.13 and later) give it a new one at its next write, which the next
 * sync then has to write as well: each took 0.1 ms longer.
 */
export interface UnmovedFiles {
  /** Throws a `StorageError` when a file of the store is not the one any more that was opened. */
  check(): void;
  /** Whether the log alone has lost its name, so that the database can still take up what is in it. */
  readonly onlyLogIsGone: boolean;
}

/** How old a folder's last change must be to be told from the next one, in ms: FAT's times are 2 s apart. */
const toldApart = 5_000;

/** Of the database at `path` and of what stands beside it by now: its log, and the lock of its process. */
export function watchUnmovedFiles(path: string): UnmovedFiles {
  const folder = dirname(path);
  const files = { database: path, log: `${path}-wal`, lock: `${path}.lock` };
  const opened = Object.values(files)
    .map((file) => ({ file, identity: identityOf(file) }))
    .filter(({ identity }) => identity !== undefined);
  const moved = () => opened.find(({ file, identity }) => identityOf(file) !== identity)?.file;
  let settled: BigIntStats | undefined;
  return {
    check() {
      const now = statsOf(folder);
      if (now !== undefined && settled !== undefined && isUnchanged(settled, now)) return;
      const file = moved();
      if (file !== undefined)
        throw new StorageError(
          `${file} was removed, renamed or replaced while it was in use; put the files of the store back where they were`,
        );
      settled = now !== undefined && Math.abs(Date.now() - Number(now.ctimeMs)) > toldApart ? now : undefined;
    },
    get onlyLogIsGone() {
      return moved() === files.log && identityOf(files.lock) !== undefined;
    },
  };
}

function isUnchanged(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.ctimeNs === other.ctimeNs &&
    one.mtimeNs === other.mtimeNs &&
    one.ino === other.ino &&
    one.dev === other.dev
  );
}

function identityOf(file: string): string | undefined {
  const found = statsOf(file);
  return found && `${found.dev}/${found.ino}`;
}

function statsOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
