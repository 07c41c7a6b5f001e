/**
 * The specification's lifecycle events, projected from stored facts: the standard's shapes may change, the log may
 * not. The id of an event is `execution/version.k`, `k` counting the events of one fact.
 */
import type { Fact } from '../model/facts.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { type ExecutionState, emptyState, type Phase, type TaskState, taskKey } from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import { taskPointer } from '../program/task-pointer.ts';
import { evolve } from '../rules/evolve.ts';
import { isWaiting, phaseOf } from './phase.ts';

/** A CloudEvent in the JSON format. */
export type LifecycleEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  readonly type: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: JsonObject;
};

export interface StoredCommit {
  /** epoch ms */
  readonly time: number;
  readonly facts: readonly Fact[];
}

/** One event before its envelope. */
interface Occurrence {
  readonly type: string;
  readonly data: JsonObject;
}

export interface LifecycleOptions {
  /** also tell each change of a status by an event of its own, which the specification leaves to runtimes */
  readonly statusChanged?: boolean;
}

/** The lifecycle events of a stream, from its first commit on. */
export function* lifecycleEvents(
  execution: string,
  commits: Iterable<StoredCommit>,
): Generator<LifecycleEvent> {
  const project = lifecycleOf(execution);
  for (const commit of commits) yield* project(commit);
}

/** Projects a stream commit by commit: each, from the first on, is handed in once and in its order. */
export function lifecycleOf(
  execution: string,
  options: LifecycleOptions = {},
): (commit: StoredCommit) => readonly LifecycleEvent[] {
  const state = emptyState();
  let phase: Phase = 'pending';
  return ({ time, facts }) =>
    facts.flatMap((fact, index) => {
      const output = outputBefore(state, fact);
      const hidden = isHidden(state, fact);
      const waited = 'task' in fact && isWaiting(state.tasks[taskKey(fact.task, fact.visit)]);
      evolve(state, fact, time);
      const told = [...(hidden ? [] : occurrences(fact, state, execution, time, output))];
      if (options.statusChanged === true) {
        const updatedAt = new Date(time).toISOString();
        const workflow = workflowName(state, execution);
        if (!hidden)
          for (const [task, status] of taskStatuses(fact, told, state, waited))
            told.push({ type: 'task.status-changed', data: { workflow, task, updatedAt, status } });
        // Between two facts of one decision nobody waits.
        const now = index === facts.length - 1 ? phaseOf(state) : phase;
        if (now !== phase) told.push(workflowStatus(workflowName(state, execution), updatedAt, now));
        phase = now;
      }
      return told.map((occurrence, k) => envelope(execution, state, k, time, occurrence));
    });
}

