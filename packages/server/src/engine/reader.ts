/** Reading executions: from memory when all of it is durable there, else from the log. */
import {
  type ExecutionEvent,
  type ExecutionState,
  emptyState,
  endsExecution,
  evolve,
  type Fact,
  isTerminal,
  type LifecycleEvent,
  lifecycleOf,
  type Phase,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { decode } from '../roles/codec.ts';
import type { Feed } from '../roles/feed.ts';
import { type EndWaitOptions, untilEnded } from './end-wait.ts';
import type { LargeValues } from './large-values.ts';
import { eventViews } from './views.ts';

export interface ReaderOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly large: LargeValues;
  readonly feed: Feed;
  readonly world: World;
  /** the state that a worker of this process holds, when all of it is durable */
  readonly held: (tenant: string, id: string) => ExecutionState | undefined;
  /** the phase as it is stored, when a worker of this process knows it */
  readonly phase: (tenant: string, id: string) => Phase | undefined;
  /** whether a worker of this process has decided it last, as far as is known here, and others may have since */
  readonly isDecidedHere: (tenant: string, id: string) => boolean;
}

/** commits read from the store at a time, and about how large they may be together */
const commitsMax = 256;
const pageCharactersMax = 1024 * 1024;
/** of a stream that nothing is known of yet: each may have the size of a decision, and whoever follows holds all of them */
const firstCommitsMax = 4;
/** commits, and characters of them, that a follower may lag behind before its stream is closed */
const lagCommitsMax = 4_096;
const lagCharactersMax = 16 * 1024 * 1024;

