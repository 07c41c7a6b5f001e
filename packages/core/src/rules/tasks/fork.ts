import type { Json } from '../../model/json.ts';
import type { ForkState, TaskState } from '../../model/state.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { LinkedList, LinkedNode } from '../../program/link.ts';
import type { ForkNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { enter } from '../enter.ts';
import { finish } from '../finish.ts';
import { cancelInside } from '../raise.ts';

/**
 * Starts its branches one after the other, each as far as it goes, and ends when enough of them have ended:
 * with the outputs in the order of the branches, or with the output of the one that won.
 */
export function advanceFork(
  decision: Decision,
  key: string,
  task: TaskState,
  linked: LinkedNode,
  node: ForkNode,
): void {
  if (task.kind !== 'fork') throw new Error('broken rule: a fork has the state of one');
  if (task.results === undefined)
    decision.emit({ type: 'fork.started', ...of(task), branches: node.branches.length });
  if (task.last?.then === 'end') return end(decision, key, winner(task), 'end');
  if (isDecided(task, node)) return end(decision, key, outputOf(task, node), undefined);
  const branch = task.again?.[0] ?? task.started;
  const next = (linked.body as LinkedList).nodes[branch];
  if (next === undefined) return;
  // The fork goes on after the branch has gone as far as it can: it lies below it on the stack.
  decision.ready.push(key);
  enter(decision, next, key, branch);
}

/** Whether there is a branch to start, or the fork to end. */
export function mayGoOn(task: ForkState, node: ForkNode): boolean {
  const startable = task.again !== undefined || task.started < node.branches.length;
  return startable || task.last?.then === 'end' || isDecided(task, node);
}

function isDecided({ ended }: ForkState, { join, branches }: ForkNode): boolean {
  switch (join.type) {
    case 'all':
      return ended === branches.length;
    case 'first':
      return ended >= 1 || branches.length === 0;
    case 'quorum':
      return ended >= join.count;
    default:
      return unreachable(join);
  }
}

function outputOf(task: ForkState, { join }: ForkNode): Json {
  return join.type === 'first' ? winner(task) : (task.results as Json[]);
}

function winner(task: ForkState): Json {
  return task.winner === undefined ? task.input : ((task.results as Json[])[task.winner] as Json);
}

function end(decision: Decision, key: string, raw: Json, then: 'end' | undefined): void {
  cancelInside(decision, key);
  finish(decision, key, { raw, then });
}
