import type { Definition, Node } from '../ast.ts';
import { builtin } from '../builtins/registry.ts';
import { meter, spent } from '../meter.ts';
import type { Json } from '../values/json.ts';
import {
  type Closure,
  Code,
  type Emit,
  Env,
  type Flow,
  manyCode,
  type One,
  outer,
  type PathEmit,
  type Paths,
  TAIL,
  TAIL_MARK,
  tailCall,
} from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { type Context, type FunctionUnit, failAt, type Scope } from './scope.ts';

/** At this many optimistic compilations inside each other, functions are taken to have many outputs. */
const ATTEMPTS_MAX = 4;

/** `def name(parameters): body; rest` */
export function compileDefine(node: NodeOf<'define'>, scope: Scope, context: Context, isTail: boolean): Code {
  const unit = compileFunction(node.definition, scope, context);
  return compileNode(node.body, scope.withFunction(unit), context, isTail);
}

/** Compiles the body of a function. The answer may be called from its own body. */
export function compileFunction(definition: Definition, scope: Scope, context: Context): FunctionUnit {
  const { name, parameters, body } = definition;
  const unit: FunctionUnit = {
    name,
    parameters,
    depth: scope.depth,
    isClosure: parameters.map((parameter) => !parameter.startsWith('$') || calls(body, parameter.slice(1))),
    yieldsOne: context.attempts < ATTEMPTS_MAX,
    isRecursive: false,
    hasTailCall: false,
    body: undefined,
  };
  const inner = parameterScope(unit, scope.withFunction(unit));
  compileBody(unit, body, inner, context);
  if (unit.yieldsOne && unit.body?.one === undefined) {
    // Calls to itself were compiled as calls with one output, which it does not have.
    unit.yieldsOne = false;
    if (unit.isRecursive) compileBody(unit, body, inner, context);
  }
  return unit;
}

function compileBody(unit: FunctionUnit, body: Node, scope: Scope, context: Context): void {
  const { current } = context;
  context.current = unit;
  context.attempts++;
  unit.body = compileNode(body, scope, context, true);
  context.attempts--;
  context.current = current;
}

/** Closures come before the values of `$x` parameters. */
function parameterScope(unit: FunctionUnit, scope: Scope): Scope {
  let inner = scope;
  for (const [i, parameter] of unit.parameters.entries()) {
    if (unit.isClosure[i]) inner = inner.with('parameter', parameter.replace('$', ''));
  }
  for (const parameter of unit.parameters) {
    if (parameter.startsWith('$')) inner = inner.with('variable', parameter.slice(1));
  }
  return inner;
}

/** Whether a body has a call of a name without arguments; cheaper to bind what is never called not at all. */
function calls(body: unknown, name: string): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const node = body as Partial<NodeOf<'call'>>;
  if (node.type === 'call' && node.name === name && node.args?.length === 0) return true;
  return Object.values(body).some((part) => calls(part, name));
}

/** `name(args)` */
export function compileCall(node: NodeOf<'call'>, scope: Scope, context: Context, isTail: boolean): Code {
  const binding = scope.callable(node.name, node.args.length);
  if (binding === undefined) return compileBuiltinCall(node, scope, context);
  if (binding.type === 'slot') return parameterCall(binding.hops);
  const args = node.args.map((arg) => compileNode(arg, scope, context));
  return callCode(binding.unit, binding.hops, args, isTail && context.current === binding.unit);
}

function compileBuiltinCall(node: NodeOf<'call'>, scope: Scope, context: Context): Code {
  const found = builtin(node.name, node.args.length, context);
  if (found === undefined) return failAt(context, `${node.name}/${node.args.length} is not defined`, node);
  const args = node.args.map((arg) => compileNode(arg, scope, context));
  if (typeof found === 'function') return found(...args);
  // A function of the prelude stands outside all bindings of the program.
  return callCode(found, scope.depth, args, false);
}

/** Runs the closure that the caller has passed. */
function parameterCall(hops: number): Code {
  const code = parameterCode(hops);
  forwards.set(code, hops);
  return code;
}

/**
 * Arguments that only name a parameter. They are passed on as they are: a closure around a closure at every
 * step of a recursion would make the innermost call ever deeper.
 */
const forwards = new WeakMap<Code, number>();

/** The closure that code which only names a parameter stands for; undefined for other code. */
export function closureOf(code: Code): ((env: Env) => Closure) | undefined {
  const hops = forwards.get(code);
  return hops === undefined ? undefined : (env) => outer(env, hops).value as Closure;
}

/** Makes the call that TAIL asks for, where the answer cannot be handed on to the entry of the function. */
export function settle(unit: FunctionUnit, flow: Flow, emit: Emit): Flow {
  let settled = flow;
  while (settled === TAIL) settled = enterMany(unit, tailCall.env, tailCall.input, emit);
  return settled;
}

function parameterCode(hops: number): Code {
  const run = (env: Env, input: Json, emit: Emit): Flow => {
    const { code, env: around } = outer(env, hops).value as Closure;
    if (--meter.steps < 0) spent('steps');
    return code.many(around, input, emit);
  };
  return manyCode(run, () => (env, path, at, input, emit) => {
    const { code, env: around } = outer(env, hops).value as Closure;
    if (--meter.steps < 0) spent('steps');
    return code.paths(around, path, at, input, emit);
  });
}

