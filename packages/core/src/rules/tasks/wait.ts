import type { TaskState } from '../../model/state.ts';
import type { WaitNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluateDuration } from '../evaluate.ts';
import { finish, placeOf } from '../finish.ts';

export function runWait(decision: Decision, key: string, task: TaskState, node: WaitNode): void {
  if (task.kind !== 'wait') throw new Error('broken rule: a wait has the state of one');
  const { now } = decision.moment;
  if (task.due === undefined) {
    const due = now + evaluateDuration(node.duration, task.input, placeOf(decision, task));
    if (due > now) return decision.emit({ type: 'wait.started', ...of(task), due });
  } else if (task.due > now) return;
  finish(decision, key);
}
