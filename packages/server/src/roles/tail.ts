/**
 * The tail reader of a process that is not the only one to decide: one for all who need to know what others have written.
 *
 * 1. While anybody follows, or waits for an end that only the log can tell, it feeds them from the store's log. None of
 *    its commits is missed.
 * 2. While this process holds states in memory, or is at deeds, it says where streams stand now: what another process has
 *    gone on from is let go of, what is not wanted any more is ended, and who waits for an end of this process's worker
 *    looks for itself. That needs no commit's content, and may be late: what is decided on an old state is refused by the
 *    store.
 * 3. Where neither is so, nothing is read.
 * 4. Of this process's own commits those who wait for an end hear from the worker: they make it read at once only where
 *    somebody follows what they hold.
 */
import type { Commit, Store, StreamHead } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Feed } from './feed.ts';

export interface TailOptions {
  readonly world: World;
  readonly store: Store;
  readonly feed: Feed;
  readonly pollMs: number;
  readonly rowsMax: number;
  /** whether this process holds anything that others may go on from */
  readonly holds: () => boolean;
  /** where streams stand that were written to, by this process or others */
  readonly moved: (heads: readonly StreamHead[]) => void;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

/** Between two readings: under load each finds what many commits have left, instead of one each. */
const restMs = { followed: 5, unfollowed: 200 };
/** They are small, and under load most are this process's own. */
const headsMax = 5_000;

export interface Tail {
  /** Reads soon, if anybody needs it: something was committed, by this process or another. */
  look(isOwn: boolean): void;
  stop(): void;
}

/** Starts reading at the end of the log as it is now, from when on the feed is open. */
export function startTail(options: TailOptions): Tail {
  const { world, store, feed, pollMs, rowsMax, onError } = options;
  let cursor: string | undefined;
  let stopped = false;
  let reading = false;
  let readAt = Number.NEGATIVE_INFINITY;
  /** what was committed while it read */
  let missed: 'own' | 'others' | undefined;
  /** when it reads next, as it stands */
  let dueAt = Number.POSITIVE_INFINITY;
  let cancel: () => void = () => {};
  let open: () => void = () => {};
  feed.opensWith(new Promise((resolve) => (open = resolve)));
  const later = (ms: number) => {
    if (stopped) return;
    dueAt = world.elapsed() + ms;
    cancel = world.after(ms, () => poll());
  };
  /** Not later than it is due anyway. */
  const soon = (isOwn: boolean) => {
    const isFollowed = isOwn ? feed.followers > 0 : feed.needsLog;
    const rest = isFollowed ? restMs.followed : restMs.unfollowed;
    const ms = Math.max(0, readAt + rest - world.elapsed());
    if (world.elapsed() + ms >= dueAt) return;
    cancel();
    later(ms);
  };
  const read = async (): Promise<number> => {
    cursor ??= await store.end();
    open();
    if (!feed.needsLog && store.hints !== undefined)
      return feed.listeners > 0 || options.holds() ? watch(cursor) : skip();
    const page = await store.tail(cursor, rowsMax);
    cursor = page.cursor;
    options.swept?.();
    if (feed.listeners > 0) for (const commit of page.commits) feed.publish(commit);
    options.moved(page.commits.map(headOf));
    return page.commits.length === rowsMax ? 0 : pollMs;
  };
  /** Who has begun to follow meanwhile relies on all that is behind the old place. */
  const watch = async (from: string): Promise<number> => {
    const page = await headsOf(store, from);
    const isFollowed = feed.needsLog;
    if (!isFollowed) cursor = page.cursor;
    options.swept?.();
    options.moved(page.heads);
    return isFollowed || page.heads.length === headsMax ? 0 : pollMs;
  };
  /** What nobody needs is not read. */
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
        later(ms);
        if (missed !== undefined) soon(missed === 'own');
        missed = undefined;
      });
  };
  poll();
  return {
    look(isOwn) {
      if (stopped || (feed.listeners === 0 && !options.holds())) return;
      if (!reading) soon(isOwn);
      else if (!isOwn || missed === undefined) missed = isOwn ? 'own' : 'others';
    },
    stop() {
      stopped = true;
      open();
      cancel();
    },
  };
}

async function headsOf(
  store: Store,
  cursor: string,
): Promise<{ readonly heads: readonly StreamHead[]; readonly cursor: string }> {
  if (store.heads !== undefined) return store.heads(cursor, headsMax);
  const page = await store.tail(cursor, headsMax);
  return { heads: page.commits.map(headOf), cursor: page.cursor };
}

function headOf({ tenant, stream, version, count }: Commit): StreamHead {
  return { tenant, stream, version: version + count - 1 };
}
