/**
 * Sets of events whose owner could not be told, by an error of ours: they are kept with their subscription, so that the
 * matcher goes on for all others, and are told again after pauses that grow. What cannot be told since the store is away
 * holds up everybody, and is no matter of one owner; so does an owner who is owed too much.
 */
import { MillraceError } from '../errors.ts';

export interface Owing<S> {
  readonly id: string;
  /** sets that their owner was not told of yet; stored */
  owed: readonly S[];
  /** sets that have come since it was stored */
  come: readonly S[];
}

const firstPauseMs = 1_000;
const pauseMsMax = 60_000;
/** sets of one owner; beyond it nothing more is matched until it could be told */
export const owedMax = 1_000;

export class OwedSets<S> {
  readonly #now: () => number;
  readonly #onError: (error: unknown, id: string) => void;
  readonly #owing = new Map<Owing<S>, { readonly until: number; readonly pauseMs: number }>();

  constructor(now: () => number, onError: (error: unknown, id: string) => void) {
    this.#now = now;
    this.#onError = onError;
  }

  /** One that was read from the store may owe since before: its owner is told at once. */
  add(owing: Owing<S>): void {
    if (owing.owed.length > 0) this.#owing.set(owing, { until: 0, pauseMs: 0 });
  }

  forget(owing: Owing<S>): void {
    this.#owing.delete(owing);
  }

  /** Those whose owners may be told again. */
  due(): readonly Owing<S>[] {
    const now = this.#now();
    return [...this.#owing].filter(([, { until }]) => until <= now).map(([owing]) => owing);
  }

  /** In how many ms the first is due; Infinity: nothing is owed. */
  get waitMs(): number {
    let until = Number.POSITIVE_INFINITY;
    for (const each of this.#owing.values()) until = Math.min(until, each.until);
    return Math.max(0, until - this.#now());
  }

  /** Tells of all that is owed and has come, in its order, or keeps it as owed. Rejects when that holds up everybody. */
  async tell(owing: Owing<S>, told: (sets: readonly S[]) => Promise<void>): Promise<void> {
    const sets = [...owing.owed, ...owing.come];
    const waits = this.#owing.get(owing);
    const mayBeOwed = sets.length <= owedMax;
    if (waits === undefined || waits.until <= this.#now() || !mayBeOwed) {
      try {
        if (sets.length > 0) await told(sets);
        this.#owing.delete(owing);
        owing.owed = [];
        owing.come = [];
        return;
      } catch (error) {
        if (!mayBeOwed || isUnavailable(error)) throw error;
        this.#wait(owing, waits?.pauseMs, error);
      }
    }
    owing.owed = sets;
    owing.come = [];
  }

  #wait(owing: Owing<S>, before: number | undefined, error: unknown): void {
    const pauseMs = Math.min(pauseMsMax, before ? 2 * before : firstPauseMs);
    this.#owing.set(owing, { until: this.#now() + pauseMs, pauseMs });
    if (before !== undefined) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the schedule of ${owing.id} cannot start its runs of events, and is tried again until it can: ${reason}`;
    this.#onError(new Error(message, { cause: error }), owing.id);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'unavailable';
}
