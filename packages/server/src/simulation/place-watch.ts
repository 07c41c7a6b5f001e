/**
 * The places of limits, seen from the store and from the log: who waits for one, who has one, and since when. A place is a
 * lease until an execution is granted it, so it counts while that is in force, whatever its process may still do after that.
 */
import { isTerminal, waitsForPlace } from '@millrace/core';
import {
  type ClaimedWakeUp,
  type CommitResult,
  type Entry,
  limitOf,
  neverDue,
  type WakeUp,
} from '../ports/store.ts';
import { callLimit } from './limit-plan.ts';
import type { Mirror } from './mirror.ts';
import type { Scenario } from './scenario.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import type { LeaseKey, StoreObserver } from './sim-store.ts';
import type { Violations } from './violations.ts';

export interface PlaceWatchOptions {
  readonly scenario: Scenario;
  readonly queue: SimQueue;
  readonly mirror: Mirror;
  readonly violations: Violations;
}

/** A row that needs a place, as it stands in the ledger. */
interface Row {
  readonly id: string;
  readonly kind: WakeUp['kind'];
  readonly limit: string;
  /** its queue, among those of the limit */
  readonly name: string;
  readonly unsafe: boolean;
  due: number;
  attempt: number;
  /** undefined: nobody has ever had it, or it was given back */
  lease: { readonly holder: Owner; until: number } | undefined;
  doubt: boolean;
}

/** A place may stay free for so long when somebody waits and nothing fails: processes start again, clocks stand still. */
const freeMsMax = 40_000;

export class PlaceWatch implements StoreObserver {
  readonly #options: PlaceWatchOptions;
  readonly #placesMax: ReadonlyMap<string, number>;
  readonly #rows = new Map<string, Row>();
  /** by limit and queue that waits, the queues that have got a place meanwhile */
  readonly #passed = new Map<string, Set<string>>();
  /** since when a place has been free that somebody waits for, by limit */
  readonly #freeSince = new Map<string, number>();
  #calm = false;
  /** places that were given */
  given = 0;

  constructor(options: PlaceWatchOptions) {
    this.#options = options;
    this.#placesMax = new Map(Object.entries(options.scenario.placesMax ?? {}));
  }

