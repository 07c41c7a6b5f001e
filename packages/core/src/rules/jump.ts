import type { ScopeState } from '../model/state.ts';

/**
 * Whether entering `task` is a jump backwards: a directive of the task before led to itself or to a task above it in
 * the same list.
 */
export function isJumpBack({ last }: ScopeState, task: string): boolean {
  return last?.then !== undefined && placeOf(task) <= placeOf(last.task);
}

/** The number in `/do/0/order` before the name: the place in the list. An extended task stands where the task does. */
function placeOf(pointer: string): number {
  return Number(/\/(\d+)\/[^/]*(?:\/extended)?$/.exec(pointer)?.[1] ?? Number.NaN);
}
