import { type ExecutionState, type Phase, type TaskState, waitsForPlace } from '../model/state.ts';

/** The specification's phase of an execution: `waiting` when all that it waits for is time or events. */
export function phaseOf(state: ExecutionState): Phase {
  if (state.phase === 'absent') return 'pending';
  if (state.phase !== 'running') return state.phase;
  if (waitsForPlace(state)) return 'pending';
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

/** With nothing to do: what was consumed and waits for its tasks is work of the engine's own. */
function listens(task: TaskState | undefined): boolean {
  return task?.kind === 'listen' && task.since !== undefined && task.live === 0 && task.over !== true;
}

/** Whether a task waits for time or events. */
export function isWaiting(task: TaskState | undefined): boolean {
  return task?.kind === 'wait' || listens(task) || (task?.kind === 'try' && task.stage === 'delayed');
}
