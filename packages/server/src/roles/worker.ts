/**
 * The worker: decides commands, commits what it decided, and releases what follows from it.
 *
 * 1. Commands of one execution are decided one after the other, in the order in which they came: deciding is
 *    synchronous, and while an execution is being loaded its commands queue.
 * 2. Commits are pipelined: the next command is decided on a state that is not durable yet. An entry names its
 *    predecessor, so that a refusal refuses all that was decided on it; the state is then dropped, and those
 *    commands are decided again on what is stored.
 * 3. What is decided in one go is sent as one group.
 * 4. Nothing leaves before its commit is durable: no answer, no effect, no timer, no hint.
 * 5. An answer without facts waits for the commits before it; where other processes may write, it asserts the
 *    version that it speaks of.
 */
import {
  type Command,
  type DecideOptions,
  decide,
  type ExecutionState,
  type Fact,
  isTerminal,
  type LedgerChange,
  ledgerChanges,
  ownRows,
  type Phase,
  phaseOf,
  type Refusal,
} from '@millrace/core';
import { commitContent } from '../ports/commit-content.ts';
import type { CommitResult, Entry, Lease, StreamHead } from '../ports/store.ts';
import { encode } from './codec.ts';
import { causeOf, type DecidedCommit, isShown, rowOf, shownOf } from './decided-commit.ts';
import { holdsEvents } from './event-log.ts';
import { answerOf, type Follows, type Job, type Letter, removalAlone, removalOf, timerOf } from './letter.ts';
import { type LiveExecution, LiveExecutions } from './live-execution.ts';
import { Outbox } from './outbox.ts';
import { openLive } from './read-live.ts';
import { type LeasePolicy, ledgerEntries, noWork, queueOf } from './rows.ts';
import type { Receiver, Submitted, WorkerOptions } from './worker-options.ts';

