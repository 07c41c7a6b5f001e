/**
 * The PostgreSQL store: many processes on one database, none of which owns anything.
 *
 * 1. A commit names its predecessor, and the database compares it under a lock of the stream: of two processes that
 *    decide on the same state one is refused. So what a process holds in memory may be behind, and never does harm.
 * 2. `commit` puts entries in a queue; what one tick gathered is one statement, one transaction, one round trip.
 * 3. The clock is the database's. Leases and due instants are compared there; `now()` is what this process knows of it,
 *    and never ahead.
 * 4. Hints come by LISTEN and NOTIFY, and may be lost.
 * 5. A database that is away is waited for a while, then calls are refused as `unavailable`; nothing needs a restart.
 */
import { randomUUID } from 'node:crypto';
import type { Durability, Store } from '../../ports/store.ts';
import { checkEntry } from '../rules.ts';
import { openCommitQueue } from './commit-queue.ts';
import type { Database } from './database.ts';
import { openDatabaseClock } from './database-clock.ts';
import { openDocuments } from './documents.ts';
import { openExecutions } from './executions.ts';
import { openHints } from './hints.ts';
import { openLedger } from './ledger.ts';
import { openListeners } from './listeners.ts';
import { type MigrateOptions, migrate, type ServerFacts } from './migrate.ts';
import { openRetention } from './retention.ts';
import { openStreams } from './streams.ts';
import { startUpkeep } from './upkeep.ts';

export interface PostgresOptions extends MigrateOptions {
  /** opened by `openDatabase`; the store closes it */
  readonly database: Database;
  /** The store's clock in a test; absent: the database's. */
  readonly now?: () => number;
}

/**
 * Opens the store in a database, whose tables are made or brought up to date.
 *
 * Throws `MillraceError` `unavailable` with a sentence that says what to do, and a `reason`: `lost` (no answer), `login`,
 * `tls`, `no-database`, `no-store`, `missing-rights`, `no-session`, `read-only`, `server-version`, `encoding`, `newer-schema`, `older-schema`, `disk-full`,
 * `held-up`, `unfinished-move`.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { database } = options;
  try {
    const facts = await migrate(database, options);
    return await compose(options, facts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose(
  { database, now: fixed, existing }: PostgresOptions,
  facts: ServerFacts,
): Promise<Store> {
  const clock = openDatabaseClock(facts.clock, () => performance.now());
  const now = fixed ?? clock.now;
  const given = () => fixed?.() ?? null;
  // Who only reads makes no partitions, and cannot on a standby.
  const upkeep = existing ? undefined : startUpkeep(database, now);
  await upkeep?.prepare(now());
  const hints = openHints(database, randomUUID());
  const queue = openCommitQueue({ database, hints, now: fixed, id: randomUUID, heard: clock.heard });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    upkeep?.close();
    await queue.drain();
    await hints.close();
    await database.close();
  }
  return {
    features: {
      driver: 'postgres',
      durability: durabilityOf(facts),
      description: `PostgreSQL ${facts.version}, ${database.address.shown}, schema ${database.address.schema}: ${promiseOf(facts)}`,
      exclusive: false,
      globalOrder: true,
    },
    now,
    commit(entries) {
      try {
        for (const entry of entries) checkEntry(entry);
      } catch (error) {
        return Promise.reject(error);
      }
      if (entries.length === 0) return Promise.resolve([]);
      return queue.commit(entries);
    },
    ...openStreams(database),
    ...openExecutions(database, given),
    ...openLedger({ database, now, given, heard: clock.heard, hints }),
    ...openDocuments(database, given, randomUUID),
    ...openListeners(database),
    ...openRetention(database),
    hints: hints.follow,
    stats() {
      const { poolConnections = 0, ...others } = database.stats();
      return {
        ...{ ...queue.stats(), ...others, ...hints.stats() },
        poolConnections: poolConnections + hints.connections,
      };
    },
    close: () => (closing ??= close()),
  };
}

/** What survives is a matter of the server's settings. */
function durabilityOf({ fsync, synchronousCommit }: ServerFacts): Durability {
  if (fsync && synchronousCommit !== 'off') return 'power-loss';
  return 'process-crash';
}

function promiseOf(facts: ServerFacts): string {
  const settings = `fsync=${facts.fsync ? 'on' : 'off'}, synchronous_commit=${facts.synchronousCommit}`;
  return durabilityOf(facts) === 'power-loss'
    ? `${settings}; what was acknowledged survives a loss of power of the database's machine`
    : `${settings}; what was acknowledged last can be lost when the database's machine fails`;
}
