/**
 * The inbox: takes commands that became rows, and decisions that reached their bound in a process that ended, and
 * hands them to the worker. The row goes with the commit that decides it.
 */
import type { Command } from '@millrace/core';
import type { ClaimedWakeUp, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { isOfNewerFacts } from './codec.ts';
import { lagOf } from './timer.ts';
import type { Worker } from './worker.ts';

export interface InboxOptions {
  readonly world: World;
  readonly store: Store;
  readonly worker: Worker;
  readonly node: string;
  readonly leaseMs: number;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  readonly claimRowsMax: number;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

/** For so long a row is nobody's that this process could not decide. */
const handedBackMs = 250;
const leftToOthersMax = 1_000;

export class Inbox {
  readonly #options: InboxOptions;
  #cancelSweep: () => void = () => {};
  #stopped = false;
  #looking = false;
  #lookAgain = false;
  #lagMs = 0;
  #idle: () => void = () => {};
  /** rows that were claimed and are not decided yet */
  readonly #leftToOthers = new Set<string>();
  readonly #inHand = new Set<ClaimedWakeUp>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sweep();
  }

  /** Takes nothing new. */
  drain(): void {
    this.#stopped = true;
    this.#cancelSweep();
  }

  /** Waits for what is being decided, and gives the rest back. */
  async stop(graceMs: number): Promise<void> {
    this.drain();
    const { world, store, node } = this.#options;
    if (this.#looking)
      await new Promise<void>((resolve) => {
        const cancel = world.after(graceMs, resolve);
        this.#idle = () => {
          cancel();
          resolve();
        };
      });
    for (const { tenant, id, attempt } of this.#inHand)
      await store.release(tenant, [{ id, attempt }], node, undefined);
  }

  /** Looks now: something was written that may be for this process. */
  look(): void {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#cancelSweep();
    this.#sweep();
  }

  /** For how long the first row had been due when it looked last. */
  get lagMs(): number {
    return this.#lagMs;
  }

  #sweep(): void {
    if (this.#stopped) return;
    const { onError, sweepMs } = this.#options;
    this.#looking = true;
    this.#claim().then(
      (waitMs) => {
        this.#options.swept?.();
        this.#sweepAfter(waitMs);
      },
      (error: unknown) => {
        onError(error, '');
        this.#sweepAfter(sweepMs);
      },
    );
  }

  #sweepAfter(ms: number): void {
    this.#looking = false;
    const waitMs = this.#lookAgain ? 0 : ms;
    this.#lookAgain = false;
    if (this.#stopped) this.#idle();
    else this.#cancelSweep = this.#options.world.after(waitMs, () => this.#sweep());
  }

  async #claim(): Promise<number> {
    const { store, node, leaseMs, sweepMs, claimRowsMax } = this.#options;
    const next = await store.nextDue(['command', 'resume']);
    this.#lagMs = lagOf(next, store.now());
    if (next === undefined || next > store.now())
      return Math.min(sweepMs, (next ?? Number.POSITIVE_INFINITY) - store.now());
    const rows = await store.claim({
      kinds: ['command', 'resume'],
      owner: node,
      leaseMs,
      rowsMax: claimRowsMax,
    });
    await Promise.all(rows.map((row) => this.#handOver(row)));
    return rows.length === claimRowsMax ? 0 : sweepMs;
  }

  /** Remembers that it was said of an execution, so that it is not said at every turn. */
  #leave(execution: string): void {
    if (this.#leftToOthers.size >= leftToOthersMax) this.#leftToOthers.clear();
    this.#leftToOthers.add(execution);
  }

  async #handOver(row: ClaimedWakeUp): Promise<void> {
    const { worker, store, node, onError } = this.#options;
    // A `resume` row goes when the execution no longer asks for it; a `command` row goes with its decision.
    const [command, id]: [Command, string | undefined] =
      row.body === null
        ? [{ type: 'execution.continue' }, undefined]
        : [JSON.parse(row.body) as Command, row.id];
    this.#inHand.add(row);
    try {
      await worker.submit(row.tenant, row.execution, command, id);
    } catch (error) {
      if (!isOfNewerFacts(error)) return onError(error, row.execution);
      if (!this.#leftToOthers.has(row.execution)) onError(error, row.execution);
      this.#leave(row.execution);
      // Who wrote them may take it: after a moment, in which this process does not take it again.
      const lease = { id: row.id, attempt: row.attempt };
      await store.release(row.tenant, [lease], node, store.now() + handedBackMs).catch(() => {});
    } finally {
      this.#inHand.delete(row);
    }
  }
}
