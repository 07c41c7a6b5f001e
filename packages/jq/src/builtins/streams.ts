import { iterate } from '../compile/access.ts';
import {
  type Code,
  type Emit,
  type Env,
  type Flow,
  firstOf,
  GO,
  isIntact,
  lastOf,
  manyCode,
  oneCode,
  type Paths,
  STOP,
} from '../compile/code.ts';
import { charge, meter, spent } from '../meter.ts';
import { index } from '../values/access.ts';
import { isArray, isTruthy, type Json } from '../values/json.ts';
import { add, isLess, subtract } from '../values/operators.ts';
import { compare, equals } from '../values/order.ts';
import { excerpt, fail } from '../values/print.ts';
import { type Builtins, generator } from './define.ts';

/** Generators, and what takes some of the outputs of a generator. */
export const STREAMS: Builtins = {
  'range/1': generator((_input, [to], emit) => range(0, to as Json, 1, emit)),
  'range/2': generator((_input, [from, to], emit) => range(from as Json, to as Json, 1, emit)),
  'range/3': generator((_input, [from, to, by], emit) => rangeBy(from as Json, to as Json, by as Json, emit)),
  'first/1': (source) => first(source as Code),
  'last/1': (source) => oneCode((env, input) => lastOf(source as Code, env, input)),
  'limit/2': (count, source) => limit(count as Code, source as Code),
  'skip/2': (count, source) => skip(count as Code, source as Code),
  'nth/2': (count, source) => nth(count as Code, source as Code),
  'first/0': () => element(0),
  'last/0': () => element(-1),
  'nth/1': (count) => elementAt(count as Code),
  'isempty/1': (source) =>
    oneCode((env, input) => {
      let isEmpty = true;
      (source as Code).many(env, input, () => {
        isEmpty = false;
        return STOP;
      });
      return isEmpty;
    }),
  'any/0': () => oneCode((_env, input) => !iterateAll(input, (value) => !isTruthy(value))),
  'all/0': () => oneCode((_env, input) => iterateAll(input, isTruthy)),
  'any/1': (condition) => quantify(undefined, condition as Code, true),
  'all/1': (condition) => quantify(undefined, condition as Code, false),
  'any/2': (source, condition) => quantify(source, condition as Code, true),
  'all/2': (source, condition) => quantify(source, condition as Code, false),
  'IN/1': (source) =>
    oneCode((env, input) => some(source as Code, env, input, (value) => equals(value, input))),
  'IN/2': (source, others) =>
    oneCode((env, input) =>
      some(source as Code, env, input, (a) => some(others as Code, env, input, (b) => equals(a, b))),
    ),
  'add/0': () => oneCode((_env, input) => sumOfNumbers(input) ?? sum((emit) => iterate(input, emit))),
  'add/1': (source) => oneCode((env, input) => sum((emit) => (source as Code).many(env, input, emit))),
};

function range(from: Json, to: Json, by: number, emit: Emit): Flow {
  if (typeof from !== 'number' || typeof to !== 'number') return fail('Range bounds must be numeric');
  for (let value = from; by > 0 ? value < to : value > to; value += by) {
    if (--meter.steps < 0) spent('steps');
    const flow = emit(value);
    if (flow !== GO) return flow;
  }
  return GO;
}

/** With `by` of any kind, as `while` and `+` would do it. */
function rangeBy(from: Json, to: Json, by: Json, emit: Emit): Flow {
  if (typeof from === 'number' && typeof to === 'number' && typeof by === 'number') {
    return by === 0 || Number.isNaN(by) ? GO : range(from, to, by, emit);
  }
  if (!isLess(0, by)) return GO;
  for (let value = from; isLess(value, to); value = add(value, by)) {
    charge(1);
    const flow = emit(value);
    if (flow !== GO) return flow;
  }
  return GO;
}

function first(source: Code): Code {
  const paths = (): Paths => (env, path, at, input, emit) => {
    let taken: Flow | undefined;
    const flow = source.paths(env, path, at, input, (innerPath, innerAt, value) => {
      taken = emit(innerPath, innerAt, value);
      return STOP;
    });
    return taken ?? flow;
  };
  return oneCode((env, input) => firstOf(source, env, input), paths);
}

/** Ends after `count` outputs, without asking the source for one more. */
function limit(count: Code, source: Code): Code {
  const start = (total: Json) => countdown(total, "limit doesn't support negative count");
  return manyCode(
    (env, input, emit) =>
      count.many(env, input, (total) => {
        const left = start(total);
        if (left.isOver()) return GO;
        const flow = source.many(env, input, (value) => {
          left.count();
          return emit(value) || (left.isOver() ? STOP : GO);
        });
        return left.isOver() ? GO : flow;
      }),
    () => (env, path, at, input, emit) =>
      count.many(env, input, (total) => {
        const left = start(total);
        if (left.isOver()) return GO;
        const flow = source.paths(env, path, at, input, (innerPath, innerAt, value) => {
          left.count();
          return emit(innerPath, innerAt, value) || (left.isOver() ? STOP : GO);
        });
        return left.isOver() ? GO : flow;
      }),
  );
}

