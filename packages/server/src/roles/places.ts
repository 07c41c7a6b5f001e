/**
 * Limits on how much is under way at once, over all processes on a store: executions of a workflow, effects of a type of
 * task. A limit has places; who needs one stands in a queue of the limit, and a claim gives no more than there are.
 */
import type { Executable, ExecutionState } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { limitOf, type PlaceLimit } from '../ports/store.ts';

/** What an operator sets, by name: `workflow:shop/order`, `task:call:http`. */
export type LimitSettings = Readonly<Record<string, number>>;

/** What of a request, or of the task that makes it, says which type it is of. */
type Call = { readonly type: string; readonly name?: string };

export interface Places {
  /** Whether executions of a workflow, `namespace/name`, wait for a place. */
  needsPlace(workflow: string): boolean;
  /** The queue of an effect whose type is limited, among those of its workflow. */
  effectQueue(call: Call, workflow: string): string | undefined;
  /** for claims of places */
  readonly ofWorkflows: readonly PlaceLimit[];
  /** for claims of effects */
  readonly ofTasks: readonly PlaceLimit[];
}

const workflowPrefix = 'workflow:';
const taskPrefix = 'task:';

const limitPattern = /^(workflow:[^\s/=,]+\/[^\s/=,]+|task:call:[^\s=,]+)$/;

/** Throws `bad-request` for a limit that would limit nothing. */
export function createPlaces(settings: LimitSettings): Places {
  for (const [limit, placesMax] of Object.entries(settings)) checkLimit(limit, placesMax);
  const limits = Object.entries(settings).map(([limit, placesMax]) => ({ limit, placesMax }));
  const ofWorkflows = limits.filter(({ limit }) => limit.startsWith(workflowPrefix));
  const ofTasks = limits.filter(({ limit }) => limit.startsWith(taskPrefix));
  const workflows = new Set(ofWorkflows.map(({ limit }) => limit.slice(workflowPrefix.length)));
  const tasks = new Set(ofTasks.map(({ limit }) => limit));
  return {
    needsPlace: (workflow) => workflows.has(workflow),
    effectQueue(call, workflow) {
      const limit = `${taskPrefix}call:${call.type === 'function' ? call.name : call.type}`;
      return tasks.has(limit) ? `${limit} ${workflow}` : undefined;
    },
    ofWorkflows,
    ofTasks,
  };
}

function checkLimit(limit: string, placesMax: number): void {
  if (!limitPattern.test(limit))
    throw new MillraceError(
      'bad-request',
      `limits: expected workflow:NAMESPACE/NAME, task:call:http, task:call:openapi or task:call:FUNCTION but found "${limit}"`,
    );
  if (!Number.isSafeInteger(placesMax) || placesMax < 1)
    throw new MillraceError(
      'bad-request',
      `limits: ${limit} is a whole number from 1, not ${String(placesMax)}`,
    );
}

/** The call that asked for an effect which is open. */
export function callOf(
  { state, executable }: { readonly state: ExecutionState; readonly executable: Executable | undefined },
  effect: number,
): Call | undefined {
  const task = state.tasks[state.effects[effect] ?? ''];
  const node = task === undefined ? undefined : executable?.node(task.task).node;
  return node?.kind === 'call' ? node.call : undefined;
}

/** The queue of the executions of a workflow that wait for a place, or have one. */
export function placeQueue(workflow: string): string {
  return `${workflowPrefix}${workflow} ${workflow}`;
}

/** The workflow that a queue is of, whatever limit it is of. */
export function workflowOf(queue: string | undefined): string | undefined {
  const limit = limitOf(queue);
  return limit === undefined ? queue : queue?.slice(limit.length + 1);
}
