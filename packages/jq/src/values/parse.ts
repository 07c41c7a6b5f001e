import { charge, chargeSize } from '../meter.ts';
import type { Json } from './json.ts';
import { setKey } from './json.ts';
import { fail } from './print.ts';

/** jq reads no deeper than this. */
const DEPTH_MAX = 10_000;

/**
 * Reads one JSON text as `fromjson` does: JSON, and `nan`, `NaN`, `Infinity` as numbers.
 * Throws a JqError whose message names line and column.
 */
export function parseJson(text: string): Json {
  chargeSize(text.length);
  if (text.length > 2 * DEPTH_MAX) charge(text.length / 64);
  const reader = new Reader(text);
  const fast = parseNative(text);
  if (fast !== undefined && !mayBeTooDeep(text)) return fast;
  return reader.readOnly();
}

/** Reads a sequence of JSON texts with any white space between them, as the jq command reads its input. */
export function parseJsonSequence(text: string): Json[] {
  const one = parseNative(text);
  if (one !== undefined && !mayBeTooDeep(text)) return [one];
  return new Reader(text).readAll();
}

/** A number as `tonumber` reads it: no white space, but a sign, and a point without digits on one side. */
export function parseNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return undefined;
}

/** No two parts can take the same digits: a text of nothing but digits would be tried in as many ways as it has. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function parseNative(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function mayBeTooDeep(text: string): boolean {
  if (text.length < DEPTH_MAX) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b || unit === 0x7b) {
      if (++depth >= DEPTH_MAX) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

type Container = { value: Json[]; key: undefined } | { value: Record<string, Json>; key: string | undefined };

/** A token reader with its own stack; it reports what stands where, as jq's does. */
class Reader {
  readonly #text: string;
  #position = 0;
  readonly #stack: Container[] = [];
  #next: Json | undefined;

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  readOnly(): Json {
    const value = this.#read();
    if (value === undefined) return this.#fail('Expected JSON value', false);
    if (this.#read() !== undefined) return this.#fail('Unexpected extra JSON values', false);
    return value;
  }

  readAll(): Json[] {
    const values: Json[] = [];
    for (let value = this.#read(); value !== undefined; value = this.#read()) values.push(value);
    return values;
  }

  /** The next top-level value, or undefined at the end of the text. */
  #read(): Json | undefined {
    this.#next = undefined;
    while (this.#position < this.#text.length) {
      const unit = this.#text[this.#position] as string;
      if (' \t\r\n'.includes(unit)) this.#position++;
      else if ('[{:,]}'.includes(unit)) this.#structure(unit);
      else if (unit === '"') this.#value(this.#string());
      else this.#value(this.#literal());
      if (this.#stack.length === 0 && this.#next !== undefined) return this.#next;
    }
    if (this.#stack.length > 0) this.#fail('Unfinished JSON term at EOF');
    return undefined;
  }

  #value(value: Json): void {
    if (this.#next !== undefined) this.#fail('Expected separator between values');
    this.#next = value;
  }

  #structure(unit: string): void {
    this.#position++;
    const top = this.#stack.at(-1);
    if (unit === '[' || unit === '{') {
      if (this.#next !== undefined) this.#fail('Expected separator between values');
      if (this.#stack.length >= DEPTH_MAX) this.#fail('Exceeds depth limit for parsing');
      this.#stack.push(unit === '[' ? { value: [], key: undefined } : { value: {}, key: undefined });
    } else if (unit === ':') {
      if (top === undefined || Array.isArray(top.value)) return this.#fail("':' not as part of an object");
      if (typeof this.#next !== 'string') return this.#fail('Object keys must be strings');
      if (top.key !== undefined) return this.#fail("':' should follow a key");
      top.key = this.#next;
      this.#next = undefined;
    } else if (unit === ',') {
      if (top === undefined) return this.#fail("',' not as part of an object or array");
      if (this.#next === undefined) return this.#fail("Expected value before ','");
      this.#add(top);
    } else {
      this.#close(unit, top);
    }
  }

  #add(top: Container): void {
    const value = this.#next as Json;
    this.#next = undefined;
    if (Array.isArray(top.value)) {
      top.value.push(value);
    } else {
      if (top.key === undefined) return this.#fail('Objects must consist of key:value pairs');
      setKey(top.value, top.key, value);
      top.key = undefined;
    }
  }

  #close(unit: string, top: Container | undefined): void {
    if (top === undefined || Array.isArray(top.value) !== (unit === ']'))
      return this.#fail(`Unmatched '${unit}'`);
    const before = this.#text
      .slice(0, this.#position - 1)
      .trimEnd()
      .at(-1);
    if (this.#next !== undefined) this.#add(top);
    else if (before === ',')
      this.#fail(unit === ']' ? 'Expected another array element' : 'Expected another key-value pair');
    else if (top.key !== undefined) this.#fail('Missing value in key:value pair');
    this.#stack.pop();
    this.#next = top.value;
  }

  #string(): Json {
    const start = this.#position;
    let i = start + 1;
    while (i < this.#text.length && this.#text[i] !== '"') i += this.#text[i] === '\\' ? 2 : 1;
    this.#position = i + 1;
    if (i >= this.#text.length) this.#fail('Unfinished string at EOF');
    const value = parseNative(this.#text.slice(start, i + 1));
    if (value !== undefined) return value;
    const raw = this.#text.slice(start, i + 1);
    return this.#fail(
      /\\(?!["\\/bfnrtu])/.test(raw)
        ? 'Invalid escape'
        : 'Invalid string: control characters from U+0000 through U+001F must be escaped',
    );
  }

  #literal(): Json {
    const start = this.#position;
    while (
      this.#position < this.#text.length &&
      !' \t\r\n[{:,]}"'.includes(this.#text[this.#position] as string)
    ) {
      this.#position++;
    }
    const token = this.#text.slice(start, this.#position);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    // The character that ends a token is read before the token is judged, so it counts in the column.
    const atEnd = this.#position >= this.#text.length;
    if (!atEnd) this.#position++;
    if (token.startsWith("'")) return this.#fail(`Invalid string literal; expected ", but got '`);
    if (/^(t|f|nu)/.test(token)) return this.#fail('Invalid literal');
    const value = parseNumber(token);
    if (value === undefined)
      return this.#fail(atEnd ? 'Invalid numeric literal at EOF' : 'Invalid numeric literal');
    if (!atEnd) this.#position--;
    return value;
  }

  #fail(message: string, where = true): never {
    const before = this.#text.slice(0, this.#position);
    const line = before.split('\n').length;
    const column = before.length - (before.lastIndexOf('\n') + 1);
    const place = where ? ` at line ${line}, column ${column}` : '';
    return fail(`${message}${place} (while parsing '${this.#text}')`);
  }
}
