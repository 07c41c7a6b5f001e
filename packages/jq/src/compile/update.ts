import type { UpdateOperator } from '../ast.ts';
import { unreachable } from '../errors.ts';
import { isTruthy, type Json } from '../values/json.ts';
import { deletePaths, getPath, setPath } from '../values/paths.ts';
import { excerpt, fail } from '../values/print.ts';
import { type Code, type Env, firstOf, GO, isIntact, manyCode, oneCode, pathToArray } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { operation } from './operators.ts';
import type { Context, Scope } from './scope.ts';

/** `paths operator value` */
export function compileUpdate(node: NodeOf<'update'>, scope: Scope, context: Context): Code {
  const target = compileNode(node.left, scope, context);
  const right = compileNode(node.right, scope, context);
  if (node.operator === '|=')
    return oneCode((env, input) => modify(target, env, input, (old) => firstOf(right, env, old)));
  const change = changeOf(node.operator);
  const apply = (env: Env, input: Json, value: Json): Json =>
    change === undefined
      ? assign(target, env, input, value)
      : modify(target, env, input, (old) => change(old, value));
  const { one } = right;
  if (one === undefined) {
    return manyCode((env, input, emit) => right.many(env, input, (value) => emit(apply(env, input, value))));
  }
  return oneCode((env, input) => {
    const value = one(env, input);
    return value === undefined ? undefined : apply(env, input, value);
  });
}

/** How `old operator= value` makes the new value; undefined for `=`, which does not look at the old one. */
function changeOf(operator: Exclude<UpdateOperator, '|='>): ((old: Json, value: Json) => Json) | undefined {
  switch (operator) {
    case '=':
      return undefined;
    case '//=':
      return (old, value) => (isTruthy(old) ? old : value);
    case '+=':
      return operation('+');
    case '-=':
      return operation('-');
    case '*=':
      return operation('*');
    case '/=':
      return operation('/');
    case '%=':
      return operation('%');
    default:
      return unreachable(operator);
  }
}

function assign(target: Code, env: Env, input: Json, value: Json): Json {
  const owned = new Set<Json>();
  let result = input;
  eachTargetPath(target, env, input, (path) => {
    result = setPath(result, path, value, owned);
  });
  return result;
}

/** Replaces what stands at each path by the first output of `change`; paths without one are deleted at the end. */
export function modify(target: Code, env: Env, input: Json, change: (old: Json) => Json | undefined): Json {
  const owned = new Set<Json>();
  const gone: Json[] = [];
  let result = input;
  eachTargetPath(target, env, input, (path) => {
    const old = getPath(result, path);
    // `change` may keep what it is given, so a container of ours is ours no more.
    if (owned.has(old)) owned.clear();
    const next = change(old);
    if (next === undefined) gone.push(path);
    else result = setPath(result, path, next, owned);
  });
  return gone.length === 0 ? result : deletePaths(result, gone);
}

/** Calls `visit` with each path that `target` walks to. */
export function eachTargetPath(target: Code, env: Env, input: Json, visit: (path: Json[]) => void): void {
  target.paths(env, null, input, input, (path, at, value) => {
    if (!isIntact(at, value)) return fail(`Invalid path expression with result ${excerpt(value)}`);
    visit(pathToArray(path));
    return GO;
  });
}
