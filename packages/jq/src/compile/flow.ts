import { JqError } from '../errors.ts';
import { meter } from '../meter.ts';
import { isTruthy, type Json } from '../values/json.ts';
import {
  type Closure,
  type Code,
  type Env,
  type Flow,
  GO,
  type Many,
  manyCode,
  oneCode,
  type Paths,
} from './code.ts';
import { closureOf, settle } from './functions.ts';
import { compileNode, type NodeOf } from './node.ts';
import type { Context, FunctionUnit, Scope } from './scope.ts';

/** `left | right` */
export function compilePipe(node: NodeOf<'pipe'>, scope: Scope, context: Context, isTail: boolean): Code {
  const left = compileNode(node.left, scope, context);
  const { current } = context;
  if (isTail && current !== undefined) {
    const closure = closureOf(left);
    if (closure !== undefined) {
      return tailPipe(left, compileNode(node.right, scope, context, true), closure, current);
    }
  }
  const right = compileNode(node.right, scope, context, isTail && left.one !== undefined);
  return pipeCode(left, right);
}

/** `f | right` in tail position, where f is a parameter: only the call knows whether it has one output. */
function tailPipe(left: Code, right: Code, closure: (env: Env) => Closure, unit: FunctionUnit): Code {
  const many: Many = (env, input, emit) => {
    const { code, env: around } = closure(env);
    if (code.one === undefined) {
      return code.many(around, input, (value) => settle(unit, right.many(env, value, emit), emit));
    }
    const value = code.one(around, input);
    return value === undefined ? GO : right.many(env, value, emit);
  };
  return manyCode(many, () => pipeCode(left, right).paths);
}

export function pipeCode(left: Code, right: Code): Code {
  const paths = (): Paths => {
    const leftPaths = left.paths;
    return (env, path, at, input, emit) =>
      leftPaths(env, path, at, input, (innerPath, innerAt, value) =>
        right.paths(env, innerPath, innerAt, value, emit),
      );
  };
  const leftOne = left.one;
  const rightOne = right.one;
  if (leftOne === undefined && rightOne !== undefined) {
    return manyCode(
      (env, input, emit) =>
        left.many(env, input, (value) => {
          const output = rightOne(env, value);
          return output === undefined ? GO : emit(output);
        }),
      paths,
    );
  }
  if (leftOne === undefined) {
    return manyCode(
      (env, input, emit) => left.many(env, input, (value) => right.many(env, value, emit)),
      paths,
    );
  }
  if (rightOne === undefined) {
    return manyCode((env, input, emit) => {
      const value = leftOne(env, input);
      return value === undefined ? GO : right.many(env, value, emit);
    }, paths);
  }
  return oneCode((env, input) => {
    const value = leftOne(env, input);
    return value === undefined ? undefined : rightOne(env, value);
  }, paths);
}

/** `left, right` */
export function compileComma(node: NodeOf<'comma'>, scope: Scope, context: Context, isTail: boolean): Code {
  const left = compileNode(node.left, scope, context);
  const right = compileNode(node.right, scope, context, isTail);
  return manyCode(
    (env, input, emit) => {
      const flow = left.many(env, input, emit);
      return flow === GO ? right.many(env, input, emit) : flow;
    },
    () => (env, path, at, input, emit) => {
      const flow = left.paths(env, path, at, input, emit);
      return flow === GO ? right.paths(env, path, at, input, emit) : flow;
    },
  );
}

/** `if condition then then else otherwise end` */
export function compileIf(node: NodeOf<'if'>, scope: Scope, context: Context, isTail: boolean): Code {
  const condition = compileNode(node.condition, scope, context);
  const { current } = context;
  const closure = isTail && current !== undefined ? closureOf(condition) : undefined;
  const inTail = isTail && (condition.one !== undefined || closure !== undefined);
  const then = compileNode(node.then, scope, context, inTail);
  const otherwise = compileNode(node.otherwise ?? { ...node, type: 'identity' }, scope, context, inTail);
  const paths = (): Paths => (env, path, at, input, emit) =>
    condition.many(env, input, (value) =>
      (isTruthy(value) ? then : otherwise).paths(env, path, at, input, emit),
    );
  const test = condition.one;
  if (closure !== undefined && current !== undefined) {
    return manyCode((env, input, emit) => {
      const branch = (value: Json): Flow => (isTruthy(value) ? then : otherwise).many(env, input, emit);
      const { code, env: around } = closure(env);
      if (code.one === undefined) {
        return code.many(around, input, (value) => settle(current, branch(value), emit));
      }
      const value = code.one(around, input);
      return value === undefined ? GO : branch(value);
    }, paths);
  }
  if (test === undefined) {
    return manyCode(
      (env, input, emit) =>
        condition.many(env, input, (value) => (isTruthy(value) ? then : otherwise).many(env, input, emit)),
      paths,
    );
  }
  const thenOne = then.one;
  const otherwiseOne = otherwise.one;
  if (thenOne === undefined || otherwiseOne === undefined) {
    return manyCode((env, input, emit) => {
      const value = test(env, input);
      if (value === undefined) return GO;
      return isTruthy(value) ? then.many(env, input, emit) : otherwise.many(env, input, emit);
    }, paths);
  }
  return oneCode((env, input) => {
    const value = test(env, input);
    if (value === undefined) return undefined;
    return isTruthy(value) ? thenOne(env, input) : otherwiseOne(env, input);
  }, paths);
}

