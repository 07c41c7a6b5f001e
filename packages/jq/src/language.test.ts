import { describe, expect, it } from 'vitest';
import { compile, JqError, JqSyntaxError, type Json, stringify } from './index.ts';

function run(program: string, input: Json = null): string {
  return compile(program).all(input).map(stringify).join(' ');
}

function failure(program: string, input: Json = null): string {
  try {
    compile(program).all(input);
  } catch (error) {
    if (error instanceof JqError) return error.message;
    throw error;
  }
  throw new Error(`${program} did not fail`);
}

describe('the order of outputs', () => {
  it.each([
    ['the right side of an operator varies slowest', '(1,2) * (3,4)', '3 6 4 8'],
    [
      'the first entry of an object varies slowest',
      '{a: (1,2), b: (3,4)}',
      '{"a":1,"b":3} {"a":1,"b":4} {"a":2,"b":3} {"a":2,"b":4}',
    ],
    ['the last interpolation varies slowest', '"\\(1,2) \\(3,4)"', '"1 3" "2 3" "1 4" "2 4"'],
    ['the first bound of a range varies slowest', '[range(0,1; 2,3)]', '[0,1,0,1,2,1,1,2]'],
    ['the last argument of pow varies slowest', '[pow(2,3; 1,2)]', '[2,3,4,9]'],
    ['the key varies slower than what is indexed', '[([1,2],[3,4])[0,1]]', '[1,3,2,4]'],
    [
      'the first value parameter varies slowest',
      'def f($a; $b): [$a, $b]; f(1,2; 3,4)',
      '[1,3] [1,4] [2,3] [2,4]',
    ],
  ])('%s', (_title, program, expected) => {
    expect(run(program)).toBe(expected);
  });
});

describe('what is looked at first', () => {
  it.each([
    [
      'the left side of an operator is not looked at where the right one has no output',
      '[1] | [.a < .a?]',
      '[]',
    ],
    [
      'the last argument of setpath is evaluated before the path',
      '[try setpath(error("p"); empty) catch .]',
      '[]',
    ],
    [
      'the flags of match vary slowest',
      '"aabb" | [match("a","b"; "g",null).string]',
      '["a","a","b","b","a","b"]',
    ],
    ['the flags of test are evaluated before the pattern', 'try test(error("p"); error("f")) catch .', '"f"'],
    ['paths asks its filter of the whole input too', '1 | try [paths(error("x"))] catch .', '"x"'],
    [
      'a count that is no number is an error at the first output only',
      '[limit("a"; empty), skip("a"; empty)]',
      '[]',
    ],
    ['half an output is not skipped', '[skip(1.5; 1, 2, 3)], nth(0.5; 1, 2)', '[2,3] 1'],
    ['a depth that is no whole number flattens all', '[[[1]]] | flatten(0.5)', '[1]'],
    ['a character that is cut off at the end takes the rest with it', '"null" | @base64d', '"\ufffd\ufffd"'],
    [
      'an empty object and 0 reversed are an empty array, as their length says',
      '[({}, 0) | reverse]',
      '[[],[]]',
    ],
    ['rows of no length have no columns', '[{}, null] | transpose', '[]'],
    ['the entries of an array have its indices as keys', '["a"] | to_entries', '[{"key":0,"value":"a"}]'],
  ])('%s', (_title, program, expected) => {
    expect(run(program)).toBe(expected);
  });
});

