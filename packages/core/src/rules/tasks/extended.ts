/**
 * Tasks with extensions. `before` runs in the order in which extensions are written, then the task, then `after` the
 * other way round. What extensions yield is dropped, so that a log written before a call does not change what the
 * call is given; only `then: exit` in `before` puts its value in the place of the task, which is then skipped with
 * all that stands further in.
 */
import type { ExtendedState, TaskState } from '../../model/state.ts';
import type { LinkedList, LinkedNode } from '../../program/link.ts';
import type { Expression, ExtendedNode, ExtensionNode, Node } from '../../program/program.ts';
import type { Decision } from '../decision.ts';
import { enter } from '../enter.ts';
import { holds, type Place } from '../evaluate.ts';
import { Fault } from '../fault.ts';
import { finish } from '../finish.ts';
import { advanceList, nextIn } from '../list.ts';

/** Places in `use.extensions` of those that apply to a task that is entered with `input`. */
export function applyingTo(node: ExtendedNode, input: TaskState['input'], place: Place): readonly number[] {
  if (isWithinExtension(place)) return [];
  return node.extensions.flatMap(({ when, before, after }) => {
    const index = (before ?? after)?.index;
    return index === undefined || (when !== undefined && !concerns(when, input, place)) ? [] : [index];
  });
}

/**
 * A condition that fails does not hold. The specification's own example asks a text of `$task.with.endpoint`, which
 * may be an object, and a task that an extension has nothing to do with must not fault of it.
 */
function concerns(when: Expression, input: TaskState['input'], place: Place): boolean {
  try {
    return holds(when, input, place);
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** A function that an extension calls is not extended there, or an extension of all calls would never end. */
function isWithinExtension({ decision, parent }: Place): boolean {
  for (let key = parent; key !== ''; key = decision.task(key).parent)
    if (decision.task(key).kind === 'extension') return true;
  return false;
}

export function advanceExtended(decision: Decision, key: string, task: TaskState, linked: LinkedNode): void {
  if (task.kind !== 'extended') throw new Error('broken rule: an extended task has the state of one');
  if (task.live > 0) return;
  const next = nextOf(linked.body as LinkedList, task);
  if (next !== undefined && next !== 'end') return enter(decision, next, key);
  if (next === 'end') return finish(decision, key, { then: 'end' });
  // A task that was skipped leads where it would have led.
  finish(decision, key, { then: task.directive });
}

function nextOf({ nodes, positions }: LinkedList, task: ExtendedState): LinkedNode | 'end' | undefined {
  const { last } = task;
  const left = last === undefined ? undefined : nodes[positions.get(last.task) ?? 0]?.node;
  if (left?.kind === 'extension' && last?.then === 'end') return 'end';
  const from = last === undefined ? 0 : (positions.get(last.task) ?? 0) + 1;
  const skipped = left?.kind === 'extension' && left.side === 'before' && last?.then === 'exit';
  return nodes.slice(from).find(({ node }) => (skipped ? isAround(node, left, task) : isNext(node, task)));
}

function isNext(node: Node, { extensions }: ExtendedState): boolean {
  return node.kind !== 'extension' || extensions.includes(node.index);
}

/** Whether an `after` belongs to an extension around the one that skipped the task. */
function isAround(node: Node, left: ExtensionNode, { extensions }: ExtendedState): boolean {
  return (
    node.kind === 'extension' &&
    node.side === 'after' &&
    node.index < left.index &&
    extensions.includes(node.index)
  );
}

export function advanceExtension(
  decision: Decision,
  key: string,
  task: TaskState,
  linked: LinkedNode,
  node: ExtensionNode,
): void {
  const list = linked.body as LinkedList;
  advanceList(decision, key, task, list, (then) => {
    const next = nextIn(list, task);
    const exits = node.side === 'before' && next.type === 'end' && next.then === 'exit';
    if (then === 'end' || exits) return finish(decision, key, { then: then ?? 'exit' });
    finish(decision, key, { passes: true });
  });
}
