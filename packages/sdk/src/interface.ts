/** What a program can ask of Millrace, whether it talks to a server or has the engine in itself. */
import type { Json, LifecycleEvent, Phase, WorkflowDocument } from '@millrace/core';
import type { Listing } from './listing.ts';
import type {
  DefinitionView,
  EffectResolution,
  EventMatches,
  ExecutionChange,
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
  NodeView,
  PublishedEvent,
  ScheduleView,
  SystemView,
  WakeUpView,
  WorkflowSource,
  WorkflowView,
} from './views.ts';
import type { WorkflowReference } from './workflow-id.ts';

/**
 * Refusals are thrown as `MillraceApiError`, a server that cannot be reached as `MillraceConnectionError`, and what
 * `signal` aborted as the signal's reason.
 */
export interface Millrace {
  readonly workflows: Workflows;
  readonly executions: Executions;
  readonly events: Events;
  /** How the server or the engine is: its roles, its store, what waits, its limits. */
  system(options?: CallOptions): Promise<SystemView>;
  /** The processes on its store: what they do, how much, and when they were heard of last. */
  nodes(options?: CallOptions): Promise<readonly NodeView[]>;
  /** Ends what is under way and lets go of connections, threads and files. Executions go on where they run. */
  close(): Promise<void>;
}

/** `client.workflows`: definitions that were published. */
export interface Workflows {
  /**
   * Publishes a version: a text (YAML or JSON) or the document itself. The same content again is answered as it was
   * (`created` is false); other content under the same version is refused with `conflict`.
   */
  deploy(definition: string | WorkflowDocument, options?: CallOptions): Promise<Deployment>;
  /** Reads a version, or the latest when none is named. Throws `not-found`. */
  get(workflow: WorkflowReference, options?: CallOptions): Promise<WorkflowSource>;
  /** What executions with this digest run, whatever was published or removed since. Throws `not-found`. */
  definition(digest: string, options?: CallOptions): Promise<DefinitionView>;
  list(query?: WorkflowsQuery, options?: CallOptions): Listing<WorkflowView>;
  /** When a workflow starts by itself: what its latest version says. Throws `not-found` when it has no schedule. */
  schedule(
    workflow: WorkflowReference,
    options?: CallOptions & { readonly count?: number },
  ): Promise<ScheduleView>;
  /** Starts nothing until it is resumed; what would have been due meanwhile is not made up for. */
  pauseSchedule(workflow: WorkflowReference, options?: CallOptions & Reason): Promise<ScheduleView>;
  resumeSchedule(workflow: WorkflowReference, options?: CallOptions): Promise<ScheduleView>;
  /**
   * Removes a version, or every version when none is named. Refused with `conflict` while executions are open, unless
   * `force` cancels them.
   */
  delete(workflow: WorkflowReference, options?: CallOptions & { readonly force?: boolean }): Promise<Removal>;
}

/**
 * `client.executions`: runs of definitions. An input or output of more than 65,536 bytes of JSON is whole in what `run`
 * and `get` answer; elsewhere, and in events, a `LargeValue` stands for it, and `large` says where.
 */
