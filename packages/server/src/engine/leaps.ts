/** Lets a virtual clock leap to the next wake-up whenever there is nothing else to do. */
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Runtime } from './runtime.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** How often it is looked whether nothing is to do, in real ms; and how long it has to be so. */
const lookMs = 5;
/** A schedule never has done: at most five runs a second, so that one can watch, and the disk does not fill at once. */
const scheduleMs = 200;

export interface LeapOptions {
  readonly real: World;
  readonly world: VirtualWorld;
  readonly runtime: Runtime;
  readonly store: WatchedStore;
  readonly onError: (error: unknown) => void;
}

/** The answer ends it. */
export function startLeaps({ real, world, runtime, store, onError }: LeapOptions): () => void {
  let ended = false;
  let leaptAt = Number.NEGATIVE_INFINITY;
  let cancel = () => {};
  const look = async () => {
    if (!store.isQuiet(lookMs) || runtime.isBusy()) return;
    if (await hasWork(store)) return;
    const next = await runtime.nextTimer();
    // Something may have come while the store was asked.
    if (next === undefined || !store.isQuiet(lookMs) || runtime.isBusy()) return;
    if (next.isSchedule && real.elapsed() - leaptAt < scheduleMs) return;
    if (next.due <= world.now()) return;
    leaptAt = real.elapsed();
    world.leapTo(next.due);
  };
  const again = () => {
    if (!ended) cancel = real.after(lookMs, () => void look().catch(onError).then(again));
  };
  again();
  return () => {
    ended = true;
    cancel();
  };
}

async function hasWork(store: Store): Promise<boolean> {
  const next = await store.nextDue(['effect', 'command', 'resume', 'send']);
  return next !== undefined && next <= store.now();
}

/** A store that knows whether anything was committed just now. */
export interface WatchedStore extends Store {
  isQuiet(ms: number): boolean;
}

export function watchStore(store: Store, real: World): WatchedStore {
  let open = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    ...store,
    async commit(entries) {
      open += 1;
      try {
        return await store.commit(entries);
      } finally {
        open -= 1;
        lastAt = real.elapsed();
      }
    },
    isQuiet: (ms) => open === 0 && real.elapsed() - lastAt >= ms,
  };
}
