/** Combinators: tables of fields compiled to checks, whose errors are sentences of the language's own words. */
import type { Json, JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import { didYouMean, suggest } from '../suggest.ts';
import { type Check, child, describe, type Place, report, shorten } from './place.ts';

export interface ObjectOptions {
  readonly required?: readonly string[];
  /** exactly one of these members must be there */
  readonly exactlyOne?: readonly string[];
  /** members that the table does not name are accepted as they are */
  readonly open?: boolean;
  /** members that are often written here and belong elsewhere: what is to be said of each, after "it" */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** what is likely meant by a text in the object's place */
  readonly meant?: (text: string) => string | undefined;
  /** runs on an object whose members have been checked */
  readonly also?: (value: JsonObject, place: Place) => void;
}

/**
 * An object with these members, checked in the order of the table.
 *
 * @param noun what the object is, with its article: "a retry policy"
 */
export function object(
  noun: string,
  fields: Readonly<Record<string, Check>>,
  options: ObjectOptions = {},
): Check {
  const table = new Map(Object.entries(fields));
  return (value, place) => {
    if (!isJsonObject(value)) {
      const meant = typeof value === 'string' ? options.meant?.(shorten(value)) : undefined;
      const hint = meant === undefined ? '' : `; did you mean { ${meant} }?`;
      report(place, `expected ${noun} (an object) but found ${describe(value)}${hint}`);
      return;
    }
    for (const [key, check] of table) {
      if (Object.hasOwn(value, key)) check(value[key] as Json, child(place, key));
    }
    if (options.open !== true) {
      for (const key of Object.keys(value))
        if (!table.has(key)) reportUnknown(noun, key, table, place, options.elsewhere);
    }
    for (const key of options.required ?? []) {
      if (Object.hasOwn(value, key)) continue;
      const mistyped = findMistyped(value, key, [...table.keys()]);
      if (mistyped === undefined) report(place, `expected the property '${key}' in ${noun}`);
      else if (options.open === true) reportUnknown(noun, mistyped, table, place);
    }
    if (options.exactlyOne !== undefined) checkExactlyOne(noun, options.exactlyOne, value, table, place);
    options.also?.(value, place);
  };
}

/** For `elsewhere`: the same of several members. */
export function ofEach(names: string, says: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, says]));
}

/** An object whose members all pass one check. */
export function mapOf(noun: string, check: Check): Check {
  return (value, place) => {
    if (!isJsonObject(value)) {
      report(place, `expected ${noun} (an object) but found ${describe(value)}`);
      return;
    }
    for (const key of Object.keys(value)) check(value[key] as Json, child(place, key));
  };
}

export function listOf(noun: string, check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) {
      report(place, `expected ${noun} (a list) but found ${describe(value)}`);
      return;
    }
    for (const [index, item] of value.entries()) check(item, child(place, index));
  };
}

/** Chooses a check by the kind of the value. */
export function byType(
  noun: string,
  checks: { readonly text?: Check; readonly object?: Check; readonly list?: Check },
): Check {
  return (value, place) => {
    const check =
      typeof value === 'string'
        ? checks.text
        : Array.isArray(value)
          ? checks.list
          : isJsonObject(value) && checks.object;
    if (check) check(value, place);
    else report(place, `expected ${noun} but found ${describe(value)}`);
  };
}

/** Lets tables refer to each other in a circle. */
export function lazy(get: () => Check): Check {
  let check: Check | undefined;
  return (value, place) => {
    check ??= get();
    check(value, place);
  };
}

/** A list of tasks within a task. */
export const nestedTasks: Check = (value, place) => place.walk.tasks(value, place);

/** The one member of an entry of a list of named things, or undefined after reporting what it is instead. */
export function namedEntry(noun: string, value: Json, place: Place): readonly [string, Json] | undefined {
  const keys = isJsonObject(value) ? Object.keys(value) : [];
  const [name] = keys;
  if (!isJsonObject(value) || name === undefined) {
    report(place, `expected ${noun} by its name, such as 'name: …', but found ${describe(value)}`);
    return undefined;
  }
  if (keys.length > 1) {
    const hint = value[name] === null ? `; indent what belongs to '${shorten(name)}' below it` : '';
    report(place, `expected ${noun} by its name alone but found ${keys.length} properties${hint}`);
    return undefined;
  }
  return [name, value[name] as Json];
}

export function reportUnknown(
  noun: string,
  key: string,
  known: ReadonlyMap<string, unknown>,
  place: Place,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const names = [...known.keys()];
  const hint = Object.hasOwn(elsewhere, key)
    ? `; it ${elsewhere[key]}`
    : didYouMean(key, names) || `; expected ${names.length === 1 ? '' : 'one of '}${names.join(', ')}`;
  report(
    child(place, key),
    `unknown property '${shorten(key)}' in ${noun}${names.length === 0 ? '' : hint}`,
    {
      type: 'key',
    },
  );
}

/** Whether an unknown member stands for an absent one: that member is reported, so its absence need not be. */
export function isMistyped(value: JsonObject, name: string, known: readonly string[]): boolean {
  return findMistyped(value, name, known) !== undefined;
}

function findMistyped(value: JsonObject, name: string, known: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !known.includes(key) && suggest(key, known) === name);
}

function checkExactlyOne(
  noun: string,
  names: readonly string[],
  value: JsonObject,
  table: ReadonlyMap<string, unknown>,
  place: Place,
): void {
  const found = names.filter((name) => Object.hasOwn(value, name));
  const [, second] = found;
  if (found.length === 0) {
    if (names.some((name) => isMistyped(value, name, [...table.keys()]))) return;
    report(place, `expected one of ${names.join(', ')} in ${noun}`);
  } else if (second !== undefined) {
    const both = found.map((name) => `'${name}'`).join(' and ');
    report(child(place, second), `expected only one of ${names.join(', ')} in ${noun} but found ${both}`, {
      type: 'key',
    });
  }
}
