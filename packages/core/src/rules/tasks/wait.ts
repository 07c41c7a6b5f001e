import type { TaskState } from '../../model/state.ts';
import type { WaitNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluateDuration } from '../evaluate.ts';
import { finish, placeOf } from '../finish.ts';

/** Begins to wait, or ends: a task that waits is not looked at before its instant. */
export function runWait(decision: Decision, key: string, task: TaskState, node: WaitNode): void {
  if (task.kind !== 'wait') throw new Error('broken rule: a wait has the state of one');
  const { now } = decision.moment;
  if (task.due === undefined) {
    const due = now + evaluateDuration(node.duration, task.input, placeOf(decision, task));
    if (due > now) return decision.emit({ type: 'wait.started', ...of(task), due });
  }
  finish(decision, key);
}
