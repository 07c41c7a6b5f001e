import { statSync } from 'node:fs';
import { StorageError } from './failure.ts';

/**
 * Files that were opened go on working when their names are gone: what is written to them is synced, acknowledged, and
 * lost with the process. So before each commit the names are looked at, which takes some 10 µs of a batch.
 */
export interface UnmovedFiles {
  /** Throws a `StorageError` when a file of the store is not the one any more that was opened. */
  check(): void;
  /** Whether the log alone has lost its name, so that the database can still take up what is in it. */
  readonly onlyLogIsGone: boolean;
}

/** Of the database at `path` and of what stands beside it by now: its log, and the lock of its process. */
export function watchUnmovedFiles(path: string): UnmovedFiles {
  const files = { database: path, log: `${path}-wal`, lock: `${path}.lock` };
  const opened = Object.values(files)
    .map((file) => ({ file, identity: identityOf(file) }))
    .filter(({ identity }) => identity !== undefined);
  const moved = () => opened.find(({ file, identity }) => identityOf(file) !== identity)?.file;
  return {
    check() {
      const file = moved();
      if (file !== undefined)
        throw new StorageError(
          `${file} was removed, renamed or replaced while it was in use; put the files of the store back where they were`,
        );
    },
    get onlyLogIsGone() {
      return moved() === files.log && identityOf(files.lock) !== undefined;
    },
  };
}

function identityOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}/${found.ino}`;
}
