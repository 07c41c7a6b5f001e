import { describe, expect, it } from 'vitest';
import { compile, JqBudgetError, type Json } from './index.ts';

const SMALL = { stepsMax: 100_000, depthMax: 200, sizeMax: 1_000_000 };

function limitOf(program: string, input: Json = null, budget = SMALL): string {
  try {
    compile(program).all(input, [], { budget });
  } catch (error) {
    if (error instanceof JqBudgetError) return error.limit;
    throw error;
  }
  return 'none';
}

describe('the budget of steps', () => {
  it.each([
    'last(range(1e12))',
    '0 | until(false; . + 1)',
    'def f: . + 1 | f; 0 | f',
    'isempty(repeat(empty))',
    '[limit(10; repeat(empty))]',
    'reduce range(30) as $i (1; [., .]) | . == (. | map(.))',
    'reduce range(30) as $i (1; [., .]) | flatten | length',
    '("a" * 40 + "!") | test("(a|aa)+\\\\1$")',
    'first(range(1e9) | select(. < 0))',
  ])('ends %s', (program) => {
    expect(limitOf(program)).toBe('steps');
  });

  it('is not caught by try', () => {
    expect(limitOf('try last(range(1e12)) catch "caught"')).toBe('steps');
  });
});

describe('the budget of depth', () => {
  it.each([
    'def f: 1 + f; f',
    'def f: [f]; f',
    'def f: f, f | f; f',
    'def f: try f catch f; f',
    'def f: path(f); f',
    'def f: reduce f as $x (0; .); f',
    'def f(g): g | f(f(g)) | .; f(.)',
  ])('ends %s', (program) => {
    expect(limitOf(program)).toBe('depth');
  });

  it('ends recursion before the native stack does, and as a budget error if the stack is first', () => {
    for (const program of [
      'def f: 1 + f; f',
      'def f: {a: [.[]?, (f | f)]}; f',
      'def f: (1, 2) as $x | (f, f); f',
    ]) {
      expect(limitOf(program, null, { stepsMax: 1e9, depthMax: 1e9, sizeMax: 1e9 })).toBe('depth');
    }
  });

  it('is given back when a try or a label leaves the recursion', () => {
    const program =
      'def f: if . > 50 then error("deep") else . + 1 | (f | .) end; [range(100) | try (0 | f) catch 1] | length';
    expect(compile(program).first(null, [], { budget: SMALL })).toBe(100);
  });
});

describe('the budget of size', () => {
  it.each([
    '"x" * 1e9',
    'reduce range(100) as $i ("x"; . + .)',
    'setpath([1e8]; 1)',
    '[range(90000)]',
    'path(recurse(.a))',
    'reduce range(40) as $i (1; [., .])',
    'reduce range(20) as $i ("ab"; [., .] | join("")) | @base64',
    '[range(50000)] | map(["a"])',
    '{a: ("x" * 1e5)} | [limit(50; repeat(tojson))] | length',
    '[limit(90000; repeat(65))] | implode',
  ])('ends %s', (program) => {
    expect(limitOf(program)).toBe('size');
  });

  it('counts what an output unfolds to, not only what was built', () => {
    expect(limitOf('. as $x | reduce range(14) as $i ($x; [., .])', 'x'.repeat(1000))).toBe('size');
  });

  it('lets a reduction append to its state without paying for copies', () => {
    const budget = { ...SMALL, sizeMax: 5_000_000 };
    expect(limitOf('reduce range(10000) as $i ([]; . + [$i]) | length', null, budget)).toBe('none');
    expect(limitOf('reduce range(5000) as $i ({}; .["k\\($i)"] += 1) | length', null, budget)).toBe('none');
  });
});

describe('nesting in the data', () => {
  it('is not limited by the native stack', () => {
    let deep: Json = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(compile('[..] | length').first(deep)).toBe(100_001);
    expect(compile('flatten').first(deep)).toEqual([]);
    expect(compile('tojson | contains("<skipped: too deep>")').first(deep)).toBe(true);
    expect(compile('try (. == .) catch .').first([deep, 1])).toBe('Equality check too deep');
  });
});
