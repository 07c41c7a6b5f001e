/** Values in steps: reading, comparing, showing, and changing them into what they are not. */
import { isDeepStrictEqual } from 'node:util';
import { sameErrorType } from '@millrace/core';
import { parse as parseYaml } from 'yaml';
import type { Value } from '../runtime.ts';

export type RecordValue = { readonly [key: string]: Value };

/** A document is YAML unless it says otherwise; JSON is YAML, too. */
export function readYaml(text: string): Value {
  return parseYaml(text) as Value;
}

export function isRecord(value: Value | undefined): value is RecordValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** The first place at which `found` lacks what is expected, as a sentence; objects may have more members. */
export function lacking(what: string, found: Value | undefined, expected: Value): string | undefined {
  if (!isRecord(expected)) {
    if (isEqual(found, expected) || areSameErrorType(found, expected)) return undefined;
    return `${what} should be ${show(expected)}, but is ${show(found)}`;
  }
  if (!isRecord(found)) return `${what} should be an object, but is ${show(found)}`;
  for (const [name, value] of Object.entries(expected)) {
    const complaint = lacking(
      `'${name}' of ${what}`,
      Object.hasOwn(found, name) ? found[name] : undefined,
      value,
    );
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** The standard has spelled the types of its errors in several ways: what means the same is the same. */
function areSameErrorType(found: Value | undefined, expected: Value): boolean {
  return typeof found === 'string' && typeof expected === 'string' && sameErrorType(found, expected);
}

/** Follows dots through objects, and numbers through arrays. */
export function memberAt(value: Value, path: string): Value | undefined {
  let found: Value | undefined = value;
  for (const name of path.split('.')) {
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isRecord(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

/** Values that differ from the given one, each in one place: what expects them must fail. */
export function changed(value: Value): Value[] {
  if (isRecord(value)) {
    const names = Object.keys(value);
    if (names.length === 0) return [{ notThere: true }];
    return names.flatMap((name) =>
      changed(value[name] ?? null).map((other) => ({ ...value, [name]: other })),
    );
  }
  if (Array.isArray(value)) return [[...value, 'one more'], ...(value.length > 0 ? [value.slice(1)] : [])];
  if (typeof value === 'string') return [`${value} not`];
  if (typeof value === 'number') return [value + 1];
  return value === null ? ['not null'] : [!value];
}

export function show(value: Value | undefined): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** Without prototypes, so that only the data counts. */
function plain(value: Value | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
