/**
 * What a surface (REST, CLI, an embedding program) may ask of Millrace. One interface, whoever calls:
 * answers are given when they are durable, refusals are coded errors (`errors.ts`).
 */
import type { Fact, Json, JsonObject, LifecycleEvent, Phase, WorkflowError } from '@millrace/core';
import type { Page, WakeUp } from '../ports/store.ts';

export interface WorkflowId {
  readonly namespace: string;
  readonly name: string;
  /** absent: the latest by semantic version */
  readonly version?: string;
}

export interface WorkflowView {
  /** `namespace/name/version` */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly summary?: string;
  readonly tags?: JsonObject;
  /** digest of the text */
  readonly digest: string;
  readonly format: 'yaml' | 'json';
  readonly createdAt: string;
  /** parts of the language that this server parses but does not run yet: starting such a workflow is refused */
  readonly unsupported: readonly {
    readonly pointer: string;
    readonly line: number;
    readonly message: string;
  }[];
}

export interface WorkflowSource extends WorkflowView {
  /** the document as it was published */
  readonly source: string;
}

export interface StartRequest {
  readonly workflow?: WorkflowId;
  /** an inline definition: text, or the document itself */
  readonly definition?: string | JsonObject;
  readonly input?: Json;
  /** chosen by the caller; absent: made by the server */
  readonly id?: string;
  /** the same key and content answers with the same execution; other content is refused */
  readonly idempotencyKey?: string;
}

export interface ExecutionView {
  readonly id: string;
  readonly workflow: { readonly namespace: string; readonly name: string; readonly version: string };
  /** digest of the definition that runs, whatever was published since */
  readonly definition: string;
  readonly status: Phase;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: WorkflowError & {
    /** where in the definition's text the task at fault stands */
    readonly source?: { readonly line: number; readonly column: number };
  };
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  /** version of the last fact */
  readonly version: number;
  /** the execution that this one goes on from (`retry`) */
  readonly retryOf?: string;
}

/** One line of a list: no input or output. */
export type ExecutionSummary = Omit<ExecutionView, 'input' | 'output' | 'error' | 'version' | 'retryOf'> & {
  readonly error?: string;
};

/** A stored fact as readers see it. */
export interface EventView {
  /** `execution/version` */
  readonly id: string;
  readonly version: number;
  readonly time: string;
  /** id of the commit that holds it */
  readonly commit: string;
  readonly fact: Fact;
}

export interface ExecutionsRequest {
  readonly status?: readonly Phase[];
  /** `name`, `namespace/name` or `namespace/name/version` */
  readonly workflow?: string;
  /** epoch ms */
  readonly since?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

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

  start(
    tenant: string,
    request: StartRequest,
  ): Promise<{ readonly execution: ExecutionView; readonly created: boolean }>;
  /** Answers when the execution has ended, or as it stands after `ms`. */
  wait(tenant: string, id: string, ms: number, signal: AbortSignal): Promise<ExecutionView>;
  execution(tenant: string, id: string): Promise<ExecutionView>;
  executions(tenant: string, request: ExecutionsRequest): Promise<Page<ExecutionSummary>>;
  events(
    tenant: string,
    id: string,
    request: { readonly after?: number; readonly limit?: number },
  ): Promise<Page<EventView>>;
  /** Facts after a version as they become durable, until the execution has ended or `signal` aborts; a slow reader is closed, and resumes. */
  follow(tenant: string, id: string, after: number, signal: AbortSignal): AsyncIterable<EventView>;
  /** The specification's lifecycle events, projected from the facts: those after `after` of them, in order. */
  lifecycle(
    tenant: string,
    id: string,
    request: { readonly after?: number; readonly limit?: number },
  ): Promise<Page<LifecycleEvent>>;
  /** Why it is waiting: its rows in the wake-up ledger. */
  wakeUps(tenant: string, id: string): Promise<readonly WakeUp[]>;
  cancel(tenant: string, id: string, reason?: string): Promise<ExecutionView>;
  suspend(tenant: string, id: string, reason?: string): Promise<ExecutionView>;
  resume(tenant: string, id: string): Promise<ExecutionView>;
  /** Starts a linked execution from the state before the fault. */
  retry(tenant: string, id: string): Promise<ExecutionView>;
}
