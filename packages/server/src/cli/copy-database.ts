/** A store in PostgreSQL, copied into a folder as a store of SQLite, while servers write to it. */
import { mkdirSync, renameSync } from 'node:fs';
import { openFileBlobs } from '../drivers/files/blobs.ts';
import { openDatabase } from '../drivers/postgres/database.ts';
import { type PostgresSnapshot, withSnapshot } from '../drivers/postgres/snapshot.ts';
import { openPostgresStore } from '../drivers/postgres/store.ts';
import { syncFolderOf } from '../drivers/sqlite/process-lock.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import { keepSqliteDocuments } from '../drivers/sqlite/store-content.ts';
import { type Moved, moveStore } from '../engine/move-store.ts';
import { MillraceError } from '../errors.ts';
import { type Places, removeBlobs, removeDatabase } from './copy-places.ts';
import { CliError, exitCodes } from './exit.ts';
import { messageOf } from './io.ts';
import { flawsOf } from './store.ts';

interface Copied {
  readonly moved: Moved;
  readonly flaws: readonly string[];
}

/** A copy that did not come to its end is removed; where its process was killed it has not the name of one. */
export async function copyFromPostgres(address: string, to: Places): Promise<Copied> {
  const unfinished: Places = { ...to, path: `${to.path}.unfinished` };
  try {
    const database = await openDatabase({ address, connectionsMax: 4 });
    const store = await openPostgresStore({ database, existing: true });
    try {
      const copied = await withSnapshot(database, (snapshot) => copySnapshot(snapshot, unfinished));
      renameSync(unfinished.path, to.path);
      removeDatabase(unfinished.path);
      syncFolderOf(to.path);
      return copied;
    } finally {
      await store.close();
    }
  } catch (error) {
    removeDatabase(unfinished.path);
    removeBlobs(to.blobs);
    if (!(error instanceof MillraceError)) throw error;
    throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
  }
}

async function copySnapshot(snapshot: PostgresSnapshot, { path, blobs: folder }: Places): Promise<Copied> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const to = await openSqliteStore({ path, onFatal: () => {} });
  try {
    const blobs = { from: snapshot.blobs, to: openFileBlobs({ folder }) };
    const moved = await moveStore({
      from: snapshot.store,
      content: snapshot,
      to,
      keepDocuments: async (documents) => keepSqliteDocuments(path, documents),
      blobs: { ...blobs, kept: snapshot.keptBlobs() },
    });
    return { moved, flaws: await flawsOf({ from: snapshot.store, to, blobs }) };
  } finally {
    await to.close();
  }
}
