/** Keeps a store from growing for ever: again and again it drops what ended longer ago than it is to be kept. */
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

export interface RetentionOptions {
  readonly world: World;
  readonly store: Store;
  /** what ended longer ago goes */
  readonly keptMs: number;
  readonly onError: (error: unknown, execution: string) => void;
}

export interface Retention {
  stats(): Readonly<Record<string, number>>;
  stop(): void;
}

/** The disk is given back by weeks: an hour earlier or later is nothing. The first round lets a start do other things. */
const restMs = 3_600_000;
const firstMs = 60_000;

/** The store must be able to: see `dropEndedBefore`. */
export function startRetention({ world, store, keptMs, onError }: RetentionOptions): Retention {
  const figures = { executions_dropped: 0, weeks_dropped: 0, large_values_dropped: 0 };
  let stopped = false;
  let cancel: () => void = () => {};
  const later = (ms: number) => {
    if (!stopped) cancel = world.after(ms, round);
  };
  const dropOld = async () => {
    const dropped = await store.dropEndedBefore?.(store.now() - keptMs);
    figures.executions_dropped += dropped?.executions ?? 0;
    figures.weeks_dropped += dropped?.weeks ?? 0;
    figures.large_values_dropped += dropped?.blobs ?? 0;
  };
  const round = () => {
    dropOld()
      .catch((error: unknown) => onError(error, ''))
      .finally(() => later(restMs));
  };
  later(firstMs);
  return {
    stats: () => figures,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
