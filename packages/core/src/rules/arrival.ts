/** In which order tasks go on that could go on before they are let: after a suspension, or when no server was there. */
import type { ExecutionState, TaskState } from '../model/state.ts';

export function suspended(state: ExecutionState): void {
  state.phase = 'suspended';
  for (const key in state.tasks) delete state.tasks[key]?.came;
}

/** Takes note of when a task got what it waits for, if it does not go on with it at once. */
export function arrived(state: ExecutionState, task: TaskState): void {
  if (state.phase !== 'suspended') return;
  // Tasks for events begin with the first of them; whoever waits for several goes on with the last.
  if (task.kind === 'listen' && task.queue !== undefined) task.came ??= state.at;
  else task.came = state.at;
}

/** Whether one task could go on earlier than the other: below 0, it could. What was ready all along comes first. */
export function byArrival(one: TaskState, other: TaskState): number {
  return since(one) - since(other);
}

function since(task: TaskState): number {
  if (task.kind === 'wait' || (task.kind === 'try' && task.stage === 'delayed')) return task.due ?? 0;
  return task.came ?? 0;
}