export interface Executions {
  /** Starts an execution and answers as soon as that is durable. */
  start(request: StartRequest, options?: CallOptions): Promise<Start>;
  /** Starts an execution and answers when it has ended, however long that takes; aborting does not cancel it. */
  run(request: StartRequest, options?: CallOptions & LargeValues): Promise<ExecutionView>;
  /** Reads an execution as it stands, or with `waitMs` when it has ended or that time is over (5 minutes at most). */
  get(id: string, options?: CallOptions & LargeValues & { readonly waitMs?: number }): Promise<ExecutionView>;
  /** One value of an execution, whole however large it is. Throws `not-found`. */
  value(id: string, reference: ValueReference, options?: CallOptions): Promise<Json>;
  /** Newest first. */
  list(query?: ExecutionsQuery, options?: CallOptions): Listing<ExecutionSummary>;
  /** What has happened up to now, in order. */
  events(id: string, query?: EventsQuery, options?: CallOptions): Listing<ExecutionEvent>;
  /**
   * What has happened and what will, each event once and in order, until the execution ends. Lost connections are
   * taken up again after the last event that was seen.
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<ExecutionEvent>;
  /**
   * What happens to any execution, for a live list, without an end: `open` first, then a `changed` for each that is
   * started, changes its status or ends, and `reset` when so much has happened that the list is to be read again. Lost
   * connections are taken up again. Read the list after `open`, apply what follows, and nothing is missed.
   */
  watchList(options?: WatchListOptions): AsyncIterable<ExecutionChange>;
  /** The specification's lifecycle CloudEvents; `after` says how many to leave out. */
  lifecycle(id: string, query?: EventsQuery, options?: CallOptions): Listing<LifecycleEvent>;
  /** Ends it: no task of it begins any more. A second cancel is answered like the first. */
  cancel(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  /** Holds it until it is resumed; what is under way is recorded. */
  suspend(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  resume(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  /** Starts a linked execution from the state before the fault; what has ended stays ended. */
  retry(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  /**
   * Says what became of an effect that is in doubt: done with an output, failed with an error, or to be done again.
   * `effect` is the version of its `effect.requested`. Throws `conflict` when it is not in doubt.
   */
  resolve(
    id: string,
    effect: number,
    resolution: EffectResolution,
    options?: CallOptions & Reason,
  ): Promise<ExecutionView>;
  /** Why it is waiting, until when, and who holds it: none when it has ended. */
  wakeUps(id: string, options?: CallOptions): Promise<readonly WakeUpView[]>;
}

/** `client.events`: CloudEvents, which executions listen for. */
export interface Events {
  /**
   * Publishes an event, or up to 1,000, and answers one each when all are durable; who listens is woken after that.
   * `specversion` and `id` (a UUID) are filled in. One of a `source` and `id` that was published before counts no more.
   */
  publish(
    events: EventToPublish | readonly EventToPublish[],
    options?: CallOptions,
  ): Promise<readonly PublishedEvent[]>;
  /**
   * What became of an event, under its `key`, or under its `id` and `source`: the executions that it woke, and some that
   * waited for something like it, with what failed. Throws `not-found`: there is no such event, or it is older than 7 days.
   */
  matches(
    event: string | { readonly id: string; readonly source: string },
    options?: CallOptions,
  ): Promise<EventMatches>;
}

/** A CloudEvent in the JSON format; members beyond these are extension attributes. */
export interface EventToPublish {
  readonly type: string;
  readonly source: string;
  /** default: a UUID */
  readonly id?: string;
  readonly specversion?: '1.0';
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** any JSON value */
  readonly data?: unknown;
  readonly data_base64?: string;
  readonly [extension: string]: unknown;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface Deployment {
  readonly workflow: WorkflowSource;
  /** false: this version was there, with the same content */
  readonly created: boolean;
}

export interface Removal {
  readonly removed: number;
  readonly cancelled: number;
}

interface StartCommon {
  /** any JSON value; default: an empty object */
  readonly input?: unknown;
  /** chosen by the caller: 1 to 128 letters, digits, `.`, `_` or `-`; default: a UUID */
  readonly id?: string;
  /** The same key and content answers with the same execution; other content is refused. */
  readonly idempotencyKey?: string;
}

/** Of a published workflow, or of a definition given in place. */
export type StartRequest =
  | (StartCommon & { readonly workflow: WorkflowReference; readonly definition?: never })
  | (StartCommon & { readonly definition: string | WorkflowDocument; readonly workflow?: never });

export interface Start {
  readonly execution: ExecutionView;
  /** false: this id or idempotency key started it before, with the same content */
  readonly created: boolean;
}

export interface Reason {
  /** kept with the event; 1,000 characters at most */
  readonly reason?: string;
}

interface PageQuery {
  /** entries of one page, 1 to 1,000; default 50, of events 200 */
  readonly pageSize?: number;
}

export interface WorkflowsQuery extends PageQuery {
  readonly namespace?: string;
}

export interface ExecutionsQuery extends PageQuery {
  /** what the id begins with, at least 4 characters */
  readonly id?: string;
  /** any of these phases */
  readonly status?: readonly Phase[];
  /** `name`, `namespace/name` or `namespace/name/version` */
  readonly workflow?: string;
  /** started at or after: a date, or epoch milliseconds */
  readonly since?: Date | number;
}

export interface EventsQuery extends PageQuery {
  /** only events after this version; default 0 */
  readonly after?: number;
}

export interface WatchOptions extends CallOptions {
  /** only events after this version; default 0 */
  readonly after?: number;
}

export interface WatchListOptions extends CallOptions {
  /** a position that a change had; absent: from now on */
  readonly after?: string;
}

export interface LargeValues {
  /** `preview`: large values are left as they are shown, a `LargeValue` each; default: they are fetched */
  readonly large?: 'preview';
}

/** A value of an execution: its own, or at a JSON pointer into the fact of an event (`/output`). */
export type ValueReference = 'input' | 'output' | { readonly version: number; readonly of: string };
