/**
 * The mirror: every stream as it is stored, folded again from its stored text as it grows, and held against the
 * rules that a log obeys whatever happens around it.
 */
import { hash } from 'node:crypto';
import {
  type EffectOutcome,
  type ExecutionState,
  emptyState,
  evolve,
  type Fact,
  fold,
  isTerminal,
  taskKey,
} from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import { commitContent } from '../ports/commit-content.ts';
import type { Commit, Store } from '../ports/store.ts';
import { decode } from '../roles/codec.ts';
import { isEventStream, type LoggedEvent, loggedItems } from '../roles/event-log.ts';
import type { SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

/** One stream as it is stored. */
export interface Mirrored {
  readonly tenant: string;
  readonly id: string;
  /** position of its first commit */
  readonly began: number;
  readonly state: ExecutionState;
  /** id of the last commit */
  head: string;
  /** effects that have a recorded result */
  readonly results: Set<number>;
  /** the effect whose idempotency key each effect carries */
  readonly keyOwners: Map<number, number>;
  /** a child has brought its own timeout, which struck by another's clock */
  foreign: boolean;
  /** step at which the outcome of a key became known, by the effect that owns the key */
  readonly known: Map<number, number>;
}

export interface MirrorOptions {
  readonly shared: Store;
  readonly blobs: BlobStore;
  readonly queue: SimQueue;
  readonly violations: Violations;
  /** what the deeds of an effect (`tenant/execution/version`) yielded */
  readonly yielded: (effect: string) => readonly EffectOutcome[];
}

const pageRowsMax = 1_000;

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #streams = new Map<string, Mirrored>();
  /** events that were published, in the order of the log */
  readonly published: LoggedEvent[] = [];
  #cursor = '';

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  get(tenant: string, id: string): Mirrored | undefined {
    return this.#streams.get(`${tenant}/${id}`);
  }

  get streams(): Iterable<Mirrored> {
    return this.#streams.values();
  }

  /** Takes in what was committed since the last call; answers the streams that grew. */
  async absorb(): Promise<ReadonlySet<Mirrored>> {
    const grown = new Set<Mirrored>();
    for (;;) {
      const { commits, cursor } = await this.#options.shared.tail(this.#cursor, pageRowsMax);
      this.#cursor = cursor;
      for (const commit of commits)
        if (isEventStream(commit)) await this.#takeEvent(commit);
        else grown.add(await this.#take(commit));
      if (commits.length < pageRowsMax) return grown;
    }
  }

  /** Folds every stream anew, from its first commit, and compares. */
  async refold(isEqual: (a: unknown, b: unknown) => boolean): Promise<void> {
    const { shared, blobs, violations } = this.#options;
    for (const stream of this.#streams.values()) {
      const commits = await shared.read(stream.tenant, stream.id);
      const facts = await Promise.all(
        commits.map(async ({ time, body }) => ({ time, facts: await decode(body, stream.tenant, blobs) })),
      );
      violations.expect(
        isEqual(fold(facts), stream.state),
        'the whole log folds to the same state',
        () => stream.id,
      );
    }
  }

  async #takeEvent(commit: Commit): Promise<void> {
    for (const item of await loggedItems(commit, this.#options.blobs))
      if (item.type === 'event') this.published.push(item);
  }

  async #take(commit: Commit): Promise<Mirrored> {
    const { tenant, stream: id } = commit;
    const stream = this.get(tenant, id) ?? newStream(tenant, id, commit.position);
    this.#streams.set(`${tenant}/${id}`, stream);
    this.#checkChain(stream, commit);
    const facts = await decode(commit.body, tenant, this.#options.blobs);
    const due = stream.state.due;
    for (const fact of facts) this.#fold(stream, fact, commit, due);
    stream.head = commit.id;
    return stream;
  }

  #checkChain(stream: Mirrored, commit: Commit): void {
    const { violations, queue } = this.#options;
    const { version, at } = stream.state;
    const place = () => `${commit.stream}/${commit.version}`;
    violations.expect(
      commit.version === version + 1,
      'versions have no gap',
      () => `${place()} follows ${version}`,
    );
    violations.expect(commit.previous === stream.head, 'a commit names the one before it', place);
    const content = commitContent(commit.previous, commit.tenant, commit.stream, commit);
    violations.expect(hash('sha256', content) === commit.id, 'a commit has the id of its content', place);
    violations.expect(commit.time >= at, 'instants of a stream do not go back', place);
    violations.expect(commit.time <= queue.latest, 'no decision comes from the future', place);
  }

  /** @param due the earliest instant at which anything was due before this commit */
  #fold(stream: Mirrored, fact: Fact, commit: Commit, due: number | null): void {
    const { violations, queue } = this.#options;
    const { state } = stream;
    const place = () => `${commit.stream}/${state.version + 1} ${fact.type} (${commit.cause})`;
    this.#checkFact(stream, fact, commit.time, due, place);
    try {
      evolve(state, fact, commit.time);
    } catch (error) {
      violations.add('the log folds', `${place()}: ${String(error)}`);
    }
    if (fact.type === 'effect.requested') stream.keyOwners.set(state.version, fact.keyOf ?? state.version);
    if (fact.type === 'effect.completed' || (fact.type === 'effect.failed' && fact.unknown !== true))
      stream.known.set(stream.keyOwners.get(fact.effect) ?? fact.effect, queue.steps);
  }

  #checkFact(stream: Mirrored, fact: Fact, time: number, due: number | null, place: () => string): void {
    const { violations } = this.#options;
    const { state, results } = stream;
    if (isTerminal(state.phase))
      violations.expect(fact.type === 'effect.abandoned', 'an end is final', place);
    if (state.phase === 'suspended')
      violations.expect(!advances.has(fact.type), 'a suspended execution does not advance', place);
    if (fact.type === 'child.faulted' && fact.error.type.endsWith('/timeout')) stream.foreign = true;
    if (!stream.foreign && isEarly(state, fact, time, due))
      violations.add('nothing that waits for an instant comes early', place());
    if (fact.type === 'effect.requested') this.#checkKey(stream, fact.keyOf, place);
    if (fact.type !== 'effect.completed' && fact.type !== 'effect.failed' && fact.type !== 'effect.abandoned')
      return;
    violations.expect(!results.has(fact.effect), 'an effect has one recorded result', place);
    results.add(fact.effect);
    if (fact.type === 'effect.completed') this.#checkOutput(stream, fact.effect, fact.output, place);
  }

  #checkKey({ known }: Mirrored, keyOf: number | undefined, place: () => string): void {
    if (keyOf !== undefined)
      this.#options.violations.expect(
        !known.has(keyOf),
        'a key goes on only while its outcome is unknown',
        place,
      );
  }

  #checkOutput({ tenant, id }: Mirrored, effect: number, output: unknown, place: () => string): void {
    const text = JSON.stringify(output);
    const outcomes = this.#options.yielded(`${tenant}/${id}/${effect}`);
    const isYielded = outcomes.some((one) => one.type === 'completed' && JSON.stringify(one.output) === text);
    this.#options.violations.expect(isYielded, 'a recorded result is what the deed yielded', place);
  }
}

