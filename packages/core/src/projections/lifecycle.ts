/**
 * The specification's lifecycle events, projected from stored facts: the standard's shapes may change, the log may
 * not. The id of an event is `execution/version.k`, `k` counting the events of one fact.
 */
import type { Fact } from '../model/facts.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { type ExecutionState, emptyState, taskKey } from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import { evolve } from '../rules/evolve.ts';

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

/** The lifecycle events of a stream, from its first commit on. */
export function* lifecycleEvents(
  execution: string,
  commits: Iterable<StoredCommit>,
): Generator<LifecycleEvent> {
  const project = lifecycleOf(execution);
  for (const commit of commits) yield* project(commit);
}

/** Projects a stream commit by commit: each, from the first on, is handed in once and in its order. */
export function lifecycleOf(execution: string): (commit: StoredCommit) => readonly LifecycleEvent[] {
  const state = emptyState();
  return ({ time, facts }) =>
    facts.flatMap((fact) => {
      const output = outputBefore(state, fact);
      evolve(state, fact, time);
      const told = occurrences(fact, state, execution, time, output);
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

/** The output of a task that is about to end: folding its completion takes the task out of the state. */
function outputBefore(state: ExecutionState, fact: Fact): Json {
  if (fact.type !== 'task.completed') return null;
  return fact.output === undefined
    ? (state.tasks[taskKey(fact.task, fact.visit)]?.value ?? null)
    : fact.output;
}

function occurrences(
  fact: Fact,
  state: ExecutionState,
  execution: string,
  time: number,
  output: Json,
): readonly Occurrence[] {
  const at = new Date(time).toISOString();
  const { namespace = '', name = '' } = state.definition ?? {};
  const workflow = `${name}-${execution}.${namespace}`;
  const ofWorkflow = (type: string, data: JsonObject): Occurrence => ({
    type: `workflow.${type}`,
    data: { name: workflow, ...data },
  });
  const ofTask = (type: string, task: string, data: JsonObject): Occurrence => ({
    type: `task.${type}`,
    data: { workflow, task, ...data },
  });
  switch (fact.type) {
    case 'execution.started':
      return [ofWorkflow('started', { definition: referenceOf(state), startedAt: at })];
    case 'execution.restored':
      return [ofWorkflow('started', { definition: referenceOf(state), startedAt: at })];
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
function running({ tasks }: ExecutionState): readonly string[] {
  return Object.values(tasks).map(({ task }) => task);
}

function referenceOf({ definition }: ExecutionState): JsonObject {
  return {
    namespace: definition?.namespace ?? '',
    name: definition?.name ?? '',
    version: definition?.version ?? '',
  };
}
