/**
 * The executor: does the deeds that facts ask for, and hands their outcome to the door.
 *
 * 1. It begins a deed only under a lease with time left, and only while the execution still wants it.
 * 2. It renews the leases of what is under way; when one is lost the deed is aborted, for another executor has it.
 * 3. A row is given up by the commit that records the outcome, never here. While the store is away the outcome is kept.
 */
import type { EffectOutcome } from '@millrace/core';
import { standardError } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Performer } from '../ports/performer.ts';
import { type ClaimedWakeUp, limitOf, type PlaceLimit, type Store, type StreamHead } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { Deed } from './deed.ts';
import type { Door } from './door.ts';
import { factsAt } from './fact-at.ts';
import { type LeftEffect, LeftRequests } from './left-requests.ts';
import { workflowOf } from './places.ts';
import { byExecution, lagOf, Rounds } from './rounds.ts';
import { type EffectTask, rowId } from './rows.ts';
import { RunningDeeds } from './running-deeds.ts';

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
  /** on effects of a type, over all processes; absent: there are none */
  readonly limits?: readonly PlaceLimit[];
  /** whether an execution still wants an effect, as far as this process knows */
  readonly wants: (tenant: string, execution: string, effect: number) => boolean;
  /** called whenever it has looked through the store */
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

