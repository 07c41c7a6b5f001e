import { compileEcma, type Regex, RegexLimitError, RegexSyntaxError } from '@millrace/jq';
import type { KeywordSite } from './compiler.ts';
import { SchemaCompileError, SchemaLimitError } from './errors.ts';
import type { Run } from './run.ts';
import { describe, type Fields, isFields, pointerToken } from './values.ts';

/** Refuses a keyword's value. */
export function refuse(site: KeywordSite, expected: string, ...keys: readonly (string | number)[]): never {
  const pointer = site.pointer + keys.map(pointerToken).join('');
  throw new SchemaCompileError(pointer, `${site.keyword} must be ${expected}, not ${describe(site.value)}.`);
}

export function expectNumber(site: KeywordSite): number {
  return typeof site.value === 'number' && Number.isFinite(site.value)
    ? site.value
    : refuse(site, 'a number');
}

/** A count; 2.0 is one as well. */
export function expectCount(site: KeywordSite): number {
  const isCount = typeof site.value === 'number' && Number.isInteger(site.value) && site.value >= 0;
  return isCount ? (site.value as number) : refuse(site, 'a whole number from 0 on');
}

export function expectString(site: KeywordSite): string {
  return typeof site.value === 'string' ? site.value : refuse(site, 'a string');
}

export function expectBoolean(site: KeywordSite): boolean {
  return typeof site.value === 'boolean' ? site.value : refuse(site, 'a boolean');
}

export function expectArray(site: KeywordSite): readonly unknown[] {
  return Array.isArray(site.value) ? site.value : refuse(site, 'an array');
}

export function expectFields(site: KeywordSite): Fields {
  return isFields(site.value) ? site.value : refuse(site, 'an object');
}

export function expectNames(
  site: KeywordSite,
  value: unknown,
  ...keys: readonly (string | number)[]
): readonly string[] {
  const isNames = Array.isArray(value) && value.every((name) => typeof name === 'string');
  return isNames ? value : refuse(site, 'an array of strings', ...keys);
}

/** A pattern that can be asked about texts, at the cost of the run. */
export interface Pattern {
  readonly test: (text: string, run: Run) => boolean;
}

export function expectPattern(site: KeywordSite, source: string, ...keys: readonly string[]): Pattern {
  const regex = compilePattern(site, source, keys);
  return { test: (text, run) => matches(regex, text, run) };
}

function matches(regex: Regex, text: string, run: Run): boolean {
  try {
    return regex.exec(text, 0, run.charge) !== null;
  } catch (error) {
    if (error instanceof RegexLimitError)
      throw new SchemaLimitError('steps', 'a pattern took more memory than it may');
    throw error;
  }
}

function compilePattern(site: KeywordSite, source: string, keys: readonly string[]): Regex {
  try {
    return compileEcma(source);
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    const pointer = site.pointer + keys.map(pointerToken).join('');
    const place = `at character ${error.offset + 1}`;
    throw new SchemaCompileError(
      pointer,
      `The pattern ${describe(source)} is ill-formed ${place}: ${error.message}.`,
    );
  }
}
