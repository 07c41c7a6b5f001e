/**
 * Facts: what happened to one execution, in the past tense, stored for ever.
 *
 * 1. A fact carries everything that a later decision reads: evaluated values, indices, due instants after
 *    jitter. Folding facts never evaluates an expression, so a better jq never changes the past.
 * 2. A value that follows from the facts before it is absent: a task's raw input is the current value of the
 *    scope it starts in, an untransformed output is the value the task already holds.
 * 3. Tasks are named by `task`, the JSON pointer to their definition as the author wrote it, and `visit`, the
 *    number of the time that this task runs in this execution (absent: the first).
 * 4. The stream position of a fact is its `version` (1, 2, 3 …); the id of what it asks for (an effect, an
 *    event) is `execution/version`.
 * 5. A value too large for the log stands in the blob store; `blobs` then names the field and its digest, and
 *    the field holds `null` until it is hydrated. That is a matter of storage: rules see hydrated facts only.
 */
import type { EffectRequest, SecretArgument } from './effects.ts';
import type { WorkflowError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { ExecutionState } from './state.ts';

export interface BlobReference {
  /** `sha256:` and 64 hexadecimal digits */
  readonly digest: string;
  readonly bytes: number;
}

export interface DefinitionReference {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** digest of the definition's text: what runs is pinned, whatever is published later */
  readonly digest: string;
}

/** The execution whose task runs this one as its child. */
export interface ParentReference {
  readonly execution: string;
  /** version of the parent's `child.requested` */
  readonly version: number;
  /** how many executions stand above it */
  readonly depth: number;
  /** the parent goes on without waiting: it is not told of the end, and its own ends nothing here */
  readonly detached?: true;
}

/** A schedule that started an execution. */
export interface StartCause {
  readonly type: 'schedule';
  readonly source: ScheduleSource;
  /** the instant (epoch ms) at which it was due; it may have been started later */
  readonly due: number;
  /** of `on`: what the events that started it are known by */
  readonly events?: readonly string[];
}

/** `on`: events; the others are instants. */
export type ScheduleSource = TimedSource | 'on';

export type TimedSource = 'cron' | 'every' | 'after';

/** The task a fact is about. */
interface OfTask {
  /** JSON pointer into the definition, such as `/do/0/order/try/1/pay` */
  readonly task: string;
  /** absent: 1 */
  readonly visit?: number;
}

interface Stored {
  readonly blobs?: Readonly<Record<string, BlobReference>>;
}

export interface ExecutionStarted extends Stored {
  readonly type: 'execution.started';
  readonly definition: DefinitionReference;
  /** the raw input */
  readonly input: Json;
  /** the input after `input.from`; absent: the raw input */
  readonly value?: Json;
  /** instant (epoch ms) at which the workflow's timeout strikes */
  readonly deadline?: number;
  /** the execution that runs it as a child */
  readonly parent?: ParentReference;
  /** what started it, when that was neither a caller nor a parent */
  readonly cause?: StartCause;
}

/** An execution that goes on from another's state before its fault. */
export interface ExecutionRestored extends Stored {
  readonly type: 'execution.restored';
  readonly from: { readonly execution: string; readonly version: number };
  readonly state: ExecutionState;
  readonly reason?: string;
}

export interface ExecutionCompleted extends Stored {
  readonly type: 'execution.completed';
  /** absent: the value the main scope holds */
  readonly output?: Json;
  /** id of the execution that goes on in its place */
  readonly continuedAs?: string;
}

export interface ExecutionFaulted extends Stored {
  readonly type: 'execution.faulted';
  readonly error: WorkflowError;
}

export interface ExecutionCancelled {
  readonly type: 'execution.cancelled';
  readonly reason?: string;
}

export interface ExecutionSuspended {
  readonly type: 'execution.suspended';
  readonly reason?: string;
}

export interface ExecutionResumed {
  readonly type: 'execution.resumed';
  readonly reason?: string;
}

/** So many executions of the workflow may run at once, and it waits until one of their places is free. */
export interface PlaceRequested {
  readonly type: 'place.requested';
}

/** It has a place until its end, and runs. */
export interface PlaceGranted {
  readonly type: 'place.granted';
}

/** A decision reached its bound; a `resume` row asks for the next one. */
export interface ExecutionYielded {
  readonly type: 'execution.yielded';
}

export type TaskKind =
  | 'do'
  | 'set'
  | 'switch'
  | 'for'
  | 'fork'
  | 'try'
  | 'raise'
  | 'wait'
  | 'emit'
  | 'call'
  | 'listen'
  | 'run'
  | 'graph'
  | 'compensate'
  | 'continueAs'
  /** a task with extensions around it; the task itself runs in it */
  | 'extended'
  /** the tasks of an extension, before or after the task that it extends */
  | 'extension';

export interface TaskStarted extends OfTask, Stored {
  readonly type: 'task.started';
  readonly kind: TaskKind;
  /** key of the task it runs in (`taskKey`); absent: the main scope */
  readonly parent?: string;
  /** the input after `input.from`; absent: the raw input, which is the parent's current value */
  readonly input?: Json;
  /** instant (epoch ms) at which the task's timeout strikes */
  readonly deadline?: number;
  /** in a fork: the place of this branch */
  readonly branch?: number;
  /** of a try: instant (epoch ms) at which the first attempt's time limit strikes */
  readonly due?: number;
  /** of an extended task: places in `use.extensions` of those whose condition held */
  readonly extensions?: readonly number[];
}

export interface TaskSkipped extends OfTask {
  readonly type: 'task.skipped';
  readonly kind: TaskKind;
  readonly parent?: string;
  readonly branch?: number;
}

export interface TaskCompleted extends OfTask, Stored {
  readonly type: 'task.completed';
  /** absent: the value the task holds */
  readonly output?: Json;
  /** it yields its input, whatever it holds: an extension changes nothing but the context */
  readonly passes?: true;
  /** the new `$context` of the execution; absent: unchanged */
  readonly context?: Json;
  /** where to go, when it is not simply on: `exit`, `end` or a task's name */
  readonly then?: string;
  /** the case a switch chose */
  readonly case?: string;
  /** it names tasks that undo it */
  readonly compensable?: true;
}

export interface TaskFaulted extends OfTask, Stored {
  readonly type: 'task.faulted';
  readonly error: WorkflowError;
}

export interface TaskCancelled extends OfTask {
  readonly type: 'task.cancelled';
}

/** A call entered a function: from now on its scope holds what the function is given. */
export interface FunctionCalled extends OfTask, Stored {
  readonly type: 'function.called';
  /** name of the function as the call has it */
  readonly function: string;
  /** what the function is given; absent: the input of the call */
  readonly value?: Json;
}

/** A wait was entered, to be left at `due` (epoch ms). */
export interface WaitStarted extends OfTask {
  readonly type: 'wait.started';
  readonly due: number;
}

export interface ForkStarted extends OfTask {
  readonly type: 'fork.started';
  readonly branches: number;
}

/** A loop's collection, evaluated once. */
export interface LoopStarted extends OfTask, Stored {
  readonly type: 'loop.started';
  readonly items: readonly Json[];
}

export interface IterationStarted extends OfTask {
  readonly type: 'iteration.started';
  readonly index: number;
}

/** An error reached a `try` that catches it; what ran inside has ended. */
export interface ErrorCaught extends OfTask, Stored {
  readonly type: 'error.caught';
  readonly error: WorkflowError;
}

/** A caught error is answered with another attempt at `due` (epoch ms, jitter included). */
export interface RetryScheduled extends OfTask, Stored {
  readonly type: 'retry.scheduled';
  readonly error: WorkflowError;
  /** number of the attempt to come: 2 for the first retry */
  readonly attempt: number;
  readonly due: number;
}

export interface RetryStarted extends OfTask {
  readonly type: 'retry.started';
  readonly attempt: number;
  /** instant (epoch ms) at which the attempt's time limit strikes */
  readonly due?: number;
}

/** The deed is asked for; its id is `execution/version` of this fact. */
export interface EffectRequested extends OfTask, Stored {
  readonly type: 'effect.requested';
  readonly request: EffectRequest;
  /** version of the effect whose idempotency key this one carries on, since that outcome is unknown */
  readonly keyOf?: number;
  /** arguments that name secrets: resolved by the executor at the moment of the deed, never recorded */
  readonly secrets?: readonly SecretArgument[];
  /** at most once: never repeated when its outcome is unknown */
  readonly unsafe?: true;
}

export interface EffectCompleted extends Stored {
  readonly type: 'effect.completed';
  /** version of the `effect.requested` */
  readonly effect: number;
  readonly output: Json;
  /** documents that were fetched for the first time: from now on this execution reads these bytes */
  readonly pins?: Readonly<Record<string, string>>;
}

export interface EffectFailed extends Stored {
  readonly type: 'effect.failed';
  readonly effect: number;
  readonly error: WorkflowError;
  /** nobody knows whether the deed was done (time-out, reset, crash): the idempotency key stays */
  readonly unknown?: true;
  readonly pins?: Readonly<Record<string, string>>;
}

/**
 * Somebody said what became of an effect that was in doubt. `done` and `failed` are followed by the effect's outcome;
 * `again`: it is asked for once more, under the same id and idempotency key.
 */
export interface EffectResolved {
  readonly type: 'effect.resolved';
  /** version of the `effect.requested` */
  readonly effect: number;
  readonly as: 'done' | 'failed' | 'again';
  readonly reason?: string;
}

/** A result that came too late: recorded, and changing nothing else. */
export interface EffectAbandoned extends Stored {
  readonly type: 'effect.abandoned';
  readonly effect: number;
  readonly output?: Json;
  readonly error?: WorkflowError;
}

/** One filter of a `listen` as it stands when the listening starts. */
export interface ListenFilter {
  /** what its correlations expect, by name */
  readonly expect?: Readonly<Record<string, Json>>;
  /** names of its correlations whose first value becomes what is expected */
  readonly open?: readonly string[];
}

/** A task listens from here on: events that are published later reach it, and earlier ones that are correlated. */
export interface ListenStarted extends OfTask, Stored {
  readonly type: 'listen.started';
  /** by the number of the filter */
  readonly filters: readonly ListenFilter[];
  /** what is consumed queues up for the tasks of `foreach` */
  readonly foreach?: true;
}

/** An event was taken by a task that listens; no task of this execution takes it again. */
export interface EventConsumed extends OfTask, Stored {
  readonly type: 'event.consumed';
  /** number of the filter that took it */
  readonly filter: number;
  /** the CloudEvent, attributes and data */
  readonly event: JsonObject;
  /** how it is read; absent: its data */
  readonly read?: 'envelope' | 'raw';
  /** `raw`: what is read */
  readonly value?: Json;
  /** correlations that got their expected value from it */
  readonly keys?: Readonly<Record<string, Json>>;
  /** its filter takes no more */
  readonly closes?: true;
  /** it counts for `until` only, and is not in the output */
  readonly until?: true;
  /** nothing more is listened for */
  readonly last?: true;
}

/** The tasks of a `foreach` have ended for one event. */
export interface IterationCompleted extends OfTask, Stored {
  readonly type: 'iteration.completed';
  readonly index: number;
  /** absent: the value the task holds */
  readonly output?: Json;
  /** the new `$context`; absent: unchanged */
  readonly context?: Json;
}

/** The condition of an `until` holds: nothing more is listened for, and what is queued is left. */
export interface ListenEnded extends OfTask {
  readonly type: 'listen.ended';
}

/** An event the workflow published; its id is `execution/version` unless the author set one. */
export interface EventEmitted extends OfTask, Stored {
  readonly type: 'event.emitted';
  /** the CloudEvent, attributes and data */
  readonly event: JsonObject;
}

/** The workflow that a `run` task names, with its version if it names one. */
export interface WorkflowReference {
  readonly namespace: string;
  readonly name: string;
  /** absent: the latest when it is resolved */
  readonly version?: string;
}

/** A child is asked for; its id is made of this execution's and this fact's version (`childId`). */
export interface ChildRequested extends OfTask, Stored {
  readonly type: 'child.requested';
  readonly workflow: WorkflowReference;
  readonly input: Json;
  /** the task goes on as soon as it is known what runs */
  readonly detached?: true;
}

/** The definition that a child runs is found, and stays what it is: now the child is started. */
export interface ChildResolved {
  readonly type: 'child.resolved';
  /** version of the `child.requested` */
  readonly child: number;
  readonly definition: DefinitionReference;
}

export interface ChildCompleted extends Stored {
  readonly type: 'child.completed';
  readonly child: number;
  readonly output: Json;
}

/** The child has faulted, or could not be started. */
export interface ChildFaulted extends Stored {
  readonly type: 'child.faulted';
  readonly child: number;
  /** as the child recorded it: its `instance` points into the child's definition */
  readonly error: WorkflowError;
}

/** The child was cancelled by somebody else than its parent. */
export interface ChildCancelled extends Stored {
  readonly type: 'child.cancelled';
  readonly child: number;
  readonly reason?: string;
  /** what the task faults with */
  readonly error: WorkflowError;
}

/** The task that waited for a child is gone: the child is to be cancelled. */
export interface ChildRevoked {
  readonly type: 'child.revoked';
  readonly child: number;
  /** version of the `child.resolved`; absent: nothing was started */
  readonly resolved?: number;
}

export type Fact =
  | ExecutionStarted
  | ExecutionRestored
  | ExecutionCompleted
  | ExecutionFaulted
  | ExecutionCancelled
  | ExecutionSuspended
  | ExecutionResumed
  | ExecutionYielded
  | PlaceRequested
  | PlaceGranted
  | TaskStarted
  | TaskSkipped
  | TaskCompleted
  | TaskFaulted
  | TaskCancelled
  | FunctionCalled
  | WaitStarted
  | ForkStarted
  | LoopStarted
  | IterationStarted
  | ErrorCaught
  | RetryScheduled
  | RetryStarted
  | EffectRequested
  | EffectCompleted
  | EffectFailed
  | EffectResolved
  | EffectAbandoned
  | EventEmitted
  | ChildRequested
  | ChildResolved
  | ChildCompleted
  | ChildFaulted
  | ChildCancelled
  | ChildRevoked
  | ListenStarted
  | EventConsumed
  | IterationCompleted
  | ListenEnded;

export type FactType = Fact['type'];

/** The id of the child that an execution asked for in the fact of this version. */
export function childId(execution: string, version: number): string {
  return `${execution}~${version}`;
}

/** Whether nothing but late results can come after this fact. */
export function endsExecution({ type }: Pick<Fact, 'type'>): boolean {
  return type === 'execution.completed' || type === 'execution.faulted' || type === 'execution.cancelled';
}
