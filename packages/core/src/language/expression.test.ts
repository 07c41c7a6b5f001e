// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so
import { describe, expect, it } from 'vitest';
import { findUnclosed, readCode, readExpectation, readExpression, readFree } from './expression.ts';

describe('readFree in strict mode', () => {
  it('takes a text without ${ } as it is, however much it looks like jq', () => {
    expect(readFree('.a.b', 'strict')).toEqual({ type: 'literal', value: '.a.b' });
  });

  it('takes ${ } around the whole text as an expression', () => {
    expect(readFree('  ${ {a: "}"} | "\\("}")" } ', 'strict')).toEqual({
      type: 'jq',
      source: ' {a: "}"} | "\\("}")" ',
      offset: 4,
    });
  });

  it('interpolates ${ } within a text, and two of them are no whole', () => {
    expect(readFree('Hi ${ .a }!', 'strict')).toEqual({
      type: 'template',
      parts: ['Hi ', { source: ' .a ', offset: 5 }, '!'],
    });
    expect(readFree('${.a} and ${.b}', 'strict')).toEqual({
      type: 'template',
      parts: [{ source: '.a', offset: 2 }, ' and ', { source: '.b', offset: 12 }],
    });
  });

  it('finds a ${ that is never closed', () => {
    expect(findUnclosed('a ${.b} c ${ .d')).toBe(10);
    expect(findUnclosed('a ${.b} $c {')).toBeUndefined();
  });
});

describe('readFree in loose mode', () => {
  it('tries any text', () => {
    expect(readFree('.a', 'loose')).toEqual({ type: 'jq', source: '.a', offset: 0 });
    expect(readFree('${.a}', 'loose')).toEqual({ type: 'jq', source: '.a', offset: 2 });
  });
});

describe('the other kinds of field', () => {
  it('an expression may stand bare or in ${ }', () => {
    expect(readExpression('.a > 1')).toEqual({ type: 'jq', source: '.a > 1', offset: 0 });
    expect(readExpression('${ .a > 1 }')).toEqual({ type: 'jq', source: ' .a > 1 ', offset: 2 });
  });

  it('a script keeps the ${ } of its own language', () => {
    expect(readCode('console.log(`${x}`)')).toEqual({ type: 'literal', value: 'console.log(`${x}`)' });
    expect(readCode('${ .code }')).toMatchObject({ type: 'jq' });
  });

  it('an expectation is a constant unless it begins as jq does', () => {
    expect(readExpectation('ORD-1')).toEqual({ type: 'literal', value: 'ORD-1' });
    expect(readExpectation('$context.order')).toMatchObject({ type: 'jq' });
    expect(readExpectation('.order')).toMatchObject({ type: 'jq' });
  });
});
