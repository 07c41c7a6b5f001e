import {
  type CallState,
  type ExecutionState,
  type RunState,
  type TaskState,
  taskKey,
} from '../model/state.ts';
import { triesAround } from './evolve-effects.ts';

/**
 * The state that an execution goes on from when another's is tried again: as it was before the fault, with the
 * task that faulted to be entered anew, effects to be asked for anew, and clocks that start now.
 */
export function restoredState(before: ExecutionState, faulted: string, now: number): ExecutionState {
  const state = JSON.parse(JSON.stringify(before)) as ExecutionState;
  const shift = now - before.at;
  state.effects = {};
  delete state.children;
  // The parent has been told of the fault, and a schedule of the end: this is a run of its own.
  delete state.parent;
  delete state.cause;
  delete state.place;
  if (state.jumps !== undefined) state.jumps = 0;
  if (state.deadline !== undefined) state.deadline += shift;
  for (const task of Object.values(state.tasks)) restart(state, task, shift);
  const task = state.tasks[faulted];
  if (task !== undefined) takeOut(state, task);
  return state;
}

function restart(state: ExecutionState, task: TaskState, shift: number): void {
  delete task.came;
  if (task.deadline !== undefined) task.deadline += shift;
  if ((task.kind === 'wait' || task.kind === 'try') && task.due !== undefined) task.due += shift;
  if (task.kind === 'call' && task.called === undefined) forget(state, task);
  if (task.kind === 'run') forgetChild(task);
  // Named by a version of the other stream: below all of this one's, so that none is named twice.
  if (task.kind === 'listen' && task.since !== undefined) task.since -= state.version + 1;
  // Keys are of the other execution: under their numbers this one would ask for deeds of its own.
  if (task.kind === 'try') task.unknown = {};
}

/** The call is made anew, and counts once. */
function forget(state: ExecutionState, task: CallState): void {
  if (task.effect !== undefined)
    for (const { calls } of triesAround(state, task)) calls[task.task] = (calls[task.task] ?? 1) - 1;
  delete task.effect;
  delete task.keyOf;
  delete task.answered;
  delete task.error;
  task.value = task.input;
}

/** The child of the other execution was taken back with its fault, or has ended: this one has its own. */
function forgetChild(task: RunState): void {
  delete task.child;
  delete task.detached;
  delete task.answered;
  delete task.error;
  task.value = task.input;
}

/** Takes a task and all that runs inside it out of the state: what struck it from outside found it at work. */
function takeOut(state: ExecutionState, task: TaskState): void {
  const key = taskKey(task.task, task.visit);
  const inside = Object.keys(state.tasks).filter((other) => runsIn(state, other, key));
  for (const gone of [...inside, key]) delete state.tasks[gone];
  const parent = state.tasks[task.parent];
  const scope = parent ?? state.main;
  scope.live -= 1;
  if (parent?.kind === 'fork') parent.again = [task.branch ?? 0];
  else scope.next = task.task;
}

function runsIn({ tasks }: ExecutionState, task: string, key: string): boolean {
  for (let parent = tasks[task]?.parent ?? ''; parent !== ''; parent = tasks[parent]?.parent ?? '')
    if (parent === key) return true;
  return false;
}
