/**
 * The courier: takes what one execution has to tell another there. Starts children, takes them back, tells parents of
 * their end, and schedules of the end of their runs.
 *
 * 1. What is told is read off a fact of the sender's log; its row goes when the other's answer is durable. So it is told
 *    at least once, by any process, and whoever is told counts it once.
 * 2. A start expects an empty stream. What is taken back before it was started is started and cancelled in one commit:
 *    a start that is still under way somewhere finds the stream taken.
 * 3. What a child runs is asked for once, and the parent's log keeps the first answer: whoever starts the child, however
 *    often, starts the same.
 */
import {
  type ChildOutcome,
  type Command,
  childId,
  type DefinitionReference,
  type ExecutionState,
  type Fact,
  type Json,
  type ParentReference,
  type StartExecution,
  standardError,
  type WorkflowReference,
} from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { ClaimedWakeUp, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { factAt, factsAt } from './fact-at.ts';
import { Outbox } from './outbox.ts';
import { byExecution, claimDue, Rounds } from './rounds.ts';
import { type SendTask, sendRow } from './rows.ts';
import type { Submitted } from './worker-options.ts';

export interface CourierOptions {
  readonly world: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly node: string;
  readonly leaseMs: number;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  readonly claimRowsMax: number;
  readonly submit: (tenant: string, execution: string, command: Command) => Promise<Submitted>;
  /** the state as it is stored, folded from the log where it is not in memory */
  readonly state: (tenant: string, execution: string) => Promise<ExecutionState>;
  /** what a workflow is at this moment */
  readonly resolve: (tenant: string, workflow: WorkflowReference) => Promise<Resolution>;
  /** a run of a schedule has ended */
  readonly runEnded: (tenant: string, execution: string, state: ExecutionState) => Promise<void>;
  readonly onError: (error: unknown, execution: string) => void;
}

export type Resolution =
  | { readonly type: 'found'; readonly definition: DefinitionReference }
  /** a sentence: there is none, or it cannot be run */
  | { readonly type: 'unknown'; readonly detail: string };

/** A row that goes. */
interface Acknowledgement {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Letters at once: more wait in the ledger. */
const sendsMax = 1_000;

export class Courier {
  readonly #options: CourierOptions;
  readonly #outbox: Outbox<Acknowledgement>;
  readonly #underWay = new Set<string>();
  #reserved = 0;
  #overflowed = false;
  #stopped = false;
  readonly #rounds: Rounds;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#claim() });
    this.#outbox = new Outbox(options.store, {
      answered: ({ resolve }) => resolve(),
      failed: ({ reject }, error) => reject(error),
    });
  }

  start(): void {
    this.#rounds.look();
  }

  stop(): void {
    this.#stopped = true;
    void this.#rounds.stop();
  }

  /** Looks now: a letter was written that nobody holds. */
  look(): void {
    this.#rounds.look();
  }

  /** Keeps a place for a letter that is to be born leased to this process; `take` uses it. */
  reserve(): boolean {
    const has = !this.#stopped && this.#underWay.size + this.#reserved < sendsMax;
    if (has) this.#reserved += 1;
    else this.#overflowed = true;
    return has;
  }

  unreserve(places: number): void {
    this.#reserved -= places;
  }

  takeReserved(task: SendTask): void {
    this.#reserved -= 1;
    this.#take(task);
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  #take(task: SendTask): void {
    const key = `${task.tenant}/${task.execution}/${task.version}`;
    if (this.#stopped || this.#underWay.has(key)) return;
    this.#underWay.add(key);
    this.#deliver(task).then(
      () => this.#done(key),
      (error: unknown) => {
        this.#done(key);
        this.#options.onError(error, task.execution);
      },
    );
  }

  #done(key: string): void {
    this.#underWay.delete(key);
    if (this.#overflowed && this.#underWay.size + this.#reserved < sendsMax) this.#rounds.look();
  }

  async #deliver(task: SendTask): Promise<void> {
    await this.#tell(task);
    await this.#acknowledge(task);
  }

  #tell(task: SendTask): Promise<unknown> {
    const { fact } = task;
    switch (fact.type) {
      case 'child.requested':
        return this.#resolve(task, fact.workflow);
      case 'child.resolved':
        return this.#start(task, fact.child, fact.definition);
      case 'child.revoked':
        return this.#withdraw(task, fact.child, fact.resolved);
      case 'execution.completed':
      case 'execution.faulted':
      case 'execution.cancelled':
        return this.#tellOfEnd(task);
      default:
        throw new Error(`broken rule: ${fact.type} of ${task.execution} tells nobody anything`);
    }
  }

  async #resolve({ tenant, execution, version }: SendTask, workflow: WorkflowReference): Promise<void> {
    const found = await this.#options.resolve(tenant, workflow);
    const resolution =
      found.type === 'found'
        ? found
        : ({ type: 'failed', error: standardError('configuration', found.detail) } as const);
    await this.#options.submit(tenant, execution, { type: 'child.resolve', child: version, resolution });
  }

  async #start(task: SendTask, child: number, definition: DefinitionReference): Promise<void> {
    const { tenant, execution } = task;
    const command = await this.#startOf(task, child, definition);
    if (command === undefined) return;
    const { submit } = this.#options;
    const started = await submit(tenant, command.execution, command);
    if (started.type === 'done') return;
    const { refusal, state } = started;
    if (refusal.code === 'already-exists' && isSame(state.parent, command.parent)) return;
    const error = standardError('configuration', `the execution ${command.execution}: ${refusal.message}`);
    await submit(tenant, execution, { type: 'child.complete', child, outcome: { type: 'faulted', error } });
  }

  async #withdraw(task: SendTask, child: number, resolved: number | undefined): Promise<void> {
    if (resolved === undefined) return;
    const fact = await this.#factOf(task, resolved);
    if (fact?.type !== 'child.resolved') throw new Error(`broken rule: ${task.execution} resolved a child`);
    const start = await this.#startOf(task, child, fact.definition);
    if (start !== undefined)
      await this.#options.submit(task.tenant, start.execution, { type: 'child.withdraw', start });
  }

  async #startOf(
    task: SendTask,
    child: number,
    definition: DefinitionReference,
  ): Promise<(StartExecution & { parent: ParentReference }) | undefined> {
    const { tenant, execution } = task;
    const requested = await this.#factOf(task, child);
    if (requested?.type !== 'child.requested')
      throw new Error(`broken rule: ${execution} asked for a child at ${child}`);
    const { parent } = await this.#options.state(tenant, execution);
    return {
      type: 'execution.start',
      execution: childId(execution, child),
      definition,
      input: requested.input,
      parent: {
        execution,
        version: child,
        depth: (parent?.depth ?? 0) + 1,
        ...(requested.detached === true ? { detached: true } : {}),
      },
    };
  }

  async #tellOfEnd({ tenant, execution, fact }: SendTask): Promise<void> {
    const { state, submit, runEnded } = this.#options;
    const ended = await state(tenant, execution);
    const { parent, cause } = ended;
    if (cause !== undefined) await runEnded(tenant, execution, ended);
    if (parent === undefined || parent.detached === true) return;
    const outcome = outcomeOf(ended, fact);
    await submit(tenant, parent.execution, { type: 'child.complete', child: parent.version, outcome });
  }

  #factOf({ tenant, execution }: SendTask, version: number): Promise<Fact | undefined> {
    return factAt(this.#options.store, this.#options.blobs, tenant, execution, version);
  }

  /** The row goes: what it stood for has arrived. */
  async #acknowledge({ tenant, execution, version }: SendTask): Promise<void> {
    const wakeUps = [{ type: 'remove', id: sendRow(execution, version) }] as const;
    await new Promise<void>((resolve, reject) => {
      void this.#outbox.send({ resolve, reject }, { tenant, stream: execution, wakeUps });
    });
  }

  async #claim(): Promise<number> {
    const { store, node, leaseMs, sweepMs, claimRowsMax, onError } = this.#options;
    const rowsMax = Math.min(claimRowsMax, sendsMax - this.#underWay.size - this.#reserved);
    this.#overflowed = rowsMax <= 0;
    if (this.#overflowed) return sweepMs;
    const request = { kinds: ['send'], owner: node, leaseMs, rowsMax } as const;
    const { rows, waitMs } = await claimDue(store, request, sweepMs);
    for (const its of byExecution(rows))
      await this.#takeClaimed(its).catch((error: unknown) => onError(error, its[0]?.execution ?? ''));
    return waitMs;
  }

  /** Those of one execution. */
  async #takeClaimed(rows: readonly ClaimedWakeUp[]): Promise<void> {
    const { store, blobs } = this.#options;
    const { tenant, execution } = rows[0] as ClaimedWakeUp;
    const versions = rows.map(({ id }) => Number(id.slice(id.lastIndexOf('-') + 1)));
    const facts = await factsAt(store, blobs, tenant, execution, versions);
    for (const [version, fact] of facts) this.#take({ tenant, execution, version, fact });
    const lost = versions.find((version) => !facts.has(version));
    if (lost !== undefined) throw new Error(`broken rule: the log of ${execution} holds fact ${lost}`);
  }
}

function outcomeOf({ phase, output, error }: ExecutionState, fact: Fact): ChildOutcome {
  if (phase === 'completed') return { type: 'completed', output: output as Json };
  if (phase === 'faulted' && error !== undefined) return { type: 'faulted', error };
  const reason = fact.type === 'execution.cancelled' ? fact.reason : undefined;
  return { type: 'cancelled', ...(reason === undefined ? {} : { reason }) };
}

function isSame(one: ParentReference | undefined, other: ParentReference): boolean {
  return one?.execution === other.execution && one.version === other.version;
}
