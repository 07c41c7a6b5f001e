/** Chance that can be had again: the same seed draws the same numbers, on every machine. */
export interface Chance {
  /** a number in [0, 1) */
  next(): number;
  /** a whole number from `from` to `to`, both included */
  between(from: number, to: number): number;
  /** true in `share` of all draws (0 to 1) */
  happens(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** a chance of its own: what draws from it does not shift what others draw */
  fork(): Chance;
}

/** Mulberry32: 32 bits of state are enough to tell runs apart, and it is six lines. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    happens: (share) => next() < share,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new Error('broken rule: there is something to pick from');
      return from[between(0, from.length - 1)] as T;
    },
    fork: () => createChance(Math.floor(next() * 4_294_967_296)),
  };
}
