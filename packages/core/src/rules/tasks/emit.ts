import type { Json, JsonObject } from '../../model/json.ts';
import type { TaskState } from '../../model/state.ts';
import type { EmitNode, Program } from '../../program/program.ts';
import { eventErrors, withoutUnset } from '../cloud-event.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate } from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { bound, finish, placeOf } from '../finish.ts';

/** Records the event; what the author left out is filled in. The fact in the log is the publication. */
export function runEmit(decision: Decision, key: string, task: TaskState, node: EmitNode): void {
  // The reader of definitions takes an object here and nothing that is computed to be one.
  const given = evaluate(node.event, task.input, placeOf(decision, task)) as JsonObject;
  const event = cloudEvent(given, decision);
  bound(decision, event, 'the event takes');
  decision.emit({ type: 'event.emitted', ...of(task), event });
  finish(decision, key);
}

function cloudEvent(given: JsonObject, decision: Decision): JsonObject {
  const event: Record<string, Json> = {
    specversion: '1.0',
    id: `${decision.execution}/${decision.state.version + 1}`,
    source: sourceOf(decision.executable.program),
    time: new Date(decision.moment.now).toISOString(),
    ...withoutUnset(given),
  };
  if (event.data !== undefined && event.datacontenttype === undefined)
    event.datacontenttype = 'application/json';
  const [error] = eventErrors(event);
  if (error !== undefined)
    throw standardFault('validation', `the event's \`${error.name}\` ${error.message}`);
  return event;
}

function sourceOf({ namespace, name, version }: Program): string {
  return `/${namespace}/${name}/${version}`;
}
