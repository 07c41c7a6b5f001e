/**
 * The feed: commits as they become durable, to whoever follows an execution in this process. It is a hint with the
 * content attached; whoever needs every fact reads the stream first and follows from there.
 */
import { type ExecutionState, endsExecution } from '@millrace/core';
import type { Commit, ExecutionRow } from '../ports/store.ts';
import { parseBody } from './codec.ts';

/** Told of a commit, and of its execution's row as it leaves it where that is known without reading. */
export type CommitListener = (commit: Commit, row: ExecutionRow | undefined) => void;

/** Who waits for the end of one execution; one object, since there may be very many. */
export interface EndWaiter {
  readonly tenant: string;
  readonly id: string;
  /** whether only the log can tell it of the end; else a worker of this process does. The feed alone changes it */
  hearsLog: boolean;
  /** Told of the end, and of what it has come to where that is known without reading. */
  ended(state: ExecutionState | undefined): void;
  /** Another process has gone on from where the worker of this one stood: it may have ended. */
  moved(): void;
}

interface Follower {
  readonly tenant: string;
  readonly listener: CommitListener;
}

export class Feed {
  readonly #followers = new ByExecution<Follower>();
  readonly #waiters = new ByExecution<EndWaiter>();
  readonly #all = new Set<CommitListener>();
  readonly #answers = new Set<() => void>();
  /** waiters that only the log can tell */
  #logWaiters = 0;
  #opened: Promise<void> = Promise.resolve();
  #isOpen = true;

  /** Settles when commits are published: a follower that read the log before that would miss those in between. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Says from when on commits are published, where that is not at once. */
  opensWith(opened: Promise<void>): void {
    this.#isOpen = false;
    this.#opened = opened;
    void opened.then(() => (this.#isOpen = true));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Follows one execution; the answer ends it. */
  follow(tenant: string, execution: string, listener: CommitListener): () => void {
    const follower = { tenant, listener };
    this.#followers.add(execution, follower);
    return () => this.#followers.remove(execution, follower);
  }

  /** Waits for the end of one execution until it leaves: most callers want no more, and for them no commit is built. */
  awaitEnd(waiter: EndWaiter): void {
    this.#waiters.add(waiter.id, waiter);
    if (waiter.hearsLog) this.#logWaiters += 1;
  }

  /** One that waits already can be told by the log alone from now on. */
  hearLog(waiter: EndWaiter): void {
    if (waiter.hearsLog) return;
    waiter.hearsLog = true;
    this.#logWaiters += 1;
  }

  /** What has left already may leave again. */
  leave(waiter: EndWaiter): void {
    if (this.#waiters.remove(waiter.id, waiter) && waiter.hearsLog) this.#logWaiters -= 1;
  }

  /** Another process has gone on with an execution that stood otherwise here. */
  moved(tenant: string, execution: string): void {
    if (!this.#waiters.has(execution)) return;
    for (const waiter of this.#waiters.of(tenant, execution)) if (!waiter.hearsLog) waiter.moved();
  }

  /** Follows every execution; the answer ends it. */
  followAll(listener: CommitListener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** Hears that commands were decided of which no commit tells; the answer ends it. */
  followAnswers(listener: () => void): () => void {
    this.#answers.add(listener);
    return () => this.#answers.delete(listener);
  }

  answered(): void {
    for (const listener of this.#answers) listener();
  }

  /** Whether anybody would hear of this execution's commits: one nobody follows need not be built. */
  isFollowed(execution: string): boolean {
    return this.#all.size > 0 || this.#followers.has(execution);
  }

  /** those who need what commits hold, and not only the end */
  get followers(): number {
    return this.#followers.size + this.#all.size;
  }

  /** whether anybody has to be told by the log; the others need only know what others have gone on from */
  get needsLog(): boolean {
    return this.followers > 0 || this.#logWaiters > 0;
  }

  get listeners(): number {
    return this.#followers.size + this.#waiters.size + this.#all.size;
  }

  /**
   * The end of an execution is durable: who waits for it need not wait for the log.
   * @param state what it has come to, all of it durable; absent: it is to be read
   */
  end(tenant: string, execution: string, state?: ExecutionState): void {
    if (!this.#waiters.has(execution)) return;
    // The worker's own may go on: an outcome that comes late is recorded after the end.
    const own = state === undefined ? undefined : { ...state };
    for (const waiter of this.#waiters.of(tenant, execution)) waiter.ended(own);
  }

  publish(commit: Commit, row?: ExecutionRow): void {
    const { tenant, stream } = commit;
    for (const { listener } of this.#followers.of(tenant, stream)) listener(commit, row);
    for (const listener of this.#all) listener(commit, row);
    // Who knows the row has told of the end already.
    if (row === undefined && this.#waiters.has(stream) && isLast(commit)) this.end(tenant, stream);
  }
}

/**
 * By the id of an execution alone, which needs no key put together at every commit; the tenant is compared. An execution has
 * one follower most of the time, which needs no set.
 */
class ByExecution<F extends { readonly tenant: string }> {
  readonly #byExecution = new Map<string, F | Set<F>>();

  get size(): number {
    return this.#byExecution.size;
  }

  has(execution: string): boolean {
    return this.#byExecution.has(execution);
  }

  add(execution: string, follower: F): void {
    const others = this.#byExecution.get(execution);
    if (others === undefined) this.#byExecution.set(execution, follower);
    else if (others instanceof Set) others.add(follower);
    else this.#byExecution.set(execution, new Set([others, follower]));
  }

  /** Whether it was there. */
  remove(execution: string, follower: F): boolean {
    const others = this.#byExecution.get(execution);
    if (others instanceof Set) {
      const removed = others.delete(follower);
      if (others.size === 0) this.#byExecution.delete(execution);
      return removed;
    }
    return others === follower && this.#byExecution.delete(execution);
  }

  /** A copy: who is told may leave, or another may come. */
  of(tenant: string, execution: string): readonly F[] {
    const all = this.#byExecution.get(execution);
    if (all === undefined) return [];
    return (all instanceof Set ? [...all] : [all]).filter((follower) => follower.tenant === tenant);
  }
}

/** A commit that ends its execution says so; a text of a workflow may look like it, and is told from it by reading. */
const terminalFact = /"execution\.(completed|faulted|cancelled)"/;

function isLast({ body }: Commit): boolean {
  return terminalFact.test(body) && parseBody(body).some(endsExecution);
}
