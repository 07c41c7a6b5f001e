/** What readers are shown of an execution, from its state and its rows. */
import { type ExecutionState, type Fact, type Phase, phaseOf, type WorkflowError } from '@millrace/core';
import type { Commit, ExecutionRow } from '../ports/store.ts';
import type { Definition } from './definitions.ts';
import type { EventView, ExecutionSummary, ExecutionView } from './interface.ts';

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

/** The events of a commit after a version. */
export function eventViews(commit: Commit, facts: readonly Fact[], after: number): readonly EventView[] {
  const views: EventView[] = [];
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

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