function envelope(
  execution: string,
  state: ExecutionState,
  k: number,
  time: number,
  { type, data }: Occurrence,
): LifecycleEvent {
  const { namespace = '', name = '', version = '' } = state.definition ?? {};
  return {
    specversion: '1.0',
    id: `${execution}/${state.version}.${k}`,
    source: `/${namespace}/${name}/${version}`,
    subject: execution,
    type: `io.serverlessworkflow.${type}.v1`,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

/**
 * An extended task and what is around it are one task for those who watch: it begins before its extensions and ends
 * after them. The tasks of extensions are tasks as any other, the lists that hold them are not.
 */
function isHidden(state: ExecutionState, fact: Fact): boolean {
  if (!('task' in fact) || fact.type === 'retry.started') return false;
  const known = state.tasks[taskKey(fact.task, fact.visit)];
  const kind = fact.type === 'task.started' || fact.type === 'task.skipped' ? fact.kind : known?.kind;
  if (kind === 'extension') return true;
  const parent = fact.type === 'task.started' ? fact.parent : known?.parent;
  return parent !== undefined && state.tasks[parent]?.kind === 'extended';
}

/** The output of a task that is about to end: folding its completion takes the task out of the state. */
function outputBefore(state: ExecutionState, fact: Fact): Json {
  if (fact.type !== 'task.completed') return null;
  const task = state.tasks[taskKey(fact.task, fact.visit)];
  if (fact.output !== undefined) return fact.output;
  return (fact.passes === true ? task?.input : task?.value) ?? null;
}

const statuses: Readonly<Record<string, Phase>> = {
  'task.created': 'pending',
  'task.started': 'running',
  'task.suspended': 'suspended',
  'task.resumed': 'running',
  'task.retried': 'running',
  'task.cancelled': 'cancelled',
  'task.faulted': 'faulted',
  'task.completed': 'completed',
};

/** The status that each task has after what was told of it, and of tasks that begin to wait, or wait no more. */
function taskStatuses(
  fact: Fact,
  told: readonly Occurrence[],
  state: ExecutionState,
  waited: boolean,
): readonly (readonly [task: string, status: Phase])[] {
  const known = told.flatMap(({ type, data }) => {
    const status = statuses[type];
    return status === undefined ? [] : [[String(data.task), status] as const];
  });
  if (fact.type === 'execution.resumed' || fact.type === 'execution.restored') {
    const waiting = runningTasks(state).filter(isWaiting);
    return [...known, ...waiting.map(({ task }) => [taskPointer(task), 'waiting'] as const)];
  }
  // What comes while all is held is recorded; of a task that stands still nothing changes by it.
  if (!('task' in fact) || state.phase === 'suspended') return known;
  const waits = isWaiting(state.tasks[taskKey(fact.task, fact.visit)]);
  if (waits === waited || (!waits && known.length > 0)) return known;
  return [...known, [taskPointer(fact.task), waits ? 'waiting' : 'running']];
}

function workflowStatus(name: string, updatedAt: string, status: Phase): Occurrence {
  return { type: 'workflow.status-changed', data: { name, updatedAt, status } };
}

function workflowName({ definition }: ExecutionState, execution: string): string {
  return `${definition?.name ?? ''}-${execution}.${definition?.namespace ?? ''}`;
}

function occurrences(
  fact: Fact,
  state: ExecutionState,
  execution: string,
  time: number,
  output: Json,
): readonly Occurrence[] {
  const at = new Date(time).toISOString();
  const workflow = workflowName(state, execution);
  const ofWorkflow = (type: string, data: JsonObject): Occurrence => ({
    type: `workflow.${type}`,
    data: { name: workflow, ...data },
  });
  const ofTask = (type: string, task: string, data: JsonObject): Occurrence => ({
    type: `task.${type}`,
    data: { workflow, task: taskPointer(task), ...data },
  });
  switch (fact.type) {
    case 'execution.started':
      return [ofWorkflow('started', { definition: referenceOf(state), startedAt: at })];
    case 'execution.restored':
      return [
        ofWorkflow('started', { definition: referenceOf(state), startedAt: at }),
        // The tasks around the one that failed go on here, and end here.
        ...running(state).flatMap((task) => [
          ofTask('created', task, { createdAt: at }),
          ofTask('started', task, { startedAt: at }),
        ]),
      ];
    case 'execution.completed':
      return [ofWorkflow('completed', { completedAt: at, output: state.output ?? null })];
    case 'execution.faulted':
      return [ofWorkflow('faulted', { faultedAt: at, error: fact.error })];
    case 'execution.cancelled':
      return [ofWorkflow('cancelled', { cancelledAt: at })];
    case 'execution.suspended':
      return [
        ofWorkflow('suspended', { suspendedAt: at }),
        ...running(state).map((task) => ofTask('suspended', task, { suspendedAt: at })),
      ];
    case 'execution.resumed':
      return [
        ofWorkflow('resumed', { resumedAt: at }),
        ...running(state).map((task) => ofTask('resumed', task, { resumedAt: at })),
      ];
    case 'task.started':
      return [
        ofTask('created', fact.task, { createdAt: at }),
        ofTask('started', fact.task, { startedAt: at }),
      ];
    case 'task.completed':
      return [ofTask('completed', fact.task, { completedAt: at, output })];
    case 'task.faulted':
      return [ofTask('faulted', fact.task, { faultedAt: at, error: fact.error })];
    case 'task.cancelled':
      return [ofTask('cancelled', fact.task, { cancelledAt: at })];
    case 'retry.started':
      return [ofTask('retried', fact.task, { retriedAt: at })];
    case 'listen.started':
      return [ofWorkflow('correlation-started', { startedAt: at })];
    case 'event.consumed':
      return fact.last === true
        ? [ofWorkflow('correlation-completed', { completedAt: at, ...keysOf(state, fact) })]
        : [];
    case 'listen.ended':
      return [ofWorkflow('correlation-completed', { completedAt: at, ...keysOf(state, fact) })];
    case 'task.skipped':
    case 'execution.yielded':
    case 'place.requested':
    case 'place.granted':
    case 'function.called':
    case 'wait.started':
    case 'fork.started':
    case 'loop.started':
    case 'iteration.started':
    case 'error.caught':
    case 'retry.scheduled':
    case 'effect.requested':
    case 'effect.completed':
    case 'effect.failed':
    case 'effect.resolved':
    case 'effect.abandoned':
    case 'event.emitted':
    case 'child.requested':
    case 'child.resolved':
    case 'child.completed':
    case 'child.faulted':
    case 'child.cancelled':
    case 'child.revoked':
    case 'iteration.completed':
      return [];
    default:
      return unreachable(fact);
  }
}

/** What a task that listened has correlated its events by. */
function keysOf(
  { tasks }: ExecutionState,
  { task, visit }: { readonly task: string; readonly visit?: number },
): { correlationKeys?: JsonObject } {
  const listening = tasks[taskKey(task, visit)];
  if (listening?.kind !== 'listen') return {};
  const expected = listening.filters.map(({ expect }) => expect ?? {});
  const correlationKeys: JsonObject = Object.assign({}, ...expected, listening.keys);
  return Object.keys(correlationKeys).length === 0 ? {} : { correlationKeys };
}

/** Pointers of the tasks that have started and not ended: they stop and go on with their execution. */
function running(state: ExecutionState): readonly string[] {
  return runningTasks(state).map(({ task }) => task);
}

function runningTasks({ tasks }: ExecutionState): readonly TaskState[] {
  return Object.values(tasks).filter(
    ({ kind, parent }) => kind !== 'extension' && tasks[parent]?.kind !== 'extended',
  );
}

function referenceOf({ definition }: ExecutionState): JsonObject {
  return {
    namespace: definition?.namespace ?? '',
    name: definition?.name ?? '',
    version: definition?.version ?? '',
  };
}
