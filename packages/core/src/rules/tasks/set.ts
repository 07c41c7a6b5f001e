import type { TaskState } from '../../model/state.ts';
import type { SetNode } from '../../program/program.ts';
import type { Decision } from '../decision.ts';
import { evaluate } from '../evaluate.ts';
import { finish, placeOf } from '../finish.ts';

export function runSet(decision: Decision, key: string, task: TaskState, node: SetNode): void {
  finish(decision, key, { raw: evaluate(node.value, task.input, placeOf(decision, task)) });
}
