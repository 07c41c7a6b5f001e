/** What Millrace answers: the same shapes from a server and from an embedded engine. */
import type { Fact, Json, JsonObject, Phase, WorkflowError } from '@millrace/core';

/** A published version of a workflow. */
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
  /** RFC 3339 */
  readonly createdAt: string;
  /** parts of the language that are not run yet: starting such a workflow is refused */
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

/** One run of a workflow's definition. */
export interface ExecutionView {
  readonly id: string;
  readonly workflow: { readonly namespace: string; readonly name: string; readonly version: string };
  /** digest of the definition that runs, whatever was published since */
  readonly definition: string;
  readonly status: Phase;
  readonly input?: Json;
  /** once it has completed */
  readonly output?: Json;
  /** once it has faulted */
  readonly error?: WorkflowError & {
    /** where in the definition's text the task at fault stands */
    readonly source?: { readonly line: number; readonly column: number };
  };
  /** RFC 3339, like the instants below */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** absent: it has not ended */
  readonly endedAt?: string;
  /** version of the last event */
  readonly version: number;
  /** the execution that this one goes on from */
  readonly retryOf?: string;
}

/** One line of a list: no input or output. */
export type ExecutionSummary = Omit<ExecutionView, 'input' | 'output' | 'error' | 'version' | 'retryOf'> & {
  /** title or type of the fault */
  readonly error?: string;
};

/** What happened in an execution. */
export interface ExecutionEvent {
  /** `execution/version` */
  readonly id: string;
  /** place in the execution, from 1, without gaps */
  readonly version: number;
  /** RFC 3339 */
  readonly time: string;
  /** id of the commit that holds it */
  readonly commit: string;
  readonly fact: Fact;
}

/** A durable reason for an execution to move again. */
export interface WakeUpView {
  readonly id: string;
  readonly kind: 'effect' | 'timer' | 'event' | 'child' | 'send' | 'command' | 'approval' | 'resume';
  /** RFC 3339: from when it may be taken */
  readonly due: string;
  /** how often it was taken */
  readonly attempt: number;
  readonly lease?: { readonly owner: string; readonly until: string };
  /** at most once: never repeated when its outcome is unknown */
  readonly unsafe: boolean;
  /** its outcome is unknown, and somebody must say what became of it */
  readonly doubt: boolean;
}
