/** Reading and writing one step of a path: a key, an index or a slice of a container. */
import { charge, chargeContainer, chargeSize, SLOT_SIZE } from '../meter.ts';
import {
  codePointIndex,
  codePointLength,
  isArray,
  isObject,
  type Json,
  type JsonArray,
  type JsonObject,
  kindOf,
  ownKey,
  setKey,
} from './json.ts';
import { equals } from './order.ts';
import { describe, fail } from './print.ts';

/** The largest index that may be written; jq's own limit. */
const INDEX_MAX = 536_870_911;

/** `container[key]` with jq's rules for every pair of kinds. */
export function index(container: Json, key: Json): Json {
  if (typeof key === 'string') {
    if (isObject(container)) return ownKey(container, key) ?? null;
    if (container === null || container === undefined) return null;
  } else if (typeof key === 'number') {
    if (isArray(container)) return item(container, key);
    if (container === null) return null;
  } else if (isArray(key)) {
    if (isArray(container)) return indicesOf(container, key);
  } else if (isObject(key)) {
    if (isArray(container) || typeof container === 'string') {
      return slice(container, sliceEdge(key, 'start'), sliceEdge(key, 'end'));
    }
    if (container === null) return null;
  }
  return fail(`Cannot index ${kindOf(container)} with ${describe(key)}`);
}

function item(array: JsonArray, position: number): Json {
  if (Number.isNaN(position)) return null;
  const at = Math.trunc(position);
  return array[at < 0 ? at + array.length : at] ?? null;
}

/** Positions at which `needle` occurs in `array` as a run of items. */
export function indicesOf(array: JsonArray, needle: JsonArray): Json {
  const found: number[] = [];
  if (needle.length === 0) return found;
  charge(array.length);
  for (let start = 0; start + needle.length <= array.length; start++) {
    let same = 0;
    while (same < needle.length && equals(array[start + same] as Json, needle[same] as Json)) same++;
    charge(same);
    if (same === needle.length) found.push(start);
  }
  chargeContainer(found.length);
  return found;
}

export function slice(container: Json, from: Json, to: Json): Json {
  if (container === null) return null;
  if (isArray(container)) {
    const [start, end] = bounds(container.length, from, to);
    chargeContainer(end - start);
    return container.slice(start, end);
  }
  if (typeof container === 'string') {
    const [start, end] = bounds(codePointLength(container), from, to);
    charge(container.length / 64);
    chargeSize(end - start);
    const first = codePointIndex(container, start);
    return container.slice(first, first + codePointIndex(container.slice(first), end - start));
  }
  return fail(`Cannot index ${kindOf(container)} with object`);
}

/** A key of `{"start": …, "end": …}`: both are there, null where the side is open. */
function sliceEdge(key: JsonObject, side: 'start' | 'end'): Json {
  return ownKey(key, side) ?? (Object.hasOwn(key, side) ? null : fail(notIntegers));
}

const notIntegers = 'Array/string slice indices must be integers';

/** Start rounds down and end rounds up; negative counts from the end; NaN is the open side. */
function bounds(length: number, from: Json, to: Json): [number, number] {
  if ((from !== null && typeof from !== 'number') || (to !== null && typeof to !== 'number')) {
    return fail(notIntegers);
  }
  let start = from === null || Number.isNaN(from) ? 0 : from;
  if (start < 0) start += length;
  start = Math.trunc(Math.min(Math.max(start, 0), length));
  let end = to === null || Number.isNaN(to) ? length : to;
  if (end < 0) end += length;
  if (end < 0) end = start;
  return [start, Math.max(Math.min(Math.ceil(end), length), start)];
}

/**
 * A container with `container[key]` set to `value`. Copies, unless `owned` has the container: then nobody else
 * can see it and it is changed in place. Copies are added to `owned`.
 */
export function setIndex(container: Json, key: Json, value: Json, owned?: Set<Json>): Json {
  if (typeof key === 'string' && (container === null || isObject(container))) {
    const target = ownObject(container ?? {}, owned);
    setKey(target, key, value);
    return target;
  }
  if (typeof key === 'number' && (container === null || isArray(container))) {
    return setItem(container ?? [], key, value, owned);
  }
  if (isObject(key)) {
    if (container === null || isArray(container)) return setSlice(container ?? [], key, value);
    if (typeof container === 'string') return fail('Cannot update string slices');
  }
  // What cannot even be read is reported as such.
  index(container, key);
  return fail(`Cannot update field at ${kindOf(key)} index of ${kindOf(container)}`);
}

function ownObject(object: JsonObject, owned: Set<Json> | undefined): JsonObject {
  if (owned?.has(object)) {
    chargeSize(2 * SLOT_SIZE);
    return object;
  }
  const copy = { ...object };
  // Counting keys would cost as much as copying them; a copy is charged by its number of entries only when large.
  chargeContainer(keyCount(object) + 1);
  owned?.add(copy);
  return copy;
}

function keyCount(object: JsonObject): number {
  return Object.keys(object).length;
}

function setItem(array: JsonArray, position: number, value: Json, owned: Set<Json> | undefined): Json {
  if (Number.isNaN(position)) return fail('Cannot set array element at NaN index');
  let at = Math.trunc(position);
  if (at < 0) at += array.length;
  if (at < 0) return fail('Out of bounds negative array index');
  if (at > INDEX_MAX) return fail('Array index too large');
  const isOwned = owned?.has(array) === true;
  const added = Math.max(at + 1 - array.length, 0);
  if (isOwned) chargeSize(SLOT_SIZE * (added + 1));
  else chargeContainer(array.length + added);
  const target = isOwned ? (array as Json[]) : [...array];
  for (let i = target.length; i < at; i++) target.push(null);
  target[at] = value;
  if (!isOwned) owned?.add(target);
  return target;
}

function setSlice(array: JsonArray, key: JsonObject, value: Json): Json {
  const [start, end] = bounds(array.length, sliceEdge(key, 'start'), sliceEdge(key, 'end'));
  if (!isArray(value)) return fail('A slice of an array can only be assigned another array');
  chargeContainer(array.length + value.length);
  return [...array.slice(0, start), ...value, ...array.slice(end)];
}

/** `container` without the items at `keys`, which come in jq's order. */
export function deleteIndices(container: Json, keys: readonly Json[]): Json {
  if (container === null || keys.length === 0) return container;
  if (isArray(container)) return deleteItems(container, keys);
  if (!isObject(container)) return fail(`Cannot delete fields from ${kindOf(container)}`);
  const copy = { ...container } as Record<string, Json>;
  chargeContainer(keyCount(copy));
  for (const key of keys) {
    if (typeof key !== 'string') return fail(`Cannot delete ${kindOf(key)} field of object`);
    delete copy[key];
  }
  return copy;
}

function deleteItems(array: JsonArray, keys: readonly Json[]): Json {
  const gone = new Set<number>();
  const slices: [number, number][] = [];
  for (const key of keys) {
    if (typeof key === 'number') {
      if (!Number.isNaN(key)) gone.add(Math.trunc(key) + (key < 0 ? array.length : 0));
    } else if (isObject(key)) {
      slices.push(bounds(array.length, sliceEdge(key, 'start'), sliceEdge(key, 'end')));
    } else {
      return fail(`Cannot delete ${kindOf(key)} element of array`);
    }
  }
  chargeContainer(array.length);
  charge(slices.length * (array.length / 16));
  return array.filter((_, i) => !gone.has(i) && !slices.some(([start, end]) => start <= i && i < end));
}
