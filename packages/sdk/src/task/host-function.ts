import type { Json } from '@millrace/core';

/** A function of the program that has the engine in itself. */
export interface HostFunction {
  /**
   * Does the work; the result must be JSON. An error that is thrown faults the task with its message; one with the
   * members `type` and `status` of a problem faults it with these.
   */
  run(input: Json, context: FunctionContext): unknown;
}

export interface FunctionContext {
  /** id of the execution that calls */
  readonly execution: string;
  /** id of the deed, `execution/version` */
  readonly effect: string;
  /** stays the same when the deed is repeated since its outcome is unknown */
  readonly idempotencyKey: string;
  /** aborts when nobody waits for the result any more */
  readonly signal: AbortSignal;
}

/** Functions by the names that `call` uses, or tasks that have a name of their own. */
export type Functions =
  | Readonly<Record<string, HostFunction | HostFunction['run']>>
  | readonly (HostFunction & { readonly name?: string })[];

type Registered = Record<string, { run(input: Json, context: FunctionContext): Json | Promise<Json> }>;

/** Functions as the engine takes them. Throws `TypeError` for one without a name, and for a name that comes twice. */
export function toHostFunctions(functions: Functions): Registered {
  const registered: Registered = {};
  for (const [name, given] of entriesOf(functions)) {
    if (Object.hasOwn(registered, name)) throw new TypeError(`two functions are named "${name}"`);
    const run = typeof given === 'function' ? given : given.run.bind(given);
    registered[name] = { run: async (input, context) => asResult(await run(input, context)) };
  }
  return registered;
}

function entriesOf(functions: Functions): readonly (readonly [string, HostFunction | HostFunction['run']])[] {
  if (!isList(functions)) return Object.entries(functions);
  return functions.map((each) => {
    if (each.name) return [each.name, each];
    throw new TypeError('a task in a list of functions needs a name: defineTask({ name, … })');
  });
}

function isList(functions: Functions): functions is Extract<Functions, readonly unknown[]> {
  return Array.isArray(functions);
}

/** The engine checks that a result is JSON, and faults the task when it is not. */
function asResult(value: unknown): Json {
  return value as Json;
}
