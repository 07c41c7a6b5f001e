import { expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import { parseJsonText } from './json-text.ts';

const limits = { depthMax: 50 };

function errorOf(text: string) {
  try {
    parseJsonText(text, limits);
  } catch (error) {
    if (error instanceof MillraceError) return { code: error.code, ...(error.details.errors as object[])[0] };
    throw error;
  }
  return undefined;
}

it.each([
  ['{"a": 1,}', 1, 9, 'expected a member name in double quotes but found "}"'],
  ['{\n  "a": tru\n}', 2, 8, 'expected a value but found "tru"'],
  ['[1, 2', 1, 6, 'expected "," or "]" but the text ends'],
  ['', 1, 1, 'expected a value but the body is empty'],
  ['{"a" 1}', 1, 6, 'expected ":" but found "1"'],
  ['{a: 1}', 1, 2, 'expected a member name in double quotes or "}" but found "a"'],
  ["{'a': 1}", 1, 2, 'expected a member name in double quotes or "}" but found "\'"'],
  ['{} {}', 1, 4, 'expected the end of the text but found "{"'],
  ['[01]', 1, 2, 'expected a value or "]" but found "01"'],
  ['[NaN]', 1, 2, 'expected a value or "]" but found "NaN"'],
  [
    '["a\u0001"]',
    1,
    2,
    'expected a value or "]" but found a string that is not well formed or does not belong here',
  ],
  ['[1]]', 1, 4, 'expected the end of the text but found "]"'],
])('%j is refused with its place', (text, line, column, message) => {
  expect(errorOf(text)).toEqual({ code: 'bad-request', line, column, message });
});

it('refuses nesting beyond the limit with the place of the bracket, however deep it is', () => {
  const started = performance.now();
  expect(errorOf('['.repeat(100_000))).toMatchObject({ column: 51, message: 'nested deeper than 50 levels' });
  expect(errorOf('{"a":'.repeat(100_000))).toMatchObject({ message: 'nested deeper than 50 levels' });
  expect(performance.now() - started).toBeLessThan(500);
});

it('does not count brackets in strings, nor those that are closed', () => {
  expect(parseJsonText(JSON.stringify(['['.repeat(500), '\\"[[['.repeat(100)]), limits)).toHaveLength(2);
  expect(parseJsonText(`[${'[],'.repeat(500)}1]`, limits)).toHaveLength(501);
});

it('keeps __proto__ and constructor as data of its own', () => {
  const value = parseJsonText('{"__proto__": {"x": 1}, "constructor": {"prototype": 2}}', limits) as object;
  expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(JSON.stringify(value)).toBe('{"__proto__":{"x":1},"constructor":{"prototype":2}}');
});

it.each([
  ['{"a": 1, "a": 2}', 1, 10, 'the member "a" is there twice'],
  ['[{}, {"b": {"x": 1,\n "y": "x", "x" : {}}}]', 2, 12, 'the member "x" is there twice'],
  ['{"a": 1, "\\u0061": 1}', 1, 10, 'the member "a" is there twice'],
  ['{"__proto__": 1, "__proto__": {}}', 1, 18, 'the member "__proto__" is there twice'],
])('%j is refused: a reader would take one of two for the other', (text, line, column, message) => {
  expect(errorOf(text)).toEqual({ code: 'bad-request', line, column, message });
});

it('takes a name that several objects have, and colons in texts', () => {
  const value = [{ a: 1, b: { a: ':' } }, { a: { a: '{"a":1,"a":2}' } }, '\\":', ':'];
  expect(parseJsonText(JSON.stringify(value, null, 1), limits)).toEqual(value);
});

it('finds a member that is there twice in time that grows with the text only', () => {
  const members = Array.from({ length: 40_000 }, (_, index) => `"k${index}":{"a":[${index}]}`);
  const text = `{${members.join()},"k7":0}`;
  const expected = { message: 'the member "k7" is there twice' };
  const found = fastest(() => expect(errorOf(text)).toMatchObject(expected));
  // Beside the parser that Node has, so that a machine that is busy is busy for both: 4 times as long, and 50 times
  // and more when each name is compared with all before it.
  expect(found / fastest(() => JSON.parse(text))).toBeLessThan(15);
});

/** ms of the fastest of three runs */
function fastest(run: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return Math.min(...times);
}
