import type { TaskCompleted } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import type { TaskState } from '../model/state.ts';
import type { Outlet } from '../program/program.ts';
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
  /** yield the input, whatever the task holds */
  readonly passes?: true;
}

/** Ends a task with its output, in the order of the specification: `output`, then `export`. */
export function finish(decision: Decision, key: string, ending: Ending = {}): void {
  const task = decision.task(key);
  const { node } = decision.nodeOf(task);
  if (ending.passes === true) return yieldInput(decision, task);
  const raw = ending.raw === undefined ? task.value : ending.raw;
  const output = node.output === undefined ? raw : outputOf(node.output, decision, task, raw);
  const context = node.export === undefined ? undefined : contextOf(node.export, decision, task, raw, output);
  if (output !== task.value) bound(decision, output);
  if (context !== undefined) bound(decision, context);
  const then = ending.then ?? node.then;
  const completed: { -readonly [Member in keyof TaskCompleted]: TaskCompleted[Member] } = {
    type: 'task.completed',
    task: task.task,
  };
  if (task.visit !== 1) completed.visit = task.visit;
  if (output !== task.value) completed.output = output;
  if (context !== undefined) completed.context = context;
  if (then !== undefined && then !== 'continue') completed.then = then;
  if (ending.case !== undefined) completed.case = ending.case;
  decision.emit(completed);
  decision.ready.push(task.parent);
}

function yieldInput(decision: Decision, task: TaskState): void {
  decision.emit({ type: 'task.completed', ...of(task), passes: true });
  decision.ready.push(task.parent);
}

function outputOf(outlet: Outlet, decision: Decision, task: TaskState, raw: Json): Json {
  const place: Place = { ...placeOf(decision, task), rawOutput: raw };
  const output = outlet.as === undefined ? raw : evaluate(outlet.as, raw, place);
  if (outlet.schema !== undefined) validate(outlet.schema, output, "the task's output", decision);
  return output;
}

/** What the task exports; undefined: the context stays. */
function contextOf(
  outlet: Outlet,
  decision: Decision,
  task: TaskState,
  raw: Json,
  output: Json,
): Json | undefined {
  const place: Place = { ...placeOf(decision, task), rawOutput: raw, output };
  const context = outlet.as === undefined ? undefined : evaluate(outlet.as, output, place);
  if (outlet.schema !== undefined) {
    const checked = context === undefined ? decision.state.context : context;
    validate(outlet.schema, checked, 'the exported context', decision);
  }
  return context;
}

/** The place of a task that runs, for expressions of its own. */
export function placeOf(decision: Decision, task: TaskState): Place {
  return { decision, node: decision.nodeOf(task), task, parent: task.parent, input: task.input };
}

/** Counts a value that is about to be recorded. Throws when it is too much; `what` begins the sentence. */
export function bound(decision: Decision, value: unknown, what = 'the task yields'): void {
  if (decision.weigh(value) <= decision.limits.valueBytesMax) return;
  throw standardFault('runtime', `${what} more than ${decision.limits.valueBytesMax} bytes`);
}
