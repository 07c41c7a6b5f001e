import { describe, expect, it } from 'vitest';
import { findEnd } from './index.ts';

describe('the end of an embedded expression', () => {
  it.each([
    ['${.a} rest', '.a'],
    ['${ {a: {b: 1}} }', ' {a: {b: 1}} '],
    ['${ "}" }', ' "}" '],
    ['${ "\\(.a | {b: "}"})" } }', ' "\\(.a | {b: "}"})" '],
    ['${ .a # }\n }', ' .a # }\n '],
    ['${ "\\"}" }', ' "\\"}" '],
    ['${}', ''],
  ])('in %j', (text, expression) => {
    expect(text.slice(2, findEnd(text, 2))).toBe(expression);
  });

  it.each(['${.a', '${ "}', '${ {a: 1 ', '${ "\\(}" }', '${ [} ]'])('is -1 in %j', (text) => {
    expect(findEnd(text, 2)).toBe(-1);
  });
});
