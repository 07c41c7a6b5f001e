import { eachPath } from '../compile/access.ts';
import {
  Code,
  type Emit,
  type Env,
  type Flow,
  GO,
  isIntact,
  type Many,
  manyCode,
  oneCode,
  type Path,
  type PathEmit,
  type Paths,
} from '../compile/code.ts';
import { charge, meter, spent } from '../meter.ts';
import { isTruthy, type Json } from '../values/json.ts';
import { excerpt, fail } from '../values/print.ts';
import type { Builtins } from './define.ts';

/** Generators that go on from their own outputs: loops without stack growth where one value follows another. */
export const LOOPS: Builtins = {
  'until/2': (condition, next) => until(condition as Code, next as Code),
  'while/2': (condition, next) => loop(next as Code, condition as Code),
  'repeat/1': (source) => repeat(source as Code),
  'recurse/0': () =>
    new Code(
      undefined,
      (_env, input, emit) => descend(input, emit),
      () => (_env, path, at, value, emit) => {
        if (!isIntact(at, value))
          return fail(`Invalid path expression near attempt to iterate through ${excerpt(value)}`);
        return descendPaths(path, value, emit);
      },
    ),
  'recurse/1': (step) => recurse(step as Code, undefined),
  'recurse/2': (step, condition) => recurse(step as Code, condition as Code),
};

/** Loops when the next value is one; else it branches, and the depth budget holds. */
function until(condition: Code, next: Code): Code {
  const test = condition.one;
  const step = next.one;
  const run = (env: Env, input: Json, emit: Emit): Flow => {
    charge(1);
    return condition.many(env, input, (value) => {
      if (isTruthy(value)) return emit(input);
      return deeper(() => next.many(env, input, (output) => run(env, output, emit)));
    });
  };
  const runPaths: Paths = (env, path, at, input, emit) => {
    charge(1);
    return condition.many(env, input, (value) => {
      if (isTruthy(value)) return emit(path, at, input);
      return deeper(() =>
        next.paths(env, path, at, input, (p, a, output) => runPaths(env, p, a, output, emit)),
      );
    });
  };
  if (test === undefined || step === undefined) return manyCode(run, () => runPaths);
  return oneCode(
    (env, input) => {
      let value: Json | undefined = input;
      while (value !== undefined) {
        if (--meter.steps < 0) spent('steps');
        const isDone = test(env, value);
        if (isDone === undefined) return undefined;
        if (isTruthy(isDone)) return value;
        value = step(env, value);
      }
      return undefined;
    },
    () => runPaths,
  );
}

/** The outputs of the source again and again, until an error or until nobody takes more. */
function repeat(source: Code): Code {
  const forever = (run: () => Flow): Flow => {
    for (;;) {
      charge(1);
      const flow = run();
      if (flow !== GO) return flow;
    }
  };
  return manyCode(
    (env, input, emit) => forever(() => source.many(env, input, emit)),
    () => (env, path, at, input, emit) => forever(() => source.paths(env, path, at, input, emit)),
  );
}

/** `while` with a condition, `recurse` without: the input, then the same for every output of `next`. */
function loop(next: Code, condition: Code | undefined): Code {
  const step = next.one;
  const test = condition?.one;
  const isLoop = step !== undefined && (condition === undefined || test !== undefined);
  if (!isLoop) return branching(next, condition);
  const many: Many = (env, input, emit) => {
    let value: Json | undefined = input;
    while (value !== undefined) {
      if (--meter.steps < 0) spent('steps');
      if (test !== undefined && !isTruthy(test(env, value) ?? false)) return GO;
      const flow = emit(value);
      if (flow !== GO) return flow;
      value = step(env, value);
    }
    return GO;
  };
  return manyCode(many, () => (env, path, at, input, emit) => {
    let place: Place | undefined = { path, at, value: input };
    while (place !== undefined) {
      charge(1);
      if (test !== undefined && !isTruthy(test(env, place.value) ?? false)) return GO;
      const flow = emit(place.path, place.at, place.value);
      if (flow !== GO) return flow;
      place = nextPlace(next, env, place);
    }
    return GO;
  });
}

