import type { WorkflowReference } from '../../model/facts.ts';
import type { TaskState } from '../../model/state.ts';
import type { RunNode, Template } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate, evaluateText, type Place } from '../evaluate.ts';
import { Fault, standardFault } from '../fault.ts';
import { bound, finish, placeOf } from '../finish.ts';

/** Asks for the child, and goes on when its end is recorded; detached, when it is known what it runs. */
export function runChild(decision: Decision, key: string, task: TaskState, node: RunNode): void {
  if (task.kind !== 'run') throw new Error('broken rule: a run has the state of one');
  if (task.error !== undefined) throw new Fault(task.error);
  if (task.answered === 'completed') return finish(decision, key);
  if (task.child !== undefined) return;
  checkDepth(decision);
  const place = placeOf(decision, task);
  const workflow = workflowOf(node, task, place);
  const input = node.with === undefined ? task.input : evaluate(node.with, task.input, place);
  if (input !== task.input) bound(decision, input, 'the input of the child takes');
  else decision.weigh(input);
  decision.emit({
    type: 'child.requested',
    ...of(task),
    workflow,
    input,
    ...(node.detached === true ? { detached: true } : {}),
  });
}

function workflowOf({ workflow }: RunNode, task: TaskState, place: Place): WorkflowReference {
  const text = (template: Template) => evaluateText(template, task.input, place);
  const named = (member: 'namespace' | 'name') => {
    const value = text(workflow[member]);
    if (value !== undefined) return value;
    throw standardFault('expression', `\`run.workflow.${member}\` yields null, which no workflow is called`);
  };
  const reference = { namespace: named('namespace'), name: named('name') };
  // As elsewhere what is null is as if it were not there.
  const version = workflow.version === undefined ? undefined : text(workflow.version);
  return version === undefined || version === 'latest' ? reference : { ...reference, version };
}

/** A workflow that runs itself would otherwise go on until the disk is full. */
function checkDepth({ state, limits }: Decision): void {
  const depth = (state.parent?.depth ?? 0) + 1;
  if (depth <= limits.childDepthMax) return;
  const detail = `executions that run each other are nested ${limits.childDepthMax} deep, which is the limit`;
  throw standardFault('runtime', `${detail}: does a workflow run itself without an end?`);
}
