import type { Json } from '../model/json.ts';
import type { TaskState } from '../model/state.ts';
import { type Decision, of } from './decision.ts';
import { evaluate, type Place, validate } from './evaluate.ts';
import { standardFault } from './fault.ts';

export interface Ending {
  /** the raw output, when it is not the value that the task holds */
  readonly raw?: Json;
  /** a directive instead of the task's own */
  readonly then?: string | undefined;
  /** the case a switch chose */
  readonly case?: string;
}

/** Ends a task with its output, in the order of the specification: `output`, then `export`. */
export function finish(decision: Decision, key: string, ending: Ending = {}): void {
  const task = decision.task(key);
  const { node } = decision.nodeOf(task);
  const raw = ending.raw === undefined ? task.value : ending.raw;
  const place: Place = { ...placeOf(decision, task), rawOutput: raw };
  const output = node.output?.as === undefined ? raw : evaluate(node.output.as, raw, place);
  if (node.output?.schema !== undefined) validate(node.output.schema, output, "the task's output", decision);
  const context =
    node.export?.as === undefined ? undefined : evaluate(node.export.as, output, { ...place, output });
  if (node.export?.schema !== undefined)
    validate(
      node.export.schema,
      context === undefined ? decision.state.context : context,
      'the exported context',
      decision,
    );
  if (output !== task.value) bound(decision, output);
  if (context !== undefined) bound(decision, context);
  const then = ending.then ?? node.then;
  decision.emit({
    type: 'task.completed',
    ...of(task),
    ...(output === task.value ? {} : { output }),
    ...(context === undefined ? {} : { context }),
    ...(then === undefined || then === 'continue' ? {} : { then }),
    ...(ending.case === undefined ? {} : { case: ending.case }),
  });
  decision.ready.push(task.parent);
}

/** The place of a task that runs, for expressions of its own. */
export function placeOf(decision: Decision, task: TaskState): Place {
  return { decision, node: decision.nodeOf(task), task, parent: task.parent, input: task.input };
}

/** Throws when a task yields too much. */
export function bound(decision: Decision, value: Json): void {
  if (decision.weigh(value) <= decision.limits.valueBytesMax) return;
  throw standardFault('runtime', `the task yields more than ${decision.limits.valueBytesMax} bytes`);
}
