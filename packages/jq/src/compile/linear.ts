/**
 * Updates of a reduction that use the state once.
 *
 * `reduce range(100000) as $i ([]; . + [$i])` would copy the array at every step. The copy is needless when
 * nobody else can see the array, so a reduction keeps the set of the containers that its own steps have made:
 *
 * 1. A container is put into `owned` when a step of this reduction has just made it, and only there.
 * 2. A step may change a container in place if it is in `owned`.
 * 3. Whenever a container that is a part of the state may become visible elsewhere, `owned` is cleared.
 */
import type { Node } from '../ast.ts';
import { isTruthy, type Json } from '../values/json.ts';
import { add } from '../values/operators.ts';
import { getPath, setPath } from '../values/paths.ts';
import { compilePatterns } from './bindings.ts';
import { type Env, firstOf, type One } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { operation } from './operators.ts';
import { readsInput } from './reads-input.ts';
import type { Context, Scope } from './scope.ts';

/** The next state, or undefined when the update has no output. */
export type Linear = (env: Env, state: Json, owned: Set<Json>) => Json | undefined;

/** Compiles an update that is linear in its input, else answers undefined. */
export function compileLinear(node: Node, scope: Scope, context: Context): Linear | undefined {
  switch (node.type) {
    case 'identity':
      return (_env, state) => state;
    case 'pipe':
      return linearPipe(node, scope, context);
    case 'if':
      return linearIf(node, scope, context);
    case 'bind':
      return linearBind(node, scope, context);
    case 'binary':
      return linearSum(node, scope, context);
    case 'update':
      return linearUpdate(node, scope, context);
    default:
      return undefined;
  }
}

function linearPipe(node: NodeOf<'pipe'>, scope: Scope, context: Context): Linear | undefined {
  const left = compileLinear(node.left, scope, context);
  const right = left && compileLinear(node.right, scope, context);
  if (left === undefined || right === undefined) return undefined;
  return (env, state, owned) => {
    const next = left(env, state, owned);
    return next === undefined ? undefined : right(env, next, owned);
  };
}

function linearIf(node: NodeOf<'if'>, scope: Scope, context: Context): Linear | undefined {
  const test = compileNode(node.condition, scope, context).one;
  const then = compileLinear(node.then, scope, context);
  const otherwise = node.otherwise === null ? linearIdentity : compileLinear(node.otherwise, scope, context);
  if (test === undefined || then === undefined || otherwise === undefined) return undefined;
  return (env, state, owned) => {
    const value = test(env, state);
    if (value === undefined) return undefined;
    return (isTruthy(value) ? then : otherwise)(env, state, owned);
  };
}

const linearIdentity: Linear = (_env, state) => state;

function linearBind(node: NodeOf<'bind'>, scope: Scope, context: Context): Linear | undefined {
  const source = operand(node.source, scope, context);
  const binder = compilePatterns(node.patterns, scope, context);
  const body = compileLinear(node.body, binder.scope, context);
  const { bindOne } = binder;
  if (source === undefined || bindOne === undefined || body === undefined) return undefined;
  return (env, state, owned) => {
    const value = source(env, state, owned);
    const bound = value === undefined ? undefined : bindOne(env, value);
    return bound === undefined ? undefined : body(bound, state, owned);
  };
}

/** `. + right` */
function linearSum(node: NodeOf<'binary'>, scope: Scope, context: Context): Linear | undefined {
  if (node.operator !== '+' || node.left.type !== 'identity') return undefined;
  const right = operand(node.right, scope, context);
  if (right === undefined) return undefined;
  return (env, state, owned) => {
    const value = right(env, state, owned);
    return value === undefined ? undefined : add(state, value, owned);
  };
}

/** `.a[$k] = right` and its like */
function linearUpdate(node: NodeOf<'update'>, scope: Scope, context: Context): Linear | undefined {
  const keys = simplePath(node.left, scope, context);
  const change = keys && compileChange(node, scope, context);
  if (keys === undefined || change === undefined) return undefined;
  return (env, state, owned) => {
    const value = change.prepare(env, state, owned);
    if (value === undefined) return undefined;
    const path: Json[] = [];
    for (const key of keys) {
      const step = key(env, state);
      if (step === undefined) return state;
      path.push(step);
    }
    const next = change.apply(env, () => getPath(state, path), value, owned);
    return setPath(state, path, next, owned);
  };
}

interface Change {
  readonly prepare: Linear;
  readonly apply: (env: Env, old: () => Json, value: Json, owned: Set<Json>) => Json;
}

function compileChange(node: NodeOf<'update'>, scope: Scope, context: Context): Change | undefined {
  const { operator } = node;
  if (operator === '|=') {
    const inner = compileLinear(node.right, scope, context);
    if (inner === undefined || mayBeEmpty(node.right)) return undefined;
    return { prepare: () => null, apply: (env, old, _value, owned) => inner(env, old(), owned) as Json };
  }
  const prepare = operand(node.right, scope, context);
  if (prepare === undefined || operator === '//=') return undefined;
  if (operator === '=') return { prepare, apply: (_env, _old, value) => value };
  if (operator === '+=') return { prepare, apply: (_env, old, value, owned) => add(old(), value, owned) };
  const operate = operation(operator.slice(0, 1) as '-' | '*' | '/' | '%');
  return { prepare, apply: (_env, old, value) => operate(old(), value) };
}

/** `|= empty` deletes, which this fast path does not do. */
function mayBeEmpty(node: Node): boolean {
  switch (node.type) {
    case 'identity':
      return false;
    case 'binary':
      return !isTotal(node.right);
    case 'update':
      return !isTotal(node.right) || !(node.left.type === 'index');
    default:
      return true;
  }
}

function isTotal(node: Node): boolean {
  if (node.type === 'literal' || node.type === 'variable' || node.type === 'identity') return true;
  return node.type === 'array';
}

/** A value computed beside the state. If it may hold a part of the state, nothing is owned any more. */
function operand(node: Node, scope: Scope, context: Context): Linear | undefined {
  const code = compileNode(node, scope, context);
  if (code.one === undefined) return undefined;
  const mayLeak = readsInput(node);
  return (env, state, owned) => {
    const value = firstOf(code, env, state);
    if (mayLeak && typeof value === 'object' && value !== null) owned.clear();
    return value;
  };
}

/** The keys of `.a[$k].b`, each computed from the state; undefined for other shapes. */
function simplePath(node: Node, scope: Scope, context: Context): One[] | undefined {
  if (node.type === 'identity') return [];
  if (node.type !== 'index' || node.optional) return undefined;
  const outerKeys = simplePath(node.target, scope, context);
  const key = compileNode(node.key, scope, context).one;
  return outerKeys === undefined || key === undefined ? undefined : [...outerKeys, key];
}
