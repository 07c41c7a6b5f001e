import { type CharSet, complementSet } from './char-set.ts';
import type { Scanner } from './scanner.ts';
import type { OnigurumaSyntax } from './syntax.ts';
import { hexDigit, onigurumaProperty, unicodeType } from './unicode-properties.ts';

/**
 * Reads the escape of one code point, after the backslash, as it is inside and outside of classes.
 * A letter without a meaning stands for itself.
 */
export function readCharEscape(scanner: Scanner, syntax: OnigurumaSyntax): number {
  const start = scanner.at - 1;
  const letter = scanner.next();
  const control = CONTROLS.get(letter);
  if (control !== undefined) return control;
  switch (letter) {
    case '':
      return scanner.fail('end pattern at escape', start);
    case 'v':
      return syntax.verticalTabEscape ? 0x0b : 0x76;
    case 'x':
      return scanner.peek() === '{'
        ? readBraced(scanner, /\{([0-9A-Fa-f]{1,8})\}/y, 16, 0x78)
        : readBytes(scanner, start);
    case 'o':
      return scanner.peek() === '{' ? readBraced(scanner, /\{([0-7]{1,11})\}/y, 8, 0x6f) : 0x6f;
    case 'u':
      return syntax.unicodeEscape ? readHex4(scanner) : 0x75;
    case 'c':
      return readControl(scanner, start);
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
      return readBytes(scanner, start);
    default:
      return letter.codePointAt(0) ?? 0;
  }
}

/** Reads `\w`, `\d`, `\s`, `\h`, `\p{..}` and their complements, after the backslash; null if another escape is there. */
export function readSetEscape(scanner: Scanner, syntax: OnigurumaSyntax): CharSet | null {
  const letter = scanner.peek();
  const type = TYPES.get(letter.toLowerCase());
  const isNegative = letter !== letter.toLowerCase();
  if (type !== undefined) {
    scanner.next();
    return isNegative ? complementSet(unicodeType(type)) : unicodeType(type);
  }
  if ((letter === 'h' || letter === 'H') && syntax.hexDigitEscape) {
    scanner.next();
    return isNegative ? complementSet(hexDigit) : hexDigit;
  }
  if (letter === 'p' || letter === 'P') return readProperty(scanner, isNegative);
  return null;
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['r', 0x0d],
  ['f', 0x0c],
  ['a', 0x07],
  ['e', 0x1b],
]);

const TYPES: ReadonlyMap<string, 'word' | 'digit' | 'space'> = new Map([
  ['w', 'word'],
  ['d', 'digit'],
  ['s', 'space'],
]);

/** `{H..}` after `\x` or `\o`; what does not read so leaves the letter as itself. */
function readBraced(scanner: Scanner, form: RegExp, radix: number, letter: number): number {
  const found = scanner.match(form);
  if (found === null) return letter;
  const codePoint = Number.parseInt(found[1] ?? '', radix);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000))
    scanner.fail('invalid code point value');
  return codePoint;
}

function readHex4(scanner: Scanner): number {
  const found = scanner.match(/[0-9A-Fa-f]{4}/y);
  if (found === null) return scanner.fail('too short escape sequence');
  return Number.parseInt(found[0], 16);
}

function readControl(scanner: Scanner, start: number): number {
  const letter = scanner.next();
  if (letter === '') scanner.fail('end pattern at control', start);
  if (letter === '?') return 0x7f;
  const codePoint = letter === '\\' ? readCharEscape(scanner, CONTROL_SYNTAX) : (letter.codePointAt(0) ?? 0);
  return codePoint & 0x9f;
}

// After \c only escapes that all syntaxes share may follow.
const CONTROL_SYNTAX = { verticalTabEscape: false, unicodeEscape: false } as OnigurumaSyntax;

/**
 * `\xHH` and `\OOO` name bytes of UTF-8, not code points: one of them below 0x80 is a character, and one above
 * must begin a sequence of such escapes that together give a character.
 */
function readBytes(scanner: Scanner, start: number): number {
  scanner.at = start;
  const lead = readByte(scanner) ?? scanner.fail('too short multibyte code string', start);
  if (lead < 0x80) return lead;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  let codePoint = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = readByte(scanner);
    if (lead < 0xc2 || lead > 0xf4 || byte === null || byte >> 6 !== 2) {
      return scanner.fail('too short multibyte code string', start);
    }
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  if (codePoint > 0x10ffff) scanner.fail('invalid code point value', start);
  return codePoint;
}

function readByte(scanner: Scanner): number | null {
  const found = scanner.match(/\\(?:x([0-9A-Fa-f]{0,2})|(0[0-7]{0,2}|[1-7][0-7]{0,2}))/y);
  if (found === null) return null;
  const byte = found[2] === undefined ? Number.parseInt(`0${found[1]}`, 16) : Number.parseInt(found[2], 8);
  return byte > 0xff ? scanner.fail('too big number') : byte;
}

function readProperty(scanner: Scanner, isNegative: boolean): CharSet {
  const found = scanner.match(/[pP](?:\{(\^?)([^{}]*)\}|([CLMNPSZ]))/y);
  if (found === null) return scanner.fail('invalid character property name {}');
  const name = found[2] ?? found[3] ?? '';
  const set = onigurumaProperty(name);
  if (set === null) return scanner.fail(`invalid character property name {${name}}`);
  return isNegative !== (found[1] === '^') ? complementSet(set) : set;
}
