/** Checks of single values: texts, numbers, names, durations, URIs. */
import type { Json } from '../../model/json.ts';
import { parseDuration } from '../duration.ts';
import { readFree } from '../expression.ts';
import { didYouMean, suggest } from '../suggest.ts';
import { checkTemplate } from '../uri-template.ts';
import { checkFree, isWhole } from './expressions.ts';
import { type Check, child, describe, type Place, report, shorten } from './place.ts';

const semver =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** Three numbers, and what the rules of semantic versions let follow them. */
export function isVersion(text: string): boolean {
  return semver.test(text);
}

export const version: Check = (value, place) => {
  if (typeof value !== 'string')
    report(place, `expected a semantic version (a text) but found ${describe(value)}${versionHint(value)}`);
  else if (!isVersion(value))
    report(place, `expected a semantic version (three numbers such as 1.0.0) but found ${describe(value)}`);
  else if (value.length > versionCharsMax)
    report(place, `expected a version of at most ${versionCharsMax} characters but found ${value.length}`);
};

/** It is part of names by which a workflow is found; a store's index takes no longer ones. */
const versionCharsMax = 128;

/** YAML reads 1.0 as the number 1, so what was written is not known. */
export function versionHint(value: Json): string {
  if (typeof value !== 'number' || !/^\d+(?:\.\d+)?$/.test(String(value))) return '';
  const [major, minor = '0'] = String(value).split('.');
  return `; a version has three numbers: ${major}.${minor}.0`;
}

/** Any JSON value, taken as it is. */
export const anything: Check = () => {};

export function text(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'string')
      report(place, `expected ${noun} (a text) but found ${describe(value)}${quoteHint(value)}`);
    else if (value.trim() === '') report(place, `expected ${noun} but found an empty text`);
  };
}

/** A text in which `${ … }` is evaluated. */
export function freeText(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'string')
      report(place, `expected ${noun} (a text) but found ${describe(value)}${quoteHint(value)}`);
    else checkFree(value, place);
  };
}

/** A text, a number or a boolean; expressions are evaluated. */
export function freeScalar(noun: string): Check {
  return (value, place) => {
    if (value === null || typeof value === 'object')
      report(place, `expected ${noun} (a text) but found ${describe(value)}`);
    else checkFree(value, place);
  };
}

/** A scalar, or a list of them: the name of a form or of a query is repeated for each. */
export function freeScalars(noun: string): Check {
  const scalar = freeScalar(noun);
  return (value, place) => {
    if (!Array.isArray(value)) return scalar(value, place);
    for (const [index, item] of value.entries()) scalar(item as Json, child(place, index));
  };
}

/** A text that is not empty, in which `${ … }` is evaluated. */
export function filledText(noun: string): Check {
  const check = freeText(noun);
  return (value, place) => {
    if (typeof value === 'string' && value.trim() === '')
      report(place, `expected ${noun} but found an empty text`);
    else check(value, place);
  };
}

export function matching(noun: string, pattern: RegExp, meaning: string): Check {
  return (value, place) => {
    if (typeof value !== 'string')
      report(place, `expected ${noun} (a text) but found ${describe(value)}${quoteHint(value)}`);
    else if (!pattern.test(value))
      report(place, `expected ${noun} (${meaning}) but found ${describe(value)}`);
  };
}

export function integer(noun: string, minimum: number, maximum: number): Check {
  return (value, place) => {
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
    if (fits) return;
    const range = maximum === Number.MAX_SAFE_INTEGER ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`;
    report(place, `expected ${noun} (a whole number${range}) but found ${describe(value)}`);
  };
}

/** A number, or an expression that yields one. */
export function orExpression(check: Check): Check {
  return (value, place) => {
    if (typeof value === 'string' && isWhole(value)) checkFree(value, place);
    else check(value, place);
  };
}

export function boolean(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'boolean')
      report(place, `expected ${noun} (true or false) but found ${describe(value)}`);
  };
}

export function oneOf(noun: string, choices: readonly string[]): Check {
  return (value, place) => {
    if (typeof value === 'string' && choices.includes(value)) return;
    const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
    report(place, `expected ${noun} to be one of ${choices.join(', ')} but found ${describe(value)}${hint}`);
  };
}

/** A name under which expressions see a value. */
export function variable(noun: string): Check {
  return matching(noun, /^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and '_', without '$'");
}

/** A name that stands in a section of `use`. */
export function reference(
  noun: string,
  section: 'authentications' | 'errors' | 'retries' | 'secrets' | 'timeouts',
): Check {
  return (value, place) => {
    const names = place.walk.names[section];
    if (typeof value !== 'string') {
      report(place, `expected the name of ${noun} in use.${section} but found ${describe(value)}`);
    } else if (!names.has(value)) {
      report(
        place,
        `no ${noun.replace(/^an? /, '')} '${shorten(value)}' in use.${section}${didYouMean(value, names)}`,
      );
    } else {
      recordUse(`${section}/${value}`, place);
    }
  };
}

function recordUse(key: string, place: Place): void {
  const scopes = place.walk.uses.get(key) ?? new Map<string, readonly string[]>();
  scopes.set(place.variables.join(' '), place.variables);
  place.walk.uses.set(key, scopes);
}

export const duration: Check = (value, place) => {
  if (typeof value === 'string' && isWhole(value)) {
    checkFree(value, place);
    return;
  }
  const parsed = parseDuration(value);
  if (parsed.ok) return;
  const unit = isObject(value)
    ? Object.keys(value).find((key) => !parseDuration({ [key]: value[key] }).ok)
    : undefined;
  if (unit === undefined) report(place, parsed.message);
  else
    report(child(place, unit), `${parsed.message}${unitHint(unit)}`, {
      type: units.includes(unit) ? 'value' : 'key',
    });
};

const units = ['days', 'hours', 'minutes', 'seconds', 'milliseconds'];

function unitHint(unit: string): string {
  const hint = suggest(unit, units);
  return units.includes(unit) || hint === undefined ? '' : `; did you mean '${hint}'?`;
}

/** A URI template, relative references included, or a text with expressions. */
export function uri(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'string' || value.trim() === '') {
      report(place, `expected ${noun} (a URI, a URI template or an expression) but found ${describe(value)}`);
      return;
    }
    if (value.includes('${')) checkUriWithExpressions(value, place);
    else checkUriTemplate(value, 0, place);
  };
}

function checkUriWithExpressions(value: string, place: Place): void {
  checkFree(value, place);
  const read = readFree(value, 'strict');
  if (read.type !== 'template') return;
  let offset = 0;
  for (const part of read.parts) {
    if (typeof part === 'string') {
      checkUriTemplate(part, offset, place);
      offset += part.length;
    } else {
      offset = part.offset + part.source.length + 1;
    }
  }
}

function checkUriTemplate(template: string, offset: number, place: Place): void {
  const fault = checkTemplate(template);
  if (fault !== undefined) report(place, fault.message, { type: 'inside', offset: offset + fault.offset });
}

function quoteHint(value: Json): string {
  return typeof value === 'number' || typeof value === 'boolean' ? `; write it in quotes: '${value}'` : '';
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
