import type { EffectContext } from '../ports/performer.ts';
import type { EffectTask } from './rows.ts';

/** What a deed may know of the task that asked for it. */
export function contextOf({ tenant, execution, effect, fact }: EffectTask, abort: LazyAbort): EffectContext {
  return {
    tenant,
    execution,
    effect: `${execution}/${effect}`,
    idempotencyKey: `${tenant}/${execution}/${fact.keyOf ?? effect}`,
    taskPointer: fact.task,
    secrets: fact.secrets,
    get aborted() {
      return abort.aborted;
    },
    get signal() {
      return abort.signal;
    },
  };
}

/** Most deeds never look at their signal, and a controller costs more than the rest of their context. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #aborted = false;

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
}
