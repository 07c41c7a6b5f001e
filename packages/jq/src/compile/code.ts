/**
 * What a node of a program compiles to.
 *
 * 1. `one` exists when the node yields at most one output; undefined means that it yielded none. It is the fast
 *    path: no callback, no allocation.
 * 2. `many` pushes every output into `emit`, and returns STOP as soon as `emit` does.
 * 3. `paths` is `many` with the path of each output beside it. It is built on first use, because most nodes are
 *    never asked for paths.
 * 4. Code compiled in tail position may answer TAIL instead of calling its own function: the call to continue
 *    with is then in `tailCall`, and the function's entry loops. So recursion in tail position needs no stack.
 */
import type { Json } from '../values/json.ts';

export const GO = 0;
export const STOP = 1;
export const TAIL = 2;
export type Flow = typeof GO | typeof STOP | typeof TAIL;

/** A variable, a closure or a label, and what is bound around it. Never changed, so closures may share it. */
export class Env {
  readonly value: unknown;
  readonly up: Env;

  constructor(value: unknown, up: Env | null) {
    this.value = value;
    this.up = up ?? this;
  }
}

export const ROOT = new Env(null, null);

/** An argument of a function: code and the bindings it was written under. */
export interface Closure {
  readonly code: Code;
  readonly env: Env;
}

/** The steps of a path in reverse; null is the empty path. */
export interface PathStep {
  readonly key: Json;
  readonly up: PathStep | null;
}

export type Path = PathStep | null;
export type Emit = (value: Json) => Flow;
export type One = (env: Env, input: Json) => Json | undefined;
export type Many = (env: Env, input: Json, emit: Emit) => Flow;

/**
 * `path` leads to the value `at`; `value` is what the program holds. They are the same thing for as long as the
 * program only walks into its input, and differ after, say, `map(...)`: then a further step is an error.
 */
export type PathEmit = (path: Path, at: Json, value: Json) => Flow;
export type Paths = (env: Env, path: Path, at: Json, value: Json, emit: PathEmit) => Flow;

export class Code {
  readonly one: One | undefined;
  readonly many: Many;
  readonly #buildPaths: (() => Paths) | undefined;
  #paths: Paths | undefined;

  constructor(one: One | undefined, many: Many, buildPaths: (() => Paths) | undefined) {
    this.one = one;
    this.many = many;
    this.#buildPaths = buildPaths;
  }

  get paths(): Paths {
    this.#paths ??= this.#buildPaths?.() ?? valuesOnly(this.many);
    return this.#paths;
  }
}

/** The call to continue with after TAIL. */
export const tailCall: { env: Env; input: Json } = { env: ROOT, input: null };

/** What `one` answers for TAIL. */
export const TAIL_MARK: Json = Object.freeze({ tail: true });

export function oneCode(one: One, buildPaths?: () => Paths): Code {
  const many: Many = (env, input, emit) => {
    const value = one(env, input);
    if (value === undefined) return GO;
    return value === TAIL_MARK ? TAIL : emit(value);
  };
  return new Code(one, many, buildPaths);
}

export function manyCode(many: Many, buildPaths?: () => Paths): Code {
  return new Code(undefined, many, buildPaths);
}

/** The outputs of code that makes values instead of walking into its input. */
function valuesOnly(many: Many): Paths {
  return (env, path, at, value, emit) => many(env, value, (output) => emit(path, at, output));
}

export function pathToArray(path: Path): Json[] {
  const keys: Json[] = [];
  for (let step = path; step !== null; step = step.up) keys.push(step.key);
  return keys.reverse();
}

/** Whether `value` is still the thing that the path leads to. */
export function isIntact(at: Json, value: Json): boolean {
  return at === value || (Number.isNaN(at) && Number.isNaN(value));
}

export function outer(env: Env, hops: number): Env {
  let found = env;
  for (let i = 0; i < hops; i++) found = found.up;
  return found;
}

/** The last output of code, or undefined. */
export function lastOf(code: Code, env: Env, input: Json): Json | undefined {
  if (code.one !== undefined) return code.one(env, input);
  let last: Json | undefined;
  code.many(env, input, (value) => {
    last = value;
    return GO;
  });
  return last;
}

/** The first output of code, or undefined. */
export function firstOf(code: Code, env: Env, input: Json): Json | undefined {
  if (code.one !== undefined) return code.one(env, input);
  let first: Json | undefined;
  code.many(env, input, (value) => {
    first = value;
    return STOP;
  });
  return first;
}
