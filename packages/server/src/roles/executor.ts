/**
 * The executor: does the deeds that facts ask for, and hands their outcome to the door.
 *
 * 1. It begins a deed only under a lease with time left, and only while the execution still wants it.
 * 2. It renews the leases of what is under way; when one is lost the deed is aborted, for another executor has it.
 * 3. A row is given up by the commit that records the outcome, never here.
 */
import type { EffectOutcome } from '@millrace/core';
import { standardError } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Performer } from '../ports/performer.ts';
import type { ClaimedWakeUp, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Door } from './door.ts';
import { factAt } from './fact-at.ts';
import { type EffectTask, rowId } from './rows.ts';
import { contextOf, LazyAbort } from './task-context.ts';

export interface ExecutorOptions {
  readonly world: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly door: Door;
  readonly performer: Performer;
  readonly node: string;
  readonly leaseMs: number;
  /** deeds at once */
  readonly effectsMax: number;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  /** whether an execution still wants an effect, as far as this process knows */
  readonly wants: (tenant: string, execution: string, effect: number) => boolean;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

interface Running {
  readonly task: EffectTask;
  readonly abort: LazyAbort;
  /** another executor may have the row: whatever comes of it here does not count */
  lost: boolean;
}

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #running = new Map<string, Running>();
  #reserved = 0;
  #overflowed = false;
  #claiming = false;
  #stopped = false;
  #cancelSweep: () => void = () => {};
  #cancelRenewal: () => void = () => {};
  #idle: (() => void) | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sweep();
    this.#renewLater();
  }

  /** Keeps a place for an effect that is to be born leased to this process; `take` uses it. */
  reserve(): boolean {
    const has = !this.#stopped && this.#running.size + this.#reserved < this.#options.effectsMax;
    if (has) this.#reserved += 1;
    else this.#overflowed = true;
    return has;
  }

  unreserve(places: number): void {
    this.#reserved -= places;
  }

  /** Does a deed that a place was reserved for. */
  takeReserved(task: EffectTask): void {
    this.#reserved -= 1;
    this.take(task);
  }

  get running(): number {
    return this.#running.size;
  }

  /** Does a deed whose lease this process holds. */
  take(task: EffectTask): void {
    const { store, wants } = this.#options;
    if (this.#stopped) return;
    if (task.lease.until <= store.now() || !wants(task.tenant, task.execution, task.effect))
      return this.#after();
    const key = `${task.tenant}/${task.execution}/${task.effect}`;
    if (this.#running.has(key)) return;
    const running: Running = { task, abort: new LazyAbort(), lost: false };
    this.#running.set(key, running);
    this.#perform(running).then(
      () => this.#done(key),
      (error: unknown) => {
        this.#done(key);
        this.#options.onError(error, task.execution);
      },
    );
  }

  /** Ends what is under way for tasks that went away. Its outcome is still handed in, to be recorded as abandoned. */
  revoke(tenant: string, execution: string, effects: readonly number[]): void {
    for (const effect of effects) this.#running.get(`${tenant}/${execution}/${effect}`)?.abort.abort();
  }

  /** Takes nothing more, waits for what is under way, and gives the rest back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelSweep();
    if (this.#running.size > 0) await this.#untilIdle(graceMs);
    this.#cancelRenewal();
    const { store, node } = this.#options;
    for (const running of this.#running.values()) {
      const { task } = running;
      lose(running);
      // Given back it would be done again: its lease lapses instead, and it goes in doubt.
      if (task.fact.unsafe === true) continue;
      await store.release(
        task.tenant,
        [{ id: rowId(task.execution, task.effect), attempt: task.attempt }],
        node,
        store.now(),
      );
    }
    this.#running.clear();
  }

  #untilIdle(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.world.after(graceMs, resolve);
      this.#idle = () => {
        cancel();
        resolve();
      };
    });
  }

  async #perform(running: Running): Promise<void> {
    const { performer, door } = this.#options;
    const { task, abort } = running;
    const outcome = await performer.perform(task.fact.request, contextOf(task, abort));
    if (running.lost) return;
    await door.submit(task.tenant, task.execution, { type: 'effect.complete', effect: task.effect, outcome });
  }

  #done(key: string): void {
    this.#running.delete(key);
    this.#after();
  }

  #after(): void {
    if (this.#running.size === 0) this.#idle?.();
    if (this.#overflowed && !this.#stopped && this.#running.size + this.#reserved < this.#options.effectsMax)
      this.#claim();
  }

  #sweep(): void {
    if (this.#stopped) return;
    this.#claim();
    this.#cancelSweep = this.#options.world.after(this.#options.sweepMs, () => this.#sweep());
  }

  #claim(): void {
    if (this.#claiming) return;
    this.#claiming = true;
    this.#overflowed = false;
    this.#claimRows().then(
      () => {
        this.#claiming = false;
        this.#options.swept?.();
        if (this.#overflowed) this.#after();
      },
      (error: unknown) => {
        this.#claiming = false;
        this.#options.onError(error, '');
      },
    );
  }

  async #claimRows(): Promise<void> {
    const { store, node, leaseMs, effectsMax, sweepMs } = this.#options;
    const rowsMax = effectsMax - this.#running.size - this.#reserved;
    if (rowsMax <= 0) {
      this.#overflowed = true;
      return;
    }
    const rows = await store.claim({ kinds: ['effect'], owner: node, leaseMs, rowsMax });
    if (rows.length === rowsMax) this.#overflowed = true;
    for (const row of rows) {
      try {
        await this.#takeClaimed(row);
      } catch (error) {
        this.#options.onError(error, row.execution);
        // It was not begun: another may take it now, and what must not be repeated is not in doubt.
        await store.release(row.tenant, [leaseOf(row)], node, store.now() + sweepMs);
      }
    }
  }

  async #takeClaimed(row: ClaimedWakeUp): Promise<void> {
    const { store, node, leaseMs, blobs, door } = this.#options;
    const effect = Number(row.id.slice(row.execution.length + 1));
    if (this.#stopped) return store.release(row.tenant, [leaseOf(row)], node, store.now());
    const fact = await factAt(store, blobs, row.tenant, row.execution, effect);
    // Counted from before the question: the store's lease is no shorter.
    const until = store.now() + leaseMs;
    // While the fact was read an outcome may have been recorded, or a cancel: then the row is gone.
    const held = await store.renew(row.tenant, [leaseOf(row)], node, leaseMs);
    if (held.length === 0) return;
    if (fact?.type === 'effect.requested') {
      const lease = { owner: node, until };
      const { tenant, execution, attempt } = row;
      return this.take({ tenant, execution, effect, fact, attempt, lease });
    }
    const outcome: EffectOutcome = {
      type: 'failed',
      error: standardError('runtime', 'the log holds no request for this effect'),
    };
    await door.submit(row.tenant, row.execution, { type: 'effect.complete', effect, outcome });
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#options.world.after(
      Math.max(1, Math.floor(this.#options.leaseMs / 3)),
      () => {
        this.#renew().catch((error: unknown) => this.#options.onError(error, ''));
        this.#renewLater();
      },
    );
  }

  async #renew(): Promise<void> {
    const { store, node, leaseMs } = this.#options;
    const byTenant = new Map<string, Running[]>();
    for (const running of this.#running.values()) {
      const { tenant } = running.task;
      byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), running]);
    }
    for (const [tenant, running] of byTenant) {
      const leases = running.map(({ task }) => ({
        id: rowId(task.execution, task.effect),
        attempt: task.attempt,
      }));
      const held = new Set(await store.renew(tenant, leases, node, leaseMs));
      for (const each of running) if (!held.has(rowId(each.task.execution, each.task.effect))) lose(each);
    }
  }
}

function lose(running: Running): void {
  running.lost = true;
  running.abort.abort();
}

function leaseOf({ id, attempt }: ClaimedWakeUp): { id: string; attempt: number } {
  return { id, attempt };
}
