import type { ExecutionState } from '../model/state.ts';
import { earliest } from './due.ts';
import { assert } from './lookup.ts';

/** The clocks of tasks stood still while it waited: only what goes on from another execution has any. */
export function placeGranted(state: ExecutionState, at: number): void {
  assert(state.place !== undefined, 'a place was granted that was not asked for');
  const waited = at - state.place.since;
  state.place.held = true;
  for (const task of Object.values(state.tasks)) {
    if (task.deadline !== undefined) task.deadline += waited;
    if ((task.kind === 'wait' || task.kind === 'try') && task.due !== undefined) task.due += waited;
  }
  state.due = earliest(state);
}
