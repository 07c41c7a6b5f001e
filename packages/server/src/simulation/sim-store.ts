/**
 * The store as one simulated process sees it: the real memory driver, across a distance.
 *
 * 1. A call is applied at a later instant and answered later still. A crash before loses the call, unless it was
 *    already on its way to a store elsewhere; a crash between loses the answer.
 * 2. Commits of one process are applied and answered in their order, in groups: what comes while a group is under
 *    way makes up the next one.
 * 3. A call that fails changed nothing.
 * 4. Refusals are real: they come from other processes on the same driver.
 */
import { MillraceError } from '../errors.ts';
import type { ClaimedWakeUp, CommitResult, Entry, Store } from '../ports/store.ts';
import type { Chance } from './chance.ts';
import type { Weather } from './scenario.ts';
import type { Owner, SimQueue } from './sim-queue.ts';

/** The weather as it is now: the simulation changes it as it goes. */
export type SimWeather = { -readonly [Share in keyof Weather]: Weather[Share] };

/** Hears of everything at the instant at which it is applied. */
export interface StoreObserver {
  committed(by: Owner, entries: readonly Entry[], results: readonly CommitResult[]): void;
  claimed(by: Owner, rows: readonly ClaimedWakeUp[]): void;
  renewed(by: Owner, tenant: string, ids: readonly string[], until: number): void;
  released(by: Owner, tenant: string, leases: readonly LeaseKey[], due: number | undefined): void;
  /** A process that owned its store alone is gone. */
  forget(by: Owner): void;
}

export interface LeaseKey {
  readonly id: string;
  readonly attempt: number;
}

/** Tells each of them. */
export function observers(...all: readonly StoreObserver[]): StoreObserver {
  const tell = (what: (one: StoreObserver) => void) => {
    for (const one of all) what(one);
  };
  return {
    committed: (...told) => tell((one) => one.committed(...told)),
    claimed: (...told) => tell((one) => one.claimed(...told)),
    renewed: (...told) => tell((one) => one.renewed(...told)),
    released: (...told) => tell((one) => one.released(...told)),
    forget: (by) => tell((one) => one.forget(by)),
  };
}

export interface SimStoreOptions {
  readonly queue: SimQueue;
  readonly chance: Chance;
  /** the process */
  readonly owner: Owner;
  readonly shared: Store;
  readonly exclusive: boolean;
  readonly weather: SimWeather;
  /** what a slow call takes at most */
  readonly slowMsMax: number;
  readonly observer: StoreObserver;
}

