/**
 * The inbox: takes commands that became rows, and decisions that reached their bound in a process that ended, and
 * hands them to the worker. The row goes with the commit that decides it.
 */
import type { Command } from '@millrace/core';
import type { ClaimedWakeUp, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { isOfNewerFacts } from './codec.ts';
import { isDelivery } from './delivery-row.ts';
import { byExecution, claimDue, Rounds } from './rounds.ts';
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
  readonly #rounds: Rounds;
  #lagMs = 0;
  /** executions that a newer version has written to, and of which that was said */
  readonly #leftToOthers = new Set<string>();
  /** rows that were claimed and are not decided yet */
  readonly #inHand = new Set<ClaimedWakeUp>();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#claim() });
  }

  start(): void {
    this.#rounds.look();
  }

  /** Takes nothing new. */
  drain(): void {
    void this.#rounds.stop();
  }

  /** Waits for what is being decided, and gives the rest back. */
  async stop(graceMs: number): Promise<void> {
    const { world, store, node } = this.#options;
    const ended = this.#rounds.stop();
    await new Promise<void>((resolve) => {
      const cancel = world.after(graceMs, resolve);
      void ended.then(() => {
        cancel();
        resolve();
      });
    });
    for (const { tenant, id, attempt } of this.#inHand)
      await store.release(tenant, [{ id, attempt }], node, undefined);
  }

  /** Looks now: something was written that may be for this process. */
  look(): void {
    this.#rounds.look();
  }

  /** For how long the first row had been due when it looked last. */
  get lagMs(): number {
    return this.#lagMs;
  }

  async #claim(): Promise<number> {
    const { store, node, leaseMs, sweepMs, claimRowsMax } = this.#options;
    const kinds = ['command', 'resume'] as const;
    const request = { kinds, owner: node, leaseMs, rowsMax: claimRowsMax };
    const { rows, lagMs, waitMs } = await claimDue(store, request, sweepMs);
    this.#lagMs = lagMs;
    await Promise.all([
      ...rows.filter((row) => !isDelivery(row)).map((row) => this.#handOver(row)),
      ...byExecution(rows.filter(isDelivery)).map((its) => this.#deliver(its)),
    ]);
    return waitMs;
  }

  /** Remembers that it was said of an execution, so that it is not said at every turn. */
  #leave(execution: string): void {
    if (this.#leftToOthers.size >= leftToOthersMax) this.#leftToOthers.clear();
    this.#leftToOthers.add(execution);
  }

  /** Events for one execution: each when those before it are decided, which another process may have claimed. */
  async #deliver(rows: readonly ClaimedWakeUp[]): Promise<void> {
    const { store, node } = this.#options;
    const { tenant, execution } = rows[0] as ClaimedWakeUp;
    const mine = new Map(rows.map((row) => [row.id, row]));
    for (const row of rows) this.#inHand.add(row);
    try {
      const waiting = (await store.wakeUps(tenant, execution)).filter(isDelivery);
      for (const { id } of waiting.sort((a, b) => (a.id < b.id ? -1 : 1))) {
        const row = mine.get(id);
        if (row === undefined) break;
        mine.delete(id);
        if (!(await this.#handOver(row))) break;
      }
    } catch (error) {
      this.#options.onError(error, execution);
    }
    const leases = [...mine.values()].map(({ id, attempt }) => ({ id, attempt }));
    for (const row of rows) this.#inHand.delete(row);
    await store.release(tenant, leases, node, store.now() + handedBackMs).catch(() => {});
  }

  /** Whether it was decided. */
  async #handOver(row: ClaimedWakeUp): Promise<boolean> {
    const { worker, store, node, onError } = this.#options;
    // A `resume` row goes when the execution no longer asks for it; a `command` row goes with its decision.
    const [command, id]: [Command, string | undefined] =
      row.body === null
        ? [{ type: 'execution.continue' }, undefined]
        : [JSON.parse(row.body) as Command, row.id];
    this.#inHand.add(row);
    try {
      await worker.submit(row.tenant, row.execution, command, id);
      return true;
    } catch (error) {
      if (!isOfNewerFacts(error)) {
        onError(error, row.execution);
        return false;
      }
      if (!this.#leftToOthers.has(row.execution)) onError(error, row.execution);
      this.#leave(row.execution);
      // Who wrote them may take it: after a moment, in which this process does not take it again.
      const lease = { id: row.id, attempt: row.attempt };
      await store.release(row.tenant, [lease], node, store.now() + handedBackMs).catch(() => {});
      return false;
    } finally {
      this.#inHand.delete(row);
    }
  }
}