interface Place {
  readonly path: Path;
  readonly at: Json;
  readonly value: Json;
}

/** Where code with at most one output leads from a place. */
function nextPlace(code: Code, env: Env, from: Place): Place | undefined {
  let found: Place | undefined;
  code.paths(env, from.path, from.at, from.value, (path, at, value) => {
    found = { path, at, value };
    return GO;
  });
  return found;
}

/** The same when a step may lead to many values: then the native stack is as deep as the longest way. */
function branching(next: Code, condition: Code | undefined): Code {
  const goesOn = (env: Env, input: Json, then: () => Flow): Flow =>
    condition === undefined ? then() : condition.many(env, input, (value) => (isTruthy(value) ? then() : GO));
  const run = (env: Env, input: Json, emit: Emit): Flow => {
    charge(1);
    return goesOn(env, input, () => {
      const flow = emit(input);
      return flow === GO ? deeper(() => next.many(env, input, (output) => run(env, output, emit))) : flow;
    });
  };
  const runPaths: Paths = (env, path, at, input, emit) => {
    charge(1);
    return goesOn(env, input, () => {
      const flow = emit(path, at, input);
      if (flow !== GO) return flow;
      return deeper(() =>
        next.paths(env, path, at, input, (p, a, output) => runPaths(env, p, a, output, emit)),
      );
    });
  };
  return manyCode(run, () => runPaths);
}

export function deeper<T>(run: () => T): T {
  if (--meter.depth < 0) spent('depth');
  const result = run();
  meter.depth++;
  return result;
}

/** The value and everything in it, with a stack of its own: values may be nested thousands deep. */
function descend(root: Json, emit: Emit): Flow {
  const stack: Json[] = [root];
  while (stack.length > 0) {
    const value = stack.pop() as Json;
    if (--meter.steps < 0) spent('steps');
    const flow = emit(value);
    if (flow !== GO) return flow;
    if (typeof value !== 'object' || value === null) continue;
    const items = Object.values(value) as Json[];
    for (let i = items.length - 1; i >= 0; i--) stack.push(items[i] as Json);
  }
  return GO;
}

function descendPaths(path: Path, root: Json, emit: PathEmit): Flow {
  const stack: Place[] = [{ path, at: root, value: root }];
  while (stack.length > 0) {
    const place = stack.pop() as Place;
    if (--meter.steps < 0) spent('steps');
    const flow = emit(place.path, place.value, place.value);
    if (flow !== GO) return flow;
    const inner: Place[] = [];
    eachPath(
      place.path,
      place.value,
      (innerPath, _at, value) => {
        inner.push({ path: innerPath, at: value, value });
        return GO;
      },
      true,
    );
    for (let i = inner.length - 1; i >= 0; i--) stack.push(inner[i] as Place);
  }
  return GO;
}

function recurse(step: Code, condition: Code | undefined): Code {
  if (step.one !== undefined && condition === undefined) return loop(step, undefined);
  const allowed = (env: Env, value: Json, then: () => Flow): Flow =>
    condition === undefined ? then() : condition.many(env, value, (test) => (isTruthy(test) ? then() : GO));
  const run = (env: Env, input: Json, emit: Emit): Flow => {
    charge(1);
    const flow = emit(input);
    if (flow !== GO) return flow;
    return deeper(() => step.many(env, input, (value) => allowed(env, value, () => run(env, value, emit))));
  };
  const runPaths: Paths = (env, path, at, input, emit) => {
    charge(1);
    const flow = emit(path, at, input);
    if (flow !== GO) return flow;
    return deeper(() =>
      step.paths(env, path, at, input, (p, a, value) =>
        allowed(env, value, () => runPaths(env, p, a, value, emit)),
      ),
    );
  };
  return manyCode(run, () => runPaths);
}
