/** What is measured: an engine that can do the same work as the others. */

export interface Subject {
  /** such as `Millrace 0.1.0`, with what is set otherwise than by default */
  readonly title: string;
  /** processes that it is made of; their descendants count with them */
  readonly engine: readonly number[];
  /** processes that make the load or answer calls */
  readonly others: readonly number[];
  /** the time in which an empty database was created before anything was started */
  readonly preparedMs?: number;
  /** five steps in sequence, each of which stores what it yields: from the start to the end that was made durable */
  steps(): Promise<void>;
  /** three steps in sequence, each a call of an HTTP service on this machine */
  calls(): Promise<void>;
  /** 100 steps side by side, and their join */
  fork(): Promise<void>;
  /** Starts an execution that sleeps for `ms`. */
  sleep(ms: number): Sleeping;
  close(): Promise<void>;
}

export interface Sleeping {
  /** when the engine has taken it */
  readonly accepted: Promise<unknown>;
  readonly ended: Promise<Sleep>;
}

export interface Sleep {
  /** from the instant at which it was due, as the engine's clock has it, to its end */
  readonly lateMs: number;
  /** it ended before it was due */
  readonly early: boolean;
}

/** How many steps a fork has. */
export const forkWidth = 100;
