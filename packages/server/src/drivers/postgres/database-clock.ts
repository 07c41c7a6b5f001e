/**
 * The database's clock, as far as this process knows it: never ahead of it, so that nothing is early, and behind it by
 * no more than the way of an answer. Each answer that carries the database's instant sets it anew.
 */
export interface DatabaseClock {
  /** epoch ms; it does not go back */
  now(): number;
  /** The database's instant, from an answer that has just come. */
  heard(instant: number): void;
}

/** After this time an older answer counts no more: two clocks drift apart. */
const keptMs = 30_000;

/** `elapsed` gives ms that only grow. */
export function openDatabaseClock(first: number, elapsed: () => number): DatabaseClock {
  let current = { offset: first - elapsed(), since: elapsed() };
  let before = current.offset;
  let last = 0;
  return {
    now() {
      last = Math.max(last, Math.floor(elapsed() + Math.max(current.offset, before)));
      return last;
    },
    heard(instant) {
      const at = elapsed();
      const offset = instant - at;
      if (at - current.since > keptMs) {
        before = current.offset;
        current = { offset, since: at };
      } else if (offset > current.offset) current = { ...current, offset };
    },
  };
}
