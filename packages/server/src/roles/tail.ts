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

/** Starts reading at the end of the log as it is now, from when on the feed is open; the answer stops it. */
export function startTail(options: TailOptions): () => void {
  const { world, store, feed, pollMs, rowsMax, onError } = options;
  let cursor: string | undefined;
  let stopped = false;
  let cancel: () => void = () => {};
  let open: () => void = () => {};
  feed.opensWith(new Promise((resolve) => (open = resolve)));
  const later = (ms: number) => {
    if (!stopped) cancel = world.after(ms, () => poll());
  };
  const read = async (): Promise<number> => {
    cursor ??= await store.end();
    open();
    const page = await store.tail(cursor, rowsMax);
    cursor = page.cursor;
    options.swept?.();
    if (feed.listeners > 0) for (const commit of page.commits) feed.publish(commit);
    return page.commits.length === rowsMax ? 0 : pollMs;
  };
  const poll = () => {
    read().then(later, (error: unknown) => {
      onError(error, '');
      later(pollMs);
    });
  };
  poll();
  return () => {
    stopped = true;
    open();
    cancel();
  };
}