/** Facts that only an execution that runs records. */
const advances: ReadonlySet<Fact['type']> = new Set([
  'task.started',
  'task.skipped',
  'task.completed',
  'task.faulted',
  'wait.started',
  'fork.started',
  'loop.started',
  'iteration.started',
  'error.caught',
  'retry.scheduled',
  'retry.started',
  'effect.requested',
  'event.emitted',
  'child.requested',
  'listen.started',
  'iteration.completed',
  'execution.completed',
  'execution.yielded',
]);

function isEarly(state: ExecutionState, fact: Fact, time: number, due: number | null): boolean {
  if (fact.type === 'task.completed' || fact.type === 'retry.started') {
    const task = state.tasks[taskKey(fact.task, fact.visit)];
    if (task?.kind === 'wait' || fact.type === 'retry.started')
      return task !== undefined && 'due' in task && task.due !== undefined && task.due > time;
  }
  if (fact.type !== 'task.faulted' && fact.type !== 'execution.faulted') return false;
  const struck = fact.error.type.endsWith('/timeout') && fact.error.detail?.endsWith('struck') === true;
  return struck && (due === null || due > time);
}

function newStream(tenant: string, id: string, began: number): Mirrored {
  const state = emptyState();
  return {
    tenant,
    id,
    began,
    state,
    head: '',
    results: new Set(),
    foreign: false,
    keyOwners: new Map(),
    known: new Map(),
  };
}
