import { JqError } from '../errors.ts';
import { charge, meter, spent } from '../meter.ts';
import { index, slice } from '../values/access.ts';
import { isArray, type Json, type JsonObject } from '../values/json.ts';
import { describe, excerpt, fail } from '../values/print.ts';
import {
  Code,
  type Emit,
  type Env,
  type Flow,
  GO,
  isIntact,
  manyCode,
  type One,
  oneCode,
  type PathEmit,
  type Paths,
} from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import type { Context, Scope } from './scope.ts';

const identityPaths: Paths = (_env, path, at, value, emit) => emit(path, at, value);

/** `.` */
export const IDENTITY: Code = new Code(
  (_env, input) => input,
  (_env, input, emit) => emit(input),
  () => identityPaths,
);

/** `target.key` and `target[key]`; the key varies slower than the target. */
export function compileIndex(node: NodeOf<'index'>, scope: Scope, context: Context): Code {
  const target = compileNode(node.target, scope, context);
  const key = compileNode(node.key, scope, context);
  const get = node.optional ? optional(index) : index;
  if (node.key.type === 'literal' && typeof node.key.value === 'string') {
    return indexCode(target, key, fieldGetter(node.key.value, node.optional), get);
  }
  const one = keyedOne(target, key, get);
  const paths = () => indexPaths(target, key, get);
  if (one !== undefined) return oneCode(one, paths);
  return manyCode(
    (env, input, emit) =>
      key.many(env, input, (k) => target.many(env, input, (t) => emitDefined(get(t, k), emit))),
    paths,
  );
}

/** The value at a key, or undefined for no output. */
type Get = (container: Json, key: Json) => Json | undefined;

function indexCode(target: Code, key: Code, field: (container: Json) => Json | undefined, get: Get): Code {
  const paths = () => indexPaths(target, key, get);
  if (target === IDENTITY) return oneCode((_env, input) => field(input), paths);
  const { one } = target;
  if (one === undefined) {
    return manyCode((env, input, emit) => target.many(env, input, (t) => emitDefined(field(t), emit)), paths);
  }
  return oneCode((env, input) => {
    const container = one(env, input);
    return container === undefined ? undefined : field(container);
  }, paths);
}

/** Names that every object inherits need the slower look at own properties. */
function fieldGetter(key: string, isOptional: boolean): (container: Json) => Json | undefined {
  const rest = isOptional ? optional(index) : index;
  if (key in Object.prototype) return (container) => rest(container, key);
  return (container) => {
    if (typeof container === 'object' && container !== null && !isArray(container)) {
      const value = (container as JsonObject)[key];
      return value === undefined ? null : value;
    }
    return rest(container, key);
  };
}

function optional(get: (container: Json, key: Json) => Json): Get {
  return (container, key) => {
    try {
      return get(container, key);
    } catch (error) {
      if (error instanceof JqError) return undefined;
      throw error;
    }
  };
}

function keyedOne(target: Code, key: Code, get: Get): One | undefined {
  const targetOne = target.one;
  const keyOne = key.one;
  if (targetOne === undefined || keyOne === undefined) return undefined;
  return (env, input) => {
    const k = keyOne(env, input);
    if (k === undefined) return undefined;
    const t = targetOne(env, input);
    return t === undefined ? undefined : get(t, k);
  };
}

function emitDefined(value: Json | undefined, emit: Emit): Flow {
  return value === undefined ? GO : emit(value);
}

function indexPaths(target: Code, key: Code, get: Get): Paths {
  const targetPaths = target.paths;
  return (env, path, at, input, emit) =>
    key.many(env, input, (k) =>
      targetPaths(env, path, at, input, (innerPath, innerAt, t) => {
        if (!isIntact(innerAt, t)) {
          return fail(
            `Invalid path expression near attempt to access element ${excerpt(k)} of ${excerpt(t)}`,
          );
        }
        const value = get(t, k);
        return value === undefined ? GO : emit({ key: k, up: innerPath }, value, value);
      }),
    );
}

