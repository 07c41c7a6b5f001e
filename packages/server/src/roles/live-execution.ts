import {
  approximateBytes,
  type Executable,
  type ExecutionState,
  emptyState,
  isTerminal,
  noRows,
  type OwnRows,
  type Phase,
} from '@millrace/core';

/** An execution in memory: its state as of the last decision, durable or not yet. */
export interface LiveExecution {
  readonly tenant: string;
  readonly id: string;
  state: ExecutionState;
  /** undefined: nothing was decided yet, or the definition is not loaded */
  executable: Executable | undefined;
  /** id of the last commit, durable or not yet */
  head: string;
  /** the ledger's rows as of the last decision, effects apart */
  rows: OwnRows;
  /** commits that are not durable yet */
  pending: number;
  /** the phase as of the last commit, durable or not yet; undefined: there is none */
  status: Phase | undefined;
  /** the phase as of the last commit that is durable; undefined: none was since it is in memory */
  durable: Phase | undefined;
  /** settles when all commits so far are answered; entries with large values queue on it */
  outbox: Promise<void> | undefined;
  /** about what its state takes in memory, or more: what was recorded since it was measured is counted whole */
  bytes: number;
  /** about what it has recorded since its start, kept in its state or not */
  recordedBytes: number;
  /** whose wake-ups take turns with those of others; undefined: it is not asked for yet */
  queue: string | undefined;
  /** its state is not to be trusted any more: a commit was refused */
  stale: boolean;
  /** the round of eviction in which it was used last */
  usedIn: number;
  /** it is among the executions in memory */
  held: boolean;
}

export function newLive(tenant: string, id: string): LiveExecution {
  return {
    tenant,
    id,
    state: emptyState(),
    executable: undefined,
    head: '',
    rows: noRows,
    pending: 0,
    status: undefined,
    durable: undefined,
    outbox: undefined,
    bytes: 0,
    recordedBytes: 0,
    queue: undefined,
    stale: false,
    usedIn: 0,
    held: false,
  };
}

/** Whoever is about to ask for one that has just ended finds it; the longer they stay, the more of them outlives a collection. */
const endedMax = 128;
/** A state that may be larger is measured before it is let go: a loop records much and keeps little. */
const unmeasuredBytesMax = 65_536;

export interface LiveBounds {
  readonly executionsMax: number;
  /** of all states together, approximately */
  readonly liveBytesMax: number;
}

/**
 * The executions kept in memory, by number and by size. When it is too much those leave that have ended, then those that
 * were not used since it was so before. One whose commits are under way stays, whatever the bound: its state cannot be
 * read back yet.
 *
 * Keyed by tenant, then by id: a key made of both would be put together and hashed at every command.
 */
export class LiveExecutions {
  readonly #byTenant = new Map<string, Map<string, LiveExecution>>();
  readonly #bounds: LiveBounds;
  /** the latest last; none that has left */
  readonly #ended = new Set<LiveExecution>();
  #size = 0;
  #bytes = 0;
  #evictAbove: LiveBounds;
  #round = 0;

  constructor(bounds: LiveBounds) {
    this.#bounds = bounds;
    this.#evictAbove = bounds;
  }

  get(tenant: string, id: string): LiveExecution | undefined {
    const live = this.#byTenant.get(tenant)?.get(id);
    if (live !== undefined) live.usedIn = this.#round;
    return live;
  }

  add(live: LiveExecution): void {
    const byId = this.#byTenant.get(live.tenant) ?? new Map<string, LiveExecution>();
    const other = byId.get(live.id);
    if (other !== undefined) this.delete(other);
    byId.set(live.id, live);
    this.#byTenant.set(live.tenant, byId);
    this.#size += 1;
    this.#bytes += live.bytes;
    live.usedIn = this.#round;
    live.held = true;
    this.#keepBounds(live);
  }

  delete(live: LiveExecution): void {
    const byId = this.#byTenant.get(live.tenant);
    if (byId === undefined || !live.held) return;
    live.held = false;
    byId.delete(live.id);
    this.#ended.delete(live);
    this.#size -= 1;
    this.#bytes -= live.bytes;
    if (byId.size === 0) this.#byTenant.delete(live.tenant);
  }

  /** Counts values that were recorded in a state. */
  grow(live: LiveExecution, bytes: number): void {
    live.bytes += bytes;
    if (!live.held) return;
    this.#bytes += bytes;
    this.#keepBounds(live);
  }

  /**
   * Lets go of one that has ended when others have ended after it: whoever waits for its end is told what it has come to,
   * and nobody decides on it any more.
   */
  retire(live: LiveExecution): void {
    if (live.held) this.#ended.add(live);
    if (this.#ended.size < 2 * endedMax) return;
    for (const old of this.#ended) {
      if (this.#ended.size <= endedMax) return;
      this.#ended.delete(old);
      if (old.pending === 0) this.delete(old);
    }
  }

  get size(): number {
    return this.#size;
  }

  *values(): Iterable<LiveExecution> {
    for (const byId of this.#byTenant.values()) yield* byId.values();
  }

  /**
   * Lets go of idle executions down to nine tenths of the bounds, so that not every addition looks for one. The one in
   * use stays: were it to leave before its command is decided, it would be loaded again without end.
   */
  #keepBounds(inUse: LiveExecution): void {
    if (this.#isWithin(this.#evictAbove)) return;
    const target = scaled(this.#bounds, 0.9);
    const round = this.#round;
    for (const leaves of [
      (live: LiveExecution) => isTerminal(live.durable),
      (live: LiveExecution) => live.usedIn < round,
      () => true,
    ]) {
      for (const live of this.values()) {
        if (this.#isWithin(target)) break;
        if (live.pending === 0 && live !== inUse && leaves(live)) this.#letGo(live, target);
      }
    }
    this.#round += 1;
    // What is left cannot leave yet: look again when it is a tenth more.
    this.#evictAbove = {
      executionsMax: Math.max(this.#bounds.executionsMax, this.#size * 1.1),
      liveBytesMax: Math.max(this.#bounds.liveBytesMax, this.#bytes * 1.1),
    };
  }

  /** Where its size alone is at fault it is measured first, and may turn out to be small. */
  #letGo(live: LiveExecution, target: LiveBounds): void {
    if (this.#size <= target.executionsMax && live.bytes > unmeasuredBytesMax) {
      const bytes = approximateBytes(live.state, live.bytes);
      this.#bytes += bytes - live.bytes;
      live.bytes = bytes;
      if (bytes <= unmeasuredBytesMax) return;
    }
    this.delete(live);
  }

  #isWithin({ executionsMax, liveBytesMax }: LiveBounds): boolean {
    return this.#size <= executionsMax && this.#bytes <= liveBytesMax;
  }
}

function scaled({ executionsMax, liveBytesMax }: LiveBounds, by: number): LiveBounds {
  return { executionsMax: Math.floor(executionsMax * by), liveBytesMax: Math.floor(liveBytesMax * by) };
}
