/**
 * A decision under way: the state it advances, the facts it has emitted, and what it may still do.
 *
 * 1. `emit` is the only way to change the state: it folds the fact with `evolve`, so that the live state after a
 *    decision is the fold of the log by construction.
 * 2. Scopes and tasks that may go on wait on a stack, the innermost on top: work goes depth first, branches of a
 *    fork in the order in which they are written.
 */
import type { Host } from '@millrace/jq';
import type { Moment } from '../model/commands.ts';
import type { Fact, TaskCancelled, TaskFaulted } from '../model/facts.ts';
import { type ExecutionState, isTerminal, type TaskState, taskKey } from '../model/state.ts';
import type { Executable, LinkedNode } from '../program/link.ts';
import { evolve } from './evolve.ts';
import { approximateBytes, type Limits } from './limits.ts';

export class Decision {
  readonly execution: string;
  readonly state: ExecutionState;
  readonly executable: Executable;
  readonly moment: Moment;
  readonly limits: Limits;
  readonly facts: Fact[] = [];
  /** keys of scopes and tasks that may go on; '' is the main scope */
  readonly ready: string[] = [];
  /** effects whose task went away: versions */
  readonly revoked: number[] = [];
  readonly #recordedBytes: number;
  #bytes = 0;
  #host: Host | undefined;

  constructor(
    execution: string,
    state: ExecutionState,
    executable: Executable,
    moment: Moment,
    limits: Limits,
    recordedBytes: number,
  ) {
    this.execution = execution;
    this.state = state;
    this.executable = executable;
    this.moment = moment;
    this.limits = limits;
    this.#recordedBytes = recordedBytes;
  }

  /** what expressions may ask: the moment's clock, and a budget for each evaluation */
  get host(): Host {
    this.#host ??= hostOf(this.moment, this.limits);
    return this.#host;
  }

  emit(fact: Fact): void {
    if (fact.type === 'task.faulted' || fact.type === 'task.cancelled') this.#revoke(fact);
    this.#record(fact);
  }

  #record(fact: Fact): void {
    evolve(this.state, fact, this.moment.now);
    this.facts.push(fact);
  }

  /** Counts a value that is about to be recorded, and answers its approximate size. */
  weigh(value: unknown): number {
    const bytes = approximateBytes(value, this.limits.valueBytesMax);
    this.#bytes += bytes;
    return bytes;
  }

  /** approximate size of the values that were recorded */
  get bytes(): number {
    return this.#bytes;
  }

  /** approximate size of the values that the execution has recorded, by this decision and before */
  get historyBytes(): number {
    return this.#recordedBytes + this.#bytes;
  }

  /** Whether this decision has reached its bound. */
  get exhausted(): boolean {
    return this.facts.length >= this.limits.decisionEventsMax || this.#bytes >= this.limits.decisionBytesMax;
  }

  get running(): boolean {
    return this.state.phase === 'running';
  }

  get over(): boolean {
    return isTerminal(this.state.phase);
  }

  task(key: string): TaskState {
    const task = this.state.tasks[key];
    if (task === undefined) throw new Error(`broken rule: ${key} runs`);
    return task;
  }

  nodeOf(task: TaskState): LinkedNode {
    return this.executable.node(task.task);
  }

  /** Whatever ends a task ends what it waits for, so nobody who ends tasks has to think of it. */
  #revoke(fact: TaskFaulted | TaskCancelled): void {
    const task = this.state.tasks[taskKey(fact.task, fact.visit)];
    if (task?.kind === 'call' && task.effect !== undefined && task.answered === undefined)
      this.revoked.push(task.effect);
    if (task?.kind !== 'run' || task.child === undefined || task.answered !== undefined) return;
    const resolved = this.state.children?.[task.child]?.resolved;
    this.#record({
      type: 'child.revoked',
      child: task.child,
      ...(resolved === undefined ? {} : { resolved }),
    });
  }
}

/** What an expression may ask at an instant: its clock, and a budget for each evaluation. */
export function hostOf({ now }: Pick<Moment, 'now'>, limits: Limits): Host {
  return {
    now: () => now / 1000,
    budget: {
      stepsMax: limits.expressionStepsMax,
      depthMax: limits.expressionDepthMax,
      sizeMax: limits.valueBytesMax,
    },
  };
}

/** Names a task in a fact. */
export function of(task: { readonly task: string; readonly visit: number }): {
  task: string;
  visit?: number;
} {
  return task.visit === 1 ? { task: task.task } : { task: task.task, visit: task.visit };
}
