/** `millrace backup` and `millrace restore`: a folder that holds a whole store, and is one that can be opened itself. */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite';
import { loadConfig } from '../config/load.ts';
import { listFileBlobs, openFileBlobs } from '../drivers/files/blobs.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { findLogDamage } from '../drivers/sqlite/log-damage.ts';
import { lockForProcess, syncFolderOf } from '../drivers/sqlite/process-lock.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import { MillraceError } from '../errors.ts';
import { type Options, readArguments, settingOptions } from './arguments.ts';
import { copyFromPostgres } from './copy-database.ts';
import { type Places, removeBlobs, removeDatabase } from './copy-places.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';
import { moveToPostgres } from './store.ts';
import { verifyFile } from './verify.ts';

export function options(): Options {
  return { ...settingOptions(['store', 'data']), json: { type: 'boolean' } };
}

export const backupHelp = `Copies a store with its large values into a new folder, as a store of SQLite, and holds the copy against its hash chains.
Servers may run meanwhile: the copy is the store as it was at one instant. Of a large store in PostgreSQL take pg_dump, which
is faster. Exits 1 when the copy is not sound, 4 when there is no store or the folder is not empty.`;

export const restoreHelp = `Puts a backup into a store that is empty: --store sqlite:FILE with --data FOLDER, or --store postgres://… What was restored
is held against its hash chains. No server may run on that store yet, and none on the old one any more: both would do
what is left to do. Exits 1 when it is not sound, 4 when the store is not empty or cannot be opened.`;

const databaseName = 'millrace.db';
const blobsName = 'blobs';

/** Exits 0 when the copy is whole and sound, 1 when it is not, 4 when it could not be made. */
export async function backup(args: readonly string[], io: Io): Promise<number> {
  const { folder, settings, json } = await read('backup', args, io);
  if (isPostgres(settings.store)) {
    return reportMoved(await copyFromPostgres(settings.store, placesIn(emptied(folder))), json, io);
  }
  const path = fileOf(settings.store);
  if (!existsSync(path)) throw new CliError(exitCodes.cannotStart, `There is no store at ${path}.`);
  await copyOut({ path, blobs: join(resolve(settings.data), blobsName) }, placesIn(emptied(folder)));
  const to = placesIn(folder);
  return report(await verifyFile(to.path, to.blobs), json, io);
}

/** Exits 0 when all is there and sound, 1 when it is not, 4 when it could not be done. */
export async function restore(args: readonly string[], io: Io): Promise<number> {
  const { folder, settings, json } = await read('restore', args, io);
  const from = placesIn(folder);
  if (!existsSync(from.path)) throw new CliError(exitCodes.cannotStart, `There is no backup in ${folder}.`);
  if (isPostgres(settings.store)) {
    return reportMoved(await moveToPostgres(from.path, settings.store, from.blobs), json, io);
  }
  const path = fileOf(settings.store);
  if (existsSync(path)) throw new CliError(exitCodes.cannotStart, `There is a store at ${path} already.`);
  const to = { path, blobs: join(resolve(settings.data), blobsName) };
  await copyIn(from, to);
  return report(await verifyFile(to.path, to.blobs), json, io);
}

/** The log first: a large value is there before the commit that names it, so each one that the copy names is found. */
async function copyOut(from: Places, to: Places): Promise<void> {
  await copying(from, to, async (path) => {
    await copyLog(from.path, path);
    await copyBlobs(from.blobs, to.blobs);
  });
}

/** The log last: nobody writes to a backup, and where the database is not there yet, all can be done once more. */
async function copyIn(from: Places, to: Places): Promise<void> {
  await copying(from, to, async (path) => {
    await copyBlobs(from.blobs, to.blobs);
    await copyLog(from.path, path);
  });
}

/**
 * A copy that did not come to its end is removed; where its process was killed it has not the name of one, or a server would
 * take it for an empty store. Large values stay where others were: no other content has their names.
 */