/** How often a command is decided again because other processes won the race for its version. */
const triesMax = 20;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #live: LiveExecutions;
  readonly #outbox: Outbox<Letter>;
  readonly #loading = new Map<string, Job[]>();
  readonly #leasing: LeasePolicy;
  #draining = false;
  /** what decisions are told of limits; undefined: there are none */
  readonly #needsPlace: DecideOptions['needsPlace'];

  constructor(options: WorkerOptions) {
    this.#options = options;
    const { places } = options;
    this.#needsPlace = places && ((definition) => places.needsPlace(queueOf(definition) ?? ''));
    this.#live = new LiveExecutions(options);
    this.#leasing = this.#leasePolicy();
    this.#outbox = new Outbox(options.store, {
      answered: (letter, result) => this.#answered(letter, result),
      failed: (letter, error) => {
        letter.live.pending -= 1;
        this.#failed(letter, error);
      },
    });
  }

  /** Decides a command and answers when that is durable. */
  submit(tenant: string, execution: string, command: Command, row?: string): Promise<Submitted> {
    return new Promise((resolve, reject) =>
      this.tell(
        tenant,
        execution,
        command,
        // It is decided here, so there is always an answer.
        { decided: (submitted) => resolve(submitted as Submitted), failed: reject },
        row,
      ),
    );
  }

  /** Decides a command and tells `receiver` when that is durable. */
  tell(tenant: string, execution: string, command: Command, receiver: Receiver, row?: string): void {
    this.#accept(tenant, execution, { command, receiver, row, tries: 0 });
  }

  /** The state in memory when all of it is durable: what may be shown without reading the store. */
  durableState(tenant: string, execution: string): ExecutionState | undefined {
    const live = this.#live.get(tenant, execution);
    return live === undefined || live.pending > 0 || live.stale || live.state.version === 0
      ? undefined
      : live.state;
  }

  /** The phase as of the last commit that is durable, when that is known here. */
  durablePhase(tenant: string, execution: string): Phase | undefined {
    const live = this.#live.get(tenant, execution);
    return live === undefined || live.stale ? undefined : live.durable;
  }

  /** Whether an effect is still wanted, as far as this process knows: asked just before the deed. */
  wants(tenant: string, execution: string, effect: number): boolean {
    const live = this.#live.get(tenant, execution);
    if (live === undefined) return true;
    // Another process decided what this one has not read yet: a state that is behind knows nothing of it.
    return effect > live.state.version || typeof live.state.effects[effect] === 'string';
  }

  /** What it holds in memory, for whoever checks it against the log: to be read at once, never kept or changed. */
  inspect(): Iterable<Pick<LiveExecution, 'tenant' | 'id' | 'state' | 'pending'>> {
    return this.#live.values();
  }

  /**
   * Lets go of states that another process has gone on from, and answers which streams it does not know as they stand. One
   * whose commits are under way stays: they are refused, and decided again.
   */
  supersede(heads: readonly StreamHead[]): readonly StreamHead[] {
    return heads.filter((head) => {
      const live = this.#live.get(head.tenant, head.stream);
      if (live !== undefined && live.state.version >= head.version) return false;
      if (live !== undefined && live.pending === 0) this.#drop(live);
      return true;
    });
  }

  get executionsInMemory(): number {
    return this.#live.size;
  }

  /** From now on decisions that reached their bound, and timers, are left to other processes. */
  drain(): void {
    this.#draining = true;
  }

  #accept(tenant: string, execution: string, job: Job): void {
    const queue = this.#loading.size === 0 ? undefined : this.#loading.get(`${tenant}/${execution}`);
    if (queue !== undefined) {
      queue.push(job);
      return;
    }
    const live = this.#live.get(tenant, execution);
    if (live !== undefined && !live.stale) return this.#decide(live, job);
    const opened = openLive(this.#options, tenant, execution, job, live);
    if (opened instanceof Promise) return this.#load(tenant, execution, job, opened);
    this.#live.add(opened);
    this.#decide(opened, job);
  }

  #load(tenant: string, execution: string, first: Job, opened: Promise<LiveExecution>): void {
    const jobs = [first];
    const key = `${tenant}/${execution}`;
    this.#loading.set(key, jobs);
    opened.then(
      (live) => {
        this.#loading.delete(key);
        this.#live.add(live);
        for (const job of jobs) this.#accept(tenant, execution, job);
      },
      (error: unknown) => {
        this.#loading.delete(key);
        for (const job of jobs) job.receiver.failed(error);
      },
    );
  }

  #decide(live: LiveExecution, job: Job): void {
    const { executable, state } = live;
    if (executable === undefined)
      return this.#refuse(live, job, { code: 'not-found', message: 'there is no such execution' });
    const { world, store, limits } = this.#options;
    const now = Math.max(store.now(), state.at);
    const before = state.version;
    try {
      const decided = decide(state, job.command, {
        execution: live.id,
        executable,
        limits,
        recordedBytes: live.recordedBytes,
        moment: { now, random: () => world.random() },
        needsPlace: this.#needsPlace,
      });
      if (decided.type === 'refused') return this.#refuse(live, job, decided.refusal);
      if (decided.facts.length === 0) return this.#answer(live, job, undefined);
      live.recordedBytes += decided.bytes;
      this.#live.grow(live, decided.bytes);
      this.#commit(live, job, before, now, decided.facts, decided.revoked);
    } catch (error) {
      // A broken rule, or facts that cannot be written: the state is ahead of the log, and the process goes on.
      this.#drop(live);
      this.#options.onError(error, live.id);
      job.receiver.failed(error);
    }
  }

  #refuse(live: LiveExecution, job: Job, refusal: Refusal): void {
    this.#answer(live, job, refusal);
    if (live.state.version === 0 && live.pending === 0) this.#live.delete(live);
  }

  /** Answers without facts, when what the answer stands on is durable and still true. */
  #answer(live: LiveExecution, job: Job, refusal: Refusal | undefined): void {
    const { store } = this.#options;
    const letter = { live, job, ...shownOf(live.state), refusal, facts: 0, follows: undefined };
    if (live.pending === 0 && store.features.exclusive && job.row === undefined)
      return job.receiver.decided(answerOf(letter));
    const after = { version: live.state.version, commit: live.head };
    const wakeUps = removalAlone(job);
    this.#send(letter, { tenant: live.tenant, stream: live.id, after, wakeUps });
  }

  #commit(
    live: LiveExecution,
    job: Job,
    before: number,
    now: number,
    facts: readonly Fact[],
    revoked: readonly number[],
  ): void {
    const { blobs, blobThreshold, feed } = this.#options;
    const rows = ownRows(live.state);
    const changes = ledgerChanges(live.rows, live.state, facts, before + 1, revoked, rows);
    live.rows = rows;
    const status = phaseOf(live.state);
    const isShownAnew = status !== live.status || feed.isFollowed(live.id);
    const decided: DecidedCommit = {
      after: { version: before, commit: live.head },
      now,
      count: facts.length,
      revoked,
      changes,
      status,
      row: isShownAnew ? rowOf(live.id, live.state, status) : undefined,
      yielded: rows.resume,
      // Later commands are decided on the same state before this one is durable: an answer must not show them.
      state: isShown(job.command) ? { ...live.state } : live.state,
    };
    const body = encode(facts, live.tenant, { blobs, blobThreshold });
    if (typeof body === 'string') return this.#write(live, job, decided, body);
    // Until the large values are stored nothing can be decided on this commit: its id covers its content.
    this.#hold(
      live,
      body.then((text) => () => this.#write(live, job, decided, text)),
      job,
    );
  }

  /** Keeps later commands waiting while a commit gathers its large values. */
  #hold(live: LiveExecution, ready: Promise<() => void>, job: Job): void {
    const key = `${live.tenant}/${live.id}`;
    const jobs: Job[] = [];
    this.#loading.set(key, jobs);
    live.pending += 1;
    const release = () => {
      live.pending -= 1;
      this.#loading.delete(key);
      for (const waiting of jobs) this.#accept(live.tenant, live.id, waiting);
    };
    ready.then(
      (write) => {
        write();
        release();
      },
      (error: unknown) => {
        this.#drop(live);
        job.receiver.failed(error);
        release();
      },
    );
  }

  #write(live: LiveExecution, job: Job, decided: DecidedCommit, body: string): void {
    const { after, now, count, row, status, state, revoked, changes, yielded } = decided;
    const { tenant, id: stream } = live;
    const cause = causeOf(job.command);
    const commit = { id: '', version: after.version + 1, count, time: now, cause, body };
    commit.id = this.#options.world.hash(commitContent(after.commit, tenant, stream, commit));
    live.head = commit.id;
    const { wakeUps: own, work } = this.#ledger(live, changes);
    const wakeUps = job.row === undefined ? own : [...own, ...removalOf(job)];
    // Of an execution that runs on, nothing in its row changes but when it was updated.
    const entry: Entry =
      row === undefined || status === live.status
        ? { tenant, stream, after, commit, wakeUps }
        : { tenant, stream, after, commit, execution: row, wakeUps };
    live.status = status;
    const timer = changes.length === 0 ? undefined : timerOf(changes);
    const changed = this.#options.changed === undefined ? undefined : changes;
    const { commit: previous } = after;
    const follows = { previous, commit, row, revoked, timer, yielded, work, changes: changed };
    const isEvents = this.#options.store.hints !== undefined && holdsEvents(body);
    const told: Entry = isEvents ? { ...entry, tells: 'events' } : entry;
    this.#send({ live, job, state, status, refusal: undefined, facts: count, follows }, told);
  }

  #ledger(live: LiveExecution, changes: readonly LedgerChange[]): ReturnType<typeof ledgerEntries> {
    if (changes.length === 0) return { wakeUps: [], work: noWork };
    live.queue ??= queueOf(live.state.definition);
    return ledgerEntries(live, changes, this.#options.store.now(), this.#leasing);
  }

  /** What this process takes itself instead of leaving it to be claimed. */
  #leasePolicy(): LeasePolicy {
    const { node, leaseMs, effects, timers, sends, world, places } = this.#options;
    const lease = (from: number): Lease => ({ owner: node, until: from + leaseMs });
    return {
      effect: (now) => (effects?.reserve() === true ? lease(now) : null),
      send: (now) => (sends?.reserve() === true ? lease(now) : null),
      timer: (due) => (timers === undefined || this.#draining ? null : lease(due)),
      resume: (now) => (this.#draining ? null : lease(now)),
      hash: (text) => world.hash(text),
      places,
    };
  }

  #send(letter: Letter, entry: Entry): void {
    letter.live.pending += 1;
    letter.live.outbox = this.#outbox.send(letter, entry);
  }

  #answered(letter: Letter, result: CommitResult): void {
    const { live, job, follows } = letter;
    live.pending -= 1;
    if (result.type === 'refused') {
      this.#unreserve(letter);
      return this.#lost(live, job);
    }
    try {
      if (follows !== undefined) this.#release(live, letter.status, follows, result.position);
      job.receiver.decided(answerOf(letter));
    } catch (error) {
      this.#failed(letter, error);
    }
  }

  #failed(letter: Letter, error: unknown): void {
    this.#unreserve(letter);
    this.#drop(letter.live);
    this.#options.onError(error, letter.live.id);
    letter.job.receiver.failed(error);
  }

  #unreserve({ follows }: Letter): void {
    if (follows === undefined) return;
    this.#options.effects?.unreserve(follows.work.effects.length);
    this.#options.sends?.unreserve(follows.work.sends.length);
  }

  /** Another process won: the state in memory never was, and the command is decided again on what is stored. */
  #lost(live: LiveExecution, job: Job): void {
    this.#drop(live);
    job.tries += 1;
    if (job.tries > triesMax) {
      return job.receiver.failed(new Error(`${live.id}: lost the race for its version ${triesMax} times`));
    }
    this.#accept(live.tenant, live.id, job);
  }

  #drop(live: LiveExecution): void {
    live.stale = true;
    this.#live.delete(live);
  }

  /** What follows from a durable commit. */
  #release(live: LiveExecution, status: Phase, follows: Follows, position: number): void {
    const { feed, store, timers } = this.#options;
    const { previous, commit, row, revoked, timer, changes, yielded, work } = follows;
    live.durable = status;
    if (isTerminal(status)) {
      this.#live.retire(live);
      feed.end(live.tenant, live.id, live.pending === 0 ? live.state : undefined);
    }
    for (const effect of work.effects) this.#options.effects?.take(effect);
    for (const effect of work.left) this.#options.effects?.leave(effect);
    for (const send of work.sends) this.#options.sends?.take(send);
    if (revoked.length > 0) this.#options.effects?.revoke(live.tenant, live.id, revoked);
    if (timer === null) timers?.clear(live.tenant, live.id);
    else if (timer !== undefined) timers?.set(live.tenant, live.id, timer);
    if (changes !== undefined) this.#options.changed?.(changes);
    // With others on the store the log is the feed: from both, a follower would be given commits out of their order.
    if (store.features.exclusive && feed.isFollowed(live.id)) {
      const { tenant, id: stream } = live;
      feed.publish({ tenant, stream, previous, position, ...commit }, row);
    }
    if (yielded && !this.#draining) this.#continue(live);
  }

  #continue(live: LiveExecution): void {
    const { world, onError } = this.#options;
    world.soon(() => {
      const failed = (error: unknown) => onError(error, live.id);
      this.tell(live.tenant, live.id, { type: 'execution.continue' }, { decided: () => {}, failed });
    });
  }
}