interface Pending {
  readonly entries: readonly Entry[];
  readonly resolve: (results: readonly CommitResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls of a dead process that reach the store all the same belong to nobody. */
const network: Owner = { alive: true };

export function openSimStore(options: SimStoreOptions): Store {
  const { queue, chance, owner, shared, exclusive, weather, slowMsMax, observer } = options;
  const answers: (() => void)[] = [];
  const pending: Pending[] = [];
  let busy = false;

  const carrier = () => (!exclusive && chance.happens(0.5) ? network : owner);
  const fails = () => weather.failure > 0 && chance.happens(weather.failure);

  const distance = () =>
    weather.slowCall > 0 && chance.happens(weather.slowCall)
      ? chance.between(20, slowMsMax)
      : chance.between(0, 3);

  /** One call at a distance. */
  function call<T>(apply: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (run: () => void) => void queue.schedule(owner, distance(), run);
      queue.schedule(carrier(), distance(), () => {
        if (fails()) return answer(() => reject(unavailable()));
        apply().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }

  function commit(entries: readonly Entry[]): Promise<readonly CommitResult[]> {
    return new Promise((resolve, reject) => {
      pending.push({ entries, resolve, reject });
      if (!busy) writeLater();
    });
  }
  function writeLater(): void {
    busy = true;
    const group = pending.splice(0);
    queue.schedule(carrier(), chance.between(0, 2), () => write(group));
  }
  function write(group: readonly Pending[]): void {
    const ms = chance.happens(weather.slowSync) ? chance.between(50, 1_500) : chance.between(0, 4);
    if (fails())
      return answerGroup(
        group.map(
          ({ reject }) =>
            () =>
              reject(unavailable()),
        ),
        ms,
      );
    const entries = group.flatMap((one) => one.entries);
    shared.commit(entries).then(
      (results) => {
        observer.committed(owner, entries, results);
        let from = 0;
        const settle = group.map(({ entries: { length }, resolve }) => {
          const own = results.slice(from, from + length);
          from += length;
          return () => resolve(own);
        });
        answerGroup(settle, ms);
      },
      (error: unknown) =>
        answerGroup(
          group.map(
            ({ reject }) =>
              () =>
                reject(error),
          ),
          ms,
        ),
    );
  }
  /** Answers all at once or one after the other, the oldest first. */
  function answerGroup(settle: readonly (() => void)[], ms: number): void {
    const all = () => {
      for (const one of settle) one();
    };
    const atOnce = [all];
    for (const one of chance.happens(0.5) ? atOnce : settle) {
      answers.push(one);
      queue.schedule(owner, ms, () => answers.shift()?.());
    }
    queue.schedule(owner, ms, () => {
      busy = false;
      if (pending.length > 0) writeLater();
    });
  }

  return {
    features: { ...shared.features, exclusive },
    now: () => shared.now(),
    commit,
    read: (tenant, stream, range) => call(() => shared.read(tenant, stream, range)),
    tail: (cursor, rowsMax) => call(() => shared.tail(cursor, rowsMax)),
    end: () => call(() => shared.end()),
    execution: (tenant, id) => call(() => shared.execution(tenant, id)),
    executions: (tenant, query) => call(() => shared.executions(tenant, query)),
    claim: (request) =>
      call(async () => {
        const rows = await shared.claim(request);
        observer.claimed(owner, rows);
        return rows;
      }),
    renew: (tenant, leases, node, leaseMs) =>
      call(async () => {
        const until = shared.now() + leaseMs;
        const ids = await shared.renew(tenant, leases, node, leaseMs);
        observer.renewed(owner, tenant, ids, until);
        return ids;
      }),
    release: (tenant, leases, node, due) =>
      call(async () => {
        await shared.release(tenant, leases, node, due);
        observer.released(owner, tenant, leases, due);
      }),
    wakeUps: (tenant, execution) => call(() => shared.wakeUps(tenant, execution)),
    listeners: (tenant, keys, query) => call(() => shared.listeners(tenant, keys, query)),
    nextDue: (kinds) => call(() => shared.nextDue(kinds)),
    document: (tenant, collection, key) => call(() => shared.document(tenant, collection, key)),
    documents: (tenant, collection, query) => call(() => shared.documents(tenant, collection, query)),
    oldestDocuments: (collection, rowsMax) => call(() => shared.oldestDocuments(collection, rowsMax)),
    putDocument: (tenant, collection, key, body, revision) =>
      call(() => shared.putDocument(tenant, collection, key, body, revision)),
    deleteDocument: (tenant, collection, key, revision) =>
      call(() => shared.deleteDocument(tenant, collection, key, revision)),
    snapshot: (tenant, stream) => call(() => shared.snapshot(tenant, stream)),
    putSnapshot: (tenant, stream, snapshot) => call(() => shared.putSnapshot(tenant, stream, snapshot)),
    orphans: (tenant, rowsMax) => call(() => shared.orphans(tenant, rowsMax)),
    counts: (overdueMs) => call(() => shared.counts(overdueMs)),
    stats: () => shared.stats(),
    close: async () => {},
  };
}

/** What a driver that owns its store alone does when it opens it: no lease in it has a living owner. */
export async function voidLeases(
  shared: Store,
  streams: Iterable<{ readonly tenant: string; readonly stream: string }>,
): Promise<void> {
  for (const { tenant, stream } of streams) {
    const leased = (await shared.wakeUps(tenant, stream)).filter(({ lease }) => lease !== null);
    if (leased.length === 0) continue;
    const wakeUps = leased.map(
      (row) => ({ type: 'put', row: { ...row, lease: null, doubt: row.doubt || row.unsafe } }) as const,
    );
    await shared.commit([{ tenant, stream, wakeUps }]);
  }
}

function unavailable(): MillraceError {
  return new MillraceError('unavailable', 'the simulated store cannot be reached');
}