/** `target[from:to]` */
export function compileSlice(node: NodeOf<'slice'>, scope: Scope, context: Context): Code {
  const target = compileNode(node.target, scope, context);
  const from = compileNode(node.from, scope, context);
  const to = compileNode(node.to, scope, context);
  const cut = (container: Json, start: Json, end: Json): Json =>
    isArray(container) || typeof container === 'string'
      ? slice(container, start, end)
      : index(container, { start, end });
  const bounds: Code = manyCode((env, input, emit) =>
    from.many(env, input, (start) => to.many(env, input, (end) => emit({ start, end }))),
  );
  const byKey = (container: Json, key: Json): Json => {
    const { start, end } = key as { start: Json; end: Json };
    return cut(container, start, end);
  };
  const get = node.optional ? optional(byKey) : byKey;
  const paths = () => indexPaths(target, bounds, get);
  const ones = [target.one, from.one, to.one] as const;
  if (ones.every((one) => one !== undefined)) {
    const [targetOne, fromOne, toOne] = ones as readonly [One, One, One];
    return oneCode((env, input) => {
      const start = fromOne(env, input);
      const end = toOne(env, input);
      const container = targetOne(env, input);
      if (start === undefined || end === undefined || container === undefined) return undefined;
      return get(container, { start, end });
    }, paths);
  }
  return manyCode(
    (env, input, emit) =>
      bounds.many(env, input, (key) => target.many(env, input, (t) => emitDefined(get(t, key), emit))),
    paths,
  );
}

/** `target[]` */
export function compileIterate(node: NodeOf<'iterate'>, scope: Scope, context: Context): Code {
  const target = compileNode(node.target, scope, context);
  const isOptional = node.optional;
  const targetOne = target.one;
  const paths = () => iteratePaths(target, isOptional);
  if (targetOne !== undefined) {
    return manyCode((env, input, emit) => {
      const container = targetOne(env, input);
      return container === undefined ? GO : iterate(container, emit, isOptional);
    }, paths);
  }
  return manyCode(
    (env, input, emit) => target.many(env, input, (container) => iterate(container, emit, isOptional)),
    paths,
  );
}

/** Emits the items of an array or the values of an object. */
export function iterate(container: Json, emit: Emit, isOptional = false): Flow {
  if (isArray(container)) {
    for (let i = 0; i < container.length; i++) {
      if (--meter.steps < 0) spent('steps');
      const flow = emit(container[i] as Json);
      if (flow !== GO) return flow;
    }
    return GO;
  }
  if (typeof container !== 'object' || container === null) {
    return isOptional ? GO : fail(`Cannot iterate over ${describe(container)}`);
  }
  const keys = Object.keys(container);
  charge(keys.length);
  for (const key of keys) {
    const flow = emit((container as JsonObject)[key] as Json);
    if (flow !== GO) return flow;
  }
  return GO;
}

function iteratePaths(target: Code, isOptional: boolean): Paths {
  const targetPaths = target.paths;
  return (env: Env, path, at, input, emit) =>
    targetPaths(env, path, at, input, (innerPath, innerAt, container) => {
      if (!isIntact(innerAt, container)) {
        return fail(`Invalid path expression near attempt to iterate through ${excerpt(container)}`);
      }
      return eachPath(innerPath, container, emit, isOptional);
    });
}

/** Emits the path and value of every item of a container that stands at `path`. */
export function eachPath(
  path: Parameters<PathEmit>[0],
  container: Json,
  emit: PathEmit,
  isOptional: boolean,
): Flow {
  if (isArray(container)) {
    for (let i = 0; i < container.length; i++) {
      if (--meter.steps < 0) spent('steps');
      const item = container[i] as Json;
      const flow = emit({ key: i, up: path }, item, item);
      if (flow !== GO) return flow;
    }
    return GO;
  }
  if (typeof container !== 'object' || container === null) {
    return isOptional ? GO : fail(`Cannot iterate over ${describe(container)}`);
  }
  for (const key of Object.keys(container)) {
    charge(1);
    const value = (container as JsonObject)[key] as Json;
    const flow = emit({ key, up: path }, value, value);
    if (flow !== GO) return flow;
  }
  return GO;
}
