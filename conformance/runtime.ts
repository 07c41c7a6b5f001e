/**
 * What a scenario asks of a runtime. Whoever implements this interface can be held against the same features; README.md
 * says how. Millrace does it twice: over its HTTP API (`millrace.ts`), and in this process (`embedded.ts`).
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

/** What is wrong with a definition; a runtime that knows no places leaves them out. */
export interface DefinitionError {
  readonly message: string;
  /** JSON pointer into the definition */
  readonly pointer?: string;
  readonly line?: number;
}

/** The phases of the specification. */
export type Phase = 'pending' | 'running' | 'waiting' | 'suspended' | 'cancelled' | 'faulted' | 'completed';

/** An execution that was started. */
export interface Execution {
  /** Waits until it has ended, or until the runtime's patience is over. */
  end(): Promise<RunResult>;
  phase(): Promise<Phase>;
  cancel(): Promise<void>;
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** The lifecycle events so far, as CloudEvents, in their order. */
  lifecycle(): Promise<readonly Value[]>;
}

export interface Runtime {
  /** for the report, such as `Millrace 0.1.0` */
  readonly name: string;
  /** what it claims of the features that scenarios name by `@needs:…`; any other scenario it runs without asking */
  readonly features: ReadonlySet<string>;
  /** Checks a definition without running it, and leaves nothing of it; no errors: it is valid. */
  check(definition: Definition): Promise<readonly DefinitionError[]>;
  /** Makes a definition known under its namespace, name and version; its schedule begins. */
  publish(definition: Definition): Promise<void>;
  /** Takes it back: its schedule ends, and what still runs of it is cancelled. Absent: what was published stays. */
  unpublish?(definition: Definition): Promise<void>;
  /** Starts an execution; rejects with an `Error` when it cannot be started. */
  start(definition: Definition, input: Value | undefined): Promise<Execution>;
  /** Hands in a CloudEvent in the JSON format; resolves when it will not be lost. */
  publishEvent(event: { readonly [attribute: string]: Value }): Promise<void>;
  /** Executions of a published workflow that a schedule or another workflow started, the oldest first. */
  executionsOf(namespace: string, name: string): Promise<readonly Execution[]>;
  /** Lets time pass; absent: the kit waits. */
  advance?(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What a runtime needs to know of the world that the scenarios were written for. */
export interface WorldOptions {
  /** origins that calls must be led to, each with the place where its stand-in listens */
  readonly originMap: Readonly<Record<string, string>>;
  /** what `use.secrets` finds */
  readonly secrets: Readonly<Record<string, Value>>;
}