export class Reader {
  readonly #options: ReaderOptions;
  readonly #endWaits: EndWaitOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { feed, world, phase, isDecidedHere } = options;
    const storedPhase = (tenant: string, id: string) => phase(tenant, id) ?? this.#storedPhase(tenant, id);
    this.#endWaits = { feed, world, phase: storedPhase, isDecidedHere };
  }

  /** The state as it is stored; `shallow`: what is large may be a `StoredValue`. Throws `not-found`. */
  async state(tenant: string, id: string, how: 'whole' | 'shallow' = 'whole'): Promise<ExecutionState> {
    const held = this.#options.held(tenant, id);
    // A copy: the worker goes on with its own before the caller has looked.
    if (held !== undefined) return { ...held };
    return this.fold(tenant, id, () => true, how);
  }

  /** Folds the log up to the first fact that `goesOn` refuses. */
  async fold(
    tenant: string,
    id: string,
    goesOn: (version: number) => boolean,
    how: 'whole' | 'shallow' = 'whole',
  ): Promise<ExecutionState> {
    const state = emptyState();
    for await (const { commit, facts } of this.commits(tenant, id, 1, how)) {
      for (const fact of facts) {
        if (!goesOn(state.version + 1)) return state;
        evolve(state, fact, commit.time);
      }
    }
    if (state.version === 0) throw noExecution(id);
    return state;
  }

  /** The state as it stood at a place in the log, without what is large; of an execution that is gone, that of none. */
  async stateAt(tenant: string, id: string, position: number): Promise<ExecutionState> {
    const state = emptyState();
    for await (const { commit, facts } of this.commits(tenant, id, 1, 'shallow')) {
      if (commit.position > position) break;
      for (const fact of facts) evolve(state, fact, commit.time);
    }
    return state;
  }

  /** The commits of a stream with their facts, from the one that holds `version` on. */
  async *commits(
    tenant: string,
    id: string,
    version: number,
    how: 'whole' | 'shallow',
  ): AsyncGenerator<{ commit: Commit; facts: readonly Fact[] }> {
    const { store, blobs } = this.#options;
    let rowsMax = firstCommitsMax;
    for (let from = version; ; ) {
      const page = await store.read(tenant, id, { fromVersion: from, rowsMax });
      for (const commit of page) yield { commit, facts: await decode(commit.body, tenant, blobs, how) };
      const last = page.at(-1);
      if (last === undefined || page.length < rowsMax) return;
      from = last.version + last.count;
      rowsMax = nextRowsMax(page);
    }
  }

  async events(
    tenant: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<{ rows: readonly ExecutionEvent[]; more: boolean }> {
    await this.#mustExist(tenant, id);
    const rows: ExecutionEvent[] = [];
    for await (const { commit, facts } of this.commits(tenant, id, after + 1, 'shallow')) {
      rows.push(...eventViews(commit, facts, after));
      if (rows.length > limit) return { rows: await this.#cut(tenant, rows.slice(0, limit)), more: true };
    }
    return { rows: await this.#cut(tenant, rows), more: false };
  }

  /** The facts of the decision in which the execution faulted, with their versions. */
  async faultFacts(tenant: string, id: string): Promise<readonly ExecutionEvent[]> {
    let last: readonly ExecutionEvent[] = [];
    for await (const { commit, facts } of this.commits(tenant, id, 1, 'shallow')) {
      if (facts.some(({ type }) => type === 'execution.faulted')) last = eventViews(commit, facts, 0);
    }
    return last;
  }

  /** Lifecycle events after the first `after`; one more than `limit` says that there are more. */
  async lifecycle(
    tenant: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly LifecycleEvent[]> {
    await this.#mustExist(tenant, id);
    const project = lifecycleOf(id);
    const events: LifecycleEvent[] = [];
    let seen = 0;
    for await (const { commit, facts } of this.commits(tenant, id, 1, 'shallow')) {
      for (const event of project({ time: commit.time, facts })) {
        if (seen++ >= after) events.push(await this.#options.large.cutLifecycle(tenant, event));
        if (events.length > limit) return events;
      }
    }
    return events;
  }

  /** As `untilEnded` of `end-wait.ts`. Throws `not-found`. */
  untilEnded(
    tenant: string,
    id: string,
    ms: number,
    signal?: AbortSignal,
  ): Promise<ExecutionState | undefined> {
    if (isTerminal(this.#options.phase(tenant, id))) return Promise.resolve(undefined);
    return untilEnded(this.#endWaits, { tenant, id, ms, signal });
  }

  async #storedPhase(tenant: string, id: string): Promise<Phase> {
    const phase = (await this.#options.store.execution(tenant, id))?.status;
    if (phase === undefined) throw noExecution(id);
    return phase;
  }

  /** Events after a version as they become durable, until the execution ends or the signal aborts. */
  async *follow(
    tenant: string,
    id: string,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<ExecutionEvent> {
    const { feed, blobs, large } = this.#options;
    await this.#mustExist(tenant, id);
    const queue: Commit[] = [];
    let wake: () => void = () => {};
    let characters = 0;
    let overflowed = false;
    const stop = feed.follow(tenant, id, (commit) => {
      overflowed ||= queue.length >= lagCommitsMax || characters >= lagCharactersMax;
      if (overflowed) queue.length = 0;
      else queue.push(commit);
      characters += commit.body.length;
      wake();
    });
    const abort = () => wake();
    signal.addEventListener('abort', abort);
    try {
      await feed.opened;
      let seen = after;
      for await (const { commit, facts } of this.commits(tenant, id, after + 1, 'shallow')) {
        for (const view of eventViews(commit, facts, seen)) {
          if (signal.aborted) return;
          yield await large.cutEvent(tenant, view);
          seen = view.version;
          if (endsExecution(view.fact)) return;
        }
      }
      if (seen > 0 && seen === after && (await this.#hasEnded(tenant, id))) return;
      while (!signal.aborted && !overflowed) {
        const commit = queue.shift();
        if (commit === undefined) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        characters -= commit.body.length;
        const facts = await decode(commit.body, tenant, blobs, 'shallow');
        for (const view of eventViews(commit, facts, seen)) {
          yield await large.cutEvent(tenant, view);
          seen = view.version;
          if (endsExecution(view.fact)) return;
        }
      }
    } finally {
      stop();
      signal.removeEventListener('abort', abort);
    }
  }

  async #cut(tenant: string, events: readonly ExecutionEvent[]): Promise<readonly ExecutionEvent[]> {
    const cut: ExecutionEvent[] = [];
    for (const event of events) cut.push(await this.#options.large.cutEvent(tenant, event));
    return cut;
  }

  async #hasEnded(tenant: string, id: string): Promise<boolean> {
    const row = await this.#options.store.execution(tenant, id);
    return row !== undefined && row.endedAt !== null;
  }

  async #mustExist(tenant: string, id: string): Promise<void> {
    if (this.#options.held(tenant, id) !== undefined) return;
    if ((await this.#options.store.execution(tenant, id)) === undefined) throw noExecution(id);
  }
}

/** As many as fit when they are as large as these, and at most four times as many: the next may be larger. */
function nextRowsMax(page: readonly Commit[]): number {
  const characters = page.reduce((sum, { body }) => sum + body.length, 0);
  const fitting = Math.floor((pageCharactersMax * page.length) / Math.max(1, characters));
  return Math.max(1, Math.min(commitsMax, 4 * page.length, fitting));
}

export function noExecution(id: string): MillraceError {
  return new MillraceError('not-found', `there is no execution ${id}`);
}
