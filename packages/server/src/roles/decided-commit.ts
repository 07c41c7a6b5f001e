import { type Command, type ExecutionState, type LedgerChange, type Phase, phaseOf } from '@millrace/core';
import type { ExecutionRow } from '../ports/store.ts';

/** A decision that is about to be written. */
export interface DecidedCommit {
  readonly after: { readonly version: number; readonly commit: string };
  readonly now: number;
  /** number of its facts */
  readonly count: number;
  /** effects whose task went away */
  readonly revoked: readonly number[];
  readonly changes: readonly LedgerChange[];
  readonly status: Phase;
  /** absent: lists show what they showed, and nobody follows */
  readonly row: ExecutionRow | undefined;
  readonly yielded: boolean;
  /** the state that it left, for its answer */
  readonly state: ExecutionState;
}

/** The digest of the definition that a command brings to a stream that is empty. */
export function definitionOf(command: Command): string | undefined {
  if (command.type === 'execution.start') return command.definition.digest;
  if (command.type === 'execution.restore') return command.state.definition?.digest;
  if (command.type === 'child.withdraw') return command.start.definition.digest;
  return undefined;
}

/** What a commit says it was caused by. */
export function causeOf(command: Command): string {
  if (command.type === 'effect.complete') return `effect.complete ${command.effect}`;
  if (command.type === 'child.resolve' || command.type === 'child.complete')
    return `${command.type} ${command.child}`;
  return command.type;
}

/** The row that lists show of an execution. */
export function rowOf(id: string, state: ExecutionState, status: Phase): ExecutionRow {
  const { namespace = '', name = '', version = '', digest = '' } = state.definition ?? {};
  return {
    id,
    namespace,
    name,
    version,
    definition: digest,
    status,
    startedAt: state.startedAt,
    updatedAt: state.at,
    endedAt: state.endedAt ?? null,
    error: state.error === undefined ? null : (state.error.title ?? state.error.type),
  };
}

/** Whether anybody is shown the state that comes of a command: what the roles say to each other is not. */
export function isShown({ type }: Command): boolean {
  return !told.has(type);
}

const told: ReadonlySet<Command['type']> = new Set([
  'effect.complete',
  'timers.fire',
  'event.deliver',
  'execution.continue',
  'place.grant',
  'child.resolve',
  'child.complete',
  'child.withdraw',
]);

export function shownOf(state: ExecutionState): { readonly state: ExecutionState; readonly status: Phase } {
  return { state: { ...state }, status: phaseOf(state) };
}