/** Extends the bindings around a function by its arguments; once for each combination of `$x` values. */
interface Arguments {
  readonly bindOne: ((env: Env, input: Json) => Env | undefined) | undefined;
  readonly bind: (env: Env, input: Json, next: (bound: Env) => Flow) => Flow;
}

export function callCode(unit: FunctionUnit, hops: number, args: readonly Code[], isTail: boolean): Code {
  const { bindOne, bind } = bindArguments(unit, hops, args);
  unit.isRecursive ||= unit.body === undefined || isTail;
  if (isTail && bindOne !== undefined) return tailCode(unit, bindOne);
  const paths = (): Paths => (env, path, at, input, emit) =>
    bind(env, input, (bound) => enterPaths(unit, bound, path, at, input, emit));
  // Under the optimistic assumption the body may not exist yet, so it is looked up when called.
  const isOne =
    bindOne !== undefined &&
    (unit.body === undefined ? unit.yieldsOne : unit.yieldsOne && unit.body.one !== undefined);
  const many = (env: Env, input: Json, emit: Emit): Flow =>
    bind(env, input, (bound) => enterMany(unit, bound, input, emit));
  if (!isOne || bindOne === undefined) return manyCode(many, paths);
  const one: One = (env, input) => {
    const bound = bindOne(env, input);
    return bound === undefined ? undefined : enterOne(unit, bound, input);
  };
  return new Code(one, many, paths);
}

function tailCode(unit: FunctionUnit, bindOne: (env: Env, input: Json) => Env | undefined): Code {
  unit.hasTailCall = true;
  const prepare = (env: Env, input: Json): boolean => {
    const bound = bindOne(env, input);
    if (bound === undefined) return false;
    tailCall.env = bound;
    tailCall.input = input;
    return true;
  };
  const one: One = (env, input) => (prepare(env, input) ? TAIL_MARK : undefined);
  return new Code(
    unit.yieldsOne ? one : undefined,
    (env, input) => (prepare(env, input) ? TAIL : 0),
    () => (env, path, at, input, emit) => {
      const bound = bindOne(env, input);
      return bound === undefined ? 0 : enterPaths(unit, bound, path, at, input, emit);
    },
  );
}

function enterOne(unit: FunctionUnit, env: Env, input: Json): Json | undefined {
  if (--meter.steps < 0) spent('steps');
  if (--meter.depth < 0) spent('depth');
  const one = (unit.body as Code).one as One;
  let value = one(env, input);
  while (value === TAIL_MARK) {
    if (--meter.steps < 0) spent('steps');
    value = one(tailCall.env, tailCall.input);
  }
  meter.depth++;
  return value;
}

function enterMany(unit: FunctionUnit, env: Env, input: Json, emit: Emit): Flow {
  if (--meter.steps < 0) spent('steps');
  if (--meter.depth < 0) spent('depth');
  const { many } = unit.body as Code;
  let flow = many(env, input, emit);
  while (flow === TAIL) {
    if (--meter.steps < 0) spent('steps');
    flow = many(tailCall.env, tailCall.input, emit);
  }
  meter.depth++;
  return flow;
}

function enterPaths(
  unit: FunctionUnit,
  env: Env,
  path: Parameters<PathEmit>[0],
  at: Json,
  input: Json,
  emit: PathEmit,
): Flow {
  if (--meter.steps < 0) spent('steps');
  if (--meter.depth < 0) spent('depth');
  const flow = (unit.body as Code).paths(env, path, at, input, emit);
  meter.depth++;
  return flow;
}

function bindArguments(unit: FunctionUnit, hops: number, args: readonly Code[]): Arguments {
  const closures = args
    .filter((_, i) => unit.isClosure[i])
    .map((code) => ({ code, forward: forwards.get(code) }));
  const values = args.filter((_, i) => unit.parameters[i]?.startsWith('$'));
  const bindClosures = (env: Env): Env => {
    let bound = outer(env, hops);
    for (const { code, forward } of closures) {
      const closure: unknown =
        forward === undefined ? ({ code, env } satisfies Closure) : outer(env, forward).value;
      bound = new Env(closure, bound);
    }
    return bound;
  };
  if (values.length === 0) {
    return { bindOne: bindClosures, bind: (env, _input, next) => next(bindClosures(env)) };
  }
  const bindValues = (i: number, bound: Env, env: Env, input: Json, next: (bound: Env) => Flow): Flow => {
    const value = values[i];
    if (value === undefined) return next(bound);
    return value.many(env, input, (output) => bindValues(i + 1, new Env(output, bound), env, input, next));
  };
  const bind: Arguments['bind'] = (env, input, next) => bindValues(0, bindClosures(env), env, input, next);
  if (values.some((value) => value.one === undefined)) return { bindOne: undefined, bind };
  const ones = values.map((value) => value.one as One);
  const bindOne = (env: Env, input: Json): Env | undefined => {
    let bound = bindClosures(env);
    for (const one of ones) {
      const value = one(env, input);
      if (value === undefined) return undefined;
      bound = new Env(value, bound);
    }
    return bound;
  };
  return { bindOne, bind };
}
