import type { ExecutionState, PlaceState } from '../model/state.ts';
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

/** A place that it was about to get when it was suspended is not meant for it any more. */
export function waitsAnew(place: PlaceState, version: number): void {
  if (place.held !== true) place.resumed = version;
}
