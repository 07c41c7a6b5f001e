/** Chance that can be had again: the same seed draws the same numbers. */
export interface Random {
  readonly seed: number;
  /** a whole number from `from` to `to`, both included */
  between(from: number, to: number): number;
}

/** `TEST_SEED` repeats a run that failed. */
export function createRandom(seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { seed, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
