/** The part of `evolve` that concerns children: which are waited for, and what became of them. */
import type {
  ChildCancelled,
  ChildCompleted,
  ChildFaulted,
  ChildRequested,
  ChildResolved,
  ChildRevoked,
} from '../model/facts.ts';
import { type ChildState, type ExecutionState, type RunState, taskKey } from '../model/state.ts';
import { arrived } from './arrival.ts';
import { assert, taskOf } from './lookup.ts';

export function childRequested(state: ExecutionState, fact: ChildRequested): void {
  const task = taskOf(state, fact) as RunState;
  task.child = state.version;
  if (fact.detached === true) task.detached = true;
  state.children ??= {};
  state.children[state.version] = { task: taskKey(fact.task, fact.visit) };
}

/** A detached child is nobody's any more once it is known what runs. */
export function childResolved(state: ExecutionState, fact: ChildResolved): void {
  const child = childOf(state, fact.child);
  const task = state.tasks[child.task] as RunState;
  if (task.detached !== true) {
    child.resolved = state.version;
    return;
  }
  forget(state, fact.child);
  task.answered = 'completed';
  arrived(state, task);
}

export function childEnded(
  state: ExecutionState,
  fact: ChildCompleted | ChildFaulted | ChildCancelled,
): void {
  const task = state.tasks[childOf(state, fact.child).task] as RunState;
  forget(state, fact.child);
  arrived(state, task);
  if (fact.type === 'child.completed') {
    task.answered = 'completed';
    task.value = fact.output;
    return;
  }
  task.answered = 'failed';
  // The instance is the child's own, and points into another definition.
  task.error = { ...fact.error, instance: task.task };
}

export function childRevoked(state: ExecutionState, fact: ChildRevoked): void {
  forget(state, fact.child);
}

function childOf(state: ExecutionState, version: number): ChildState {
  const child = state.children?.[version];
  assert(child !== undefined, 'a child that is spoken of is waited for');
  return child;
}

function forget(state: ExecutionState, version: number): void {
  if (state.children === undefined) return;
  delete state.children[version];
  if (Object.keys(state.children).length === 0) delete state.children;
}
