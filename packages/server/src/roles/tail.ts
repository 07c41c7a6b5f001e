/**
 * The tail reader: feeds a process that is not the only one to decide from the store's log, while anybody follows. One
 * reader serves every follower; none of its commits is missed, and none is read when nobody asks.
 */
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Feed } from './feed.ts';

export interface TailOptions {
  readonly world: World;
  readonly store: Store;
  readonly feed: Feed;
  readonly pollMs: number;
  readonly rowsMax: number;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

/** Between two readings: under load each finds what many commits have left, instead of one each. */
const restMs = 5;

export interface Tail {
  /** Reads now, if anybody follows: something was committed. */
  look(): void;
  stop(): void;
}

/** Starts reading at the end of the log as it is now, from when on the feed is open. */
export function startTail(options: TailOptions): Tail {
  const { world, store, feed, pollMs, rowsMax, onError } = options;
  let cursor: string | undefined;
  let stopped = false;
  let reading = false;
  let readAt = Number.NEGATIVE_INFINITY;
  let lookAgain = false;
  let cancel: () => void = () => {};
  let open: () => void = () => {};
  feed.opensWith(new Promise((resolve) => (open = resolve)));
  const restOf = () => Math.max(0, restMs - (world.elapsed() - readAt));
  const later = (ms: number) => {
    if (!stopped) cancel = world.after(ms, () => poll());
  };
  const read = async (): Promise<number> => {
    cursor ??= await store.end();
    open();
    if (feed.listeners === 0 && store.hints !== undefined) return skip();
    const page = await store.tail(cursor, rowsMax);
    cursor = page.cursor;
    options.swept?.();
    if (feed.listeners > 0) for (const commit of page.commits) feed.publish(commit);
    return page.commits.length === rowsMax ? 0 : pollMs;
  };
  /** What nobody follows is not read. Who has come meanwhile relies on all that is behind the old end. */
  const skip = async (): Promise<number> => {
    const end = await store.end();
    if (feed.listeners === 0) cursor = end;
    options.swept?.();
    return pollMs;
  };
  const poll = () => {
    reading = true;
    readAt = world.elapsed();
    read()
      .catch((error: unknown) => {
        onError(error, '');
        return pollMs;
      })
      .then((ms) => {
        reading = false;
        later(lookAgain ? restOf() : ms);
        lookAgain = false;
      });
  };
  poll();
  return {
    look() {
      if (stopped || feed.listeners === 0) return;
      if (reading) {
        lookAgain = true;
        return;
      }
      cancel();
      later(restOf());
    },
    stop() {
      stopped = true;
      open();
      cancel();
    },
  };
}
