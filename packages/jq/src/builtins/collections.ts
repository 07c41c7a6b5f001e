import { iterate } from '../compile/access.ts';
import { Code, firstOf, GO, manyCode, oneCode } from '../compile/code.ts';
import { collect } from '../compile/construct.ts';
import { modify } from '../compile/update.ts';
import { charge, chargeContainer } from '../meter.ts';
import { index, indicesOf } from '../values/access.ts';
import { isArray, isObject, isTruthy, type Json, type JsonArray, setKey } from '../values/json.ts';
import { subtract } from '../values/operators.ts';
import { compare } from '../values/order.ts';
import { describe, fail } from '../values/print.ts';
import { length, objectFrom } from './core.ts';
import { type Builtin, type Builtins, parametric, unary, valued } from './define.ts';
import { deeper } from './loops.ts';
import { stringIndices } from './strings.ts';

/** Arrays and objects as wholes: mapping, sorting, grouping, searching. */
export const COLLECTIONS: Builtins = {
  'map/1': (each) => map(each as Code),
  'map_values/1': (each) => mapValues(each as Code),
  'sort/0': unary((input) => sorted(input, asArray(input)).map(({ value }) => value)),
  'sort_by/1': keyed((input, keys) => sorted(input, keys).map(({ value }) => value)),
  'group_by/1': keyed((input, keys) => groups(input, keys).map((group) => group.map(({ value }) => value))),
  'unique/0': unary((input) => firsts(groups(input, asArray(input)))),
  'unique_by/1': keyed((input, keys) => firsts(groups(input, keys))),
  'min/0': unary((input) => extreme(input, input, -1)),
  'max/0': unary((input) => extreme(input, input, 1)),
  'min_by/1': keyed((input, keys) => extreme(input, keys, -1), 'iterated over'),
  'max_by/1': keyed((input, keys) => extreme(input, keys, 1), 'iterated over'),
  'reverse/0': unary(reverse),
  'flatten/0': unary((input) => flatten(input, Infinity)),
  'flatten/1': parametric((input, depth) =>
    compare(depth as Json, 0) < 0
      ? fail('flatten depth must not be negative')
      : flatten(input, typeof depth === 'number' && !Number.isInteger(depth) ? Infinity : (depth as Json)),
  ),
  'transpose/0': unary(transpose),
  'bsearch/1': valued(binarySearch),
  'indices/1': parametric(indices),
  'index/1': parametric((input, wanted) => edge(indices(input, wanted), 0)),
  'rindex/1': parametric((input, wanted) => edge(indices(input, wanted), -1)),
  'to_entries/0': unary(toEntries),
  'from_entries/0': unary(fromEntries),
  'with_entries/1': (each) => withEntries(map(each as Code)),
  'walk/1': (each) => walk(each as Code),
  'tostream/0': () => tostream(),
};

function map(each: Code): Code {
  const { one } = each;
  if (one === undefined) {
    const content = manyCode((env, input, emit) => iterate(input, (value) => each.many(env, value, emit)));
    return oneCode((env, input) => collect(content, env, input));
  }
  return oneCode((env, input) => {
    const output: Json[] = [];
    iterate(input, (value) => {
      const item = one(env, value);
      if (item !== undefined) output.push(item);
      return GO;
    });
    chargeContainer(output.length);
    return output;
  });
}

/** Without output a key is left out. */
function mapValues(each: Code): Code {
  const target = new Code(
    undefined,
    (_env, input, emit) => iterate(input, emit),
    () => (env, path, at, input, emit) => valuesPaths(env, path, at, input, emit),
  );
  return oneCode((env, input) => {
    if (!isObject(input)) return modify(target, env, input, (value) => firstOf(each, env, value));
    const output = {};
    const keys = Object.keys(input);
    chargeContainer(keys.length);
    charge(keys.length);
    for (const key of keys) {
      const value = firstOf(each, env, input[key] as Json);
      if (value !== undefined) setKey(output, key, value);
    }
    return output;
  });
}

