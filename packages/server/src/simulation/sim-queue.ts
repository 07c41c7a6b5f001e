/**
 * The simulation's time: one queue of callbacks, ordered by instant, ties broken by chance.
 *
 * 1. Nothing happens but what stands in this queue; a step is one callback and all promises that follow from it.
 * 2. A callback belongs to an owner. When the owner has died its callbacks never run: that is a crash, and since it
 *    strikes between two steps it can strike between any two.
 * 3. Time that only grows (`elapsed`) orders the queue; the wall clock is that and an offset, which jumps. When it
 *    jumps back it is shown standing still, as a store shows it, until it is where it was or the store is opened anew.
 */
import type { Chance } from './chance.ts';

/** Whoever callbacks belong to: a process, or the world outside. */
export interface Owner {
  alive: boolean;
  /** it stands still until then, by `elapsed`: what comes for it is kept, and comes all at once */
  frozenUntil?: number;
}

interface Scheduled {
  at: number;
  readonly tie: number;
  readonly owner: Owner;
  readonly run: () => void;
  cancelled: boolean;
  /** its owner stands still */
  held?: boolean;
}

/** 2026-01-01T00:00:00Z */
const epochMs = 1_767_225_600_000;

export class SimQueue {
  readonly #heap: Scheduled[] = [];
  readonly #chance: Chance;
  #elapsed = 0;
  #offset = 0;
  #steps = 0;
  #shown = 0;
  #latest = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** ms since the simulation began */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** the wall clock, epoch ms */
  get now(): number {
    this.#shown = Math.max(this.#shown, epochMs + this.#elapsed + this.#offset);
    this.#latest = Math.max(this.#latest, this.#shown);
    return this.#shown;
  }

  /** the latest instant that the clock has shown to anybody */
  get latest(): number {
    return this.#latest;
  }

  /** callbacks that ran */
  get steps(): number {
    return this.#steps;
  }

  /** Calls back once after `ms`, unless the owner has died by then; the answer cancels it. */
  schedule(owner: Owner, ms: number, run: () => void): () => void {
    const at = this.#elapsed + Math.max(0, Math.ceil(ms));
    const entry: Scheduled = { at, tie: this.#chance.next(), owner, run, cancelled: false };
    push(this.#heap, entry);
    return () => {
      entry.cancelled = true;
    };
  }

  /** Puts the wall clock forward or back; what is scheduled keeps its distance. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** Forgets what the clock has shown: a store that is opened anew knows nothing of it. */
  openClock(): void {
    this.#shown = 0;
  }

  /** Lets all that stand still go on now. */
  thaw(owners: Iterable<Owner>): void {
    for (const owner of owners) delete owner.frozenUntil;
    for (const entry of this.#heap.splice(0)) {
      if (entry.held === true) entry.at = this.#elapsed;
      push(this.#heap, entry);
    }
  }

  /** Runs the next callback and answers when nothing follows from it any more; false: there is none. */
  async step(): Promise<boolean> {
    const entry = this.#take();
    if (entry === undefined) return false;
    this.#elapsed = entry.at;
    this.#steps += 1;
    entry.run();
    await settled();
    return true;
  }

  #take(): Scheduled | undefined {
    for (let top = pop(this.#heap); top !== undefined; top = pop(this.#heap)) {
      if (top.cancelled || !top.owner.alive) continue;
      const { frozenUntil = 0 } = top.owner;
      if (frozenUntil <= top.at) return top;
      // Pushed again as the one that it is: whoever can cancel it still can.
      top.at = frozenUntil;
      top.held = true;
      push(this.#heap, top);
    }
    return undefined;
  }
}

/** A turn of the real event loop comes after every promise that can settle has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

function push(heap: Scheduled[], entry: Scheduled): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up] as Scheduled;
    if (isBefore(parent, entry)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = entry;
}

function pop(heap: Scheduled[]): Scheduled | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (let down = 1; down < heap.length; down = 2 * at + 1) {
    const right = heap[down + 1];
    if (right !== undefined && isBefore(right, heap[down] as Scheduled)) down += 1;
    if (!isBefore(heap[down] as Scheduled, last)) break;
    heap[at] = heap[down] as Scheduled;
    at = down;
  }
  heap[at] = last;
  return top;
}
