/** Where a copy of a store goes, and what becomes of one that did not come to its end. */
import { rmSync } from 'node:fs';

export interface Places {
  /** of the database file */
  readonly path: string;
  /** folder of large values */
  readonly blobs: string;
}

/** The database with all that SQLite and the store lay beside it: what is left would be taken for a store. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal', '.lock', '.pid'])
    rmSync(`${path}${suffix}`, { force: true });
}

export function removeBlobs(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
