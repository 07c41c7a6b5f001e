import type { WorkflowError } from '../../model/errors.ts';
import type { TaskState } from '../../model/state.ts';
import type { RaiseNode, Template } from '../../program/program.ts';
import type { Decision } from '../decision.ts';
import { asText, evaluate, evaluateText, type Place, requiredText } from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { placeOf } from '../finish.ts';
import { raise } from '../raise.ts';

export function runRaise(decision: Decision, key: string, task: TaskState, { error }: RaiseNode): void {
  const place = placeOf(decision, task);
  const text = (template: Template | undefined) =>
    template === undefined ? undefined : evaluateText(template, task.input, place);
  const [title, detail] = [text(error.title), text(error.detail)];
  const raised: WorkflowError = {
    type: requiredText(evaluate(error.type, task.input, place), 'raise.error.type'),
    status: statusOf(error.status, task, place),
    ...(title === undefined ? {} : { title }),
    ...(detail === undefined ? {} : { detail }),
    instance: text(error.instance) ?? task.task,
  };
  raise(decision, key, raised);
}

function statusOf(template: Template, task: TaskState, place: Place): number {
  const value = evaluate(template, task.input, place);
  // A number in text, such as an environment gives, is meant as one; a list or a boolean is a mistake.
  const status = (typeof value === 'string' ? Number(value) : value) as number;
  if (Number.isInteger(status) && status >= 100 && status <= 999) return status;
  throw standardFault(
    'expression',
    `the status of an error is a whole number from 100 to 999, not ${asText(value)}`,
  );
}
