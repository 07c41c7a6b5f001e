import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, JqError, type Json, stringify } from '../index.ts';

const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const path = fc.array(fc.oneof(fc.string({ maxLength: 2 }), fc.nat(3)), {
  maxLength: 4,
}) as fc.Arbitrary<Json>;

function run(program: string, input: Json, variables: readonly Json[] = []): Json[] {
  return compile(program, { variables: ['p', 'v'] }).all(input, variables);
}

describe('paths', () => {
  it('what is set is what is got', () => {
    const law = compile('try (setpath($p; $v) | getpath($p) == $v) catch true', { variables: ['p', 'v'] });
    fc.assert(fc.property(value, path, value, (input, p, v) => law.first(input, [p, v]) === true));
  });

  it('a path gets what the walk gave', () => {
    const law = compile('[paths] == [path(..)][1:] and ([.. ] == [getpath(path(..))])');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });

  it('setting what is there changes nothing', () => {
    const law = compile('. as $in | all(path(..); . as $p | $in | setpath($p; getpath($p)) == $in)');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });

  it('updating by the identity changes nothing', () => {
    const law = compile('(.. |= .) == . and (.[]? |= .) == . and ((.[]?, .) |= .) == .');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });

  it('an update by a function is the same as by its map', () => {
    const law = compile('if type == "array" then (.[] |= [.]) == map([.]) else true end');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });

  it('a stream of events builds the value again', () => {
    const law = compile('fromstream(tostream) == .');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });

  it('deleting all items leaves an empty container', () => {
    const law = compile('if type == "array" or type == "object" then (del(.[]) | length) == 0 else true end');
    fc.assert(fc.property(value, (input) => law.first(input) === true));
  });
});

describe('updates', () => {
  it.each([
    ['+= takes its right side from the input', '.a += .b', { a: 1, b: 2 }, '{"a":3,"b":2}'],
    ['= with many values gives many outputs', '.a = (1, 2)', null, '{"a":1} {"a":2}'],
    ['|= takes the first output', '.a |= (1, 2)', null, '{"a":1}'],
    ['|= empty deletes', '.[] |= (select(. > 1))', [1, 2, 3, 0], '[2,3]'],
    ['//= fills null and false', '.[] //= 7', [null, false, 0], '[7,7,0]'],
    ['slices may be assigned', '.[1:3] = ["x"]', [0, 1, 2, 3], '[0,"x",3]'],
    ['slices of null', '.[0:1] = [1]', null, '[1]'],
    ['null grows', '.a[2].b = 1', null, '{"a":[null,null,{"b":1}]}'],
    [
      'select narrows a path',
      '(.[] | select(.a) | .b) |= 5',
      [{ a: 1 }, { b: 2 }],
      '[{"a":1,"b":5},{"b":2}]',
    ],
    ['recursion is a path', '(.. | numbers) |= . + 1', [1, [2, { a: 3 }]], '[2,[3,{"a":4}]]'],
    ['first and limit are paths', 'first(.[]) = 9 | limit(2; .[]) += 1', [1, 2, 3], '[10,3,3]'],
    ['getpath is a path', 'getpath(["a", 0]) = 1', null, '{"a":[1]}'],
    ['functions are paths', 'def f(g): .x | g; f(.y) = 1', null, '{"x":{"y":1}}'],
    [
      'if, // and try are paths',
      '(if .a then .a else .b end, (.c // .d), (.e?)) = 1',
      { b: 0, d: 2 },
      '{"b":1,"d":1,"e":1}',
    ],
    ['reduce and foreach are paths', 'path(foreach (0, 1) as $i (.; .; .[$i]))', [1, 2], '[0] [1]'],
    ['variables in between do not matter', '(. as $x | .a) = 1', {}, '{"a":1}'],
    ['del takes many paths', 'del(.[0, 2], .[-1])', [1, 2, 3, 4], '[2]'],
    ['to_entries keeps the order of keys', 'to_entries | map(.key)', { b: 1, a: 2 }, '["b","a"]'],
    ['an update of shared parts changes one of them', '[., .] | .[0].a = 1', { a: 0 }, '[{"a":1},{"a":0}]'],
    [
      'an update that keeps what it gets is not changed later',
      '(.a.b, .a) |= [., .] | .a[0].b = 1 | .a[1]',
      { a: { b: 1 } },
      '{"b":[1,1]}',
    ],
  ] as const)('%s', (_title, program, input, expected) => {
    expect(
      run(program, input as Json)
        .map(stringify)
        .join(' '),
    ).toBe(expected);
  });

  it.each([
    ['path(map(.))', 'Invalid path expression with result [1]'],
    ['path([1] | .[0])', 'Invalid path expression near attempt to access element 0 of [1]'],
    ['(tojson | .a) = 1', 'Invalid path expression near attempt to access element "a" of "[1]"'],
    ['path(reverse | .[])', 'Invalid path expression near attempt to iterate through [1]'],
    ['.a = 1', 'Cannot index array with string ("a")'],
    ['.[-2] = 1', 'Out of bounds negative array index'],
  ])('%s is an error', (program, message) => {
    const input = program.includes('reverse') ? [1, 2] : [1];
    expect(() => run(program, input)).toThrow(JqError);
    expect(() => run(program, input)).toThrow(
      program.includes('reverse') ? 'near attempt to iterate through [2,1]' : message,
    );
  });
});
