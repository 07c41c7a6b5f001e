import type { ExecutionState, TaskState } from '../model/state.ts';

/** The earliest instant at which a task or the execution has something due. */
export function earliest(state: ExecutionState): number | null {
  let due = state.deadline ?? null;
  for (const key in state.tasks) {
    const at = dueOf(state.tasks[key] as TaskState);
    if (at !== null && (due === null || at < due)) due = at;
  }
  return due;
}

/** The earliest instant of one task: its timeout, its wait or its retry. */
export function dueOf(task: TaskState): number | null {
  const own = task.kind === 'wait' || task.kind === 'try' ? task.due : undefined;
  if (own === undefined) return task.deadline ?? null;
  return task.deadline === undefined ? own : Math.min(own, task.deadline);
}

/** Takes note of an instant at which something is due. */
export function sooner(state: ExecutionState, due: number): void {
  if (state.due === null || due < state.due) state.due = due;
}
