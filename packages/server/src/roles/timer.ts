/**
 * The timer: wakes executions when something is due.
 *
 * 1. A timer row is born leased to the process that commits it, until a term after it is due; that process keeps
 *    the instant in memory and needs no store to fire it.
 * 2. All other rows are claimed when they are due: those of processes that ended, and those that were not fired
 *    within their term. The store says when the next one is.
 * 3. Firing is a command that decides by its own instant: early, late or twice, it does what is due and no more.
 */
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Door } from './door.ts';
import { DueQueue } from './due-queue.ts';
import { claimDue, Rounds } from './rounds.ts';
import { rowId } from './rows.ts';

/** No execution has a slash in its id. */
const schedulePrefix = 'schedule/';

/** The stream of a schedule's row: it has no commits, its record is a document. */
export function scheduleStream(workflow: string): string {
  return `${schedulePrefix}${workflow}`;
}

export interface TimerOptions {
  readonly world: World;
  readonly store: Store;
  readonly door: Door;
  /** looks at a schedule: what is due of it, and when to look again */
  readonly advanceSchedule: (tenant: string, workflow: string) => Promise<void>;
  readonly node: string;
  readonly leaseMs: number;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  /** rows of one claim */
  readonly claimRowsMax: number;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

const releasedAtOnce = 500;
/** Thousands may be due at one instant: a moment later requests and answers have had their turn. */
const firedAtOnce = 500;

export class Timer {
  readonly #options: TimerOptions;
  readonly #queue = new DueQueue();
  /** what could not be fired, by execution, and is to be tried again later, or at the next hint */
  readonly #failed = new Map<string, { readonly tenant: string; readonly execution: string }>();
  /** of schedules that an error keeps from going on: until the next try, and what was told of it */
  readonly #broken = new Map<string, { readonly pauseMs: number; readonly told: string }>();
  #cancelNext: () => void = () => {};
  #nextAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  #lagMs = 0;
  readonly #rounds: Rounds;

  constructor(options: TimerOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#claim() });
  }

  start(): void {
    this.#rounds.look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelNext();
    void this.#rounds.stop();
  }

  /** Gives back what it holds in memory, each row due when it was: another process need not wait for the leases' ends. */
  async release(): Promise<void> {
    const { store, node } = this.#options;
    const byTenant = new Map<string, { id: string; attempt: number }[]>();
    for (const { tenant, execution } of this.#queue.entries()) {
      const leases = byTenant.get(tenant) ?? [];
      // Nearly every row in memory was born leased to this process: its first lease. One that was claimed and could not be
      // fired has a later one, and is left to the end of that.
      leases.push({ id: rowId(execution, 'timer'), attempt: 1 });
      byTenant.set(tenant, leases);
    }
    for (const [tenant, leases] of byTenant)
      for (let from = 0; from < leases.length; from += releasedAtOnce)
        await store.release(tenant, leases.slice(from, from + releasedAtOnce), node, undefined);
  }

  /** Remembers when an execution is due, instead of when it was before. */
  set(tenant: string, execution: string, due: number): void {
    this.#failed.delete(`${tenant}/${execution}`);
    this.#queue.set(tenant, execution, due);
    if (due < this.#nextAt) this.#schedule();
  }

  clear(tenant: string, execution: string): void {
    this.#failed.delete(`${tenant}/${execution}`);
    this.#queue.clear(tenant, execution);
  }

  /** The next instant: of what is in memory, or of a row that nobody has. */
  async next(): Promise<{ readonly due: number; readonly isSchedule: boolean } | undefined> {
    const own = this.#queue.peek();
    const row = await this.#options.store.nextDue(['timer']);
    if (own === undefined || (row !== undefined && row < own.due))
      return row === undefined ? undefined : { due: row, isSchedule: false };
    return { due: own.due, isSchedule: own.execution.startsWith(schedulePrefix) };
  }

  /** For how long the first row had been due when it looked last. */
  get lagMs(): number {
    return this.#lagMs;
  }

  get size(): number {
    return this.#queue.size;
  }

  #schedule(): void {
    this.#cancelNext();
    const due = this.#queue.next();
    this.#nextAt = due ?? Number.POSITIVE_INFINITY;
    if (due === undefined || this.#stopped) return;
    // A clock's timers take at most 2^31 ms; a longer wait is split.
    const wait = Math.min(2 ** 31 - 1, Math.max(0, due - this.#options.store.now()));
    this.#cancelNext = this.#options.world.after(wait, () => this.#fireDue());
  }

  #fireDue(): void {
    const now = this.#options.store.now();
    for (let fired = 0; fired < firedAtOnce; fired++) {
      const row = this.#queue.take(now);
      if (row === undefined) break;
      this.#failed.delete(`${row.tenant}/${row.execution}`);
      this.#fire(row.tenant, row.execution);
    }
    this.#schedule();
  }

  #fire(tenant: string, execution: string): void {
    const { door, advanceSchedule, onError, store, sweepMs } = this.#options;
    const key = `${tenant}/${execution}`;
    const failed = (pauseMs: number) => {
      // Its row stays leased to this process, so that nobody else would fire it before the lease is over.
      if (this.#stopped) return;
      this.set(tenant, execution, store.now() + pauseMs);
      this.#failed.set(key, { tenant, execution });
    };
    const told = (error: unknown) => {
      onError(error, execution);
      failed(sweepMs);
    };
    if (execution.startsWith(schedulePrefix))
      advanceSchedule(tenant, execution.slice(schedulePrefix.length)).then(
        () => this.#broken.delete(key),
        (error: unknown) => failed(this.#pauseOf(key, execution, error)),
      );
    else door.tell(tenant, execution, { type: 'timers.fire' }, { decided: () => {}, failed: told });
  }

  /** One that an error of ours keeps from going on is told of once, and tried again after pauses that grow. */
  #pauseOf(key: string, execution: string, error: unknown): number {
    const { onError, sweepMs, leaseMs } = this.#options;
    const before = this.#broken.get(key);
    const told = String(error);
    if (before?.told !== told) onError(error, execution);
    // When its lease lapses any process may try.
    const pauseMsMax = Math.max(sweepMs, leaseMs);
    const pauseMs = before === undefined ? sweepMs : Math.min(2 * before.pauseMs, pauseMsMax);
    this.#broken.set(key, { pauseMs, told });
    return pauseMs;
  }

  /** Looks now: a timer was written that nobody holds, or a store that was away tells of all that there may be. */
  look(): void {
    for (const { tenant, execution } of [...this.#failed.values()])
      this.set(tenant, execution, this.#options.store.now());
    this.#rounds.look();
  }

  /** Claims what is due and in nobody's memory, and comes back when the store's next row can be claimed. */
  async #claim(): Promise<number> {
    const { store, node, leaseMs, sweepMs, claimRowsMax } = this.#options;
    const request = { kinds: ['timer'], owner: node, leaseMs, rowsMax: claimRowsMax } as const;
    const { rows, lagMs, waitMs } = await claimDue(store, request, sweepMs);
    this.#lagMs = lagMs;
    for (const row of rows) this.#fire(row.tenant, row.execution);
    return rows.length > 0 ? Math.min(1, waitMs) : waitMs;
  }
}
