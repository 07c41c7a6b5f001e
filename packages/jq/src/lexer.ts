import { JqSyntaxError } from './errors.ts';

export type TokenType =
  | 'identifier'
  | 'keyword'
  | 'field'
  | 'binding'
  | 'number'
  | 'format'
  | 'operator'
  | 'string-start'
  | 'string-text'
  | 'interpolation-start'
  | 'interpolation-end'
  | 'string-end'
  | 'end';

/** `text` is the decoded text for a field, binding, format and string-text, else what stands in the source. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'as def module import include if then else elif end reduce foreach and or try catch label break'.split(' '),
);

const SPACE = /(?:[ \r\n\t]+|#(?:\\(?:\\|\r?\n)|[^\r\n]|\r(?!\n))*(?:\r?\n|$))+/y;
const WORD = /(?:[a-zA-Z_]\w*::)*[a-zA-Z_]\w*/y;
const FIELD = /\.[a-zA-Z_]\w*/y;
const BINDING = /\$(?:[a-zA-Z_]\w*::)*[a-zA-Z_]\w*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const FORMAT = /@\w+/y;
const OPERATOR = /\?\/\/|\/\/=|\.\.|==|!=|<=|>=|\/\/|\|=|\+=|-=|\*=|\/=|%=|[.?=;,:|+\-*/%$<>()[\]{}]/y;
const TEXT = /[^\\"]+|(?:\\[^u(]|\\u[a-zA-Z0-9]{0,4})+/y;

type Mode = '(' | '[' | '{' | 'string' | 'interpolation';

const CLOSERS: Readonly<Record<string, Mode>> = { ')': '(', ']': '[', '}': '{' };

/** Splits a source into tokens, one at a time; strings come apart at their interpolations. */
export class Lexer {
  readonly #source: string;
  #position: number;
  readonly #modes: Mode[] = [];

  constructor(source: string, offset = 0) {
    this.#source = source;
    this.#position = offset;
  }

  /** Number of brackets, strings and interpolations that are open. */
  get nesting(): number {
    return this.#modes.length;
  }

  next(): Token {
    return this.#modes.at(-1) === 'string' ? this.#inString() : this.#inCode();
  }

  #inCode(): Token {
    this.#match(SPACE);
    const start = this.#position;
    const unit = this.#source[start];
    if (unit === undefined) return this.#token('end', '', start);
    if (unit === '"') {
      this.#modes.push('string');
      this.#position++;
      return this.#token('string-start', '"', start);
    }
    const word = this.#match(WORD);
    if (word !== undefined) return this.#token(KEYWORDS.has(word) ? 'keyword' : 'identifier', word, start);
    const field = this.#match(FIELD);
    if (field !== undefined) return this.#token('field', field.slice(1), start);
    const binding = this.#match(BINDING);
    if (binding !== undefined) return this.#token('binding', binding.slice(1), start);
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#token('number', number, start);
    const format = this.#match(FORMAT);
    if (format !== undefined) return this.#token('format', format.slice(1), start);
    return this.#operator(start, unit);
  }

  #operator(start: number, unit: string): Token {
    const text = this.#match(OPERATOR);
    if (text === undefined)
      return this.#fail(`syntax error, unexpected character ${JSON.stringify(unit)}`, start);
    if (text === '(' || text === '[' || text === '{') this.#modes.push(text);
    const opener = CLOSERS[text];
    if (opener === undefined) return this.#token('operator', text, start);
    const mode = this.#modes.at(-1);
    if (text === ')' && mode === 'interpolation') {
      this.#modes.pop();
      return this.#token('interpolation-end', text, start);
    }
    if (mode === opener) this.#modes.pop();
    else if (mode !== undefined)
      return this.#fail(`syntax error, unexpected '${text}', '${mode}' is still open`, start);
    return this.#token('operator', text, start);
  }

  #inString(): Token {
    const start = this.#position;
    const unit = this.#source[start];
    if (unit === undefined) return this.#fail('syntax error, unterminated string literal', start);
    if (unit === '"') {
      this.#modes.pop();
      this.#position++;
      return this.#token('string-end', '"', start);
    }
    if (this.#source.startsWith('\\(', start)) {
      this.#modes.push('interpolation');
      this.#position += 2;
      return this.#token('interpolation-start', '\\(', start);
    }
    const raw = this.#match(TEXT);
    if (raw === undefined) return this.#fail('syntax error, unterminated string literal', start);
    return this.#token('string-text', unit === '\\' ? this.#unescape(raw, start) : raw, start);
  }

  #unescape(raw: string, start: number): string {
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      return this.#fail(`Invalid escape (while parsing '"${raw}"')`, start);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#source)?.[0];
    if (text !== undefined) this.#position += text.length;
    return text;
  }

  #token(type: TokenType, text: string, start: number): Token {
    return { type, text, start, end: this.#position };
  }

  #fail(message: string, offset: number): never {
    throw new JqSyntaxError(message, this.#source, offset, Math.max(this.#position - offset, 1));
  }
}
