import { charge, chargeContainer, chargeSize } from '../meter.ts';
import { isArray, isPair, type Json } from '../values/json.ts';
import { add, split } from '../values/operators.ts';
import { describe, fail, stringify } from '../values/print.ts';
import { type Builtins, parametric, unary, valued } from './define.ts';
import { format } from './formats.ts';

/** Strings without regular expressions. */
export const STRINGS: Builtins = {
  'startswith/1': valued((input, prefix) => {
    if (typeof input !== 'string' || typeof prefix !== 'string')
      return fail('startswith() requires string inputs');
    return input.startsWith(prefix);
  }),
  'endswith/1': valued((input, suffix) => {
    if (typeof input !== 'string' || typeof suffix !== 'string')
      return fail('endswith() requires string inputs');
    return input.endsWith(suffix);
  }),
  'ltrimstr/1': parametric((input, prefix) => trimLeft(input, prefix as Json)),
  'rtrimstr/1': parametric((input, suffix) => trimRight(input, suffix as Json)),
  'trimstr/1': parametric((input, affix) => trimRight(trimLeft(input, affix as Json), affix as Json)),
  'trim/0': unary((input) => trimSpace(input, true, true)),
  'ltrim/0': unary((input) => trimSpace(input, true, false)),
  'rtrim/0': unary((input) => trimSpace(input, false, true)),
  'split/1': valued((input, separator) => {
    if (typeof input !== 'string' || typeof separator !== 'string')
      return fail('split input and separator must be strings');
    return split(input, separator);
  }),
  'join/1': parametric((input, separator) => join(input, separator as Json)),
  'explode/0': unary(explode),
  'implode/0': unary(implode),
  'ascii/0': unary((input) => implode([input])),
  'ascii_downcase/0': unary((input) => mapAscii(input, /[A-Z]+/g, (text) => text.toLowerCase())),
  'ascii_upcase/0': unary((input) => mapAscii(input, /[a-z]+/g, (text) => text.toUpperCase())),
  '_strindices/1': valued((input, wanted) => {
    if (typeof input !== 'string')
      return fail(`${describe(input)} cannot be searched, as it is not a string`);
    return typeof wanted === 'string'
      ? stringIndices(input, wanted)
      : fail(`${describe(wanted as Json)} is not a string`);
  }),
  'format/1': valued((input, name) => {
    if (typeof name !== 'string') return fail(`${describe(name as Json)} is not a valid format`);
    return format(name, input);
  }),
};

function trimLeft(input: Json, prefix: Json): Json {
  if (typeof input !== 'string' || typeof prefix !== 'string')
    return fail('startswith() requires string inputs');
  return input.startsWith(prefix) ? input.slice(prefix.length) : input;
}

function trimRight(input: Json, suffix: Json): Json {
  if (typeof input !== 'string' || typeof suffix !== 'string')
    return fail('endswith() requires string inputs');
  return input.endsWith(suffix) ? input.slice(0, input.length - suffix.length) : input;
}

/** Unicode white space as jq has it: what the language trims, and U+0085, but not the byte order mark. */
const SPACES = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACES}+`);
const SPACE = new RegExp(SPACES);

function trimSpace(input: Json, atStart: boolean, atEnd: boolean): Json {
  if (typeof input !== 'string') return fail('trim input must be a string');
  const text = atStart ? input.replace(LEADING, '') : input;
  if (!atEnd) return text;
  // A regular expression anchored at the end would be tried at every space of the text.
  let end = text.length;
  while (end > 0 && SPACE.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}

function join(input: Json, separator: Json): Json {
  const items = isArray(input)
    ? input
    : typeof input === 'object' && input !== null
      ? Object.values(input)
      : undefined;
  if (items === undefined) return fail(`Cannot iterate over ${describe(input)}`);
  charge(items.length);
  let text: Json = null;
  for (const item of items as readonly Json[]) {
    const head: Json = text === null ? '' : add(text, separator);
    text = add(head, typeof item === 'boolean' || typeof item === 'number' ? stringify(item) : (item ?? ''));
  }
  return text ?? '';
}

function explode(input: Json): Json {
  if (typeof input !== 'string') return fail('explode input must be a string');
  chargeContainer(input.length);
  const codes: number[] = [];
  for (const character of input) codes.push(character.codePointAt(0) as number);
  return codes;
}

const REPLACEMENT = 0xfffd;

function implode(input: Json): Json {
  if (!isArray(input)) return fail('implode input must be an array');
  chargeSize(2 * input.length);
  const parts: string[] = [];
  for (const item of input) {
    if (typeof item !== 'number' || Number.isNaN(item)) {
      return fail(`${describe(item)} can't be imploded, unicode codepoint needs to be numeric`);
    }
    const code = Math.trunc(item);
    const isValid = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    parts.push(String.fromCodePoint(isValid ? code : REPLACEMENT));
  }
  return parts.join('');
}

function mapAscii(input: Json, pattern: RegExp, change: (text: string) => string): Json {
  if (typeof input !== 'string') return fail('explode input must be a string');
  chargeSize(input.length);
  return input.replace(pattern, change);
}

/** Code point offsets at which `wanted` occurs, overlapping ones too. */
export function stringIndices(text: string, wanted: string): Json {
  const found: number[] = [];
  if (wanted === '') return found;
  charge(text.length / 16);
  let offset = 0;
  let units = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    while (units < at) {
      units += isPair(text, units) ? 2 : 1;
      offset++;
    }
    charge(1 + wanted.length / 16);
    found.push(offset);
  }
  chargeContainer(found.length);
  return found;
}
