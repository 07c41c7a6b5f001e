import type { EffectOutcome, SecretArgument } from '@millrace/core';
import type { EffectContext } from '../ports/performer.ts';
import type { EffectTask } from './rows.ts';
import type { Receiver } from './worker-options.ts';

/**
 * A deed under way, and what it may know of the task that asked for it: one object for both, since there is one for
 * every effect. What few deeds look at is made when they do; a controller costs more than all the rest.
 */
export class Deed implements EffectContext, Receiver {
  readonly #task: EffectTask;
  readonly #ended: (deed: Deed, error: unknown) => void;
  #controller: AbortController | undefined;
  #aborted = false;
  #lost = false;
  /** what came of it, from when it is handed in */
  outcome: EffectOutcome | undefined;
  /** its outcome could not be recorded yet, since the store was away */
  isKept = false;

  /** @param ended called once: its outcome is recorded, or could not be, for the reason of `error` */
  constructor(task: EffectTask, ended: (deed: Deed, error: unknown) => void) {
    this.#task = task;
    this.#ended = ended;
  }

  get task(): EffectTask {
    return this.#task;
  }

  get tenant(): string {
    return this.#task.tenant;
  }

  get execution(): string {
    return this.#task.execution;
  }

  get effect(): string {
    return this.#task.row;
  }

  get idempotencyKey(): string {
    const { tenant, execution, effect, fact } = this.#task;
    return `${tenant}/${execution}/${fact.keyOf ?? effect}`;
  }

  get taskPointer(): string {
    return this.#task.fact.task;
  }

  get secrets(): readonly SecretArgument[] | undefined {
    return this.#task.fact.secrets;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** Another executor may have the row: whatever comes of it here does not count. */
  lose(): void {
    this.#lost = true;
    this.abort();
  }

  get lost(): boolean {
    return this.#lost;
  }

  decided(): void {
    this.#ended(this, undefined);
  }

  failed(error: unknown): void {
    this.#ended(this, error);
  }
}