interface Countdown {
  isOver(): boolean;
  /** Throws what jq's subtraction would, when the total is no number. */
  count(): void;
}

/** Any value may be a total, as long as nothing is counted: jq compares it with 0, and subtracts 1 for each output. */
function countdown(total: Json, refusal: string): Countdown {
  if (compare(total, 0) < 0) return fail(refusal);
  let left = total;
  return {
    isOver: () => typeof left === 'number' && left <= 0,
    count: () => {
      left = typeof left === 'number' ? left - 1 : subtract(left, 1);
    },
  };
}

function skip(count: Code, source: Code): Code {
  const start = (total: Json) => {
    const left = countdown(total, "skip doesn't support negative count");
    return () => {
      if (left.isOver()) return false;
      left.count();
      return true;
    };
  };
  return manyCode(
    (env, input, emit) =>
      count.many(env, input, (total) => {
        const isSkipped = start(wholeCount(total));
        return source.many(env, input, (value) => (isSkipped() ? GO : emit(value)));
      }),
    () => (env, path, at, input, emit) =>
      count.many(env, input, (total) => {
        const isSkipped = start(wholeCount(total));
        return source.paths(env, path, at, input, (innerPath, innerAt, value) =>
          isSkipped() ? GO : emit(innerPath, innerAt, value),
        );
      }),
  );
}

/** What is left of an output is not enough to skip it. */
function wholeCount(total: Json): Json {
  return typeof total === 'number' ? Math.floor(total) : total;
}

function nth(count: Code, source: Code): Code {
  const checked = oneOrMany(count, (total) =>
    compare(total, 0) < 0 ? fail("nth doesn't support negative indices") : total,
  );
  const at = (total: Json): Code =>
    first(
      skip(
        oneCode(() => total),
        source,
      ),
    );
  return manyCode(
    (env, input, emit) => checked.many(env, input, (total) => at(total).many(env, input, emit)),
    () => (env, path, place, input, emit) =>
      checked.many(env, input, (total) => at(total).paths(env, path, place, input, emit)),
  );
}

function oneOrMany(code: Code, apply: (value: Json) => Json): Code {
  return manyCode((env, input, emit) => code.many(env, input, (value) => emit(apply(value))));
}

function element(position: number): Code {
  return elementAt(oneCode(() => position));
}

/** `.[position]` */
function elementAt(position: Code): Code {
  const paths = (): Paths => (env, path, at, input, emit) =>
    position.many(env, input, (key) => {
      if (!isIntact(at, input)) {
        return fail(
          `Invalid path expression near attempt to access element ${excerpt(key)} of ${excerpt(input)}`,
        );
      }
      const value = index(input, key);
      return emit({ key, up: path }, value, value);
    });
  const { one } = position;
  if (one === undefined) {
    return manyCode((env, input, emit) => position.many(env, input, (key) => emit(index(input, key))), paths);
  }
  return oneCode((env, input) => {
    const key = one(env, input);
    return key === undefined ? undefined : index(input, key);
  }, paths);
}

function iterateAll(input: Json, test: (value: Json) => boolean): boolean {
  return iterate(input, (value) => (test(value) ? GO : STOP)) === GO;
}

function some(source: Code, env: Env, input: Json, test: (value: Json) => boolean): boolean {
  return source.many(env, input, (value) => (test(value) ? STOP : GO)) === STOP;
}

/** `any` looks for a true, `all` for a false; both stop when they have found one. */
function quantify(source: Code | undefined, condition: Code, isAny: boolean): Code {
  const decides = (env: Env, value: Json): Flow =>
    condition.many(env, value, (test) => (isTruthy(test) === isAny ? STOP : GO));
  return oneCode((env, input) => {
    const visit = (value: Json): Flow => decides(env, value);
    const flow = source === undefined ? iterate(input, visit) : source.many(env, input, visit);
    return (flow === STOP) === isAny;
  });
}

/** The sum of an array of numbers alone, else undefined. */
function sumOfNumbers(input: Json): number | undefined {
  if (!isArray(input) || input.length === 0) return undefined;
  charge(input.length);
  let total = 0;
  for (let i = 0; i < input.length; i++) {
    const value = input[i];
    if (typeof value !== 'number') return undefined;
    total += value;
  }
  return total;
}

/** Adds in place what this sum alone has made. */
function sum(run: (emit: Emit) => Flow): Json {
  const owned = new Set<Json>();
  let total: Json = null;
  run((value) => {
    total = typeof total === 'number' && typeof value === 'number' ? total + value : add(total, value, owned);
    return GO;
  });
  return total;
}
