/**
 * Whether an event is one that a filter takes. Whoever asks says how expressions are evaluated: a decision has all
 * variables, the matcher, which asks for all executions of a definition at once, has none.
 */
import { compileEcma, type Regex } from '@millrace/jq';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import type { EventFilter, Expression, Pattern, Template } from '../program/program.ts';
import { canonicalText } from '../schema/equality.ts';
import { SchemaLimitError } from '../schema/errors.ts';

/** `own`: it depends on the execution's own data, which is not at hand. */
export type Evaluated = { readonly type: 'value'; readonly value: Json } | { readonly type: 'own' };

export interface FilterSight {
  /** Throws when the expression fails: the event is none that is meant. */
  evaluate(template: Template | Expression, dot: Json): Evaluated;
  /** counts the steps of a regular expression, and throws when they are too many */
  charge(steps: number): void;
}

/** What a filter says of an event. */
export type Matched =
  | {
      readonly type: 'match';
      /** what its correlations extract, by name */
      readonly values: Readonly<Record<string, Json>>;
      /** predicates over the execution's own data, which are still to be asked */
      readonly own: readonly string[];
    }
  | {
      readonly type: 'miss';
      /** the member of `with`, or `correlate.NAME` */
      readonly predicate: string;
      readonly detail?: string;
    };

export function matchFilter(filter: EventFilter, event: JsonObject, sight: FilterSight): Matched {
  const own: string[] = [];
  for (const [name, pattern] of filter.with) {
    const missed = asked(name, () => {
      if (!Object.hasOwn(event, name)) return `the event has no ${name}`;
      const fits = matchPattern(pattern, event[name] as Json, sight);
      if (fits === 'own') own.push(name);
      return fits === false ? '' : undefined;
    });
    if (missed !== undefined) return missed;
  }
  const values: Record<string, Json> = {};
  for (const { name, from } of filter.correlate) {
    const missed = asked(`correlate.${name}`, () => {
      const extracted = sight.evaluate(from, event);
      if (extracted.type === 'own')
        throw new Error('broken rule: what is extracted depends on the event alone');
      if (extracted.value === null) return 'the event has no value for it';
      if (!isComparable(extracted.value)) return 'the value for it nests too deep to be compared';
      values[name] = extracted.value;
      return undefined;
    });
    if (missed !== undefined) return missed;
  }
  return { type: 'match', values, own };
}

/** One predicate; its answer says what is wrong, and what it throws as well. */
function asked(predicate: string, ask: () => string | undefined): Matched | undefined {
  let detail: string | undefined;
  try {
    detail = ask();
  } catch (error) {
    if (!(error instanceof Error) || error.message.startsWith('broken rule')) throw error;
    detail = error.message;
  }
  if (detail === undefined) return undefined;
  return { type: 'miss', predicate, ...(detail === '' ? {} : { detail }) };
}

const regexes = new WeakMap<Pattern, Regex>();

function matchPattern(pattern: Pattern, value: Json, sight: FilterSight): boolean | 'own' {
  switch (pattern.type) {
    case 'equals':
      return sameValue(pattern.value, value);
    case 'text':
      if (pattern.value === value) return true;
      return pattern.regex && typeof value === 'string' && fits(pattern, pattern.value, value, sight);
    case 'object':
      return matchMembers(pattern.members, value, sight);
    case 'computed': {
      const wanted = sight.evaluate(pattern.value, value);
      if (wanted.type === 'own') return 'own';
      return typeof wanted.value === 'boolean' ? wanted.value : sameValue(wanted.value, value);
    }
    default:
      return unreachable(pattern);
  }
}

function matchMembers(
  members: Extract<Pattern, { type: 'object' }>['members'],
  value: Json,
  sight: FilterSight,
): boolean | 'own' {
  if (!isJsonObject(value)) return false;
  let own = false;
  for (const [name, member] of members) {
    if (!Object.hasOwn(value, name)) return false;
    const fit = matchPattern(member, value[name] as Json, sight);
    if (fit === false) return false;
    own ||= fit === 'own';
  }
  return own ? 'own' : true;
}

/** From its beginning to its end. */
function fits(pattern: Pattern, source: string, value: string, sight: FilterSight): boolean {
  const regex = regexes.get(pattern) ?? compileEcma(`^(?:${source})$`);
  regexes.set(pattern, regex);
  return regex.exec(value, 0, (steps) => sight.charge(steps)) !== null;
}

export function sameValue(a: Json, b: Json): boolean {
  return a === b || canonicalText(a, null) === canonicalText(b, null);
}

/** Whether a correlation can have the value: what nests deeper than values are compared is nobody's key. */
export function isComparable(value: Json): boolean {
  try {
    keyText(value);
    return true;
  } catch (error) {
    if (error instanceof SchemaLimitError) return false;
    throw error;
  }
}

/**
 * A correlation's value as it is compared: a number and the text of it are one key, since it stands in a path here and in
 * JSON there.
 */
export function keyText(value: Json): string {
  return typeof value === 'string' ? value : canonicalText(value, null);
}

export function sameKey(a: Json, b: Json): boolean {
  return keyText(a) === keyText(b);
}
