/** What the server's API answers, as the pages read it. */
import type { Fact, Json, JsonObject, Phase, WorkflowError } from '@millrace/core';

export interface Page<T> {
  readonly items: readonly T[];
  /** absent: this was the last page */
  readonly cursor?: string;
}

export interface WorkflowReference {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

export interface Workflow extends WorkflowReference {
  /** `namespace/name/version` */
  readonly id: string;
  readonly title?: string;
  readonly summary?: string;
  readonly tags?: JsonObject;
  readonly digest: string;
  readonly format: 'yaml' | 'json';
  readonly createdAt: string;
  readonly unsupported: readonly {
    readonly pointer: string;
    readonly line: number;
    readonly message: string;
  }[];
}

export interface WorkflowSource extends Workflow {
  readonly source: string;
}

export interface ExecutionSummary {
  readonly id: string;
  readonly workflow: WorkflowReference;
  /** digest of the definition that runs */
  readonly definition: string;
  readonly status: Phase;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly error?: string;
}

export interface Execution extends Omit<ExecutionSummary, 'error'> {
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: WorkflowError & { readonly source?: { readonly line: number; readonly column: number } };
  /** version of the last event */
  readonly version: number;
  readonly retryOf?: string;
}

/** A stored fact, as readers see it. */
export interface ExecutionEvent {
  /** `execution/version` */
  readonly id: string;
  readonly version: number;
  readonly time: string;
  readonly commit: string;
  readonly fact: Fact;
}

export type WakeUpKind = 'effect' | 'timer' | 'event' | 'child' | 'send' | 'command' | 'approval' | 'resume';

export interface WakeUp {
  readonly id: string;
  readonly kind: WakeUpKind;
  readonly due: string;
  readonly attempt: number;
  readonly lease?: { readonly owner: string; readonly until: string };
  readonly unsafe: boolean;
  readonly doubt: boolean;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
}

/** RFC 9457, with the places at which a document or an input errs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly {
    readonly line?: number;
    readonly column?: number;
    readonly pointer?: string;
    readonly message: string;
  }[];
}

export const phases = [
  'pending',
  'running',
  'waiting',
  'suspended',
  'cancelled',
  'faulted',
  'completed',
] as const satisfies readonly Phase[];

export function isEnded(status: Phase): boolean {
  return status === 'completed' || status === 'faulted' || status === 'cancelled';
}
