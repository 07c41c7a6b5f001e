import type { TaskState } from '../../model/state.ts';
import type { SwitchNode } from '../../program/program.ts';
import type { Decision } from '../decision.ts';
import { holds } from '../evaluate.ts';
import { finish, placeOf } from '../finish.ts';

/** The first case that holds decides; the one without a condition stands in when none does. */
export function runSwitch(decision: Decision, key: string, task: TaskState, node: SwitchNode): void {
  const place = placeOf(decision, task);
  const matching = node.cases.find(({ when }) => when !== undefined && holds(when, task.input, place));
  const chosen = matching ?? node.cases.find(({ when }) => when === undefined);
  if (chosen === undefined) return finish(decision, key);
  finish(decision, key, { then: chosen.then, case: chosen.name });
}
