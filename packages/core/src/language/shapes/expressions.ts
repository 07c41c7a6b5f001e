/** Checks of expressions: each compiles, with the variables that are known where it stands. */
import { isJsonObject, type Json } from '../../model/json.ts';
import { unreachable } from '../../model/unreachable.ts';
import {
  type ExpressionText,
  findUnclosed,
  readCode,
  readExpectation,
  readExpression,
  readFree,
} from '../expression.ts';
import { secretReads } from '../secret-names.ts';
import { didYouMean } from '../suggest.ts';
import { type Check, child, describe, type Place, report, shorten } from './place.ts';

/** Bare jq or `${ … }`. */
export function expression(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'string') {
      const hint = typeof value === 'boolean' ? `; write it in quotes: '${value}'` : '';
      report(place, `expected ${noun} (an expression) but found ${describe(value)}${hint}`);
    } else if (value.trim() === '') {
      report(place, `expected ${noun} (an expression) but found an empty text`);
    } else if (/^\s*\$\{/.test(value) && !isWhole(value)) {
      checkUnclosed(value, value.indexOf('${'), place);
    } else {
      checkText(readExpression(value), place);
    }
  };
}

/** `input.from`, `output.as`, `export.as`: an expression, or an object with expressions in its leaves. */
export function transform(noun: string): Check {
  const text = expression(noun);
  return (value, place) => {
    if (typeof value === 'string') text(value, place);
    else if (isJsonObject(value)) checkFree(value, place);
    else report(place, `expected ${noun} (an expression or an object) but found ${describe(value)}`);
  };
}

/** `${ … }` that yields the list or object that may stand here instead; bare jq would be plain text. */
export function computed(noun: string): Check {
  return (value, place) => {
    if (typeof value !== 'string' || (place.walk.mode === 'strict' && !value.trimStart().startsWith('${'))) {
      report(
        place,
        `expected ${noun}, or an expression in '\${ }' that yields it, but found ${describe(value)}`,
      );
    } else if (place.walk.mode === 'strict') expression(noun)(value, place);
  };
}

/** Any JSON value; every text in it is read as a free value. */
export const free: Check = (value, place) => checkFree(value, place);

/** What a correlation expects: a constant or an expression. */
export const expectation: Check = (value, place) => {
  if (typeof value === 'string') checkText(readExpectation(value), place);
  else if (value === null || typeof value === 'object') {
    report(place, `expected a constant or an expression but found ${describe(value)}`);
  }
};

/** A script's source, or an expression that yields it. */
export const code: Check = (value, place) => {
  if (typeof value !== 'string')
    report(place, `expected the script's code (a text) but found ${describe(value)}`);
  else checkText(readCode(value), place);
};

export function checkFree(value: Json, place: Place): void {
  if (typeof value === 'string') {
    checkFreeText(value, place);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkFree(item, child(place, index));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) checkFree(member as Json, child(place, key));
  }
}

/** Whether the whole text is one `${ … }`. */
export function isWhole(value: string): boolean {
  return value.includes('${') && readCode(value).type === 'jq';
}

function checkFreeText(value: string, place: Place): void {
  // A text that fails in loose mode is itself, so there is nothing to refuse.
  if (place.walk.mode === 'loose' || !value.includes('${')) return;
  const unclosed = findUnclosed(value);
  if (unclosed === undefined) checkText(readFree(value, 'strict'), place);
  else checkUnclosed(value, unclosed, place);
}

/** Jq's own error, such as of a text in single quotes, may be why no end was found: it says more. */
function checkUnclosed(value: string, start: number, place: Place): void {
  const end = value.lastIndexOf('}');
  const fault = end > start ? place.walk.compile(value.slice(start + 2, end), place.variables) : undefined;
  if (fault !== undefined) report(place, fault.message, { type: 'inside', offset: start + 2 + fault.offset });
  else report(place, closing(value, start), { type: 'inside', offset: start });
}

function closing(value: string, start: number): string {
  if (findUnclosed(value) !== start) return "expected nothing after the '}' of an expression";
  return "'${' is not closed by '}'";
}

function checkText(text: ExpressionText, place: Place): void {
  switch (text.type) {
    case 'literal':
      return;
    case 'jq':
      checkJq(text.source, text.offset, place);
      return;
    case 'template':
      for (const part of text.parts) if (typeof part !== 'string') checkJq(part.source, part.offset, place);
      return;
    default:
      unreachable(text);
  }
}

function checkJq(source: string, offset: number, place: Place): void {
  const fault = place.walk.compile(source, place.variables);
  if (fault !== undefined) report(place, fault.message, { type: 'inside', offset: offset + fault.offset });
  else checkSecrets(source, offset, place);
}

function checkSecrets(source: string, offset: number, place: Place): void {
  const { secrets } = place.walk.names;
  for (const read of secretReads(source)) {
    if (secrets.has(read.name)) continue;
    const message = `no secret '${shorten(read.name)}' in use.secrets${didYouMean(read.name, secrets)}`;
    report(place, message, { type: 'inside', offset: offset + read.offset });
  }
}