/** `left and right`, `left or right` */
export function compileLogic(node: NodeOf<'and' | 'or'>, scope: Scope, context: Context): Code {
  const left = compileNode(node.left, scope, context);
  const right = compileNode(node.right, scope, context);
  const decides = node.type === 'or';
  const leftOne = left.one;
  const rightOne = right.one;
  if (leftOne !== undefined && rightOne !== undefined) {
    return oneCode((env, input) => {
      const a = leftOne(env, input);
      if (a === undefined) return undefined;
      if (isTruthy(a) === decides) return decides;
      const b = rightOne(env, input);
      return b === undefined ? undefined : isTruthy(b);
    });
  }
  return manyCode((env, input, emit) =>
    left.many(env, input, (a) => {
      if (isTruthy(a) === decides) return emit(decides);
      return right.many(env, input, (b) => emit(isTruthy(b)));
    }),
  );
}

/** `left // right`: the outputs of left that are neither false nor null; without any, those of right. */
export function compileAlternative(node: NodeOf<'alternative'>, scope: Scope, context: Context): Code {
  const left = compileNode(node.left, scope, context);
  const right = compileNode(node.right, scope, context);
  const leftOne = left.one;
  const rightOne = right.one;
  const paths = (): Paths => (env, path, at, input, emit) => {
    let found = false;
    const flow = left.paths(env, path, at, input, (innerPath, innerAt, value) => {
      if (!isTruthy(value)) return GO;
      found = true;
      return emit(innerPath, innerAt, value);
    });
    return found || flow !== GO ? flow : right.paths(env, path, at, input, emit);
  };
  if (leftOne !== undefined && rightOne !== undefined) {
    return oneCode((env, input) => {
      const value = leftOne(env, input);
      return value === undefined || !isTruthy(value) ? rightOne(env, input) : value;
    }, paths);
  }
  return manyCode((env, input, emit) => {
    let found = false;
    const flow = left.many(env, input, (value) => {
      if (!isTruthy(value)) return GO;
      found = true;
      return emit(value);
    });
    return found || flow !== GO ? flow : right.many(env, input, emit);
  }, paths);
}

/** `try body catch handler`. What fails after an output has left the body is not the body's error. */
export function compileTry(node: NodeOf<'try'>, scope: Scope, context: Context): Code {
  const body = compileNode(node.body, scope, context);
  const handler = node.handler === null ? undefined : compileNode(node.handler, scope, context);
  const paths = (): Paths => (env, path, at, input, emit) =>
    attempt(
      (guard) =>
        body.paths(env, path, at, input, (innerPath, innerAt, value) =>
          guard(() => emit(innerPath, innerAt, value)),
        ),
      (error) => handler?.paths(env, path, at, error, emit) ?? GO,
    );
  const bodyOne = body.one;
  const handlerOne = handler?.one;
  if (bodyOne === undefined || (handler !== undefined && handlerOne === undefined)) {
    return manyCode(
      (env, input, emit) =>
        attempt(
          (guard) => body.many(env, input, (value) => guard(() => emit(value))),
          (error) => handler?.many(env, error, emit) ?? GO,
        ),
      paths,
    );
  }
  return oneCode((env, input) => {
    const { depth } = meter;
    try {
      return bodyOne(env, input);
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      meter.depth = depth;
      return handlerOne?.(env, error.value);
    }
  }, paths);
}

function attempt(body: (guard: (emit: () => Flow) => Flow) => Flow, handle: (error: Json) => Flow): Flow {
  const { depth } = meter;
  let isInside = true;
  let caught: JqError;
  try {
    return body((emit) => {
      isInside = false;
      const flow = emit();
      isInside = true;
      return flow;
    });
  } catch (error) {
    if (!isInside || !(error instanceof JqError)) throw error;
    caught = error;
  }
  meter.depth = depth;
  return handle(caught.value);
}
