import type { Pattern } from '../ast.ts';
import { JqError, unreachable } from '../errors.ts';
import { Lazy } from '../lazy.ts';
import { meter } from '../meter.ts';
import { index } from '../values/access.ts';
import { type Json, setKey } from '../values/json.ts';
import { describe, fail } from '../values/print.ts';
import { type Code, Env, type Flow, GO, manyCode, oneCode, outer, type Paths } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { type Context, failAt, type Scope } from './scope.ts';

/** `$name` */
export function compileVariable(node: NodeOf<'variable'>, scope: Scope, context: Context): Code {
  const hops = scope.slot('variable', node.name);
  if (hops !== undefined) return slotCode(hops);
  const external = context.externals.get(node.name);
  if (external !== undefined) {
    context.uses.add(node.name);
    return oneCode(() => externalValue(external));
  }
  const data = context.data.get(node.name);
  if (data !== undefined) return data;
  if (node.name === 'ENV') return oneCode(environment);
  return failAt(context, `$${node.name} is not defined`, node);
}

/** What `env` and `$ENV` show. */
export function environment(): Json {
  const granted = meter.host.env ?? {};
  const copy = {};
  for (const key of Object.keys(granted)) setKey(copy, key, granted[key] ?? null);
  return copy;
}

function slotCode(hops: number): Code {
  switch (hops) {
    case 0:
      return oneCode((env) => env.value as Json);
    case 1:
      return oneCode((env) => env.up.value as Json);
    case 2:
      return oneCode((env) => env.up.up.value as Json);
    default:
      return oneCode((env) => outer(env, hops).value as Json);
  }
}

function externalValue(position: number): Json {
  const value = meter.variables[position];
  if (value instanceof Lazy) return value.value;
  return value === undefined ? null : (value as Json);
}

/** Binds the variables of patterns to the parts of a value and goes on; once for each way to take it apart. */
export interface Binder {
  readonly scope: Scope;
  /** When a value can be taken apart in at most one way: the extended bindings, or undefined. */
  readonly bindOne: ((env: Env, value: Json) => Env | undefined) | undefined;
  readonly bind: (env: Env, value: Json, next: (env: Env) => Flow) => Flow;
}

export function compilePatterns(patterns: readonly Pattern[], scope: Scope, context: Context): Binder {
  const [first] = patterns;
  if (first === undefined) return unreachable(first as never);
  return patterns.length === 1
    ? compilePattern(first, scope, context)
    : compileChoice(patterns, scope, context);
}

/** `a ?// b`: an error in a, or in what follows it, leads to b; all variables of all patterns exist. */
function compileChoice(patterns: readonly Pattern[], scope: Scope, context: Context): Binder {
  const names = [...new Set(patterns.flatMap(variablesOf))];
  const binders = patterns.map((pattern) => compilePattern(pattern, scope, context));
  const shared = names.reduce((inner, name) => inner.with('variable', name), scope);
  const copiers = binders.map((binder) => {
    const hops = names.map((name) =>
      binder.scope.depth === scope.depth ? undefined : slotWithin(binder.scope, scope, name),
    );
    return (outerEnv: Env, bound: Env): Env =>
      hops.reduce<Env>(
        (env, hop) => new Env(hop === undefined ? null : outer(bound, hop).value, env),
        outerEnv,
      );
  });
  const bind = (env: Env, value: Json, next: (env: Env) => Flow): Flow => {
    const { depth } = meter;
    for (const [i, binder] of binders.entries()) {
      const copy = copiers[i] as (outerEnv: Env, bound: Env) => Env;
      try {
        return binder.bind(env, value, (bound) => next(copy(env, bound)));
      } catch (error) {
        if (!(error instanceof JqError) || i === binders.length - 1) throw error;
        meter.depth = depth;
      }
    }
    return GO;
  };
  return { scope: shared, bindOne: undefined, bind };
}

/** Distance to a variable if the pattern itself binds it. */
function slotWithin(inner: Scope, around: Scope, name: string): number | undefined {
  const hops = inner.slot('variable', name);
  return hops !== undefined && hops < inner.depth - around.depth ? hops : undefined;
}

function variablesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'variable':
      return [pattern.name];
    case 'array':
      return pattern.items.flatMap(variablesOf);
    case 'object':
      return pattern.entries.flatMap(({ variable, pattern: inner }) => [
        ...(variable === null ? [] : [variable]),
        ...(inner === null ? [] : variablesOf(inner)),
      ]);
    default:
      return unreachable(pattern);
  }
}

function compilePattern(pattern: Pattern, scope: Scope, context: Context): Binder {
  switch (pattern.type) {
    case 'variable':
      return fromOne(scope.with('variable', pattern.name), (env, value) => new Env(value, env));
    case 'array':
      return sequence(scope, pattern.items, (item, inner, i) => {
        const binder = compilePattern(item, inner, context);
        return { binder, part: (value) => index(asArray(value), i) };
      });
    case 'object':
      return compileObjectPattern(pattern, scope, context);
    default:
      return unreachable(pattern);
  }
}

