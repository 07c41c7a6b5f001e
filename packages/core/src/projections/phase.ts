import type { ExecutionState, Phase, TaskState } from '../model/state.ts';

/** The specification's phase of an execution: `waiting` when all that it waits for is time. */
export function phaseOf(state: ExecutionState): Phase {
  if (state.phase === 'absent') return 'pending';
  if (state.phase !== 'running') return state.phase;
  return !state.yielded && !hasOpenEffect(state) && waits(state) ? 'waiting' : 'running';
}

function hasOpenEffect({ effects }: ExecutionState): boolean {
  for (const version in effects) if (effects[version] !== null) return true;
  return false;
}

function waits({ tasks }: ExecutionState): boolean {
  for (const key in tasks) if (isWaiting(tasks[key])) return true;
  return false;
}

function isWaiting(task: TaskState | undefined): boolean {
  return task?.kind === 'wait' || (task?.kind === 'try' && task.stage === 'delayed');
}
