/** Whether the tables that a flush brings up to date can be read as they are. */
export interface Freshness {
  /** Says that something is written that they will not have. */
  stale(): void;
  /** Answers when they have all that was written before: whoever asks meanwhile waits for the same flush. */
  fresh(): Promise<void>;
}

export function openFreshness(flush: () => Promise<void>): Freshness {
  let isStale = false;
  let last: Promise<void> = Promise.resolve();
  return {
    stale() {
      isStale = true;
    },
    fresh() {
      if (!isStale) return last;
      isStale = false;
      last = flush();
      last.catch(() => {
        isStale = true;
      });
      return last;
    },
  };
}
