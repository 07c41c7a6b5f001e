/**
 * The feed: commits as they become durable, to whoever follows an execution in this process. It is a hint with the
 * content attached; whoever needs every fact reads the stream first and follows from there.
 */
import type { Commit } from '../ports/store.ts';

export type CommitListener = (commit: Commit) => void;

export class Feed {
  readonly #byExecution = new Map<string, Set<CommitListener>>();
  readonly #all = new Set<CommitListener>();
  #opened: Promise<void> = Promise.resolve();

  /** Settles when commits are published: a follower that read the log before that would miss those in between. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Says from when on commits are published, where that is not at once. */
  opensWith(opened: Promise<void>): void {
    this.#opened = opened;
  }

  /** Follows one execution; the answer ends it. */
  follow(tenant: string, execution: string, listener: CommitListener): () => void {
    const key = `${tenant}/${execution}`;
    const listeners = this.#byExecution.get(key) ?? new Set();
    listeners.add(listener);
    this.#byExecution.set(key, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byExecution.delete(key);
    };
  }

  /** Follows every execution; the answer ends it. */
  followAll(listener: CommitListener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** Whether anybody would hear of this execution: a commit nobody follows need not be built. */
  isFollowed(tenant: string, execution: string): boolean {
    return this.#all.size > 0 || this.#byExecution.has(`${tenant}/${execution}`);
  }

  get listeners(): number {
    return this.#byExecution.size + this.#all.size;
  }

  publish(commit: Commit): void {
    for (const listener of this.#byExecution.get(`${commit.tenant}/${commit.stream}`) ?? []) listener(commit);
    for (const listener of this.#all) listener(commit);
  }
}
