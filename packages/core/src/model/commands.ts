/** Commands: intentions about one execution, which the rules answer with facts or with a refusal. */
import type { EffectOutcome } from './effects.ts';
import type { WorkflowError } from './errors.ts';
import type { DefinitionReference, ParentReference, StartCause } from './facts.ts';
import type { Json, JsonObject } from './json.ts';
import type { ExecutionState } from './state.ts';

export interface StartExecution {
  readonly type: 'execution.start';
  readonly execution: string;
  readonly definition: DefinitionReference;
  readonly input: Json;
  readonly parent?: ParentReference;
  readonly cause?: StartCause;
}

/** Starts an execution from the state that another had before its fault. */
export interface RestoreExecution {
  readonly type: 'execution.restore';
  readonly execution: string;
  readonly from: { readonly execution: string; readonly version: number };
  /** the other's state, folded up to `version` */
  readonly state: ExecutionState;
  /** key of the task that faulted and is done again */
  readonly task: string;
  readonly reason?: string;
}

export interface CompleteEffect {
  readonly type: 'effect.complete';
  readonly effect: number;
  readonly outcome: EffectOutcome;
}

/**
 * Somebody says what became of an effect whose outcome nobody knows. Whoever submits it has seen that the effect is
 * in doubt: the rules know only that it is open.
 */
export interface ResolveEffect {
  readonly type: 'effect.resolve';
  readonly effect: number;
  /** absent: it is done again */
  readonly outcome?: EffectOutcome;
  readonly reason?: string;
}

/** Fires whatever is due at the command's instant. */
export interface FireTimers {
  readonly type: 'timers.fire';
}

/** Goes on after a decision that reached its bound. */
export interface ContinueExecution {
  readonly type: 'execution.continue';
}

/** One of the places is free: an execution that waits for one runs. */
export interface GrantPlace {
  readonly type: 'place.grant';
  /**
   * Version of the fact that it had been resumed by when the place was given to it; 0: none. One that was suspended since has
   * lost that place to others. Absent: the row that was claimed does not say it.
   */
  readonly resumed?: number;
}

export interface CancelExecution {
  readonly type: 'execution.cancel';
  readonly reason?: string;
}

export interface SuspendExecution {
  readonly type: 'execution.suspend';
  readonly reason?: string;
}

export interface ResumeExecution {
  readonly type: 'execution.resume';
  readonly reason?: string;
}

/** Says what a child runs, or why it cannot be run. */
export interface ResolveChild {
  readonly type: 'child.resolve';
  /** version of the `child.requested` */
  readonly child: number;
  readonly resolution:
    | { readonly type: 'found'; readonly definition: DefinitionReference }
    | { readonly type: 'failed'; readonly error: WorkflowError };
}

export type ChildOutcome =
  | { readonly type: 'completed'; readonly output: Json }
  | { readonly type: 'faulted'; readonly error: WorkflowError }
  | { readonly type: 'cancelled'; readonly reason?: string };

/** Says how a child has ended, or that it could not be started. */
export interface CompleteChild {
  readonly type: 'child.complete';
  readonly child: number;
  readonly outcome: ChildOutcome;
}

/**
 * A parent takes its child back. One that has not been started yet is started and cancelled in one decision, so that a
 * start that is still under way finds it ended.
 */
export interface WithdrawChild {
  readonly type: 'child.withdraw';
  readonly start: StartExecution & { readonly parent: ParentReference };
}

/**
 * An event reaches an execution that listens. `listeners` names the filters that it may be for, each by the version of
 * its `listen.started` and its number: an event that was published before a task listened is not offered to it.
 */
export interface DeliverEvent {
  readonly type: 'event.deliver';
  readonly event: JsonObject;
  readonly listeners: readonly { readonly version: number; readonly filter: number }[];
}

export type Command =
  | StartExecution
  | RestoreExecution
  | CompleteEffect
  | ResolveEffect
  | FireTimers
  | ContinueExecution
  | GrantPlace
  | CancelExecution
  | SuspendExecution
  | ResumeExecution
  | ResolveChild
  | CompleteChild
  | WithdrawChild
  | DeliverEvent;

/** The world as a decision may see it: handed in, so that the rules ask nobody. */
export interface Moment {
  /** epoch milliseconds: the later of the store's time and the stream's last instant */
  readonly now: number;
  /** numbers in [0, 1) for jitter; a decision draws them in order */
  readonly random: () => number;
}

/** Why a command changes nothing: a value, not an exception. */
export interface Refusal {
  readonly code: 'not-found' | 'already-exists' | 'already-ended' | 'not-open' | 'not-runnable';
  readonly message: string;
}
