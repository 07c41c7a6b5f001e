/** `millrace store migrate`: a whole store, moved into another and verified there. */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { listFileBlobs, openFileBlobs } from '../drivers/files/blobs.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { openPostgresBlobs } from '../drivers/postgres/blobs.ts';
import { type Database, openDatabase } from '../drivers/postgres/database.ts';
import { isEmpty, keepDocuments } from '../drivers/postgres/keep-documents.ts';
import { openPostgresStore } from '../drivers/postgres/store.ts';
import { beginMove, endMove } from '../drivers/postgres/unfinished-move.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import { openSqliteContent } from '../drivers/sqlite/store-content.ts';
import { type Moved, moveStore } from '../engine/move-store.ts';
import { type ReadableStore, verifyStore } from '../engine/verify-store.ts';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { mistakeInAddress } from '../postgres-address.ts';
import { type Options, readArguments, settingOptions } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

export function options(): Options {
  return {
    ...settingOptions(['data']),
    from: { type: 'string' },
    to: { type: 'string' },
    json: { type: 'boolean' },
  };
}

export const help = `Moves everything from one store into another that is empty: workflows, executions with their logs and wake-ups,
idempotency keys, and the large values of the data folder. Then every log is held against its hash chain there. Stop the
server first; what is moved from is not changed. When it ends early, no server takes what is there: drop that schema, or move into another.

  --from sqlite:FILE   --to postgres://USER:PASSWORD@HOST/DATABASE   --data FOLDER (default ./.millrace)`;

const connectionsMax = 6;

/** Exits 0 when all was moved and is sound there, 1 when it is not, 4 when a store cannot be opened. */
export async function store(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options());
  const { from, to, json, ...rest } = flags;
  if (positionals[0] !== 'migrate' || positionals.length > 1)
    throw new CliError(exitCodes.usage, 'Usage: millrace store migrate --from sqlite:FILE --to postgres://…');
  if (typeof from !== 'string' || !from.startsWith('sqlite:'))
    throw new CliError(exitCodes.usage, '--from: expected sqlite:FILE.');
  if (typeof to !== 'string' || !isPostgres(to))
    throw new CliError(exitCodes.usage, '--to: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE.');
  const mistake = mistakeInAddress(to);
  if (mistake !== undefined) throw new CliError(exitCodes.usage, `--to: ${mistake}.`);
  const { settings } = await loadConfig({ flags: rest, environment: io.environment, terminal: io.terminal });
  const path = resolve(from.slice('sqlite:'.length));
  if (!existsSync(path)) throw new CliError(exitCodes.cannotStart, `There is no store at ${path}.`);
  const { moved, flaws } = await moveToPostgres(path, to, join(resolve(settings.data), 'blobs'));
  if (json) io.out(`${JSON.stringify({ ...moved, flaws }, null, 2)}\n`);
  else io.out(`${describe(moved)}: ${flaws.length === 0 ? 'sound' : 'damaged'}\n`);
  for (const flaw of flaws) io.error(`${flaw}\n`);
  return flaws.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Moves the store of a file, with the large values of a folder, into an empty one in PostgreSQL. */
export function moveToPostgres(path: string, address: string, blobs: string) {
  return openBoth(path, address, (opened) => move(opened, blobs));
}

interface Opened {
  readonly path: string;
  readonly from: Store;
  readonly to: Store;
  readonly database: Database;
}

async function openBoth<T>(path: string, address: string, run: (opened: Opened) => Promise<T>): Promise<T> {
  const opened: { close(): Promise<void> }[] = [];
  try {
    const from = await openSqliteStore({ path, onFatal: () => {} });
    opened.push(from);
    const database = await openDatabase({ address, connectionsMax });
    const to = await openPostgresStore({ database });
    opened.push(to);
    if (!(await isEmpty(database)))
      throw new CliError(
        exitCodes.cannotStart,
        'The store to move into is not empty: choose another database, or another schema with ?schema=NAME.',
      );
    return await run({ path, from, to, database });
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    throw new CliError(exitCodes.cannotStart, `${messageOf(error)}.`, { cause: error });
  } finally {
    for (const each of opened.reverse()) await each.close();
  }
}

async function move(
  { path, from, to, database }: Opened,
  folder: string,
): Promise<{ readonly moved: Moved; readonly flaws: readonly string[] }> {
  const content = openSqliteContent(path);
  try {
    const hasBlobs = existsSync(folder);
    const blobs = { from: openFileBlobs({ folder }), to: openPostgresBlobs(database) };
    await beginMove(database);
    const moved = await moveStore({
      from,
      content,
      to,
      keepDocuments: (documents) => keepDocuments(database, documents),
      blobs: { ...blobs, kept: hasBlobs ? listFileBlobs(folder) : [] },
    });
    const flaws = await flawsOf({ from, to, blobs });
    if (flaws.length === 0) await endMove(database);
    return { moved, flaws };
  } finally {
    content.close();
  }
}

interface Sides {
  readonly from: ReadableStore & Pick<Store, 'counts'>;
  readonly to: ReadableStore & Pick<Store, 'counts'>;
  readonly blobs: { readonly from: Pick<BlobStore, 'stream'>; readonly to: Pick<BlobStore, 'stream'> };
}

/** What was moved is sound, and as much as there was. */
export async function flawsOf({ from, to, blobs }: Sides): Promise<readonly string[]> {
  const sha256 = (text: string) => hash('sha256', text);
  const there = await verifyStore(to, blobs.to, sha256);
  const here = await verifyStore(from, blobs.from, sha256);
  const [before, after] = await Promise.all([from.counts(0), to.counts(0)]);
  const differs = (what: string, one: unknown, other: unknown) =>
    JSON.stringify(one) === JSON.stringify(other)
      ? []
      : [`${what}: ${JSON.stringify(one)} became ${JSON.stringify(other)}`];
  return [
    ...(there.unreadable === undefined ? [] : [there.unreadable]),
    ...there.flaws.map(({ execution, version, reason }) => `${execution}, event ${version}: ${reason}`),
    ...differs('executions', here.executions, there.executions),
    ...differs('commits', here.commits, there.commits),
    ...differs('events', here.facts, there.facts),
    ...differs('executions by status', before.executions, after.executions),
    ...differs('wake-ups by kind', before.wakeUps, after.wakeUps),
  ];
}

function describe({ commits, executions, wakeUps, documents, blobs }: Moved): string {
  return `${executions} executions, ${commits} commits, ${wakeUps} wake-ups, ${documents} documents, ${blobs} large values`;
}
