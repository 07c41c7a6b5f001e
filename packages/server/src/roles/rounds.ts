/**
 * The rounds of a role that looks for work in the store: at the start, when the round before said that there may be some,
 * and at once when it is hinted at. A hint that comes during a round makes another one follow it: what was written after
 * the round had asked may be what was hinted at. One round is under way at a time.
 */
import type { ClaimedWakeUp, ClaimRequest, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

export interface RoundsOptions {
  readonly world: World;
  /** how often is looked for what nobody hinted at */
  readonly sweepMs: number;
  /** Looks once; answers in how many ms to look again. What it throws is told, and it is tried again after `sweepMs`. */
  readonly round: () => Promise<number>;
  /** called whenever a round has gone well */
  readonly swept?: (() => void) | undefined;
  readonly onError: (error: unknown, execution: string) => void;
}

export class Rounds {
  readonly #options: RoundsOptions;
  #underWay: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Looks now, or once more when the round that is under way has ended. */
  look(): void {
    if (this.#stopped) return;
    if (this.#underWay !== undefined) {
      this.#again = true;
      return;
    }
    this.#cancel();
    this.#again = false;
    const { round, swept, onError, sweepMs } = this.#options;
    this.#underWay = round().then(
      (waitMs) => {
        swept?.();
        this.#ended(waitMs);
      },
      (error: unknown) => {
        onError(error, '');
        this.#ended(sweepMs);
      },
    );
  }

  /** Begins no round any more. Settles when the one under way has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    return this.#underWay ?? Promise.resolve();
  }

  #ended(waitMs: number): void {
    this.#underWay = undefined;
    if (this.#stopped) return;
    const { world } = this.#options;
    if (this.#again || waitMs <= 0) world.soon(() => this.look());
    else this.#cancel = world.after(waitMs, () => this.look());
  }
}

export interface Claimed {
  readonly rows: readonly ClaimedWakeUp[];
  /** for how long the first of them could have been claimed */
  readonly lagMs: number;
  /** in how many ms to ask again: there may be more, or the next will be due */
  readonly waitMs: number;
}

/** Rows that were claimed, those of each execution together, in their order. */
export function byExecution(rows: readonly ClaimedWakeUp[]): readonly (readonly ClaimedWakeUp[])[] {
  return [...Map.groupBy(rows, ({ tenant, execution }) => `${tenant}/${execution}`).values()];
}

/** Claims what is due of some kinds, where the store says that something is: to be told so costs less than a claim. */
export async function claimDue(store: Store, request: ClaimRequest, sweepMs: number): Promise<Claimed> {
  const next = await store.nextDue(request.kinds);
  const now = store.now();
  if (next === undefined || next > now)
    return { rows: [], lagMs: 0, waitMs: next === undefined ? sweepMs : Math.min(sweepMs, next - now) };
  const rows = await store.claim(request);
  return { rows, lagMs: lagOf(next, now), waitMs: Math.min(sweepMs, waitMsAfter(rows.length, request)) };
}

/** Behind rows that could be claimed stand those that others hold: when the first of them lapses is told when no row is due. */
const waitMs = { some: 100, none: 1_000 };

function waitMsAfter(rows: number, { rowsMax, limits }: ClaimRequest): number {
  if (rows === rowsMax) return 0;
  if (rows > 0) return waitMs.some;
  // Others have just taken them; but what waits for a place stays due.
  return limits === undefined ? waitMs.none : Number.POSITIVE_INFINITY;
}

/** For how long what can be claimed from an instant on has waited. */
export function lagOf(claimable: number | undefined, now: number): number {
  return claimable === undefined ? 0 : Math.max(0, now - claimable);
}
