/**
 * The feed: commits as they become durable, to whoever follows an execution in this process. It is a hint with the
 * content attached; whoever needs every fact reads the stream first and follows from there.
 */
import type { Commit, ExecutionRow } from '../ports/store.ts';

/** Told of a commit, and of its execution's row as it leaves it where that is known without reading. */
export type CommitListener = (commit: Commit, row: ExecutionRow | undefined) => void;

interface Follower {
  readonly tenant: string;
  readonly listener: CommitListener;
  readonly ended: (() => void) | undefined;
}

export class Feed {
  /** by id alone, which needs no key put together at every commit; the tenant is compared */
  readonly #byExecution = new Map<string, Set<Follower>>();
  readonly #all = new Set<CommitListener>();
  readonly #answers = new Set<() => void>();
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

  /** Follows one execution; the answer ends it. `ended` hears of an end that this process decided before the log does. */
  follow(tenant: string, execution: string, listener: CommitListener, ended?: () => void): () => void {
    const follower: Follower = { tenant, listener, ended };
    const followers = this.#byExecution.get(execution);
    if (followers === undefined) this.#byExecution.set(execution, new Set([follower]));
    else followers.add(follower);
    return () => {
      const current = this.#byExecution.get(execution);
      if (current?.delete(follower) === true && current.size === 0) this.#byExecution.delete(execution);
    };
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

  /** Whether anybody would hear of this execution: a commit nobody follows need not be built. */
  isFollowed(execution: string): boolean {
    return this.#all.size > 0 || this.#byExecution.has(execution);
  }

  get listeners(): number {
    return this.#byExecution.size + this.#all.size;
  }

  /** The end of an execution is durable, and is found in memory: who waits for it need not wait for the log. */
  end(tenant: string, execution: string): void {
    for (const follower of this.#byExecution.get(execution) ?? [])
      if (follower.tenant === tenant) follower.ended?.();
  }

  publish(commit: Commit, row?: ExecutionRow): void {
    for (const { tenant, listener } of this.#byExecution.get(commit.stream) ?? [])
      if (tenant === commit.tenant) listener(commit, row);
    for (const listener of this.#all) listener(commit, row);
  }
}
