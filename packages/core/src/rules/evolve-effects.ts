/** The part of `evolve` that concerns deeds: what is open, what was answered, and which idempotency key goes on. */
import type { EffectAbandoned, EffectCompleted, EffectFailed, EffectRequested } from '../model/facts.ts';
import {
  type CallState,
  type ExecutionState,
  type TaskState,
  type TryState,
  taskKey,
} from '../model/state.ts';
import { arrived } from './arrival.ts';
import { assert, taskOf } from './lookup.ts';

export function effectRequested(state: ExecutionState, fact: EffectRequested): void {
  const key = taskKey(fact.task, fact.visit);
  const task = taskOf(state, fact) as CallState;
  if (task.effect !== undefined && task.answered === undefined) delete state.effects[task.effect];
  task.effect = state.version;
  if (fact.keyOf === undefined) delete task.keyOf;
  else task.keyOf = fact.keyOf;
  delete task.answered;
  state.effects[state.version] = key;
  for (const around of triesAround(state, task)) around.calls[fact.task] = (around.calls[fact.task] ?? 0) + 1;
}

export function effectAnswered(state: ExecutionState, fact: EffectCompleted | EffectFailed): void {
  const key = state.effects[fact.effect];
  assert(typeof key === 'string', 'an answered effect is open');
  delete state.effects[fact.effect];
  if (fact.pins !== undefined) Object.assign(state.pins, fact.pins);
  const task = state.tasks[key] as CallState;
  if (fact.type === 'effect.completed' || fact.unknown !== true) retireKey(state, task, fact.effect);
  else keepKey(state, task, fact.effect);
  arrived(state, task);
  if (fact.type === 'effect.completed') {
    task.answered = 'completed';
    task.value = fact.output;
  } else {
    task.answered = 'failed';
    task.error = fact.error;
  }
}

export function effectAbandoned(state: ExecutionState, fact: EffectAbandoned): void {
  delete state.effects[fact.effect];
}

/** The task is gone, its deed perhaps under way: a late result is abandoned, another attempt keeps the key. */
export function revoke(state: ExecutionState, task: CallState, effect: number): void {
  state.effects[effect] = null;
  keepKey(state, task, effect);
}

/** Whoever tries this call again carries the key of its deed on. */
function keepKey(state: ExecutionState, task: CallState, effect: number): void {
  for (const around of triesAround(state, task))
    around.unknown[callPlace(state, around, task)] ??= task.keyOf ?? effect;
}

/** The answer to a key is recorded: no attempt of any try carries it on, whichever of its calls it stood for. */
function retireKey(state: ExecutionState, task: CallState, effect: number): void {
  const owner = task.keyOf ?? effect;
  for (const { unknown } of triesAround(state, task))
    for (const place in unknown) if (unknown[place] === owner) delete unknown[place];
}

/** The tries whose tasks, not whose handler, a task runs in: those that would do it again. */
export function* triesAround(state: ExecutionState, task: TaskState): Generator<TryState> {
  for (let key = task.parent; key !== ''; ) {
    const around = state.tasks[key];
    assert(around !== undefined, 'a task runs in a scope that runs');
    if (around.kind === 'try' && around.stage === 'trying') yield around;
    key = around.parent;
  }
}

/**
 * Names a call of this attempt as the same call in the attempt before: its pointer, the iterations that it stands in
 * (another attempt may go another way in an earlier one), and how often it was made in them.
 */
export function callPlace(state: ExecutionState, around: TryState, task: TaskState, next = 0): string {
  let place = task.task;
  for (
    let scope = state.tasks[task.parent];
    scope !== undefined && scope !== around;
    scope = state.tasks[scope.parent]
  )
    if (scope.kind === 'for' || scope.kind === 'listen') place += `#${scope.index}`;
  return `${place}@${(around.calls[task.task] ?? 0) + next}`;
}

/** A new iteration counts its calls from none, in every try around. */
export function forgetCalls(state: ExecutionState, loop: TaskState): void {
  for (const { calls } of triesAround(state, loop))
    for (const call of Object.keys(calls)) if (call.startsWith(`${loop.task}/`)) delete calls[call];
}
