/**
 * Waiting for the end of an execution. Ten thousand callers may wait at once, so one of them is one promise and one object,
 * and no frame of an asynchronous function.
 */
import { type ExecutionState, isTerminal, type Phase } from '@millrace/core';
import type { World } from '../ports/world.ts';
import type { EndWaiter, Feed } from '../roles/feed.ts';

export interface EndWaitOptions {
  readonly feed: Feed;
  readonly world: World;
  /** The phase as it is stored; at once where a worker of this process knows it. May throw. */
  readonly phase: (tenant: string, id: string) => Phase | Promise<Phase>;
  /** whether a worker of this process has decided it last, as far as is known here, and others may have since */
  readonly isDecidedHere: (tenant: string, id: string) => boolean;
}

export interface Awaited {
  readonly tenant: string;
  readonly id: string;
  /** for how long; may be infinite */
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** So long an end is waited for from a worker of this process before the store is asked whether another has ended it. */
const ownEndMs = 100;

/**
 * Answers when the execution has ended, when the time is over, or when the signal aborts. Where the end came with it, with
 * the state that it has come to. Throws what `phase` throws.
 */
export function untilEnded(options: EndWaitOptions, awaited: Awaited): Promise<ExecutionState | undefined> {
  return new Promise((resolve, reject) => {
    new EndWait(options, awaited, resolve, reject).begin(awaited.ms);
  });
}

class EndWait implements EndWaiter {
  readonly tenant: string;
  readonly id: string;
  hearsLog: boolean;
  readonly #options: EndWaitOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (state?: ExecutionState) => void;
  readonly #reject: (error: unknown) => void;
  #cancelTime: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #isOver = false;
  #isLooking = false;
  /** whether something came while it was looking that it has to look for again */
  #looksAgain = false;

  constructor(
    options: EndWaitOptions,
    { tenant, id, signal }: Awaited,
    resolve: (state?: ExecutionState) => void,
    reject: (error: unknown) => void,
  ) {
    this.tenant = tenant;
    this.id = id;
    this.hearsLog = !options.isDecidedHere(tenant, id);
    this.#options = options;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(ms: number): void {
    const { feed, world } = this.#options;
    if (this.#signal?.aborted === true) {
      this.ended();
      return;
    }
    this.#signal?.addEventListener('abort', this);
    feed.awaitEnd(this);
    if (ms !== Number.POSITIVE_INFINITY) this.#cancelTime = world.after(ms, () => this.ended());
    // What came before the feed was open came unheard: look again then.
    if (!feed.isOpen) void feed.opened.then(() => this.#look());
    if (this.hearsLog) this.#look();
    else this.#cancelLook = world.after(ownEndMs, () => this.#lookAfterAll());
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.ended();
  }

  ended(state?: ExecutionState): void {
    this.#stop();
    this.#resolve(state);
  }

  moved(): void {
    if (this.#isOver) return;
    this.#options.feed.hearLog(this);
    this.#look();
  }

  /** The worker of this process has not told it; it may not hold the execution any more. */
  #lookAfterAll(): void {
    if (this.#options.isDecidedHere(this.tenant, this.id)) this.#look();
    else this.moved();
  }

  #look(): void {
    if (this.#isOver) return;
    if (this.#isLooking) {
      this.#looksAgain = true;
      return;
    }
    try {
      const phase = this.#options.phase(this.tenant, this.id);
      if (typeof phase === 'string') this.#seen(phase);
      else {
        this.#isLooking = true;
        phase.then(
          (found) => this.#seen(found),
          (error) => this.#fail(error),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #seen(phase: Phase): void {
    this.#isLooking = false;
    if (isTerminal(phase)) return this.ended();
    if (!this.#looksAgain) return;
    this.#looksAgain = false;
    this.#look();
  }

  #fail(error: unknown): void {
    this.#stop();
    this.#reject(error);
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.feed.leave(this);
    this.#cancelTime?.();
    this.#cancelLook?.();
    this.#signal?.removeEventListener('abort', this);
  }
}
