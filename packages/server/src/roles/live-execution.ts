import { type Executable, type ExecutionState, emptyState, noRows, type OwnRows } from '@millrace/core';

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
  /** settles when all commits so far are answered; entries with large values queue on it */
  outbox: Promise<void> | undefined;
  /** its state is not to be trusted any more: a commit was refused */
  stale: boolean;
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
    outbox: undefined,
    stale: false,
  };
}

/**
 * The executions kept in memory, the least recently used leaving first. One whose commits are under way stays,
 * whatever the bound: its state cannot be read back yet.
 */
export class LiveExecutions {
  readonly #byKey = new Map<string, LiveExecution>();
  readonly #executionsMax: number;

  constructor(executionsMax: number) {
    this.#executionsMax = executionsMax;
  }

  get(tenant: string, id: string): LiveExecution | undefined {
    const key = `${tenant}/${id}`;
    const live = this.#byKey.get(key);
    if (live === undefined || this.#byKey.size < this.#executionsMax / 2) return live;
    // Recency matters only when something may have to leave.
    this.#byKey.delete(key);
    this.#byKey.set(key, live);
    return live;
  }

  add(live: LiveExecution): void {
    this.#byKey.set(`${live.tenant}/${live.id}`, live);
    if (this.#byKey.size > this.#executionsMax) this.#evict(live);
  }

  delete(live: LiveExecution): void {
    const key = `${live.tenant}/${live.id}`;
    if (this.#byKey.get(key) === live) this.#byKey.delete(key);
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): Iterable<LiveExecution> {
    return this.#byKey.values();
  }

  /**
   * Lets go of idle executions down to nine tenths of the bound, so that not every addition looks for one. The one
   * just added stays: were it to leave before its command is decided, it would be loaded again without end.
   */
  #evict(added: LiveExecution): void {
    const target = Math.floor(this.#executionsMax * 0.9);
    for (const [key, live] of this.#byKey) {
      if (this.#byKey.size <= target) return;
      if (live.pending === 0 && live !== added) this.#byKey.delete(key);
    }
  }
}
