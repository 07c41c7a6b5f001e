import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, compile, type Json, stringify } from '../index.ts';

describe('numbers are printed as jq does it', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [3, '3'],
    [1e15, '1000000000000000'],
    [1e16, '1e+16'],
    [1e17, '1e+17'],
    [123456789012345680, '123456789012345680'],
    [12345678909876543e6, '12345678909876543000000'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e300, '1.5e+300'],
    [5e-324, '5e-324'],
    [1.05e-19, '1.05e-19'],
    [-2.5, '-2.5'],
    [Infinity, '1.7976931348623157e+308'],
    [-Infinity, '-1.7976931348623157e+308'],
    [Number.NaN, 'null'],
    [100.5, '100.5'],
  ])('%d is %s', (value, text) => {
    expect(stringify(value)).toBe(text);
  });
});

describe('printing', () => {
  it('gives back every value when parsed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = stringify(value as Json);
        expect(compare(compile('fromjson').first(text) as Json, value as Json)).toBe(0);
        expect(compare(JSON.parse(text) as Json, value as Json)).toBe(0);
      }),
    );
  });

  it('is the same for deep and for shallow values', () => {
    let deep: Json = { a: [1, 'x', { b: null }], '\u007f': '"\\\u0000' };
    for (let i = 0; i < 150; i++) deep = { d: [deep] };
    expect(JSON.parse(stringify(deep))).toEqual(deep);
    expect(stringify(deep)).toContain('{"a":[1,"x",{"b":null}],"\\u007f":"\\"\\\\\\u0000"}');
  });
});

describe('the order of values', () => {
  it('is null, false, true, numbers, strings, arrays, objects', () => {
    const sorted: Json[] = [
      null,
      false,
      true,
      Number.NaN,
      -1,
      0,
      2,
      '',
      'A',
      'a',
      '\uffff',
      '\u{10000}',
      [],
      [0],
      [0, 0],
      [1],
      {},
      { a: 2 },
      { a: 1, b: 1 },
      { b: 0 },
    ];
    expect(sorted.toReversed().sort(compare)).toEqual(sorted);
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (a, b, c) => {
        const [x, y, z] = [a, b, c] as [Json, Json, Json];
        expect(Math.sign(compare(x, y))).toBe(-Math.sign(compare(y, x)) + 0);
        expect(compare(x, x)).toBe(0);
        if (compare(x, y) <= 0 && compare(y, z) <= 0) expect(compare(x, z)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
