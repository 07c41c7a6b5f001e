/** What readers are shown of an execution, from its state and its rows. */
import {
  type Command,
  type ExecutionEvent,
  type ExecutionState,
  type ExecutionSummary,
  type ExecutionView,
  type Fact,
  type Phase,
  phaseOf,
  type WakeUpView,
  type WorkflowError,
} from '@millrace/core';
import { type Commit, type ExecutionRow, limitOf, type WakeUp } from '../ports/store.ts';
import type { Definition } from './definitions.ts';

export function executionView(
  id: string,
  state: ExecutionState,
  definition: Definition | undefined,
  status: Phase = phaseOf(state),
): ExecutionView {
  const { namespace = '', name = '', version = '', digest = '' } = state.definition ?? {};
  return {
    id,
    workflow: { namespace, name, version },
    definition: digest,
    status,
    input: state.input,
    ...(state.output === undefined ? {} : { output: state.output }),
    ...(state.error === undefined ? {} : { error: located(state.error, definition) }),
    startedAt: instant(state.startedAt),
    updatedAt: instant(state.at),
    ...(state.endedAt === undefined ? {} : { endedAt: instant(state.endedAt) }),
    version: state.version,
    ...(state.from === undefined ? {} : { retryOf: state.from.execution }),
    ...originOf(state),
  };
}

function originOf({ parent, cause }: ExecutionState): Pick<ExecutionView, 'parent' | 'cause'> {
  return {
    ...(parent === undefined ? {} : { parent: { execution: parent.execution, version: parent.version } }),
    ...(cause === undefined ? {} : { cause: { ...cause, due: instant(cause.due) } }),
  };
}

/** An execution whose start waits for a worker. */
export function pendingView(
  id: string,
  { definition, input }: Extract<Command, { type: 'execution.start' }>,
  asked: number,
): ExecutionView {
  const { namespace, name, version, digest } = definition;
  return {
    id,
    workflow: { namespace, name, version },
    definition: digest,
    status: 'pending',
    input,
    startedAt: instant(asked),
    updatedAt: instant(asked),
    version: 0,
  };
}

function located(
  error: WorkflowError,
  definition: Definition | undefined,
): NonNullable<ExecutionView['error']> {
  if (error.instance === undefined || definition === undefined) return error;
  return { ...error, source: definition.source.locate(error.instance) };
}

export function executionSummary(row: ExecutionRow): ExecutionSummary {
  return {
    id: row.id,
    workflow: { namespace: row.namespace, name: row.name, version: row.version },
    definition: row.definition,
    status: row.status,
    startedAt: instant(row.startedAt),
    updatedAt: instant(row.updatedAt),
    ...(row.endedAt === null ? {} : { endedAt: instant(row.endedAt) }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

export function wakeUpView({ id, kind, due, attempt, lease, unsafe, doubt, queue }: WakeUp): WakeUpView {
  const limit = limitOf(queue);
  const held = lease === null ? {} : { lease: { owner: lease.owner, until: instant(lease.until) } };
  return {
    id,
    kind,
    due: instant(due),
    attempt,
    ...held,
    unsafe,
    doubt,
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The events of a commit after a version. */
export function eventViews(commit: Commit, facts: readonly Fact[], after: number): readonly ExecutionEvent[] {
  const views: ExecutionEvent[] = [];
  for (const [index, fact] of facts.entries()) {
    const version = commit.version + index;
    if (version > after)
      views.push({
        id: `${commit.stream}/${version}`,
        version,
        time: instant(commit.time),
        commit: commit.id,
        fact,
      });
  }
  return views;
}

const instantsMax = 1_024;
const instantTexts: string[] = Array.from({ length: instantsMax }, () => '');
const instantTimes = new Float64Array(instantsMax).fill(Number.NaN);

/** RFC 3339 in UTC. Most instants are asked for many times within their own second; making one costs 1 µs. */
function instant(milliseconds: number): string {
  const place = milliseconds % instantsMax;
  if (instantTimes[place] !== milliseconds) {
    instantTimes[place] = milliseconds;
    instantTexts[place] = new Date(milliseconds).toISOString();
  }
  return instantTexts[place] as string;
}
