import { describe, expect, test } from 'vitest';
import type { Json } from '../model/json.ts';
import { drive } from '../testing/drive.ts';
import { recordable, valueDepthMax, withJsonNumbers } from './recordable.ts';

const nested = (levels: number) => `reduce range(${levels}) as $i (1; [.])`;

describe('values that the log cannot hold', () => {
  test.each([
    ['a set', (bomb: string) => `set: { x: '\${ ${bomb} }' }`],
    ['an input', (bomb: string) => `{ input: { from: '\${ ${bomb} }' }, set: { x: 1 } }`],
    ['an output', (bomb: string) => `{ set: { x: 1 }, output: { as: '\${ ${bomb} }' } }`],
    ['an export', (bomb: string) => `{ set: { x: 1 }, export: { as: '\${ ${bomb} }' } }`],
    ['a loop', (bomb: string) => `{ for: { in: '\${ [${bomb}] }' }, do: [{ b: { set: { x: 1 } } }] }`],
    [
      'a text',
      (bomb: string) =>
        `raise: { error: { type: 'https://example.com/e', status: 400, detail: '\${ ${bomb} }' } }`,
    ],
  ])('%s that nests too deep faults at its task', (_, task) => {
    const body = task(nested(5_000));
    const { state } = drive(`do: [{ a: ${body.startsWith('{') ? body : `{ ${body} }`} }]`);
    expect(state).toMatchObject({ phase: 'faulted', error: { status: 400, instance: '/do/0/a' } });
    expect(state.error?.detail).toContain(`deeper than ${valueDepthMax} levels`);
  });

  test('a value that a loop nests a level at a time faults at the limit', () => {
    const { state } = drive("do: [{ a: { set: '${ [.] }', then: a } }]");
    expect(state).toMatchObject({ phase: 'faulted', error: { instance: '/do/0/a' } });
  });

  test('a value that unfolds to more than a value may have faults, whatever it is used for', () => {
    const { state } = drive("do: [{ a: { input: { from: '${ [.,.,.,.] }' }, set: { x: 1 } } }]", {
      input: 'x'.repeat(400),
      limits: { valueBytesMax: 1_000 },
    });
    expect(state).toMatchObject({ phase: 'faulted', error: { instance: '/do/0/a' } });
  });

  test('later tasks see numbers as they would after a restart: infinities as the greatest, NaN as null', () => {
    const { state } = drive(
      "do: [{ a: { set: { x: '${ [infinite, -infinite, nan, -0] }' } } }, { b: { set: { x: '${ .x }', t: '${ .x | map(type) }' } } }]",
    );
    expect(state.output).toStrictEqual({
      x: [Number.MAX_VALUE, -Number.MAX_VALUE, null, 0],
      t: ['number', 'number', 'null', 'number'],
    });
  });

  test('a -0 of the definition is the 0 that the log holds', () => {
    const { state } = drive("do: [{ a: { set: { n: -0 } } }, { b: { set: { t: '${ .n | tostring }' } } }]");
    expect(state.output).toEqual({ t: '0' });
  });

  test('an input with a number beyond the range of JSON is what the log holds', () => {
    const { state } = drive("do: [{ a: { set: { x: '${ .n | isinfinite }' } } }]", {
      input: JSON.parse('{ "n": 1e999 }'),
    });
    expect(state.output).toEqual({ x: false });
  });

  test('a member named __proto__ stays a member when a number beside it is replaced', () => {
    const value = JSON.parse('{ "__proto__": { "a": 1e999 } }');
    for (const kept of [withJsonNumbers(value), recordable(value, 1_000, '.')])
      expect(JSON.stringify(kept)).toBe('{"__proto__":{"a":1.7976931348623157e+308}}');
  });

  test('what JSON can hold is handed on as it is, not copied', () => {
    const value = { a: [1, 'x', null], zero: 0 };
    expect(recordable(value, 1_000, '.')).toBe(value);
    expect(withJsonNumbers(value)).toBe(value);
  });

  test('what stands beside a number that JSON cannot hold stays what it is', () => {
    const [max, infinite] = [Number.MAX_VALUE, Number.POSITIVE_INFINITY];
    const value: Json = ['text', null, true, 1.5, -infinite, { a: 'b', c: null, n: infinite, list: [] }, -0];
    const kept = ['text', null, true, 1.5, -max, { a: 'b', c: null, n: max, list: [] }, 0];
    expect(withJsonNumbers(value)).toStrictEqual(kept);
    expect(recordable(value, 1_000, '.')).toStrictEqual(kept);
    expect(withJsonNumbers({ n: 1, value })).toStrictEqual({ n: 1, value: kept });
    expect(recordable(-0, 1_000, '.')).toBe(0);
    expect(withJsonNumbers(-0)).toBe(0);
  });
});

describe('what an expression gives', () => {
  test.each<[Json, number]>([
    ['', 2],
    ['abc', 5],
    [12345, 2],
    [null, 2],
    [[], 2],
    [[1, 'ab'], 2 + 2 + 4],
    [{}, 2],
    [{ name: 'x' }, 2 + 4 + 3],
    [{ a: { bc: [true] } }, 2 + 1 + 2 + 2 + 2 + 2],
  ])('may be %j where a value may have %i bytes, and not where it may have one less', (value, bytes) => {
    expect(recordable(value, bytes, '.')).toBe(value);
    expect(() => recordable(value, bytes - 1, ' .a | .b ')).toThrow(
      /^\.a \| \.b: its result takes more bytes than a value may have$/,
    );
  });

  test.each<[string, (inner: Json) => Json]>([
    ['lists', (inner) => [inner]],
    ['objects', (inner) => ({ a: inner })],
    ['both', (inner) => [{ a: inner }]],
  ])('may nest %s as deep as what is stored, and not a level deeper', (_, around) => {
    const nest = (levels: number) => {
      let value: Json = null;
      for (let level = 0; level < levels; level++) value = around(value);
      return value;
    };
    const levels = JSON.stringify(around(null)).startsWith('[{') ? valueDepthMax / 2 : valueDepthMax;
    const value = nest(levels);
    expect(recordable(value, 10_000, '.')).toBe(value);
    expect(() => recordable([value], 10_000, '.x')).toThrow(
      `.x: its result is nested deeper than ${valueDepthMax} levels`,
    );
  });
});