  committed(by: Owner, entries: readonly Entry[], results: readonly CommitResult[]): void {
    if (this.#placesMax.size === 0) return;
    for (const [index, { tenant, wakeUps }] of entries.entries()) {
      if (results[index]?.type !== 'accepted') continue;
      for (const change of wakeUps)
        if (change.type === 'remove') this.#rows.delete(`${tenant}/${change.id}`);
        else this.#put(by, `${tenant}/${change.row.id}`, change.row);
    }
  }

  claimed(by: Owner, claimed: readonly ClaimedWakeUp[]): void {
    const rows = claimed.flatMap(({ tenant, id }) => this.#rows.get(`${tenant}/${id}`) ?? []);
    for (const limit of new Set(rows.map((row) => row.limit))) {
      const got = rows.filter((row) => row.limit === limit);
      const left = this.#waiting(limit).filter((row) => !got.includes(row));
      this.#checkOrder(got, left);
      this.#checkTurns(limit, got, left);
      this.#freeSince.delete(limit);
    }
    for (const { tenant, id, attempt, lease } of claimed) {
      const row = this.#rows.get(`${tenant}/${id}`);
      if (row === undefined) continue;
      Object.assign(row, { attempt, lease: { holder: by, until: lease.until } });
      this.given += 1;
    }
  }

  renewed(by: Owner, tenant: string, ids: readonly string[], until: number): void {
    for (const id of ids) {
      const lease = this.#rows.get(`${tenant}/${id}`)?.lease;
      if (lease?.holder === by) lease.until = until;
    }
  }

  released(by: Owner, tenant: string, leases: readonly LeaseKey[], due: number | undefined): void {
    const { now } = this.#options.queue;
    for (const { id, attempt } of leases) {
      const row = this.#rows.get(`${tenant}/${id}`);
      if (row?.lease?.holder !== by || row.attempt !== attempt || row.lease.until <= now) continue;
      row.lease = undefined;
      row.due = due ?? row.due;
    }
  }

  /** The leases of a process that died are void: it owned its store alone. */
  forget(by: Owner): void {
    for (const row of this.#rows.values()) {
      if (row.lease?.holder !== by) continue;
      row.lease = undefined;
      row.doubt ||= row.unsafe;
    }
  }

  /** From now on nothing fails any more. */
  calm(): void {
    this.#calm = true;
  }

  afterStep(): void {
    for (const [limit, placesMax] of this.#placesMax) {
      const taken = [...this.#rows.values()].filter((row) => row.limit === limit && this.#isTaken(row));
      this.#options.violations.expect(
        taken.length <= placesMax,
        'no more places of a limit are taken than there are',
        () => `${limit}=${placesMax}: ${taken.map(({ id }) => id).join(' ')}`,
      );
      this.#checkRunning(limit, placesMax);
      this.#checkFree(limit, taken.length < placesMax);
    }
  }

  /** Whatever has ended has given its place back. */
  atRest(): void {
    for (const row of this.#rows.values())
      this.#options.violations.expect(
        row.kind !== 'place' || row.due < neverDue,
        'nobody has a place when all rests',
        () => row.id,
      );
  }

  /** By the log: who runs has a place. */
  #checkRunning(limit: string, placesMax: number): void {
    const { mirror, violations } = this.#options;
    if (limit === callLimit) return;
    const running = [...mirror.streams].filter(
      ({ state }) =>
        limit === `workflow:${state.definition?.namespace}/${state.definition?.name}` &&
        !isTerminal(state.phase) &&
        !waitsForPlace(state),
    );
    violations.expect(
      running.length <= placesMax,
      'no more executions of a workflow run than its limit says',
      () => `${limit}=${placesMax}: ${running.map(({ id }) => id).join(' ')}`,
    );
  }

  #checkFree(limit: string, isFree: boolean): void {
    const { queue, violations } = this.#options;
    if (!this.#calm || !isFree || this.#waiting(limit).length === 0)
      return void this.#freeSince.delete(limit);
    const since = this.#freeSince.get(limit) ?? queue.elapsed;
    this.#freeSince.set(limit, since);
    violations.expect(
      queue.elapsed - since <= freeMsMax,
      'no place stays free that somebody waits for',
      () =>
        `${limit}: ${this.#waiting(limit)
          .map(({ id }) => id)
          .join(' ')}`,
    );
  }

  /** Those of one queue have their turn by when they came; who was given a place that was not granted goes first. */
  #checkOrder(got: readonly Row[], left: readonly Row[]): void {
    for (const row of got) {
      const passed = left.find((other) => other.name === row.name && rankOf(other) < rankOf(row));
      this.#options.violations.expect(
        passed === undefined,
        'places are given in the order in which they were asked for',
        () => `${row.id} before ${passed?.id}`,
      );
    }
  }

  /** Queues of one limit take turns: none gets a second place while another waits for its first. */
  #checkTurns(limit: string, got: readonly Row[], left: readonly Row[]): void {
    const waiting = new Set(left.map(({ name }) => name));
    for (const { name } of got) waiting.delete(name);
    for (const key of this.#passed.keys())
      if (key.startsWith(`${limit} `) && !waiting.has(key)) this.#passed.delete(key);
    for (const name of waiting) {
      const passed = this.#passed.get(name) ?? new Set();
      this.#passed.set(name, passed);
      for (const row of got) {
        this.#options.violations.expect(
          !passed.has(row.name),
          'queues of a limit take turns',
          () => `${row.name} twice before ${name}`,
        );
        passed.add(row.name);
      }
    }
  }

  #put(by: Owner, key: string, row: WakeUp): void {
    const limit = row.kind === 'effect' ? callLimit : limitOf(row.queue);
    if (limit === undefined || !this.#placesMax.has(limit)) return;
    const lease = row.lease === null ? undefined : { holder: by, until: row.lease.until };
    const { id, kind, unsafe, due, attempt, doubt, queue: name = '' } = row;
    this.#rows.set(key, { id, kind, limit, name, unsafe, due, attempt, doubt, lease });
  }

  #isTaken({ lease, due }: Row): boolean {
    return lease === undefined ? due >= neverDue : lease.until > this.#options.queue.now;
  }

  /** Who could be given a place now. */
  #waiting(limit: string): readonly Row[] {
    const { now } = this.#options.queue;
    const canBeClaimed = ({ lease, due, unsafe, doubt }: Row) =>
      due <= now && !doubt && (lease === undefined || (!unsafe && lease.until <= now));
    return [...this.#rows.values()].filter((row) => row.limit === limit && canBeClaimed(row));
  }
}

function rankOf({ kind, due, lease }: Row): number {
  if (lease === undefined) return due;
  return kind === 'place' ? 0 : Math.max(due, lease.until);
}
