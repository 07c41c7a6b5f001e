/** Finding the parts of a state that a fact speaks of. What is not there is a bug or a damaged log. */
import {
  type ExecutionState,
  type ForkState,
  type ForState,
  type ScopeState,
  type TaskState,
  type TryState,
  taskKey,
} from '../model/state.ts';

/** The main scope, or a task that others run in. */
export type Scope = (ScopeState & { kind?: never }) | TaskState;

export function scopeOf(state: ExecutionState, key: string): Scope {
  if (key === '') return state.main;
  const scope = state.tasks[key];
  assert(scope !== undefined, `a scope that runs: ${key}`);
  return scope;
}

export function taskOf(
  state: ExecutionState,
  fact: { readonly task: string; readonly visit?: number },
): TaskState {
  const task = state.tasks[taskKey(fact.task, fact.visit)];
  assert(task !== undefined, `a task that runs: ${taskKey(fact.task, fact.visit)}`);
  return task;
}

export function forkOf(
  state: ExecutionState,
  fact: { readonly task: string; readonly visit?: number },
): ForkState {
  return taskOf(state, fact) as ForkState;
}

export function loopOf(
  state: ExecutionState,
  fact: { readonly task: string; readonly visit?: number },
): ForState {
  return taskOf(state, fact) as ForState;
}

export function tryOf(
  state: ExecutionState,
  fact: { readonly task: string; readonly visit?: number },
): TryState {
  return taskOf(state, fact) as TryState;
}

export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(`broken rule: ${rule}`);
}
