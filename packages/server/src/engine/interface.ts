/**
 * What a surface (REST, CLI, an embedding program) may ask of Millrace. One interface, whoever calls:
 * answers are given when they are durable, refusals are coded errors (`errors.ts`).
 */
import type {
  DefinitionView,
  EffectResolution,
  EventMatches,
  ExecutionChange,
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
  FunctionView,
  Json,
  JsonObject,
  LifecycleEvent,
  NodeView,
  Phase,
  PublishedEvent,
  ScheduleView,
  SystemView,
  WakeUpView,
  WorkflowSource,
  WorkflowView,
} from '@millrace/core';
import type { Page } from '../ports/store.ts';

// What is shown is the core's, so that the SDK has the very same.
export type {
  Check,
  DefinitionView,
  EffectResolution,
  EventMatches,
  ExecutionChange,
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
  LargeValue,
  NodeView,
  PublishedEvent,
  ScheduleView,
  SystemView,
  WakeUpView,
  WorkflowSource,
  WorkflowView,
} from '@millrace/core';

export interface WorkflowId {
  readonly namespace: string;
  readonly name: string;
  /** absent: the latest by semantic version */
  readonly version?: string;
}

export interface FunctionId {
  readonly name: string;
  readonly version: string;
}

export interface StartRequest {
  readonly workflow?: WorkflowId;
  /** an inline definition: text, or the document itself */
  readonly definition?: string | JsonObject;
  readonly input?: Json;
  /** chosen by the caller; absent: made by the server */
  readonly id?: string;
  /** the same key and content answers with the same execution; other content is refused. It is kept for a day. */
  readonly idempotencyKey?: string;
}

/** How long a caller waits for a decision that another process makes, when there is no worker in this one. */
export interface Patience {
  /** default 30,000 */
  readonly ms?: number;
  /** aborts when nobody waits any more; asked for only when there is something to wait for */
  readonly signal?: () => AbortSignal;
}

