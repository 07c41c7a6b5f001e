/**
 * The world as roles may touch it: clock, timers, chance, scheduling. The real one is `systemWorld`; the
 * simulator hands in its own, so that the same roles run under invented time, order and crashes.
 */
export interface World {
  /** epoch ms */
  now(): number;
  /** ms that only grow, for measuring */
  elapsed(): number;
  /** Calls back once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Calls back soon, after what is already queued: the end of a gathering tick. */
  soon(run: () => void): void;
  /** a number in [0, 1) */
  random(): number;
  /** a new id that sorts by time (UUID version 7) */
  id(): string;
  /** SHA-256 in hexadecimal */
  hash(text: string): string;
}