/** Executions whose claimed effects are read at the same time: a store over a network answers them together. */
const readAtOnce = 128;
/** Between two tries to record an outcome. */
const handInRestMs = 1_000;

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #running = new RunningDeeds();
  readonly #left = new LeftRequests();
  #reserved = 0;
  #overflowed = false;
  /** Rows wait that found no place: new effects wait behind them, or those would never get one under load. */
  #behind = false;
  #stopped = false;
  #lagMs = 0;
  /** when to ask the store anew what others may leave behind */
  #askAt = 0;
  /** Somebody said that there is something to claim: it need not be asked first. */
  #told = true;
  readonly #rounds: Rounds;
  #cancelRenewal: () => void = () => {};
  #idle: (() => void) | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#claim() });
  }

  start(): void {
    this.#rounds.look();
    this.#renewLater();
  }

  /** Looks now: an effect was written that nobody holds. */
  look(): void {
    this.#told = true;
    this.#rounds.look();
  }

  /** Keeps a place for an effect that is to be born leased to this process; `take` uses it. */
  reserve(): boolean {
    const has =
      !this.#stopped && !this.#behind && this.#running.size + this.#reserved < this.#options.effectsMax;
    if (has) this.#reserved += 1;
    else {
      this.#overflowed = true;
      this.#behind = true;
    }
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

  /** Keeps what an effect asks for that is left to be claimed. */
  leave(effect: LeftEffect): void {
    this.#left.keep(effect);
  }

  /** For how long the first of the rows that it claimed last had been due. */
  get lagMs(): number {
    return this.#lagMs;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Does a deed whose lease this process holds. */
  take(task: EffectTask): void {
    const { store, wants } = this.#options;
    if (this.#stopped) return;
    if (task.lease.until <= store.now() || !wants(task.tenant, task.execution, task.effect))
      return this.#after(task.queue);
    const deed = new Deed(task, this.#ended);
    if (this.#running.add(deed)) this.#perform(deed);
  }

  /** Ends what is under way for tasks that went away. Its outcome is still handed in, to be recorded as abandoned. */
  revoke(tenant: string, execution: string, effects: readonly number[]): void {
    for (const effect of effects) this.#running.get(tenant, rowId(execution, effect))?.abort();
  }

  /** Others have written to these: what of their deeds is not wanted any more ends now, not when its lease is renewed. */
  recheck(streams: readonly StreamHead[]): void {
    if (this.#running.size === 0 || streams.length === 0) return;
    const keys = new Set(streams.map(({ tenant, stream }) => `${tenant}/${stream}`));
    const isMeant = ({ task: { tenant, execution } }: Deed) => keys.has(`${tenant}/${execution}`);
    this.#renew(isMeant).catch((error: unknown) => this.#options.onError(error, ''));
  }

  /** Takes nothing more. */
  drain(): void {
    this.#stopped = true;
    void this.#rounds.stop();
  }

  /** Takes nothing more, waits for what is under way, and gives the rest back. */
  async stop(graceMs: number): Promise<void> {
    this.drain();
    if (this.#running.size > 0) await this.#untilIdle(graceMs);
    this.#cancelRenewal();
    const { store, node } = this.#options;
    for (const deed of this.#running.values()) {
      const { tenant, row, attempt, fact } = deed.task;
      deed.lose();
      // Given back it would be done again: its lease lapses instead, and it goes in doubt.
      if (fact.unsafe === true) continue;
      await store.release(tenant, [{ id: row, attempt }], node, store.now());
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

  /** What needs no waiting is handed in at once: a promise for each deed is what most of its cost would be. */
  #perform(deed: Deed): void {
    try {
      const outcome = this.#options.performer.perform(deed.task.fact.request, deed);
      if (!(outcome instanceof Promise)) return this.#handIn(deed, outcome);
      outcome.then(
        (settled) => this.#handIn(deed, settled),
        (error: unknown) => deed.failed(error),
      );
    } catch (error) {
      deed.failed(error);
    }
  }

  #handIn(deed: Deed, outcome: EffectOutcome): void {
    if (deed.lost) return deed.decided();
    deed.outcome = outcome;
    this.#tell(deed, outcome);
  }

  #tell(deed: Deed, outcome: EffectOutcome): void {
    const { tenant, execution, effect } = deed.task;
    const queue = workflowOf(deed.task.queue);
    this.#options.door.tell(tenant, execution, { type: 'effect.complete', effect, outcome }, deed, queue);
  }

  /**
   * The world has answered, and need not be asked again: what it said is kept, and its lease renewed, until the store takes it.
   * Once the lease is lost another may be at it; but one that must not be repeated is nobody's then, and would be in doubt.
   */
  #handInLater(deed: Deed, outcome: EffectOutcome, error: unknown): void {
    const { world, onError } = this.#options;
    if (!deed.isKept) onError(error, deed.execution);
    deed.isKept = true;
    world.after(handInRestMs, () => {
      // It was given up when the process was to end.
      if (this.#running.get(deed.tenant, deed.effect) !== deed) return;
      if (deed.lost && deed.task.fact.unsafe !== true) deed.decided();
      else this.#tell(deed, outcome);
    });
  }

  readonly #ended = (deed: Deed, error: unknown): void => {
    if (deed.outcome !== undefined && isUnavailable(error))
      return this.#handInLater(deed, deed.outcome, error);
    this.#running.delete(deed);
    this.#after(deed.task.queue);
    if (error !== undefined) this.#options.onError(error, deed.execution);
  };

  /** One that was claimed is done, or is not to be: where its queue is of a limit, others may wait for its place. */
  #after(queue: string | undefined): void {
    if (this.#running.size === 0) this.#idle?.();
    if ((this.#overflowed && this.#hasRoom) || limitOf(queue) !== undefined) this.look();
  }

  get #hasRoom(): boolean {
    return this.#running.size + this.#reserved < this.#options.effectsMax;
  }

  async #claim(): Promise<number> {
    const { store } = this.#options;
    this.#overflowed = false;
    if (!this.#told && store.nextLapse !== undefined && !this.#behind) {
      const next = await store.nextDue(['effect']);
      if (next === undefined || next > store.now()) return this.#nothingDue(next);
    }
    this.#told = false;
    await this.#claimRows();
    if (!this.#overflowed || !this.#hasRoom) return this.#untilNextMs();
    this.#told = true;
    return 0;
  }

  /** One question is all that a process with nothing to do asks: the first row of all is the first to lapse too. */
  #nothingDue(next: number | undefined): number {
    const { store, leaseMs, sweepMs } = this.#options;
    const now = store.now();
    this.#lagMs = 0;
    this.#askAt = Math.min(now + Math.min(sweepMs, leaseMs), next ?? Number.POSITIVE_INFINITY);
    return Math.max(1, this.#askAt - now);
  }

  /**
   * Until a row lapses that another process holds: nobody hints at that. It is asked for no more often than leases end, so
   * that claims under load cost nothing more; what was leased just after has not lapsed before it is asked again.
   */
  async #untilNextMs(): Promise<number> {
    const { store, node, leaseMs, sweepMs } = this.#options;
    if (store.nextLapse === undefined) return sweepMs;
    const now = store.now();
    if (now >= this.#askAt) {
      const lapses = await store.nextLapse(['effect'], node);
      this.#askAt = Math.min(now + Math.min(sweepMs, leaseMs), lapses ?? Number.POSITIVE_INFINITY);
    }
    return Math.max(1, this.#askAt - store.now());
  }

  async #claimRows(): Promise<void> {
    const { store, node, leaseMs, effectsMax, limits = [] } = this.#options;
    const rowsMax = effectsMax - this.#running.size - this.#reserved;
    if (rowsMax <= 0) {
      this.#overflowed = true;
      return;
    }
    const rows = await store.claim({ kinds: ['effect'], owner: node, leaseMs, rowsMax, limits });
    if (rows.length === rowsMax) this.#overflowed = true;
    else this.#behind = false;
    this.#lagMs = lagOf(rows[0]?.due, store.now());
    // Before anything is waited for, so that what was claimed is wanted still.
    const unknown = rows.filter((row) => !this.#takeKnown(row));
    // Each asks the store twice: one after the other, the last would wait for its lease to lapse.
    const groups = byExecution(unknown);
    for (let from = 0; from < groups.length; from += readAtOnce)
      await Promise.all(groups.slice(from, from + readAtOnce).map((its) => this.#takeUnknown(its)));
  }

  /** One whose request was left here. */
  #takeKnown({ tenant, execution, id, attempt, lease, queue }: ClaimedWakeUp): boolean {
    const fact = this.#stopped ? undefined : this.#left.take(tenant, id);
    if (fact === undefined) return false;
    this.take({
      tenant,
      execution,
      effect: effectOf({ execution, id }),
      row: id,
      fact,
      attempt,
      lease,
      queue,
    });
    return true;
  }

  /** Those of one execution, whose requests the log has. */
  async #takeUnknown(rows: readonly ClaimedWakeUp[]): Promise<void> {
    const { store, node, leaseMs, sweepMs, blobs, door, onError } = this.#options;
    const { tenant, execution } = rows[0] as ClaimedWakeUp;
    const left = new Set(rows);
    try {
      if (this.#stopped) return await store.release(tenant, rows.map(leaseOf), node, store.now());
      const facts = await factsAt(store, blobs, tenant, execution, rows.map(effectOf));
      // Counted from before the question: the store's lease is no shorter.
      const until = store.now() + leaseMs;
      // While the facts were read an outcome may have been recorded, or a cancel: then the row is gone.
      const held = new Set(await store.renew(tenant, rows.map(leaseOf), node, leaseMs));
      for (const row of rows) {
        const { id, attempt, queue } = row;
        const effect = effectOf(row);
        const fact = facts.get(effect);
        if (!held.has(id)) this.#after(queue);
        else if (fact?.type === 'effect.requested')
          this.take({
            ...{ tenant, execution, effect, row: id, fact, attempt, queue },
            lease: { owner: node, until },
          });
        else await door.submit(tenant, execution, { type: 'effect.complete', effect, outcome: unrequested });
        left.delete(row);
      }
    } catch (error) {
      onError(error, execution);
      // They were not begun: another may take them now, and what must not be repeated is not in doubt.
      await store.release(tenant, [...left].map(leaseOf), node, store.now() + sweepMs);
    }
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

  async #renew(isMeant: (deed: Deed) => boolean = () => true): Promise<void> {
    const { store, node, leaseMs } = this.#options;
    for (const [tenant, all] of this.#running.byTenant()) {
      const deeds = [...all].filter(isMeant);
      if (deeds.length === 0) continue;
      const leases = Array.from(deeds, ({ task }) => ({ id: task.row, attempt: task.attempt }));
      const held = new Set(await store.renew(tenant, leases, node, leaseMs));
      for (const deed of deeds) if (!held.has(deed.task.row)) deed.lose();
    }
  }
}

const unrequested: EffectOutcome = {
  type: 'failed',
  error: standardError('runtime', 'the log holds no request for this effect'),
};

function isUnavailable(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'unavailable';
}

/** The version of the fact that asked for it. */
function effectOf({ id, execution }: Pick<ClaimedWakeUp, 'id' | 'execution'>): number {
  return Number(id.slice(execution.length + 1));
}

function leaseOf({ id, attempt }: ClaimedWakeUp): { id: string; attempt: number } {
  return { id, attempt };
}