const valuesPaths: Code['paths'] = (_env, path, _at, input, emit) => {
  if (!isArray(input)) return fail(`Cannot iterate over ${describe(input)}`);
  for (const [i, value] of input.entries()) {
    charge(1);
    const flow = emit({ key: i, up: path }, value, value);
    if (flow !== GO) return flow;
  }
  return GO;
};

function asArray(input: Json): JsonArray {
  return isArray(input) ? input : fail(`${describe(input)} cannot be sorted, as it is not an array`);
}

/**
 * The key of an item are all outputs of the argument, compared as an array. Arrays of one item each compare
 * like their items, so these are not wrapped.
 */
function keyed(
  apply: (input: JsonArray, keys: JsonArray) => Json,
  verb = 'sorted, as they are not both arrays',
): Builtin {
  return (key) =>
    oneCode((env, input) => {
      const wrapped: Json[][] = [];
      iterate(input, (value) => {
        wrapped.push(collect(key as Code, env, value));
        return GO;
      });
      if (!isArray(input)) return fail(`${describe(input)} and ${describe(wrapped)} cannot be ${verb}`);
      const keys: Json[] = wrapped.every((outputs) => outputs.length === 1)
        ? wrapped.map(([only]) => only as Json)
        : wrapped;
      return apply(input, keys);
    });
}

type Item = { readonly key: Json; readonly value: Json };

function sorted(input: Json, keys: JsonArray): Item[] {
  const values = asArray(input);
  chargeContainer(values.length);
  charge(values.length * Math.ceil(Math.log2(values.length + 2)));
  const items = values.map((value, i) => ({ key: keys[i] as Json, value }));
  return items.sort((a, b) => compare(a.key, b.key));
}

function groups(input: Json, keys: JsonArray): Item[][] {
  const result: Item[][] = [];
  for (const item of sorted(input, keys)) {
    const last = result.at(-1);
    if (last !== undefined && compare((last[0] as Item).key, item.key) === 0) last.push(item);
    else result.push([item]);
  }
  return result;
}

function firsts(all: readonly Item[][]): Json {
  return all.map((group) => (group[0] as Item).value);
}

/** The first least or the last greatest value. */
function extreme(input: Json, keys: Json, sign: -1 | 1): Json {
  if (!isArray(input) || !isArray(keys))
    return fail(`${describe(input)} and ${describe(keys)} cannot be iterated over`);
  let best = 0;
  charge(input.length);
  for (let i = 1; i < input.length; i++) {
    const order = compare(keys[i] as Json, keys[best] as Json);
    if (sign < 0 ? order < 0 : order >= 0) best = i;
  }
  return input[best] ?? null;
}

function reverse(input: Json): Json {
  if (!isArray(input)) {
    const last = Number(length(input)) - 1;
    return last === -1 ? [] : index(input, last);
  }
  chargeContainer(input.length);
  return [...input].reverse();
}

/**
 * As in jq, a level is taken off the depth until it is 0: a fraction never is, and what is no number is an error when
 * the first level would be taken off it.
 */
function flatten(input: Json, depth: Json): Json {
  const output: Json[] = [];
  const stack: { readonly items: JsonArray; next: number }[] = [{ items: itemsOf(input), next: 0 }];
  while (stack.length > 0) {
    const level = stack.at(-1) as { readonly items: JsonArray; next: number };
    if (level.next === level.items.length) {
      stack.pop();
      continue;
    }
    charge(1);
    const item = level.items[level.next++] as Json;
    if (isArray(item) && stack.length <= (typeof depth === 'number' ? depth : Number(subtract(depth, 1))))
      stack.push({ items: item, next: 0 });
    else output.push(item);
  }
  chargeContainer(output.length);
  return output;
}

function itemsOf(input: Json): JsonArray {
  if (isArray(input)) return input;
  return isObject(input) ? Object.values(input) : fail(`Cannot iterate over ${describe(input)}`);
}

function transpose(input: Json): Json {
  const rows = itemsOf(input);
  const width = rows.reduce<number>((most, row) => Math.max(most, Number(length(row))), 0);
  charge(width * rows.length);
  return Array.from({ length: Math.ceil(width) }, (_, column) => {
    chargeContainer(rows.length);
    return rows.map((row) => index(row, column));
  });
}

