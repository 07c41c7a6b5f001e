import type { Scanner } from './scanner.ts';

/** Reads the escape of one code point, after the backslash. `start` is the offset of the backslash. */
export function readEcmaChar(scanner: Scanner, start: number, isInClass: boolean): number {
  const letter = scanner.next();
  const control = CONTROLS.get(letter);
  if (control !== undefined) return control;
  switch (letter) {
    case '0':
      return /[0-9]/.test(scanner.peek()) ? scanner.fail('octal escapes are not allowed', start) : 0;
    case 'c': {
      const found = scanner.match(/[A-Za-z]/y) ?? scanner.fail('\\c needs a letter', start);
      return found[0].charCodeAt(0) & 31;
    }
    case 'x': {
      const found =
        scanner.match(/[0-9A-Fa-f]{2}/y) ?? scanner.fail('\\x needs two hexadecimal digits', start);
      return Number.parseInt(found[0], 16);
    }
    case 'u':
      return readUnicode(scanner, start);
    default:
      if (letter !== '' && ('^$\\.*+?()[]{}|/'.includes(letter) || (isInClass && letter === '-'))) {
        return letter.charCodeAt(0);
      }
      return scanner.fail(`\\${letter} is no escape sequence`, start);
  }
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
]);

/** `\u{H..}`, `\uHHHH`, or two of the latter that are a surrogate pair. */
function readUnicode(scanner: Scanner, start: number): number {
  const braced = scanner.match(/\{([0-9A-Fa-f]+)\}/y);
  if (braced !== null) {
    const codePoint = Number.parseInt(braced[1] ?? '', 16);
    return codePoint > 0x10ffff ? scanner.fail('undefined code point', start) : codePoint;
  }
  const found = scanner.match(/[0-9A-Fa-f]{4}/y) ?? scanner.fail('\\u needs four hexadecimal digits', start);
  const unit = Number.parseInt(found[0], 16);
  if (unit < 0xd800 || unit > 0xdbff) return unit;
  const low = scanner.match(/\\u([dD][c-fC-F][0-9A-Fa-f]{2})/y);
  return low === null
    ? unit
    : 0x10000 + ((unit - 0xd800) << 10) + (Number.parseInt(low[1] ?? '', 16) - 0xdc00);
}