describe('errors', () => {
  it.each([
    ['a wrong kind is named with an excerpt', '"a" + 1', 'string ("a") and number (1) cannot be added'],
    ['a long excerpt is cut', '[range(40)] | .a', 'Cannot index array with string ("a")'],
    [
      'a value is cut at 29 bytes',
      '{a: [range(40)]} - 1',
      'object ({"a":[0,1,2,3,4,5,6,7,8,9...}) and number (1) cannot be subtracted',
    ],
    [
      'a count below nothing is refused, of whatever kind',
      'limit(true; 1)',
      "limit doesn't support negative count",
    ],
    ['NaN is below every count', 'nth(nan; 1)', "nth doesn't support negative indices"],
    ['a slice names both of its ends', '[1] | .[{start: 0}]', 'Array/string slice indices must be integers'],
    ['null as an error is still an error', 'error(null)', 'null (not a string)'],
    ['an object as an error is shown', 'error({a: 1})', '{"a":1} (not a string)'],
  ])('%s', (_title, program, expected) => {
    expect(failure(program)).toBe(expected);
  });

  it.each([
    ['try catches what its body raises', 'try error("x") catch .', '"x"'],
    [
      'try does not catch what comes after it',
      'try ((try 1 catch "inner") | error("later")) catch .',
      '"later"',
    ],
    ['outputs before an error stay', '[.[] | try (if . == 2 then error else . end)]', '[1,3]'],
    ['? on a field keeps errors of what is before it', 'try (error("x").a?) catch .', '"x"'],
    ['// passes errors of its left side on', 'try (error("x") // 1) catch .', '"x"'],
    ['break leaves through try', '[label $l | try (1, break $l, 2) catch 9]', '[1]'],
    ['a label catches only its own break', '[label $a | label $b | 1, break $a, 2]', '[1]'],
  ])('%s', (_title, program, expected) => {
    expect(run(program, [1, 2, 3])).toBe(expected);
  });
});

describe('functions', () => {
  it.each([
    ['closures see the bindings they were written under', 'def f(g): 2 as $x | g; 1 as $x | f($x)', '1'],
    [
      'a closure that is called again inside itself keeps its bindings',
      'def twice(f): f | f; [10 | twice(. as $x | (1, 2) | . + $x)]',
      '[12,13,13,14]',
    ],
    [
      'recursion in tail position does not use the stack',
      'def f: if . >= 100000 then . else . + 1 | f end; 0 | f',
      '100000',
    ],
    [
      'tail recursion with many outputs does not use the stack',
      'def f: ., (if . >= 30000 then empty else . + 1 | f end); [0 | f] | length',
      '30001',
    ],
    [
      'tail recursion may pass its closure on',
      'def f(g): if . > 20000 then . else g | f(g) end; 0 | f(. + 1)',
      '20001',
    ],
    [
      'tail recursion may pass values',
      'def f($n): if $n == 0 then . else . + $n | f($n - 1) end; 0 | f(20000)',
      '200010000',
    ],
    [
      'mutual recursion works',
      'def even: if . == 0 then true else . - 1 | (def odd: if . == 0 then false else . - 1 | even end; odd) end; [8, 7 | even]',
      '[true,false]',
    ],
    ['an inner definition hides an outer one from then on', 'def f: 1; def g: f; def f: 2; [f, g]', '[2,1]'],
    ['arity is part of the name', 'def f: 1; def f(a): 2; [f, f(0)]', '[1,2]'],
    ['a value parameter is a function too', 'def f($a): [a, $a]; f(1, 2)', '[1,2,1] [1,2,2]'],
    [
      'a recursive function may have many outputs',
      'def walkTree: ., (.[]? | walkTree); [[[1], 2] | walkTree]',
      '[[[1],2],[1],1,2]',
    ],
  ])('%s', (_title, program, expected) => {
    expect(run(program)).toBe(expected);
  });
});

