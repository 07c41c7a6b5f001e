/**
 * The connections of a client, opened by its first request: a server that starts need not load the library for them.
 *
 * A process that stood still (stopped, its machine asleep or moved) hears too late that idle connections were closed
 * meanwhile: what it writes into one is lost, and nobody knows whether it was done. The library's own timers stood still
 * as well. So when nothing was heard or asked for as long as an idle connection is kept, all are left behind: those that
 * were idle have been so for as long, and those under way end as they would.
 */
import type { Dispatcher } from 'undici';

export interface Connections {
  dispatcher(): Dispatcher;
  /** Something came from the other side: to be told before what follows from it asks again. */
  heard(): void;
  /** Ends all, and what is under way fails. */
  close(): Promise<void>;
}

export interface ConnectionsOptions {
  readonly open: () => Dispatcher;
  /** for how long an idle connection is kept */
  readonly idleMs: number;
  /** ms that only grow */
  readonly elapsed: () => number;
}

export function openConnections({ open, idleMs, elapsed }: ConnectionsOptions): Connections {
  let current: Dispatcher | undefined;
  let isClosed = false;
  let heardAt = instant(elapsed);
  const leftBehind = new Set<Dispatcher>();

  function heard(): void {
    const before = heardAt;
    heardAt = instant(elapsed);
    if (current === undefined || isClosed || gapOf(before, heardAt) < idleMs) return;
    const old = current;
    current = undefined;
    leftBehind.add(old);
    void old.close().finally(() => leftBehind.delete(old));
  }
  return {
    dispatcher() {
      heard();
      current ??= open();
      // One that was destroyed refuses what it is asked.
      if (isClosed) void current.destroy();
      return current;
    },
    heard,
    async close() {
      isClosed = true;
      const all = current === undefined ? [...leftBehind] : [current, ...leftBehind];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

interface Instant {
  readonly elapsed: number;
  /** epoch ms: some machines' other clock stands still while they sleep */
  readonly wall: number;
}

function instant(elapsed: () => number): Instant {
  return { elapsed: elapsed(), wall: Date.now() };
}

function gapOf(from: Instant, to: Instant): number {
  return Math.max(to.elapsed - from.elapsed, to.wall - from.wall);
}
