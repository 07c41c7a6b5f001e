/** What a program can ask of Millrace, whether it talks to a server or has the engine in itself. */
import type { LifecycleEvent, Phase, WorkflowDocument } from '@millrace/core';
import type { Listing } from './listing.ts';
import type {
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
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
  list(query?: WorkflowsQuery, options?: CallOptions): Listing<WorkflowView>;
  /**
   * Removes a version, or every version when none is named. Refused with `conflict` while executions are open, unless
   * `force` cancels them.
   */
  delete(workflow: WorkflowReference, options?: CallOptions & { readonly force?: boolean }): Promise<Removal>;
}

/** `client.executions`: runs of definitions. */
export interface Executions {
  /** Starts an execution and answers as soon as that is durable. */
  start(request: StartRequest, options?: CallOptions): Promise<Start>;
  /** Starts an execution and answers when it has ended, however long that takes; aborting does not cancel it. */
  run(request: StartRequest, options?: CallOptions): Promise<ExecutionView>;
  /** Reads an execution as it stands, or with `waitMs` when it has ended or that time is over (5 minutes at most). */
  get(id: string, options?: CallOptions & { readonly waitMs?: number }): Promise<ExecutionView>;
  /** Newest first. */
  list(query?: ExecutionsQuery, options?: CallOptions): Listing<ExecutionSummary>;
  /** What has happened up to now, in order. */
  events(id: string, query?: EventsQuery, options?: CallOptions): Listing<ExecutionEvent>;
  /**
   * What has happened and what will, each event once and in order, until the execution ends. Lost connections are
   * taken up again after the last event that was seen.
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<ExecutionEvent>;
  /** The specification's lifecycle CloudEvents; `after` says how many to leave out. */
  lifecycle(id: string, query?: EventsQuery, options?: CallOptions): Listing<LifecycleEvent>;
  /** Ends it: no task of it begins any more. A second cancel is answered like the first. */
  cancel(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  /** Holds it until it is resumed; what is under way is recorded. */
  suspend(id: string, options?: CallOptions & Reason): Promise<ExecutionView>;
  resume(id: string, options?: CallOptions): Promise<ExecutionView>;
  /** Starts a linked execution from the state before the fault; what has ended stays ended. */
  retry(id: string, options?: CallOptions): Promise<ExecutionView>;
  /** Why it is waiting, until when, and who holds it: none when it has ended. */
  wakeUps(id: string, options?: CallOptions): Promise<readonly WakeUpView[]>;
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
  /** chosen by the caller: 1 to 128 letters, digits, `.`, `_`, `~` or `-`; default: a UUID */
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
