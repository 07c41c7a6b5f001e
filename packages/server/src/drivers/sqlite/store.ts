/**
 * The SQLite store: one file, one owner, one transaction and one sync for all that came in a tick.
 *
 * 1. `commit` puts entries in a queue; what one tick gathered becomes one batch, at most three batches are on their way
 *    to the writer thread, and a batch is one transaction. An answer is given after its sync.
 * 2. Reads go to a thread of their own, on a connection of their own. WAL shows it every transaction that was
 *    committed before the read began, so whoever has an answer reads what was answered.
 * 3. The process lock is taken before the file is touched and given back after both threads have closed it.
 * 4. After a failed write or sync nothing is answered but errors, and `onFatal` ends the process.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { MillraceError } from '../../errors.ts';
import type { Entry, Store } from '../../ports/store.ts';
import { checkClaim, checkEntry, checkInteger, checkKey } from '../rules.ts';
import { deleteDocumentWrite, putDocumentWrite, putSnapshotWrite } from './document-wire.ts';
import { claimWrite, commitWrite, flushWrite, releaseWrite, renewWrite } from './entry-wire.ts';
import { type Freshness, openFreshness } from './freshness.ts';
import { findLogDamage } from './log-damage.ts';
import { lockForProcess, syncFolderOf } from './process-lock.ts';
import { openQueries } from './queries.ts';
import { openReadChannel, type ReadChannel } from './read-channel.ts';
import { readsWithoutFlush } from './reader.ts';
import { RecentCommits } from './recent-commits.ts';
import { endThread, startThreads, type Threads } from './thread.ts';
import { openWriteQueue } from './write-queue.ts';

export interface SqliteOptions {
  /** the database file; its folder exists. Beside it come `-wal`, `-shm`, `.lock` and `.pid` */
  readonly path: string;
  /** the store's clock, epoch ms; it is kept from going back */
  readonly now?: () => number;
  /** what the database file may grow to, the log beside it not counted; beyond it a write is refused as on a full disk */
  readonly bytesMax?: number;
  /** A store that is there is read: one of an older schema is refused, and not changed. */
  readonly existing?: boolean;
  /** entries after which the tables are brought up to date; default 8,192 */
  readonly entriesPerFlush?: number;
  /** Called once when nothing can be written any more: ends the process. By default the error is thrown, uncaught. */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Opens a store in a file, made if it is absent.
 *
 * Throws `MillraceError` `unavailable` with a `reason`: `locked` (and the `pid` that holds it), `damaged`,
 * `newer-schema`, `older-schema`, `foreign-file`, `bytes-max`, `storage-failed` (no such folder, no permission), `busy`, `disk-full`.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const path = pathOf(options.path);
  const lock = lockForProcess(path);
  try {
    // Under the lock, since closing a file takes this process's locks of it away; and before SQLite opens the log, since it
    // would take it up to the damage and drop the rest for ever.
    const damage = findLogDamage(path);
    if (damage !== undefined) throw new MillraceError('unavailable', damage, { reason: 'damaged' });
    const { bytesMax = null, entriesPerFlush = 8_192, existing = false } = options;
    const data = { path, bytesMax, entriesPerFlush, existing };
    const threads = await startThreads(data, () => syncFolderOf(path));
    return compose(options, { ...threads, path, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Parts extends Threads {
  readonly path: string;
  readonly lock: { release(): void };
}

function compose(options: SqliteOptions, { path, writer, reader, lock }: Parts): Store {
  const now = forwardOnly(options.now ?? Date.now);
  const onFatal = options.onFatal ?? throwUncaught;
  const queue = openWriteQueue(writer.channel, broken);
  const channel = openReadChannel(reader.channel);
  /** In parts, between which commits have their turn. */
  async function flush(): Promise<void> {
    let progress = await queue.write(flushWrite(0));
    while (progress.ended < progress.wanted) progress = await queue.write(flushWrite(progress.wanted));
  }
  const freshness = openFreshness(flush);
  // Of listeners only those that came must be there: one that has gone takes nothing, and costs no flush.
  const listeners = openFreshness(flush);
  const recent = new RecentCommits();
  const queries = openQueries({ read: readFresh(channel, freshness, listeners) }, recent, now);
  const figures = { commits: 0, refused: 0 };
  let ended = false;

  function broken(error: Error): void {
    if (ended) return;
    ended = true;
    recent.close();
    queue.fail(error);
    channel.fail(error);
    onFatal(error);
  }
  for (const { worker } of [writer, reader]) {
    worker.on('error', broken);
    worker.on('exit', () =>
      broken(new MillraceError('unavailable', 'a storage thread has ended', { reason: 'storage-failed' })),
    );
  }
  async function close(): Promise<void> {
    recent.close();
    await Promise.all([queue.drain(), channel.drain()]);
    ended = true;
    // The writer goes last: the last connection to close moves the log into the database and removes it.
    await endThread(reader);
    await endThread(writer);
    lock.release();
  }
  let closing: Promise<void> | undefined;

  return {
    features: {
      driver: 'sqlite',
      durability: 'power-loss',
      description: `SQLite ${path}: WAL, synchronous=FULL, one sync per batch; what was acknowledged survives a loss of power`,
      exclusive: true,
      globalOrder: true,
    },
    now,
    // Without `async` a commit costs two promises less.
    commit(entries) {
      try {
        for (const entry of entries) checkEntry(entry);
      } catch (error) {
        return Promise.reject(error);
      }
      if (entries.length === 0) return Promise.resolve([]);
      freshness.stale();
      if (entries.some(putsListener)) listeners.stale();
      return queue.write(commitWrite(entries, figures, recent));
    },
    ...queries,
    async claim(request) {
      checkClaim(request);
      freshness.stale();
      return queue.write(claimWrite(request, now()));
    },
    async renew(tenant, leases, owner, leaseMs) {
      checkInteger('leaseMs', leaseMs, 0);
      const at = now();
      if (leases.length === 0) return [];
      freshness.stale();
      return queue.write(renewWrite(tenant, leases, owner, { now: at, until: at + leaseMs }));
    },
    async release(tenant, leases, owner, due) {
      if (due !== undefined) checkInteger('due', due, 0);
      if (leases.length === 0) return;
      freshness.stale();
      await queue.write(releaseWrite(tenant, leases, owner, { now: now(), due }));
    },
    async putDocument(tenant, collection, key, body, revision) {
      checkKey('tenant', tenant);
      checkKey('collection', collection);
      checkKey('document key', key);
      return queue.write(putDocumentWrite({ tenant, collection, key }, body, revision, now()));
    },
    deleteDocument: (tenant, collection, key, revision) =>
      queue.write(deleteDocumentWrite({ tenant, collection, key }, revision)),
    putSnapshot: (tenant, stream, snapshot) => queue.write(putSnapshotWrite(tenant, stream, snapshot)),
    stats: () => ({
      ...figures,
      ...queue.stats(),
      readsInFlight: channel.inFlight(),
      walBytes: sizeOf(`${path}-wal`),
      databaseBytes: sizeOf(path),
    }),
    close: () => (closing ??= close()),
  };
}

function putsListener({ wakeUps }: Entry): boolean {
  return wakeUps.some((change) => change.type === 'put' && change.row.listens !== undefined);
}

function readFresh(channel: ReadChannel, freshness: Freshness, listeners: Freshness): ReadChannel['read'] {
  return async (name, args) => {
    if (name === 'listeners') await listeners.fresh();
    else if (!readsWithoutFlush.has(name)) await freshness.fresh();
    return channel.read(name, args);
  };
}

/** One name for one file, whatever link leads to it: the lock stands beside it. */
function pathOf(path: string): string {
  if (path === '' || path === ':memory:')
    throw new MillraceError(
      'bad-request',
      'a SQLite store needs a file; use the memory store for one without',
    );
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    return inRealFolder(full);
  }
}

function inRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch (cause) {
    throw new MillraceError(
      'unavailable',
      `there is no folder ${dirname(path)} for the store`,
      { reason: 'storage-failed' },
      { cause },
    );
  }
}

function forwardOnly(clock: () => number): () => number {
  let last = 0;
  return () => {
    last = Math.max(last, Math.floor(clock()));
    return last;
  };
}

function throwUncaught(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