function asArray(value: Json): Json {
  if (value === null || Array.isArray(value)) return value;
  return index(value, 0);
}

type Step = { readonly binder: Binder; readonly part: (value: Json) => Json };

function sequence<T>(
  scope: Scope,
  parts: readonly T[],
  compile: (part: T, scope: Scope, i: number) => Step,
): Binder {
  const steps: Step[] = [];
  let inner = scope;
  for (const [i, part] of parts.entries()) {
    const step = compile(part, inner, i);
    steps.push(step);
    inner = step.binder.scope;
  }
  return chain(inner, steps);
}

function chain(scope: Scope, steps: readonly Step[]): Binder {
  const ones = steps.map(({ binder, part }) => ({ bindOne: binder.bindOne, part }));
  if (ones.every(({ bindOne }) => bindOne !== undefined)) {
    return fromOne(scope, (env, value) => {
      let bound: Env | undefined = env;
      for (const { bindOne, part } of ones) {
        bound = bindOne?.(bound, part(value));
        if (bound === undefined) return undefined;
      }
      return bound;
    });
  }
  const run = (i: number, env: Env, value: Json, next: (env: Env) => Flow): Flow => {
    const step = steps[i];
    if (step === undefined) return next(env);
    return step.binder.bind(env, step.part(value), (bound) => run(i + 1, bound, value, next));
  };
  return { scope, bindOne: undefined, bind: (env, value, next) => run(0, env, value, next) };
}

function compileObjectPattern(pattern: Pattern & { type: 'object' }, scope: Scope, context: Context): Binder {
  return sequence(scope, pattern.entries, (entry, inner) => {
    const key = compileNode(entry.key, inner, context);
    const named = entry.variable === null ? inner : inner.with('variable', entry.variable);
    const below = entry.pattern === null ? undefined : compilePattern(entry.pattern, named, context);
    const binder: Binder = {
      scope: below?.scope ?? named,
      bindOne: undefined,
      bind: (env, value, next) =>
        key.many(env, value, (name) => {
          const content = getField(value, name);
          const bound = entry.variable === null ? env : new Env(content, env);
          return below === undefined ? next(bound) : below.bind(bound, content, next);
        }),
    };
    return { binder: withBindOne(binder, key, entry.variable !== null, below), part: (value) => value };
  });
}

function withBindOne(binder: Binder, key: Code, isNamed: boolean, below: Binder | undefined): Binder {
  const { one } = key;
  if (one === undefined || (below !== undefined && below.bindOne === undefined)) return binder;
  return {
    ...binder,
    bindOne: (env, value) => {
      const name = one(env, value);
      if (name === undefined) return undefined;
      const content = getField(value, name);
      const bound = isNamed ? new Env(content, env) : env;
      return below?.bindOne === undefined ? bound : below.bindOne(bound, content);
    },
  };
}

function getField(value: Json, name: Json): Json {
  if (typeof name !== 'string')
    return fail(`Cannot index ${describe(value).split(' ')[0]} with ${describe(name)}`);
  return index(value, name);
}

function fromOne(scope: Scope, bindOne: (env: Env, value: Json) => Env | undefined): Binder {
  const bind = (env: Env, value: Json, next: (env: Env) => Flow): Flow => {
    const bound = bindOne(env, value);
    return bound === undefined ? GO : next(bound);
  };
  return { scope, bindOne, bind };
}

/** `source as patterns | body` */
export function compileBind(node: NodeOf<'bind'>, scope: Scope, context: Context, isTail: boolean): Code {
  const source = compileNode(node.source, scope, context);
  const binder = compilePatterns(node.patterns, scope, context);
  const { bindOne } = binder;
  const sourceOne = source.one;
  const isSimple = sourceOne !== undefined && bindOne !== undefined;
  const body = compileNode(node.body, binder.scope, context, isTail && isSimple);
  const paths = (): Paths => (env, path, at, input, emit) =>
    source.many(env, input, (value) =>
      binder.bind(env, value, (bound) => body.paths(bound, path, at, input, emit)),
    );
  if (!isSimple) {
    return manyCode(
      (env, input, emit) =>
        source.many(env, input, (value) => binder.bind(env, value, (bound) => body.many(bound, input, emit))),
      paths,
    );
  }
  const bindInput = (env: Env, input: Json): Env | undefined => {
    const value = sourceOne(env, input);
    return value === undefined ? undefined : bindOne(env, value);
  };
  const bodyOne = body.one;
  if (bodyOne === undefined) {
    return manyCode((env, input, emit) => {
      const bound = bindInput(env, input);
      return bound === undefined ? GO : body.many(bound, input, emit);
    }, paths);
  }
  return oneCode((env, input) => {
    const bound = bindInput(env, input);
    return bound === undefined ? undefined : bodyOne(bound, input);
  }, paths);
}
