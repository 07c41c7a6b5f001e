import type { KeywordSite } from './compiler.ts';
import { isMultipleOf, ValueSet } from './equality.ts';
import { SchemaLimitError } from './errors.ts';
import {
  expectArray,
  expectCount,
  expectNames,
  expectNumber,
  expectPattern,
  expectString,
  refuse,
} from './expect.ts';
import { FORMATS } from './formats.ts';
import type { Keyword } from './keywords.ts';
import type { Check } from './run.ts';
import { codePointLength, count, describe, own, show, typeOf } from './values.ts';

/** type, const, enum, and the keywords about numbers and strings. */
export const scalarKeywords: readonly Keyword[] = [
  { name: 'type', on: 'any', compile: type },
  { name: 'const', on: 'any', compile: constant },
  { name: 'enum', on: 'any', compile: enumeration },
  { name: 'multipleOf', on: 'number', compile: multipleOf },
  { name: 'minimum', on: 'number', compile: (site) => bound(site, 'exclusiveMinimum', AT_LEAST, MORE_THAN) },
  { name: 'maximum', on: 'number', compile: (site) => bound(site, 'exclusiveMaximum', AT_MOST, LESS_THAN) },
  { name: 'exclusiveMinimum', on: 'number', compile: (site) => exclusiveBound(site, MORE_THAN) },
  { name: 'exclusiveMaximum', on: 'number', compile: (site) => exclusiveBound(site, LESS_THAN) },
  { name: 'minLength', on: 'string', compile: minLength },
  { name: 'maxLength', on: 'string', compile: maxLength },
  { name: 'pattern', on: 'string', compile: pattern },
  { name: 'format', on: 'any', compile: format },
];

const TYPES: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
]);

function type(site: KeywordSite): Check {
  const names = typeof site.value === 'string' ? [site.value] : expectNames(site, site.value);
  if (names.length === 0 || names.some((name) => !TYPES.has(name))) {
    return refuse(site, `one or more of ${[...TYPES].join(', ')}`);
  }
  const allowed = new Set(names);
  if (site.compiler.isNullable && own(site.schema, 'nullable') === true) allowed.add('null');
  const takesIntegers = allowed.has('integer') && !allowed.has('number');
  const expected = names.join(' or ');
  return (value, run) => {
    const found = typeOf(value);
    if (found !== null && allowed.has(found)) return true;
    if (takesIntegers && found === 'number' && Number.isInteger(value)) return true;
    return run.fail(site, () => `Expected ${expected}, found ${describe(value)}.`);
  };
}

function constant(site: KeywordSite): Check {
  const only = valueSet(site, [site.value]);
  return (value, run) =>
    only.has(value, run) || run.fail(site, () => `Expected ${show(site.value)}, found ${describe(value)}.`);
}

function enumeration(site: KeywordSite): Check {
  const allowed = valueSet(site, expectArray(site));
  if (site.compiler.isNullable && own(site.schema, 'nullable') === true) allowed.add(null, null);
  return (value, run) =>
    allowed.has(value, run) ||
    run.fail(site, () => `Expected one of ${show(site.value)}, found ${describe(value)}.`);
}

function valueSet(site: KeywordSite, values: readonly unknown[]): ValueSet {
  const set = new ValueSet();
  try {
    for (const value of values) set.add(value, null);
  } catch (error) {
    if (error instanceof SchemaLimitError) refuse(site, 'less deeply nested');
    throw error;
  }
  return set;
}

function multipleOf(site: KeywordSite): Check {
  const divisor = expectNumber(site);
  if (divisor <= 0) return refuse(site, 'a number above 0');
  return (value, run) =>
    isMultipleOf(value as number, divisor) ||
    run.fail(site, () => `Expected a multiple of ${divisor}, found ${describe(value)}.`);
}

/** A comparison and its name in messages. */
interface Bound {
  readonly words: string;
  readonly holds: (value: number, limit: number) => boolean;
}

const AT_LEAST: Bound = { words: 'at least', holds: (value, limit) => value >= limit };
const AT_MOST: Bound = { words: 'at most', holds: (value, limit) => value <= limit };
const MORE_THAN: Bound = { words: 'more than', holds: (value, limit) => value > limit };
const LESS_THAN: Bound = { words: 'less than', holds: (value, limit) => value < limit };

/** In draft-04 and OpenAPI 3.0 a boolean `exclusive...` beside it makes a bound exclusive. */
function bound(site: KeywordSite, exclusive: string, inclusiveBound: Bound, strictBound: Bound): Check {
  const isStrict = takesBooleanBounds(site) && own(site.schema, exclusive) === true;
  return compare(site, expectNumber(site), isStrict ? strictBound : inclusiveBound);
}

function exclusiveBound(site: KeywordSite, strictBound: Bound): Check | null {
  if (takesBooleanBounds(site)) {
    if (typeof site.value === 'boolean') return null;
    if (site.resource.dialect.name === 'draft-04') return refuse(site, 'a boolean');
  }
  return compare(site, expectNumber(site), strictBound);
}

function takesBooleanBounds(site: KeywordSite): boolean {
  return site.resource.dialect.name === 'draft-04' || site.compiler.isNullable;
}

function compare(site: KeywordSite, limit: number, { words, holds }: Bound): Check {
  return (value, run) =>
    holds(value as number, limit) ||
    run.fail(site, () => `Expected ${words} ${limit}, found ${describe(value)}.`);
}

function minLength(site: KeywordSite): Check {
  const min = expectCount(site);
  return (value, run) => {
    const text = value as string;
    if (text.length >= 2 * min) return true;
    run.step(text.length >> 6);
    const length = codePointLength(text);
    return (
      length >= min || run.fail(site, () => `Expected at least ${count(min, 'character')}, found ${length}.`)
    );
  };
}

function maxLength(site: KeywordSite): Check {
  const max = expectCount(site);
  return (value, run) => {
    const text = value as string;
    if (text.length <= max) return true;
    run.step(text.length >> 6);
    const length = codePointLength(text);
    return (
      length <= max || run.fail(site, () => `Expected at most ${count(max, 'character')}, found ${length}.`)
    );
  };
}

function pattern(site: KeywordSite): Check {
  const source = expectString(site);
  const compiled = expectPattern(site, source);
  return (value, run) =>
    compiled.test(value as string, run) ||
    run.fail(site, () => `Expected a text that matches ${source}, found ${describe(value)}.`);
}

/** A format that is not known is only a remark. */
function format(site: KeywordSite): Check | null {
  const name = expectString(site);
  const isWellFormed = FORMATS.get(name);
  if (isWellFormed === undefined || !site.compiler.assertsFormats) return null;
  return (value, run) => {
    if (typeof value !== 'string') return true;
    run.step(1 + (value.length >> 4));
    return (
      isWellFormed(value) || run.fail(site, () => `Expected the format ${name}, found ${describe(value)}.`)
    );
  };
}
