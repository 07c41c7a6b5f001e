import { JqError } from '../errors.ts';
import { charge, chargeSize } from '../meter.ts';
import { codePointIndex, isArray, isPair, type Json, type JsonObject, kindOf } from './json.ts';
import { sortedKeys } from './order.ts';

/** jq prints no deeper than this. */
const DEPTH_MAX = 10_000;

export interface PrintOptions {
  /** One level of indentation; without it all is on one line. */
  readonly indent?: string;
  readonly sortKeys?: boolean;
  readonly ascii?: boolean;
}

/** Text of a value as `jq -c` prints it. */
export function stringify(value: Json): string {
  return writeShallow(value, 0) ?? print(value, {});
}

/** What the native stack surely takes. Deeper values go to the printer, which has its own stack. */
const SHALLOW_DEPTH_MAX = 100;

/** Compact text by plain recursion, which is several times faster; undefined when the value is too deep for it. */
function writeShallow(value: Json, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) {
    const text = printScalar(value, false);
    chargeSize(text.length + 1);
    return text;
  }
  if (depth > SHALLOW_DEPTH_MAX) return undefined;
  if (isArray(value)) return writeArray(value, depth);
  let text = '';
  const keys = Object.keys(value);
  charge(keys.length);
  for (const key of keys) {
    const part = writeShallow(value[key] as Json, depth + 1);
    if (part === undefined) return undefined;
    text += `${text === '' ? '' : ','}${quote(key, false)}:${part}`;
    chargeSize(key.length + 3);
  }
  return `{${text}}`;
}

function writeArray(items: readonly Json[], depth: number): string | undefined {
  let text = '';
  charge(items.length);
  for (let i = 0; i < items.length; i++) {
    const part = writeShallow(items[i] as Json, depth + 1);
    if (part === undefined) return undefined;
    text += i > 0 ? `,${part}` : part;
  }
  return `[${text}]`;
}

export function print(value: Json, options: PrintOptions): string {
  if (typeof value !== 'object' || value === null) return printScalar(value, options.ascii === true);
  return new Printer(options).print(value);
}

interface Level {
  readonly items: readonly Json[] | JsonObject;
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  next: number;
}

/** Keeps its own stack, because values may be nested thousands deep. */
class Printer {
  readonly #options: PrintOptions;
  readonly #levels: Level[] = [];
  #text = '';
  #charged = 0;

  constructor(options: PrintOptions) {
    this.#options = options;
  }

  print(value: Json): string {
    this.#put(value);
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      if (level.next === level.length) {
        this.#close(level);
        continue;
      }
      const i = level.next++;
      if (i > 0) this.#text += ',';
      this.#newLine();
      const key = level.keys === undefined ? i : (level.keys[i] as string);
      if (typeof key === 'string') {
        this.#text +=
          quote(key, this.#options.ascii === true) + (this.#options.indent === undefined ? ':' : ': ');
      }
      this.#put((level.items as Record<string | number, Json>)[key] as Json);
    }
    return this.#text;
  }

  #put(value: Json): void {
    // Shared parts may unfold into far more text than was ever built, hence the charge while writing.
    charge(1);
    chargeSize(this.#text.length - this.#charged);
    this.#charged = this.#text.length;
    if (this.#levels.length > DEPTH_MAX) {
      this.#text += '<skipped: too deep>';
    } else if (typeof value !== 'object' || value === null) {
      this.#text += printScalar(value, this.#options.ascii === true);
    } else {
      this.#open(value);
    }
  }

  #open(value: readonly Json[] | JsonObject): void {
    const keys = isArray(value) ? undefined : this.#options.sortKeys ? sortedKeys(value) : Object.keys(value);
    const length = keys === undefined ? (value as readonly Json[]).length : keys.length;
    if (length === 0) {
      this.#text += keys === undefined ? '[]' : '{}';
      return;
    }
    this.#text += keys === undefined ? '[' : '{';
    this.#levels.push({ items: value, keys, length, next: 0 });
  }

  #close(level: Level): void {
    this.#levels.pop();
    this.#newLine();
    this.#text += level.keys === undefined ? ']' : '}';
  }

  #newLine(): void {
    const { indent } = this.#options;
    if (indent !== undefined) this.#text += `\n${indent.repeat(this.#levels.length)}`;
  }
}

