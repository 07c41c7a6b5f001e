/** Task lists: what runs in order in one scope, and where a directive leads. */
import type { ScopeState } from '../model/state.ts';
import type { LinkedList, LinkedNode } from '../program/link.ts';
import type { Decision } from './decision.ts';
import { enter } from './enter.ts';
import { standardFault } from './fault.ts';
import { isJumpBack } from './jump.ts';
import { referenceAt } from './raise.ts';

/** Where a list goes on: at a task, or at its end, perhaps with the directive that ended it. */
export type Next =
  | { readonly type: 'task'; readonly place: number }
  | { readonly type: 'end'; readonly then?: 'exit' | 'end' };

/** Starts the next task of a list, or ends the list. */
export function advanceList(
  decision: Decision,
  key: string,
  scope: ScopeState,
  list: LinkedList,
  end: (then: 'end' | undefined) => void,
): void {
  if (scope.live > 0) return;
  const next = nextIn(list, scope);
  if (next.type === 'end') return end(next.then === 'end' ? 'end' : undefined);
  const linked = list.nodes[next.place] as LinkedNode;
  if (isJumpBack(scope, linked.node.pointer)) checkJumps(decision, linked.node.pointer);
  enter(decision, linked, key);
}

/** A loop of directives with no end and no deed would fill the log at the speed of the processor. */
function checkJumps(decision: Decision, pointer: string): void {
  const { state, limits } = decision;
  if ((state.jumps ?? 0) < limits.jumpsMax) return;
  const detail = `\`then\` led backwards ${limits.jumpsMax} times with no outcome of a call and no wait in between`;
  throw standardFault(
    'runtime',
    `${detail}: the tasks from here on go round without an end`,
    referenceAt(decision, pointer),
  );
}

export function nextIn(list: LinkedList, scope: ScopeState): Next {
  if (scope.next !== undefined) return { type: 'task', place: positionOf(list, scope.next) };
  if (scope.last === undefined) return list.nodes.length === 0 ? { type: 'end' } : { type: 'task', place: 0 };
  const { task, then } = scope.last;
  if (then === 'exit' || then === 'end') return { type: 'end', then };
  if (then !== undefined) return at(list, then);
  const after = positionOf(list, task) + 1;
  return after < list.nodes.length ? { type: 'task', place: after } : { type: 'end' };
}

function at(list: LinkedList, name: string): Next {
  const place = list.places.get(name);
  if (place === undefined) throw new Error(`broken rule: a directive's target is in its list: ${name}`);
  return { type: 'task', place };
}

function positionOf(list: LinkedList, pointer: string): number {
  const position = list.positions.get(pointer);
  if (position === undefined) throw new Error(`broken rule: a task is in the list of its scope: ${pointer}`);
  return position;
}
