import type { TaskState } from '../../model/state.ts';
import type { LinkedList, LinkedNode } from '../../program/link.ts';
import type { TryNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluateDuration } from '../evaluate.ts';
import { finish, placeOf } from '../finish.ts';
import { advanceList } from '../list.ts';

/** Runs the tasks, the next attempt when its time has come, or the handler. */
export function advanceTry(
  decision: Decision,
  key: string,
  task: TaskState,
  linked: LinkedNode,
  node: TryNode,
): void {
  if (task.kind !== 'try') throw new Error('broken rule: a try has the state of one');
  if (task.stage === 'delayed') {
    if ((task.due ?? 0) > decision.moment.now) return;
    decision.emit({
      type: 'retry.started',
      ...of(task),
      attempt: task.attempt + 1,
      ...attemptLimit(decision, task, node),
    });
  }
  if (task.stage === 'trying') {
    return advanceList(decision, key, task, linked.body as LinkedList, (then) =>
      finish(decision, key, { then }),
    );
  }
  const handler: LinkedList = linked.handler ?? { nodes: [], places: new Map(), positions: new Map() };
  advanceList(decision, key, task, handler, (then) =>
    finish(decision, key, { then: then ?? node.catchThen }),
  );
}

function attemptLimit(decision: Decision, task: TaskState, node: TryNode): { due?: number } {
  const limit = node.retry?.limit.attemptDuration;
  if (limit === undefined) return {};
  return { due: decision.moment.now + evaluateDuration(limit, task.input, placeOf(decision, task)) };
}
