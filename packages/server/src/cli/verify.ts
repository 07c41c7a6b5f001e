/** `millrace verify`: the whole store, held against its own hash chains. */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { openDatabase } from '../drivers/postgres/database.ts';
import { openPostgresStore } from '../drivers/postgres/store.ts';
import { findLogDamage } from '../drivers/sqlite/log-damage.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import { type StoreFlaw, type StoreVerdict, verifyStore } from '../engine/verify-store.ts';
import { MillraceError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { type Options, readArguments, settingOptions } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

export function options(): Options {
  const { config, store, data } = settingOptions();
  return {
    ...(config && { config }),
    ...(store && { store }),
    ...(data && { data }),
    json: { type: 'boolean' },
  };
}

export const help = `Reads every commit of every execution, and says where a log is damaged: a version that is missing, a commit whose
content is not what its id says, an execution that is shown otherwise than its log ends. Nothing is changed. The store
is opened as a server opens it, so stop the server first, unless the store is in PostgreSQL. Exits 1 when anything is damaged.`;

/** Exits 0 when all is sound, 1 when anything is damaged, 4 when the store cannot be opened. */
export async function verify(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options());
  if (positionals.length > 0)
    throw new CliError(exitCodes.usage, `verify takes no argument, but was given "${positionals[0]}".`);
  const { json, ...rest } = flags;
  const { settings } = await loadConfig({ flags: rest, environment: io.environment, terminal: io.terminal });
  const verdict = isPostgres(settings.store)
    ? await verifyDatabase(settings.store)
    : await verifyFile(fileOf(settings.store));
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
  try {
    store = await openPostgresStore({
      database: await openDatabase({ address, connectionsMax: connectionsMin }),
    });
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
  }
  try {
    return await verifyStore(store, (text) => hash('sha256', text));
  } finally {
    await store.close();
  }
}

export async function verifyFile(path: string): Promise<StoreVerdict> {
  // Opening a log that is damaged would throw away what is behind the damage.
  const damage = findLogDamage(`${path}-wal`);
  if (damage !== undefined) return { executions: 0, commits: 0, facts: 0, flaws: [], unreadable: damage };
  try {
    const store = await openSqliteStore({ path, onFatal: () => {} });
    try {
      return await verifyStore(store, (text) => hash('sha256', text));
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    if (error.details.reason === 'locked')
      throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
    return { executions: 0, commits: 0, facts: 0, flaws: [], unreadable: messageOf(error) };
  }
}

const connectionsMin = 4;

function isSound({ flaws, unreadable }: StoreVerdict): boolean {
  return flaws.length === 0 && unreadable === undefined;
}

function report(verdict: StoreVerdict, io: Io): void {
  const { executions, commits, facts, flaws, unreadable } = verdict;
  for (const flaw of flaws) io.error(`${describe(flaw)}\n`);
  if (unreadable !== undefined) io.error(`The store cannot be read to its end: ${unreadable}\n`);
  const read = `${executions} executions, ${commits} commits, ${facts} events`;
  io.out(isSound(verdict) ? `${read}: sound\n` : `${read} read: damaged\n`);
  if (!isSound(verdict))
    io.error('Restore the store from its last backup, or start on another: --store sqlite:OTHER.db.\n');
}

function describe({ tenant, execution, version, reason }: StoreFlaw): string {
  const place = version === 0 ? execution : `${execution}, event ${version}`;
  return `${tenant === 'default' ? '' : `${tenant}/`}${place}: ${reason}`;
}
