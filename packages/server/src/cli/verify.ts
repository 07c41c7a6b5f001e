/** `millrace verify`: the whole store, held against its own hash chains. */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { openFileBlobs } from '../drivers/files/blobs.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { openPostgresBlobs } from '../drivers/postgres/blobs.ts';
import { openDatabase } from '../drivers/postgres/database.ts';
import { openPostgresStore } from '../drivers/postgres/store.ts';
import { openSqliteStore, type SqliteOptions } from '../drivers/sqlite/store.ts';
import { type StoreFlaw, type StoreVerdict, verifyStore } from '../engine/verify-store.ts';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { type Options, readArguments, settingOptions } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

export function options(): Options {
  return { ...settingOptions(['store', 'data']), json: { type: 'boolean' } };
}

export const help = `Reads every commit of every execution, and says where a log is damaged: a version that is missing, a commit whose
content is not what its id says, an execution that is shown otherwise than its log ends, a large value in the data
folder that is missing or another. Nothing is changed. The store is opened as a server opens it, so stop the server first, unless the store is in PostgreSQL. Exits 1 when anything is damaged.`;

/** Exits 0 when all is sound, 1 when anything is damaged, 4 when the store cannot be opened. */
export async function verify(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options());
  if (positionals.length > 0)
    throw new CliError(exitCodes.usage, `verify takes no argument, but was given "${positionals[0]}".`);
  const { json, ...rest } = flags;
  const { settings } = await loadConfig({ flags: rest, environment: io.environment, terminal: io.terminal });
  const verdict = isPostgres(settings.store)
    ? await verifyDatabase(settings.store)
    : await verifyFile(fileOf(settings.store), join(resolve(settings.data), 'blobs'), { existing: true });
  if (json) io.out(`${JSON.stringify(verdict, null, 2)}\n`);
  else report(verdict, io);
  return isSound(verdict) ? exitCodes.ok : exitCodes.failed;
}

function fileOf(store: string): string {
  if (!store.startsWith('sqlite:'))
    throw new CliError(
      exitCodes.usage,
      `A store that keeps nothing cannot be verified: --store sqlite:FILE or postgres://…, not ${store}.`,
    );
  const path = resolve(store.slice('sqlite:'.length));
  if (!existsSync(path)) throw new CliError(exitCodes.cannotStart, `There is no store at ${path}.`);
  return path;
}

/** Servers may go on meanwhile. */
async function verifyDatabase(address: string): Promise<StoreVerdict> {
  let store: Store;
  let blobs: BlobStore;
  try {
    const database = await openDatabase({ address, connectionsMax: connectionsMin });
    store = await openPostgresStore({ database, existing: true });
    blobs = openPostgresBlobs(database);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
  }
  try {
    return await verifyStore(store, blobs, (text) => hash('sha256', text));
  } finally {
    await store.close();
  }
}

/** Of these a file that is whole is not read either. */
const unread: ReadonlySet<unknown> = new Set(['locked', 'newer-schema', 'older-schema', 'foreign-file']);

/** Throws `CliError` `cannotStart` when the file is another's. @param options whether an older schema is refused */
export async function verifyFile(
  path: string,
  folder: string,
  options: Pick<SqliteOptions, 'existing'> = {},
): Promise<StoreVerdict> {
  try {
    const store = await openSqliteStore({ path, onFatal: () => {}, ...options });
    try {
      return await verifyStore(store, blobsIn(folder), (text) => hash('sha256', text));
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    if (unread.has(error.details.reason))
      throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
    return { executions: 0, commits: 0, facts: 0, values: 0, flaws: [], unreadable: messageOf(error) };
  }
}

/** A folder that is not there holds nothing; opening it would make it. */
function blobsIn(folder: string): Pick<BlobStore, 'stream'> {
  return existsSync(folder) ? openFileBlobs({ folder }) : { stream: async () => undefined };
}

const connectionsMin = 4;

function isSound({ flaws, unreadable }: StoreVerdict): boolean {
  return flaws.length === 0 && unreadable === undefined;
}

function report(verdict: StoreVerdict, io: Io): void {
  const { executions, commits, facts, values, flaws, unreadable } = verdict;
  for (const flaw of flaws) io.error(`${describe(flaw)}\n`);
  if (unreadable !== undefined) io.error(`The store cannot be read to its end: ${unreadable}\n`);
  const read = `${executions} executions, ${commits} commits, ${facts} events, ${values} large values`;
  io.out(isSound(verdict) ? `${read}: sound\n` : `${read} read: damaged\n`);
  if (!isSound(verdict))
    io.error(
      'Restore the store from its last backup, or start on another: --store sqlite:OTHER.db, or ?schema=OTHER in PostgreSQL.\n',
    );
}

function describe({ tenant, execution, version, reason }: StoreFlaw): string {
  const place = version === 0 ? execution : `${execution}, event ${version}`;
  return `${tenant === 'default' ? '' : `${tenant}/`}${place}: ${reason}`;
}
