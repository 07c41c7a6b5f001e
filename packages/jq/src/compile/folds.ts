import type { Json } from '../values/json.ts';
import { IDENTITY } from './access.ts';
import { type Binder, compilePatterns } from './bindings.ts';
import {
  type Code,
  type Emit,
  type Env,
  type Flow,
  GO,
  lastOf,
  manyCode,
  oneCode,
  type Path,
  type PathEmit,
  type Paths,
} from './code.ts';
import { compileLinear } from './linear.ts';
import { compileNode, type NodeOf } from './node.ts';
import type { Context, Scope } from './scope.ts';

/** `reduce source as patterns (init; update)`: the last output of update is the next state, null without one. */
export function compileReduce(node: NodeOf<'reduce'>, scope: Scope, context: Context): Code {
  const source = compileNode(node.source, scope, context);
  const init = compileNode(node.init, scope, context);
  const binder = compilePatterns(node.patterns, scope, context);
  const update = compileNode(node.update, binder.scope, context);
  const step = reduceStep(node, binder, update, context);
  const fold = (env: Env, input: Json, start: Json): Json => {
    const fresh = step();
    let state = start;
    source.many(env, input, (value) =>
      binder.bind(env, value, (bound) => {
        state = fresh(bound, state);
        return GO;
      }),
    );
    return state;
  };
  const paths = (): Paths => reducePaths(source, init, binder, update);
  const initOne = init.one;
  if (initOne === undefined) {
    return manyCode(
      (env, input, emit) => init.many(env, input, (start) => emit(fold(env, input, start))),
      paths,
    );
  }
  return oneCode((env, input) => {
    const start = initOne(env, input);
    return start === undefined ? undefined : fold(env, input, start);
  }, paths);
}

type StepOne = (env: Env, state: Json) => Json;

/** Makes the step for one run; a linear update may change in place what the same run has built. */
function reduceStep(node: NodeOf<'reduce'>, binder: Binder, update: Code, context: Context): () => StepOne {
  // Each try compiles the update once more, so that nesting without a limit would take exponential time.
  const linear = context.linearLeft-- > 0 ? compileLinear(node.update, binder.scope, context) : undefined;
  if (linear !== undefined) {
    return () => {
      const owned = new Set<Json>();
      return (env, state) => linear(env, state, owned) ?? null;
    };
  }
  const step: StepOne = (env, state) => lastOf(update, env, state) ?? null;
  return () => step;
}

function reducePaths(source: Code, init: Code, binder: Binder, update: Code): Paths {
  return (env, path, at, input, emit) =>
    init.paths(env, path, at, input, (initPath, initAt, start) => {
      let state = start;
      source.paths(env, initPath, initAt, input, (innerPath, innerAt, value) =>
        binder.bind(env, value, (bound) => {
          let next: Json = null;
          update.paths(bound, innerPath, innerAt, state, (_path, _at, output) => {
            next = output;
            return GO;
          });
          state = next;
          return GO;
        }),
      );
      return emit(initPath, initAt, state);
    });
}

/** `foreach source as patterns (init; update; extract)` */
export function compileForeach(node: NodeOf<'foreach'>, scope: Scope, context: Context): Code {
  const source = compileNode(node.source, scope, context);
  const init = compileNode(node.init, scope, context);
  const binder = compilePatterns(node.patterns, scope, context);
  const update = compileNode(node.update, binder.scope, context);
  const extract = node.extract === null ? IDENTITY : compileNode(node.extract, binder.scope, context);
  const run = (env: Env, input: Json, start: Json, emit: Emit): Flow => {
    let state: Json = start;
    return source.many(env, input, (value) =>
      binder.bind(env, value, (bound) => {
        const before = state;
        state = null;
        return update.many(bound, before, (next) => {
          state = next;
          return extract.many(bound, next, emit);
        });
      }),
    );
  };
  return manyCode(
    (env, input, emit) => init.many(env, input, (start) => run(env, input, start, emit)),
    () => foreachPaths({ source, init, binder, update, extract }),
  );
}

interface Foreach {
  readonly source: Code;
  readonly init: Code;
  readonly binder: Binder;
  readonly update: Code;
  readonly extract: Code;
}

/** The paths of a foreach begin where its source stands, which is what makes `path(limit(1; .[]))` work. */
function foreachPaths({ source, init, binder, update, extract }: Foreach): Paths {
  return (env, path, at, input, emit) =>
    init.paths(env, path, at, input, (initPath, initAt, start) => {
      let state: Json = start;
      const step = (bound: Env, innerPath: Path, innerAt: Json, out: PathEmit): Flow => {
        const before = state;
        state = null;
        return update.paths(bound, innerPath, innerAt, before, (nextPath, nextAt, next) => {
          state = next;
          return extract.paths(bound, nextPath, nextAt, next, out);
        });
      };
      return source.paths(env, initPath, initAt, input, (innerPath, innerAt, value) =>
        binder.bind(env, value, (bound) => step(bound, innerPath, innerAt, emit)),
      );
    });
}