async function copying(from: Places, to: Places, copy: (path: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(to.path), { recursive: true, mode: 0o700 });
  refuseDamage(from.path);
  const hadBlobs = existsSync(to.blobs);
  const unfinished = `${to.path}.unfinished`;
  try {
    const lock = lockForProcess(to.path);
    try {
      removeDatabase(unfinished);
      await copy(unfinished);
      renameSync(unfinished, to.path);
      syncFolderOf(to.path);
    } finally {
      lock.release();
    }
    // What is written behind the log is brought up to it once, so that the copy can be read by itself.
    const store = await openSqliteStore({ path: to.path, onFatal: () => {} });
    await store.close();
  } catch (error) {
    // What a server has open is the server's.
    if (!isLocked(error)) {
      removeDatabase(unfinished);
      removeDatabase(to.path);
      if (!hadBlobs) removeBlobs(to.blobs);
    }
    throw new CliError(exitCodes.cannotStart, `The copy could not be made: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** All pages are one step, hence one snapshot: between two steps a commit of another process makes SQLite begin anew. */
const pagesMax = 2 ** 31 - 1;

async function copyLog(from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await copyDatabase(database, to, { rate: pagesMax });
  } finally {
    database.close();
  }
}

async function copyBlobs(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const [source, target] = [openFileBlobs({ folder: from }), openFileBlobs({ folder: to })];
  for (const { tenant, digest } of listFileBlobs(from)) {
    const content = await source.get(tenant, digest);
    if (content !== undefined) await target.put(tenant, content);
  }
}

/** A copy would leave out, unsaid, what is behind the damage. A server that has the store open looked when it started. */
function refuseDamage(path: string): void {
  const lock = lockUnlessHeld(path);
  if (lock === undefined) return;
  try {
    const damage = findLogDamage(path);
    if (damage !== undefined) throw new CliError(exitCodes.cannotStart, `${damage}.`);
  } finally {
    lock.release();
  }
}

function lockUnlessHeld(path: string): ReturnType<typeof lockForProcess> | undefined {
  try {
    return lockForProcess(path);
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof MillraceError && error.details.reason === 'locked';
}

async function read(name: string, args: readonly string[], io: Io) {
  const { flags, positionals } = readArguments(args, options());
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0)
    throw new CliError(exitCodes.usage, `Usage: millrace ${name} FOLDER [--store STORE] [--data FOLDER]`);
  const { json, ...rest } = flags;
  const { settings } = await loadConfig({ flags: rest, environment: io.environment, terminal: io.terminal });
  return { folder: resolve(folder), settings, json: json === true };
}

function placesIn(folder: string): Places {
  return { path: join(folder, databaseName), blobs: join(folder, blobsName) };
}

function emptied(folder: string): string {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new CliError(exitCodes.cannotStart, `${folder} is not empty: a backup gets a folder of its own.`);
  return folder;
}

function fileOf(store: string): string {
  if (store.startsWith('sqlite:')) return resolve(store.slice('sqlite:'.length));
  throw new CliError(
    exitCodes.usage,
    `A store that keeps nothing has no backup: --store sqlite:FILE or postgres://…, not ${store}.`,
  );
}

function reportMoved(
  { moved, flaws }: Awaited<ReturnType<typeof moveToPostgres>>,
  json: boolean,
  io: Io,
): number {
  for (const flaw of flaws) io.error(`${flaw}\n`);
  const verdict = flaws.length === 0 ? 'sound' : 'damaged';
  if (json) io.out(`${JSON.stringify({ ...moved, flaws }, null, 2)}\n`);
  else io.out(`${moved.executions} executions, ${moved.commits} commits: ${verdict}\n`);
  return flaws.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function report(verdict: Awaited<ReturnType<typeof verifyFile>>, json: boolean, io: Io): number {
  const { executions, commits, flaws, unreadable } = verdict;
  const isSound = flaws.length === 0 && unreadable === undefined;
  for (const { execution, version, reason } of flaws) io.error(`${execution}, event ${version}: ${reason}\n`);
  if (unreadable !== undefined) io.error(`The copy cannot be read to its end: ${unreadable}\n`);
  if (json) io.out(`${JSON.stringify(verdict, null, 2)}\n`);
  else io.out(`${executions} executions, ${commits} commits: ${isSound ? 'sound' : 'damaged'}\n`);
  return isSound ? exitCodes.ok : exitCodes.failed;
}