export interface ExecutionsRequest {
  readonly status?: readonly Phase[];
  /** `name`, `namespace/name` or `namespace/name/version` */
  readonly workflow?: string;
  /** what the id begins with */
  readonly id?: string;
  /** epoch ms */
  readonly since?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** A value of an execution: its own, or at a JSON pointer into the fact of an event. */
export type ValueReference = 'input' | 'output' | { readonly version: number; readonly of: string };

/** A value as the bytes of its JSON. */
export interface ValueContent {
  readonly bytes: number;
  /** to be read once, to its end or until its iterator is closed */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Views and events hold no large values: those are a `LargeValue`, and the view's `large` names them. `value` gives
 * one whole, and so does `execution` with `whole`.
 */
export interface Engine {
  /** Publishes a definition. `create` refuses a version that exists with other content; the same content again is answered as it was. */
  deploy(
    tenant: string,
    text: string,
  ): Promise<{ readonly workflow: WorkflowSource; readonly created: boolean }>;
  workflow(tenant: string, id: WorkflowId): Promise<WorkflowSource>;
  workflows(
    tenant: string,
    request: { readonly namespace?: string; readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<WorkflowView>>;
  /** Removes a version, or every version when none is named; refused while executions are open unless `force`, which cancels them. */
  undeploy(
    tenant: string,
    id: WorkflowId,
    options: { readonly force: boolean },
  ): Promise<{ readonly removed: number; readonly cancelled: number }>;
  /** Publishes a function in the server's own catalog; as with workflows, a version never changes. */
  publishFunction(
    tenant: string,
    id: FunctionId,
    text: string,
  ): Promise<{ readonly function: FunctionView; readonly created: boolean }>;
  function(tenant: string, id: FunctionId): Promise<FunctionView>;
  functions(
    tenant: string,
    request: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<FunctionView>>;
  /** Workflows that were published before keep the function as they were published with it. */
  removeFunction(tenant: string, id: FunctionId): Promise<void>;
  /** What executions with this digest run, whatever was published or removed since. */
  definition(tenant: string, digest: string): Promise<DefinitionView>;

  /** When a workflow starts by itself; `version` is not looked at. Throws `not-found` when it has no schedule. */
  schedule(tenant: string, id: WorkflowId, options: { readonly count?: number }): Promise<ScheduleView>;
  /** Starts nothing until it is resumed; what would have been due meanwhile is not made up for. */
  pauseSchedule(tenant: string, id: WorkflowId, reason?: string): Promise<ScheduleView>;
  resumeSchedule(tenant: string, id: WorkflowId): Promise<ScheduleView>;

  /** Where no worker has taken it when the patience ends, the start is durable, and answered as `pending`. */
  start(
    tenant: string,
    request: StartRequest,
    patience?: Patience,
  ): Promise<{ readonly execution: ExecutionView; readonly created: boolean }>;
  /** Answers when the execution has ended, or as it stands after `ms`. */
  wait(tenant: string, id: string, ms: number, signal?: AbortSignal): Promise<ExecutionView>;
  execution(tenant: string, id: string, options?: { readonly whole?: boolean }): Promise<ExecutionView>;
  /** Throws `not-found` when there is no such value, such as the output of an execution that has not completed. */
  value(tenant: string, id: string, reference: ValueReference): Promise<ValueContent>;
  executions(tenant: string, request: ExecutionsRequest): Promise<Page<ExecutionSummary>>;
  /** What happens to executions after a position that was told before (absent: from now on), until `signal` aborts. */
  followExecutions(
    tenant: string,
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<ExecutionChange>;
  events(
    tenant: string,
    id: string,
    request: { readonly after?: number; readonly limit?: number },
  ): Promise<Page<ExecutionEvent>>;
  /** Facts after a version as they become durable, until the execution has ended or `signal` aborts; a slow reader is closed, and resumes. */
  follow(tenant: string, id: string, after: number, signal: AbortSignal): AsyncIterable<ExecutionEvent>;
  /** The specification's lifecycle events, projected from the facts: those after `after` of them, in order. */
  lifecycle(
    tenant: string,
    id: string,
    request: { readonly after?: number; readonly limit?: number },
  ): Promise<Page<LifecycleEvent>>;
  /** Why it is waiting: its rows in the wake-up ledger. */
  wakeUps(tenant: string, id: string): Promise<readonly WakeUpView[]>;
  // These throw `unavailable` where no worker has taken the command when the patience ends; it stays to be done.
  cancel(tenant: string, id: string, reason?: string, patience?: Patience): Promise<ExecutionView>;
  suspend(tenant: string, id: string, reason?: string, patience?: Patience): Promise<ExecutionView>;
  resume(tenant: string, id: string, reason?: string, patience?: Patience): Promise<ExecutionView>;
  /** Starts a linked execution from the state before the fault. */
  retry(tenant: string, id: string, reason?: string, patience?: Patience): Promise<ExecutionView>;
  /** Says what became of an effect that is in doubt; `effect` is the version of its `effect.requested`. Throws `conflict` when it is not. */
  resolve(
    tenant: string,
    id: string,
    effect: number,
    resolution: EffectResolution,
    reason?: string,
    patience?: Patience,
  ): Promise<ExecutionView>;
  /** Publishes CloudEvents, one answer each, when all are durable. One of a `source` and `id` that was published counts no more. */
  publish(tenant: string, events: readonly JsonObject[]): Promise<readonly PublishedEvent[]>;
  /** What became of an event, under its key, or under its id when its source is given. Throws `not-found`. */
  matches(tenant: string, id: string, source?: string): Promise<EventMatches>;
  /** How this process and its store are. */
  system(tenant: string): Promise<SystemView>;
  /** The processes on the store, whoever asks. */
  nodes(tenant: string): Promise<readonly NodeView[]>;
}
