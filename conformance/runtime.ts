/**
 * What a scenario asks of a runtime. Whoever implements this small interface can be held against the same features:
 * Millrace does it over its public HTTP API (`millrace.ts`).
 */

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export interface Definition {
  readonly text: string;
  readonly mediaType: 'application/yaml' | 'application/json';
}

/** How a workflow or a task ended. */
export type Ending =
  | { readonly status: 'completed'; readonly output: Value }
  | { readonly status: 'faulted'; readonly error: Value }
  | { readonly status: 'cancelled' }
  /** it had not ended when the runner lost its patience, or it did not start; `detail` says what was seen */
  | { readonly status: 'unfinished'; readonly detail: string };

/** One run of one task, in the order in which tasks started. */
export interface TaskRun {
  /** its name in the definition */
  readonly name: string;
  readonly ending: Ending;
}

export interface RunResult {
  readonly ending: Ending;
  readonly tasks: readonly TaskRun[];
}

export interface Runtime {
  /** for the report, such as `Millrace 0.1.0` */
  readonly name: string;
  run(definition: Definition, input: Value | undefined): Promise<RunResult>;
  close(): Promise<void>;
}