describe('folding', () => {
  it.each([
    ['an update without output makes the state null', 'reduce (1, 2) as $x (0; empty)', 'null'],
    ['the last output of an update is the state', 'reduce (1, 2) as $x (0; . + $x, . * 10)', '0'],
    [
      'a reduction does not change its initial value',
      '[1] as $a | [reduce (1, 2) as $x ($a; . + [$x]), $a]',
      '[[1,1,2],[1]]',
    ],
    [
      'a state that was kept is not changed later',
      'reduce range(3) as $i ([]; . + [.])',
      '[[],[[]],[[],[[]]]]',
    ],
    [
      'a part of the state that is put elsewhere is not changed later',
      'reduce range(3) as $i ({a: []}; .a += [$i] | .b = .a)',
      '{"a":[0,1,2],"b":[0,1,2]}',
    ],
    [
      'what a variable holds is not changed later',
      'reduce range(2) as $i ([]; . as $old | . + [$i] | . + [$old])',
      '[0,[],1,[0,[]]]',
    ],
    ['foreach gives each state', '[foreach (1, 2, 3) as $x (0; . + $x; [$x, .])]', '[[1,1],[2,3],[3,6]]'],
    [
      'foreach goes on with every output of the update',
      '[foreach (1, 2) as $x (0; . + $x, 10; .)]',
      '[1,10,12,10]',
    ],
    ['limit does not ask for one more', '[limit(2; 1, 2, error("asked"))]', '[1,2]'],
    ['first of nothing is nothing', '[first(empty)]', '[]'],
    [
      'loops of a hundred thousand rounds need no stack',
      '[last(range(100000)), (0 | until(. >= 100000; . + 1)), (0 | [limit(3; recurse(. + 1))])]',
      '[99999,100000,[0,1,2]]',
    ],
  ])('%s', (_title, program, expected) => {
    expect(run(program)).toBe(expected);
  });
});

describe('destructuring', () => {
  it.each([
    ['missing parts are null', '. as [$a, {b: $b}] | [$a, $b]', [1], '[1,null]'],
    ['$name takes the key of its name', '. as {$a, b: [$c]} | [$a, $c]', { a: 1, b: [2] }, '[1,2]'],
    ['keys may be computed', '. as {("a", "b"): $x} | $x', { a: 1, b: 2 }, '1 2'],
    ['an alternative is taken when the first fails', '.[] as [$a] ?// $a | $a', [[3], 4], '3 4'],
    ['variables of other alternatives are null', '. as [$a] ?// {$b} | [$a, $b]', { b: 5 }, '[null,5]'],
    [
      'an error in the body leads to the next alternative',
      '. as [$a] ?// $b | if $a then error else [$a, $b] end',
      [1],
      '[null,[1]]',
    ],
  ] as const)('%s', (_title, program, input, expected) => {
    expect(run(program, input)).toBe(expected);
  });
});

describe('keywords', () => {
  it('are keys, fields and variables', () => {
    expect(run('{if: 1, reduce, $__loc__} | .if', { reduce: 2 })).toBe('1');
    expect(run('.and.or', { and: { or: 3 } })).toBe('3');
    expect(run('1 as $if | $if')).toBe('1');
  });
});

describe('syntax errors', () => {
  it.each([
    ['.a |', 4, 'unexpected end of file'],
    ['.a | foo', 5, 'foo/0 is not defined'],
    ['$x', 0, '$x is not defined'],
    ['1 == 2 == 3', 7, 'does not associate'],
    ['{(1): 2}', 2, 'Cannot use number (1) as object key'],
    ['if 1 then 2', 11, "expecting 'end'"],
    ['"a\\qb"', 2, 'Invalid escape'],
    ['import "a" as a; .', 0, 'modules are not available'],
    ['.[', 2, 'unexpected end of file'],
    ['@nope', 0, 'nope is not a valid format'],
  ])('%s is refused at offset %i', (source, offset, message) => {
    try {
      compile(source);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(JqSyntaxError);
      expect((error as JqSyntaxError).message).toContain(message);
      expect((error as JqSyntaxError).offset).toBe(offset);
    }
  });

  it('count lines and columns from 1', () => {
    try {
      compile('.a\n| nope');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ line: 2, column: 3, length: 4 });
    }
  });

  it('are the answer to a program nested without end', () => {
    for (const source of [
      '['.repeat(100_000),
      `${'('.repeat(5000)}1${')'.repeat(5000)}`,
      `1${'+1'.repeat(200_000)}`,
      '-'.repeat(50_000),
    ]) {
      expect(() => compile(source)).toThrow(JqSyntaxError);
    }
  });
});