/** Position of `wanted` in a sorted array, or `-1 - position` where it would have to stand. */
function binarySearch(input: Json, wanted: Json): Json {
  if (!isArray(input)) return fail(`${describe(input)} cannot be searched from`);
  let start = 0;
  let end = input.length;
  while (start < end) {
    const middle = (start + end) >> 1;
    const order = compare(wanted, input[middle] as Json);
    if (order === 0) return middle;
    if (order < 0) end = middle;
    else start = middle + 1;
  }
  return -1 - start;
}

function indices(input: Json, wanted: Json): Json {
  if (isArray(input)) return indicesOf(input, isArray(wanted) ? wanted : [wanted]);
  if (typeof input === 'string' && typeof wanted === 'string') return stringIndices(input, wanted);
  return index(input, wanted);
}

function edge(found: Json, position: number): Json {
  return position === 0 ? index(found, 0) : index(found, -1);
}

function toEntries(input: Json): Json {
  if (isArray(input)) {
    chargeEntries(input.length);
    return input.map((value, key) => ({ key, value }));
  }
  if (!isObject(input)) return fail(`${describe(input)} has no keys`);
  const keys = Object.keys(input);
  chargeEntries(keys.length);
  return keys.map((key) => ({ key, value: input[key] as Json }));
}

function chargeEntries(entries: number): void {
  charge(entries);
  chargeContainer(6 * entries);
}

function fromEntries(input: Json): Json {
  const entries = itemsOf(input);
  charge(entries.length);
  return objectFrom(entries.map((entry) => [entryKey(entry), entryValue(entry)]));
}

function entryKey(entry: Json): string {
  let key: Json = null;
  for (const name of ['key', 'Key', 'name', 'Name']) {
    key = index(entry, name);
    if (isTruthy(key)) break;
  }
  return typeof key === 'string' ? key : fail(`Cannot use ${describe(key)} as object key`);
}

function entryValue(entry: Json): Json {
  if (isObject(entry) && !Object.hasOwn(entry, 'value')) return index(entry, 'Value');
  return index(entry, 'value');
}

function withEntries(mapEach: Code): Code {
  return oneCode((env, input) => {
    const entries = mapEach.one?.(env, toEntries(input));
    return entries === undefined ? undefined : fromEntries(entries);
  });
}

/** Applies `each` to the parts first and then to the whole. */
function walk(each: Code): Code {
  const inner = (env: Parameters<Code['many']>[0], value: Json): Json => {
    if (isArray(value)) {
      const output: Json[] = [];
      for (const item of value) {
        deeper(() =>
          each.many(env, inner(env, item), (result) => {
            output.push(result);
            return GO;
          }),
        );
      }
      chargeContainer(output.length);
      return output;
    }
    charge(1);
    if (!isObject(value)) return value;
    const output = {};
    chargeContainer(Object.keys(value).length);
    for (const key of Object.keys(value)) {
      const result = deeper(() => firstOf(each, env, inner(env, value[key] as Json)));
      if (result !== undefined) setKey(output, key, result);
    }
    return output;
  };
  const { one } = each;
  if (one !== undefined) return oneCode((env, input) => one(env, inner(env, input)));
  return manyCode((env, input, emit) => each.many(env, inner(env, input), emit));
}

/** The leaves with their paths, and the end of each container by the path of its last item. */
function tostream(): Code {
  const run = (
    path: readonly Json[],
    value: Json,
    isTop: boolean,
    emit: Parameters<Code['many']>[2],
  ): 0 | 1 | 2 => {
    charge(1 + path.length / 8);
    const keys = isArray(value) ? value.map((_, i) => i) : isObject(value) ? Object.keys(value) : [];
    if (keys.length === 0) return emit([path, value]);
    for (const key of keys) {
      const inner = [...path, key];
      chargeContainer(inner.length);
      const flow = deeper(() =>
        run(inner, (value as Record<string | number, Json>)[key] as Json, false, emit),
      );
      if (flow !== GO) return flow;
    }
    const last = emit([[...path, keys.at(-1) as Json]]);
    return last !== GO || isTop ? last : GO;
  };
  return manyCode((_env, input, emit) => run([], input, true, emit));
}
