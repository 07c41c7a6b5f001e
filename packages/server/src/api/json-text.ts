/**
 * Reads JSON that somebody sent.
 *
 * 1. Nesting is bounded before anything is built: what walks a value later may recurse.
 * 2. A `__proto__` key stays what it is in JSON, an ordinary own member: `JSON.parse` defines it as such, and
 *    nothing is lost or refused.
 * 3. A member that is there twice is refused: `JSON.parse` would drop the first without a word.
 * 4. An error names its line and column.
 */
import { MillraceError } from '../errors.ts';

export interface JsonTextLimits {
  readonly depthMax: number;
}

/** Throws `bad-request` with `errors: [{line, column, message}]`. */
export function parseJsonText(text: string, { depthMax }: JsonTextLimits): unknown {
  const { tooDeep, members } = survey(text, depthMax);
  if (tooDeep >= 0) throw refuse(text, tooDeep, `nested deeper than ${depthMax} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { offset, message } = findJsonError(text);
    throw refuse(text, offset, message);
  }
  // Names are compared only when there are fewer members than were written: that costs a set for each object.
  const repeated = members > countMembers(value) ? findRepeated(text) : undefined;
  if (repeated === undefined) return value;
  throw refuse(text, repeated.offset, `the member ${JSON.stringify(repeated.name)} is there twice`);
}

/**
 * Throws `invalid-definition` when a definition that was sent as JSON is not JSON: its reader takes YAML, which
 * would let single quotes and trailing commas pass. What nests too deep is left to that reader, which refuses it.
 */
export function checkDefinitionJson(text: string, { depthMax }: JsonTextLimits): void {
  if (survey(text, depthMax).tooDeep >= 0) return;
  try {
    JSON.parse(text);
  } catch {
    const { offset, message } = findJsonError(text);
    const place = locate(text, offset);
    throw new MillraceError('invalid-definition', `line ${place.line}: not valid JSON: ${message}`, {
      errors: [{ ...place, pointer: '', message: `not valid JSON: ${message}` }],
    });
  }
}

function refuse(text: string, offset: number, message: string): MillraceError {
  const place = locate(text, offset);
  const sentence = `The body is not JSON that can be taken: line ${place.line}, column ${place.column}: ${message}.`;
  return new MillraceError('bad-request', sentence, { errors: [{ ...place, message }] });
}

function locate(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

interface Survey {
  /** offset of the bracket that goes beyond the depth; -1: none does */
  readonly tooDeep: number;
  /** members of all objects, as they are written */
  readonly members: number;
}

/** What the marks of a text say; those in strings do not count. */
function survey(text: string, depthMax: number): Survey {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > depthMax) return { tooDeep: at, members };
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    } else if (code === 0x3a) {
      members += 1;
    }
  }
  return { tooDeep: -1, members };
}

/** Members of all objects in a value whose depth is bounded. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countMembers(item);
    return members;
  }
  for (const name in value) members += 1 + countMembers((value as Readonly<Record<string, unknown>>)[name]);
  return members;
}

/** The second of two members of one name, in a text that is well formed. */
function findRepeated(text: string): { readonly offset: number; readonly name: string } | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '{') open.push(new Set());
    else if (mark === '}') open.pop();
    if (mark !== '"') continue;
    const offset = at;
    at = endOfString(text, at);
    if (text[skipSpace(text, at + 1)] !== ':') continue;
    const name = JSON.parse(text.slice(offset, at + 1)) as string;
    const names = open.at(-1);
    if (names?.has(name)) return { offset, name };
    names?.add(name);
  }
  return undefined;
}

/** Offset of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

/** Where a text that `JSON.parse` refused goes wrong: V8 does not say so for every error. */
function findJsonError(text: string): { offset: number; message: string } {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ; ) {
    const start = skipSpace(text, at);
    const token = readToken(text, start);
    const next: Expected | undefined = token === undefined ? undefined : step(expected, token, open);
    if (token === undefined || next === undefined)
      return { offset: start, message: describe(text, start, expected) };
    at = token.end;
    expected = next;
  }
}

interface Token {
  readonly type: 'string' | 'word' | 'mark';
  readonly text: string;
  readonly end: number;
}

/** JSON's own white space, and no other. */
function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \t\n\r'.includes(text[at] ?? '.')) at += 1;
  return at;
}

const wordCharsMax = 1_000;
const word =
  /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w))|(?<mark>[[\]{},:])/y;

function readToken(text: string, at: number): Token | undefined {
  if (text[at] === '"') {
    const end = endOfString(text, at) + 1;
    return isString(text.slice(at, end)) ? { type: 'string', text: '', end } : undefined;
  }
  word.lastIndex = 0;
  const found = word.exec(text.slice(at, at + wordCharsMax));
  if (found === null) return undefined;
  const type = found.groups?.mark === undefined ? 'word' : 'mark';
  return { type, text: found[0], end: at + found[0].length };
}

function isString(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What may follow a token; undefined: it must not stand here. */
function step(expected: Expected, { type, text }: Token, open: ('[' | '{')[]): Expected | undefined {
  const afterValue = (): Expected => (open.length === 0 ? 'end' : open.at(-1) === '[' ? ', or ]' : ', or }');
  const takesValue = expected === 'value' || expected === 'value or ]';
  if (type === 'string' && (expected === 'key' || expected === 'key or }')) return ':';
  if (type !== 'mark') return takesValue ? afterValue() : undefined;
  if (text === '[' || text === '{') {
    if (!takesValue) return undefined;
    open.push(text);
    return text === '[' ? 'value or ]' : 'key or }';
  }
  if (text === ':') return expected === ':' ? 'value' : undefined;
  if (text === ',') return expected === ', or ]' ? 'value' : expected === ', or }' ? 'key' : undefined;
  const closes = text === ']' ? ['value or ]', ', or ]'] : ['key or }', ', or }'];
  if (!closes.includes(expected)) return undefined;
  open.pop();
  return afterValue();
}

const words: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  key: 'a member name in double quotes',
  'key or }': 'a member name in double quotes or "}"',
  ':': '":"',
  ', or ]': '"," or "]"',
  ', or }': '"," or "}"',
  end: 'the end of the text',
};

function describe(text: string, offset: number, expected: Expected): string {
  if (text.trim() === '') return 'expected a value but the body is empty';
  if (offset >= text.length) return `expected ${words[expected]} but the text ends`;
  if (text[offset] === '"')
    return `expected ${words[expected]} but found a string that is not well formed or does not belong here`;
  const found = /^[\w.+-]{1,20}|^./su.exec(text.slice(offset, offset + 24))?.[0] ?? '';
  return `expected ${words[expected]} but found ${JSON.stringify(found)}`;
}
