import { environment } from '../compile/bindings.ts';
import { GO, manyCode, oneCode } from '../compile/code.ts';
import { JqError, JqHalt } from '../errors.ts';
import { charge, chargeContainer, meter } from '../meter.ts';
import {
  codePointLength,
  isArray,
  isObject,
  isTruthy,
  type Json,
  kindOf,
  ownKey,
  setKey,
} from '../values/json.ts';
import { contains, negate } from '../values/operators.ts';
import { compare, sortedKeys } from '../values/order.ts';
import { parseJson, parseNumber } from '../values/parse.ts';
import { describe, excerpt, fail, stringify, utf8Length } from '../values/print.ts';
import { type Builtins, generator, unary, valued } from './define.ts';

/** Kinds, conversions, errors and what the host grants. */
export const CORE: Builtins = {
  'empty/0': () => oneCode(() => undefined),
  'not/0': unary((input) => !isTruthy(input)),
  'error/0': unary(raise),
  'error/1': valued((_input, message) => raise(message)),
  'type/0': unary(kindOf),
  'length/0': unary(length),
  'utf8bytelength/0': unary((input) =>
    typeof input === 'string'
      ? utf8Length(input)
      : fail(`${describe(input)} only strings have UTF-8 byte length`),
  ),
  'keys/0': unary((input) => keys(input, true)),
  'keys_unsorted/0': unary((input) => keys(input, false)),
  'has/1': valued(has),
  'contains/1': valued(contains),
  'inside/1': valued((input, other) => contains(other, input)),
  'in/1': valued((input, container) => has(container, input)),
  'tostring/0': unary((input) => (typeof input === 'string' ? input : stringify(input))),
  'tojson/0': unary(stringify),
  'fromjson/0': unary((input) =>
    typeof input === 'string' ? parseJson(input) : fail(`${describe(input)} only strings can be parsed`),
  ),
  'tonumber/0': unary(toNumber),
  'toboolean/0': unary(toBoolean),
  'toarray/0': unary((input) => (isArray(input) ? input : [input])),
  'abs/0': unary(abs),
  'select/1': (condition) => select(condition),
  ...Object.fromEntries(
    (
      [
        ['arrays', isArray],
        ['objects', isObject],
        ['iterables', (value) => typeof value === 'object' && value !== null],
        ['booleans', (value) => typeof value === 'boolean'],
        ['numbers', (value) => typeof value === 'number'],
        ['normals', isNormal],
        ['finites', (value) => typeof value === 'number' && Math.abs(value) !== Infinity],
        ['strings', (value) => typeof value === 'string'],
        ['nulls', (value) => value === null],
        ['values', (value) => value !== null],
        ['scalars', (value) => typeof value !== 'object' || value === null],
      ] as const satisfies readonly (readonly [string, (value: Json) => boolean])[]
    ).map(([name, test]) => [`${name}/0`, unary((input) => (test(input) ? input : undefined))]),
  ),
  'infinite/0': unary(() => Infinity),
  'nan/0': unary(() => Number.NaN),
  'isinfinite/0': unary((input) => typeof input === 'number' && Math.abs(input) === Infinity),
  'isnan/0': unary((input) => typeof input === 'number' && Number.isNaN(input)),
  'isnormal/0': unary(isNormal),
  'isfinite/0': unary((input) => typeof input === 'number' && Math.abs(input) !== Infinity),
  'have_decnum/0': unary(() => false),
  'have_literal_numbers/0': unary(() => false),
  'env/0': unary(environment),
  'now/0': unary(() => meter.host.now?.() ?? fail('now is not available: no clock was granted')),
  'halt/0': unary(() => {
    throw new JqHalt(0, undefined);
  }),
  'halt_error/0': unary((input) => {
    throw new JqHalt(5, input);
  }),
  'halt_error/1': valued((input, code) => {
    if (typeof code !== 'number') return fail(`${describe(input)} halt_error/1: number required`);
    throw new JqHalt(Math.trunc(code), input);
  }),
  'input/0': unary(nextInput),
  'inputs/0': generator((_input, _values, emit) => {
    for (;;) {
      charge(1);
      const next = meter.host.inputs?.next();
      if (next === undefined || next.done === true) return GO;
      const flow = emit(next.value);
      if (flow !== GO) return flow;
    }
  }),
  'debug/0': unary((input) => {
    meter.host.onDebug?.(input);
    return input;
  }),
  'debug/1': (message) =>
    oneCode((env, input) => {
      message.many(env, input, (value) => {
        meter.host.onDebug?.(value);
        return GO;
      });
      return input;
    }),
  'stderr/0': unary((input) => {
    meter.host.onStderr?.(input);
    return input;
  }),
  'input_filename/0': unary(() => meter.host.inputFilename ?? null),
  'input_line_number/0': unary(() => meter.host.inputLineNumber?.() ?? 0),
  'get_search_list/0': unary(() => []),
  'modulemeta/0': unary((input) =>
    typeof input === 'string'
      ? fail(`module not found: ${input}`)
      : fail('modulemeta input module name must be a string'),
  ),
};

