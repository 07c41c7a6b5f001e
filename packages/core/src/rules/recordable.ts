/**
 * Values as the log will hold them. What the live state keeps must be what a fold of the log reads: jq has numbers
 * that JSON has not, and a value can nest so deep, or unfold to so much, that it cannot be written at all.
 */
import type { Json, JsonObject } from '../model/json.ts';
import { standardFault } from './fault.ts';

/** Levels of lists and objects in a value: what writes or reads it later goes into them by recursion. */
export const valueDepthMax = 1_000;

/**
 * What an expression gave, with numbers that JSON can hold. Throws an `expression` fault when it nests deeper than
 * `valueDepthMax` levels or takes more than about `bytesMax` bytes as JSON; `source` begins its sentence.
 */
export function recordable(value: Json, bytesMax: number, source: string): Json {
  const survey: Survey = { bytesLeft: bytesMax, odd: false, source };
  visit(value, 0, survey);
  return survey.odd ? replaceNumbers(value) : value;
}

/** The value with numbers that JSON can hold: itself, when it has no others. */
export function withJsonNumbers(value: Json): Json {
  return holdsOddNumber(value) ? replaceNumbers(value) : value;
}

interface Survey {
  bytesLeft: number;
  /** it holds a number that JSON has not */
  odd: boolean;
  readonly source: string;
}

function visit(value: Json, depth: number, survey: Survey): void {
  if (typeof value === 'number' && isOdd(value)) survey.odd = true;
  survey.bytesLeft -= typeof value === 'string' ? value.length + 2 : 2;
  if (survey.bytesLeft < 0) throw refuse(survey, 'its result takes more bytes than a value may have');
  if (typeof value !== 'object' || value === null) return;
  if (depth >= valueDepthMax)
    throw refuse(survey, `its result is nested deeper than ${valueDepthMax} levels`);
  if (Array.isArray(value)) {
    for (const item of value) visit(item, depth + 1, survey);
    return;
  }
  const members = value as JsonObject;
  for (const name in members) {
    survey.bytesLeft -= name.length;
    visit(members[name] as Json, depth + 1, survey);
  }
}

function refuse({ source }: Survey, problem: string): Error {
  return standardFault('expression', `${source.trim()}: ${problem}`);
}

function isOdd(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0);
}

function holdsOddNumber(value: Json): boolean {
  if (typeof value === 'number') return isOdd(value);
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.some(holdsOddNumber) : Object.values(value).some(holdsOddNumber);
}

function replaceNumbers(value: Json): Json {
  if (typeof value === 'number') return jsonNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(replaceNumbers);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaceNumbers(member)]));
}

/** As jq prints them: an infinity is the greatest number, what is no number is null. */
function jsonNumber(value: number): Json {
  if (Number.isNaN(value)) return null;
  if (value === 0) return 0;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}
