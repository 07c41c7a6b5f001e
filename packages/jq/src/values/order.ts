import { JqError } from '../errors.ts';
import { charge } from '../meter.ts';
import { isArray, type Json, type JsonObject } from './json.ts';

/** jq refuses to compare deeper than this; so do we, with the same words. */
const DEPTH_MAX = 10_000;

/**
 * jq's total order: null < false < true < numbers < strings < arrays < objects. Strings by code point, arrays
 * item by item, objects first by their sorted keys and then by their values. NaN is below every number.
 */
export function compare(a: Json, b: Json): number {
  return isScalar(a) || isScalar(b) ? compareShallow(a, b) : compareDeep(a, b);
}

/** jq's `==`. NaN equals nothing. */
export function equals(a: Json, b: Json): boolean {
  if (isScalar(a) || isScalar(b)) return a === b;
  return compareDeep(a, b, 'Equality check too deep') === 0;
}

export function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object).sort(compareStrings);
}

export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // UTF-16 order differs from code point order only where a surrogate meets U+E000 to U+FFFF.
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? codePointRank(x) - codePointRank(y) : x - y;
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000;
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function rank(value: Json): number {
  switch (typeof value) {
    case 'boolean':
      return value ? 2 : 1;
    case 'number':
      return 3;
    case 'string':
      return 4;
    default:
      return value === null || value === undefined ? 0 : isArray(value) ? 5 : 6;
  }
}

function compareShallow(a: Json, b: Json): number {
  const order = rank(a) - rank(b);
  if (order !== 0) return order;
  if (typeof a === 'number' && typeof b === 'number') {
    return a < b ? -1 : a === b ? 0 : Number.isNaN(a) ? -1 : 1;
  }
  return typeof a === 'string' && typeof b === 'string' ? compareStrings(a, b) : 0;
}

type Frame = { a: readonly Json[]; b: readonly Json[]; next: number; tie: number };

/** With its own stack: values may be nested thousands deep, which is more than the native stack can take. */
function compareDeep(a: Json, b: Json, tooDeep = 'Comparison too deep'): number {
  const stack: Frame[] = [];
  let order = open(a, b, stack);
  while (order === 0) {
    const frame = stack.at(-1);
    if (frame === undefined) return 0;
    const i = frame.next++;
    if (i >= frame.a.length || i >= frame.b.length) {
      order = frame.tie;
      stack.pop();
      continue;
    }
    const x = frame.a[i] as Json;
    const y = frame.b[i] as Json;
    charge(1);
    if (isScalar(x) || isScalar(y)) {
      order = compareShallow(x, y);
      continue;
    }
    if (stack.length > DEPTH_MAX) throw new JqError(tooDeep, tooDeep);
    order = open(x, y, stack);
  }
  return order;
}

/** Pushes the items of two containers to compare; answers at once when their kinds or keys differ. */
function open(a: Json, b: Json, stack: Frame[]): number {
  const order = rank(a) - rank(b);
  if (order !== 0) return order;
  if (isArray(a) && isArray(b)) {
    stack.push({ a, b, next: 0, tie: a.length - b.length });
    return 0;
  }
  const keysA = sortedKeys(a as JsonObject);
  const keysB = sortedKeys(b as JsonObject);
  const shorter = Math.min(keysA.length, keysB.length);
  for (let i = 0; i < shorter; i++) {
    const byKey = compareStrings(keysA[i] as string, keysB[i] as string);
    if (byKey !== 0) return byKey;
  }
  if (keysA.length !== keysB.length) return keysA.length - keysB.length;
  const values = (object: JsonObject, keys: readonly string[]) => keys.map((key) => object[key] as Json);
  stack.push({ a: values(a as JsonObject, keysA), b: values(b as JsonObject, keysB), next: 0, tie: 0 });
  return 0;
}