/** Filters its input: at most one output whatever the condition does, unless that has many. */
function select(condition: Parameters<Builtins[string]>[0]): ReturnType<Builtins[string]> {
  const test = condition?.one;
  if (condition === undefined) return oneCode(() => undefined);
  if (test !== undefined) {
    return oneCode((env, input) => {
      const value = test(env, input);
      return value !== undefined && isTruthy(value) ? input : undefined;
    });
  }
  return manyCode((env, input, emit) =>
    condition.many(env, input, (value) => (isTruthy(value) ? emit(input) : GO)),
  );
}

function raise(value: Json): never {
  const message = typeof value === 'string' ? value : `${excerpt(value)} (not a string)`;
  throw new JqError(value, message);
}

export function length(input: Json): Json {
  if (typeof input === 'string') {
    charge(input.length / 64);
    return codePointLength(input);
  }
  if (isArray(input)) return input.length;
  if (typeof input === 'number') return Math.abs(input);
  if (input === null) return 0;
  return isObject(input) ? Object.keys(input).length : fail(`${describe(input)} has no length`);
}

function keys(input: Json, isSorted: boolean): Json {
  if (isArray(input)) {
    chargeContainer(input.length);
    return input.map((_, i) => i);
  }
  if (!isObject(input)) return fail(`${describe(input)} has no keys`);
  const names = isSorted ? sortedKeys(input) : Object.keys(input);
  chargeContainer(names.length);
  charge(names.length);
  return names;
}

export function has(container: Json, key: Json): boolean {
  if (container === null) return false;
  if (isObject(container) && typeof key === 'string') return ownKey(container, key) !== undefined;
  if (isArray(container) && typeof key === 'number') return key >= 0 && Math.trunc(key) < container.length;
  return fail(`Cannot check whether ${kindOf(container)} has a ${kindOf(key)} key`);
}

function toNumber(input: Json): Json {
  if (typeof input === 'number') return input;
  const value = typeof input === 'string' ? parseNumber(input) : undefined;
  return value ?? fail(`${describe(input)} cannot be parsed as a number`);
}

function toBoolean(input: Json): Json {
  if (typeof input === 'boolean') return input;
  if (input === 'true') return true;
  return input === 'false' ? false : fail(`${describe(input)} cannot be parsed as a boolean`);
}

function abs(input: Json): Json {
  if (typeof input === 'number') return input < 0 ? -input : input === 0 ? 0 : input;
  return compare(input, 0) < 0 ? negate(input) : input;
}

function isNormal(input: Json): boolean {
  if (typeof input !== 'number') return false;
  const size = Math.abs(input);
  return size >= 2.2250738585072014e-308 && size !== Infinity;
}

function nextInput(): Json {
  const next = meter.host.inputs?.next();
  // jq raises the string "break" here, which its `inputs` looks for.
  if (next === undefined || next.done === true) throw new JqError('break', 'No more inputs');
  return next.value;
}

/** An object from pairs, for builtins that make one. */
export function objectFrom(entries: Iterable<readonly [string, Json]>): Json {
  const object = {};
  let size = 0;
  for (const [key, value] of entries) {
    setKey(object, key, value);
    size++;
  }
  chargeContainer(size);
  return object;
}
