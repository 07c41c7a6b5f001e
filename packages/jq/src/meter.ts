/**
 * The budget of the evaluation that runs now.
 *
 * Evaluation is synchronous, so one record serves all; an entry point saves it and puts it back, which lets a
 * lazy variable evaluate another filter. A record in a module constant was measured faster than one passed as
 * an argument through every closure.
 */
import { type BudgetLimit, JqBudgetError } from './errors.ts';
import type { Json } from './values/json.ts';

/** Limits of one evaluation. */
export interface Budget {
  /** Values visited, emitted and function calls; default 5 million. */
  readonly stepsMax?: number;
  /** Nested function calls; default 1500. */
  readonly depthMax?: number;
  /** About the bytes of all values built, added up; default 256 MiB. */
  readonly sizeMax?: number;
}

/** What the surroundings grant to a filter; nothing is granted by default. */
export interface Host {
  /** Seconds since 1970; without it `now` is an error. */
  readonly now?: () => number;
  /** What `env` and `$ENV` show; `{}` by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** What `input` and `inputs` read. */
  readonly inputs?: Iterator<Json>;
  /** Called by `debug` with the message. */
  readonly onDebug?: (message: Json) => void;
  /** Called by `stderr` with its input. */
  readonly onStderr?: (message: Json) => void;
  /** What `input_filename` answers; null by default. */
  readonly inputFilename?: string;
  /** What `input_line_number` answers; 0 by default. */
  readonly inputLineNumber?: () => number;
  /** Seconds that local time is ahead of UTC at an instant (epoch seconds); UTC by default. */
  readonly utcOffsetSeconds?: (epochSeconds: number) => number;
  /** Abbreviation of the local time zone for `%Z`; "UTC" by default. */
  readonly timeZoneName?: (epochSeconds: number) => string;
  readonly budget?: Budget;
}

export const STEPS_MAX = 5_000_000;
export const DEPTH_MAX = 1_500;
export const SIZE_MAX = 256 * 1024 * 1024;

/** Cost of an array or object, and of one slot in it, in the units of `sizeMax`. */
export const CONTAINER_SIZE = 64;
export const SLOT_SIZE = 16;

export interface Meter {
  steps: number;
  depth: number;
  size: number;
  host: Host;
  variables: readonly unknown[];
}

const IDLE_HOST: Host = {};

export const meter: Meter = {
  steps: Number.POSITIVE_INFINITY,
  depth: Number.POSITIVE_INFINITY,
  size: Number.POSITIVE_INFINITY,
  host: IDLE_HOST,
  variables: [],
};

export function charge(steps: number): void {
  meter.steps -= steps;
  if (meter.steps < 0) spent('steps');
}

export function chargeSize(size: number): void {
  meter.size -= size;
  if (meter.size < 0) spent('size');
}

/** Charges for a string, array or object of `slots` slots that is about to be built. */
export function chargeContainer(slots: number): void {
  meter.size -= CONTAINER_SIZE + SLOT_SIZE * slots;
  if (meter.size < 0) spent('size');
}

export function spent(limit: BudgetLimit): never {
  throw new JqBudgetError(limit);
}
