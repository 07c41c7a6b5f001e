import type { WorkflowError } from '../../model/errors.ts';
import type { TaskState } from '../../model/state.ts';
import type { RaiseNode, Template } from '../../program/program.ts';
import type { Decision } from '../decision.ts';
import { asText, evaluate, type Place } from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { placeOf } from '../finish.ts';
import { raise } from '../raise.ts';

export function runRaise(decision: Decision, key: string, task: TaskState, { error }: RaiseNode): void {
  const place = placeOf(decision, task);
  const text = (template: Template) => asText(evaluate(template, task.input, place));
  const raised: WorkflowError = {
    type: text(error.type),
    status: statusOf(error.status, task, place),
    ...(error.title === undefined ? {} : { title: text(error.title) }),
    ...(error.detail === undefined ? {} : { detail: text(error.detail) }),
    instance: error.instance === undefined ? task.task : text(error.instance),
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
