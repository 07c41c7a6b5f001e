import type { Json } from '../../model/json.ts';
import type { ForState, TaskState } from '../../model/state.ts';
import type { LinkedList, LinkedNode } from '../../program/link.ts';
import type { ForNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate, holds } from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { finish, placeOf } from '../finish.ts';
import { advanceList } from '../list.ts';

/**
 * Iterations run one after the other, each with the output of the one before; the output is the last one's, and
 * the loop's input when there is none.
 */
export function advanceFor(
  decision: Decision,
  key: string,
  task: TaskState,
  linked: LinkedNode,
  node: ForNode,
): void {
  if (task.kind !== 'for') throw new Error('broken rule: a loop has the state of one');
  if (task.items === undefined) {
    decision.emit({ type: 'loop.started', ...of(task), items: itemsOf(decision, task, node) });
  }
  if (task.index === -1) return nextIteration(decision, key, task, node);
  advanceList(decision, key, task, linked.body as LinkedList, (then) =>
    then === 'end' ? finish(decision, key, { then }) : nextIteration(decision, key, task, node),
  );
}

function itemsOf(decision: Decision, task: ForState, node: ForNode): readonly Json[] {
  const value = evaluate(node.in, task.input, placeOf(decision, task));
  if (!Array.isArray(value))
    throw standardFault(
      'expression',
      `\`for.in\` yields an array, not ${value === null ? 'null' : typeof value}`,
    );
  decision.weigh(value);
  return value as readonly Json[];
}

function nextIteration(decision: Decision, key: string, task: ForState, node: ForNode): void {
  const index = task.index + 1;
  const items = task.items as readonly Json[];
  if (index >= items.length || !goesOn(decision, task, node, index, items[index] as Json))
    return finish(decision, key);
  decision.emit({ type: 'iteration.started', ...of(task), index });
  decision.ready.push(key);
}

/** `while` is asked before each iteration, over the current value. */
function goesOn(decision: Decision, task: ForState, node: ForNode, index: number, item: Json): boolean {
  if (node.while === undefined) return true;
  const place = { ...placeOf(decision, task), bound: { [node.each]: item, [node.at]: index } };
  return holds(node.while, task.value, place);
}
