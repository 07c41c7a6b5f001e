import { JqError } from '../errors.ts';
import { charge, chargeContainer, chargeSize } from '../meter.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, setKey } from './json.ts';
import { compare, equals } from './order.ts';
import { describe, fail } from './print.ts';

/** jq merges objects no deeper than this. */
const MERGE_DEPTH_MAX = 10_000;

/** Bytes of the longest string that `*` makes. */
const REPEAT_BYTES_MAX = 2_147_483_600;

export function add(a: Json, b: Json, owned?: Set<Json>): Json {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === null) return b;
  if (b === null) return a;
  if (typeof a === 'string' && typeof b === 'string') {
    // A concatenation shares its longer part, so appending in a loop is charged for what it appends.
    chargeSize(Math.min(a.length, b.length) + 16);
    return a + b;
  }
  if (isArray(a) && isArray(b)) return concatenate(a, b, owned);
  if (isObject(a) && isObject(b)) return merge(a, b, owned);
  return fail(`${describe(a)} and ${describe(b)} cannot be added`);
}

function concatenate(a: JsonArray, b: JsonArray, owned: Set<Json> | undefined): Json {
  if (owned?.has(a) && a !== b) {
    chargeContainer(b.length);
    for (const value of b) (a as Json[]).push(value);
    return a;
  }
  chargeContainer(a.length + b.length);
  const sum = a.concat(b);
  owned?.add(sum);
  return sum;
}

function merge(a: JsonObject, b: JsonObject, owned: Set<Json> | undefined): Json {
  const keys = Object.keys(b);
  const isOwned = owned?.has(a) === true;
  chargeContainer(isOwned ? keys.length : keys.length + Object.keys(a).length);
  if (!isOwned) {
    const sum = { ...a, ...b };
    owned?.add(sum);
    return sum;
  }
  for (const key of keys) setKey(a, key, b[key] as Json);
  return a;
}

export function subtract(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (!isArray(a) || !isArray(b)) return fail(`${describe(a)} and ${describe(b)} cannot be subtracted`);
  chargeContainer(a.length);
  const scalars = new Set<Json>(b.filter((value) => typeof value !== 'object' || value === null));
  scalars.delete(Number.NaN);
  const others = b.filter((value) => typeof value === 'object' && value !== null);
  charge(a.length * (1 + others.length));
  return a.filter((value) => !scalars.has(value) && !others.some((other) => equals(value, other)));
}

export function multiply(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (typeof a === 'string' && typeof b === 'number') return repeat(a, b);
  if (typeof a === 'number' && typeof b === 'string') return repeat(b, a);
  if (isObject(a) && isObject(b)) return mergeDeep(a, b);
  return fail(`${describe(a)} and ${describe(b)} cannot be multiplied`);
}

function repeat(text: string, count: number): Json {
  if (count < 0 || Number.isNaN(count)) return null;
  const times = Math.min(Math.trunc(count), 2_147_483_647);
  if (text.length * times >= REPEAT_BYTES_MAX) return fail('Repeat string result too long');
  if (text === '') return '';
  chargeSize(text.length * times);
  return text.repeat(times);
}

type Merge = { target: Record<string, Json>; source: JsonObject; keys: readonly string[]; next: number };

/** With its own stack, because objects may be nested thousands deep. */
function mergeDeep(a: JsonObject, b: JsonObject): Json {
  const open = (left: JsonObject, right: JsonObject): Merge => {
    const keys = Object.keys(right);
    chargeContainer(keys.length + Object.keys(left).length);
    return { target: { ...left }, source: right, keys, next: 0 };
  };
  const root = open(a, b);
  const stack = [root];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    if (level.next === level.keys.length) {
      stack.pop();
      continue;
    }
    const key = level.keys[level.next++] as string;
    charge(1);
    const value = level.source[key] as Json;
    const existing = Object.hasOwn(level.target, key) ? (level.target[key] as Json) : null;
    if (isObject(existing) && isObject(value)) {
      if (stack.length > MERGE_DEPTH_MAX) return fail('Object merge too deep');
      const inner = open(existing, value);
      setKey(level.target, key, inner.target);
      stack.push(inner);
    } else {
      setKey(level.target, key, value);
    }
  }
  return root.target;
}

export function divide(a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0)
      return fail(`${describe(a)} and ${describe(b)} cannot be divided because the divisor is zero`);
    return a / b;
  }
  if (typeof a === 'string' && typeof b === 'string') return split(a, b);
  return fail(`${describe(a)} and ${describe(b)} cannot be divided`);
}

export function split(text: string, separator: string): Json {
  chargeSize(text.length);
  const parts = text === '' ? [] : separator === '' ? [...text] : text.split(separator);
  chargeContainer(parts.length);
  return parts;
}

export function remainder(a: Json, b: Json): Json {
  if (typeof a !== 'number' || typeof b !== 'number') {
    return fail(`${describe(a)} and ${describe(b)} cannot be divided (remainder)`);
  }
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  const divisor = Math.trunc(b);
  if (divisor === 0) {
    return fail(
      `${describe(a)} and ${describe(b)} cannot be divided (remainder) because the divisor is zero`,
    );
  }
  if (isInt32(a) && isInt32(divisor)) return (Math.trunc(a) % divisor) + 0;
  return Number(toInt64(a) % toInt64(divisor));
}

function isInt32(value: number): boolean {
  return value >= -2147483648 && value <= 2147483647;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

function toInt64(value: number): bigint {
  if (value < -(2 ** 63)) return INT64_MIN;
  return value >= 2 ** 63 ? INT64_MAX : BigInt(Math.trunc(value));
}

export function negate(value: Json): Json {
  return typeof value === 'number' ? -value : fail(`${describe(value)} cannot be negated`);
}

export function isLess(a: Json, b: Json): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b || Number.isNaN(a);
  return compare(a, b) < 0;
}

const CONTAINMENT_DEPTH_MAX = 10_000;

export function contains(a: Json, b: Json): boolean {
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b;
  const sameKind = typeof a === typeof b && isArray(a) === isArray(b) && (a === null) === (b === null);
  if (!sameKind) return fail(`${describe(a)} and ${describe(b)} cannot have their containment checked`);
  return containsAt(a, b, 0);
}

/** Follows a lone item in a loop, so that deep nesting without branches needs no native stack. */
function containsAt(left: Json, right: Json, depthAtStart: number): boolean {
  let a = left;
  let b = right;
  for (let depth = depthAtStart; ; depth++) {
    charge(1);
    if (depth > CONTAINMENT_DEPTH_MAX) {
      throw new JqError('Containment check too deep', 'Containment check too deep');
    }
    if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
    if (isArray(a) && isArray(b)) {
      if (b.length === 0) return true;
      if (a.length === 1 && b.length === 1) {
        a = a[0] as Json;
        b = b[0] as Json;
        continue;
      }
      const items = a;
      const below = depth + 1;
      return b.every((wanted) => items.some((item) => containsAt(item, wanted, below)));
    }
    if (isObject(a) && isObject(b)) {
      const object = a;
      const wanted = b;
      const below = depth + 1;
      return Object.keys(wanted).every(
        (key) => Object.hasOwn(object, key) && containsAt(object[key] as Json, wanted[key] as Json, below),
      );
    }
    return equals(a, b);
  }
}