function printScalar(value: null | boolean | number | string, ascii: boolean): string {
  if (typeof value === 'string') return quote(value, ascii);
  if (typeof value === 'number') return printNumber(value);
  return value === null || value === undefined ? 'null' : String(value);
}

/**
 * The shortest decimal that reads back as the same double, in jq's layout: an exponent when the point would
 * stand more than 15 places right of the digits or 4 places left of them, with at least two digits.
 */
export function printNumber(value: number): string {
  if (Number.isInteger(value) && value < 1e15 && value > -1e15)
    return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'null';
  const finite = Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
  const [mantissa = '', exponent = '0'] = Math.abs(finite).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  const sign = finite < 0 ? '-' : '';
  if (point <= -4 || point > digits.length + 15) {
    const power = String(Math.abs(point - 1)).padStart(2, '0');
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${point - 1 < 0 ? '-' : '+'}${power}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Anything that a string literal cannot hold as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const SPECIAL = /[\u0000-\u001f"\\\u007f\ud800-\udfff]/;

function quote(text: string, ascii: boolean): string {
  if (!ascii && !SPECIAL.test(text)) return `"${text}"`;
  const quoted = JSON.stringify(text.isWellFormed() ? text : text.toWellFormed()).replaceAll(
    '\u007f',
    '\\u007f',
  );
  return ascii ? escapeNonAscii(quoted) : quoted;
}

function escapeNonAscii(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += unit < 0x80 ? text[i] : `\\u${unit.toString(16).padStart(4, '0')}`;
  }
  return out;
}

/** A kind and a shortened text, as error messages show a value: `string ("abc...")`. */
export function describe(value: Json): string {
  return `${kindOf(value)} (${excerpt(value)})`;
}

export function fail(message: string): never {
  throw new JqError(message, message);
}

/** jq shows at most 29 bytes of UTF-8 of a value in a message. */
const EXCERPT_BYTES_MAX = 29;

export function excerpt(value: Json): string {
  const text = excerptSource(value);
  if (utf8Length(text) <= EXCERPT_BYTES_MAX) return text;
  const closer = text[0] === '"' ? '"' : text[0] === '[' ? ']' : text[0] === '{' ? '}' : '';
  return `${utf8Head(text, EXCERPT_BYTES_MAX - 3 - closer.length)}...${closer}`;
}

/** Enough of the text to cut an excerpt from; a huge value is not written out for that. */
function excerptSource(value: Json): string {
  if (typeof value === 'string') return quote(value.slice(0, codePointIndex(value, 40)), false);
  if (typeof value !== 'object' || value === null) return printScalar(value, false);
  let text = isArray(value) ? '[' : '{';
  let left = 40;
  const add = (item: Json, prefix: string): boolean => {
    text += prefix + (typeof item === 'object' && item !== null ? nested(item) : excerptSource(item));
    left--;
    return left > 0 && text.length < 64;
  };
  if (isArray(value)) {
    for (const [i, item] of value.entries()) if (!add(item, i > 0 ? ',' : '')) break;
    return `${text}]`;
  }
  for (const [i, key] of Object.keys(value).entries()) {
    if (!add(value[key] as Json, `${i > 0 ? ',' : ''}${quote(key, false)}:`)) break;
  }
  return `${text}}`;
}

let nesting = 0;

function nested(value: Json): string {
  if (nesting > 32) return '[';
  nesting++;
  const text = excerptSource(value);
  nesting--;
  return text;
}

export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPair(text, i)) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

function utf8Head(text: string, bytesMax: number): string {
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const units = isPair(text, i) ? 2 : 1;
    bytes += utf8Length(text.slice(i, i + units));
    if (bytes > bytesMax) return text.slice(0, i);
    i += units;
  }
  return text;
}
