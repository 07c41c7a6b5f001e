/** Where `millrace run` runs a workflow: in this process, or on a server. */
import type { Json } from '@millrace/core';
import type { ExecutionEvent, ExecutionView } from '../engine/interface.ts';
import type { RunSubject } from './run-subject.ts';

export interface RunTarget {
  start(subject: RunSubject, input: Json | undefined): Promise<ExecutionView>;
  /** Events from the first, until the execution has ended. */
  follow(id: string, signal: AbortSignal): AsyncIterable<ExecutionEvent>;
  /** with its input and output whole */
  execution(id: string): Promise<ExecutionView>;
  /** The definition that ran; undefined: it cannot be had. */
  text(execution: ExecutionView): Promise<string | undefined>;
  cancel(id: string, reason: string): Promise<ExecutionView>;
  close(): Promise<void>;
}
