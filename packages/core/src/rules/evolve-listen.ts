/** The part of `evolve` that concerns listening. */
import type { EventConsumed, IterationCompleted, ListenEnded, ListenStarted } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import type { ExecutionState, ListenState, TaskState } from '../model/state.ts';
import { arrived } from './arrival.ts';
import { eventKey } from './listening.ts';
import { assert, taskOf } from './lookup.ts';

export function listenStarted(state: ExecutionState, fact: ListenStarted): void {
  const task = listenOf(state, fact);
  task.since = state.version;
  task.filters = fact.filters.map((filter) => ({ ...filter }));
  task.value = [];
  if (fact.foreach !== true) return;
  task.queue = [];
  task.outputs = [];
}

export function eventConsumed(state: ExecutionState, fact: EventConsumed): void {
  const task = listenOf(state, fact);
  state.consumed ??= {};
  state.consumed[eventKey(fact.event)] = 1;
  if (fact.keys !== undefined) task.keys = { ...task.keys, ...fact.keys };
  const filter = task.filters[fact.filter];
  assert(filter !== undefined, 'an event is taken by a filter of its task');
  if (fact.closes === true) filter.closed = true;
  if (fact.last === true) task.over = true;
  arrived(state, task);
  if (fact.until !== true) (task.queue ?? (task.value as Json[])).push(readOf(fact));
}

function readOf({ event, read, value }: EventConsumed): Json {
  if (read === 'envelope') return event;
  return (read === 'raw' ? value : event.data) ?? null;
}

/** What runs for an event starts from the input of the task that listens. */
export function listenIterates(task: TaskState): void {
  if (task.kind !== 'listen') return;
  task.iterating = true;
  task.value = task.input;
}

export function iterationCompleted(state: ExecutionState, fact: IterationCompleted): void {
  const task = listenOf(state, fact);
  const { outputs } = task;
  assert(outputs !== undefined, 'iterations are of a foreach');
  outputs.push(fact.output === undefined ? task.value : fact.output);
  task.value = outputs;
  if (fact.context !== undefined) state.context = fact.context;
  delete task.iterating;
  delete task.last;
}

export function listenEnded(state: ExecutionState, fact: ListenEnded): void {
  const task = listenOf(state, fact);
  task.over = true;
  if (task.queue !== undefined) task.queue.length = task.index + 1;
}

function listenOf(
  state: ExecutionState,
  fact: { readonly task: string; readonly visit?: number },
): ListenState {
  const task = taskOf(state, fact);
  assert(task.kind === 'listen', 'what listens is a task of that kind');
  return task;
}
