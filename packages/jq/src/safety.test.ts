import { describe, expect, it } from 'vitest';
import { compile, type Json, Lazy, stringify } from './index.ts';

function run(program: string, input: Json = null): string {
  return compile(program).all(input).map(stringify).join(' ');
}

describe('texts of a hundred thousand characters', () => {
  it.each([
    ['digits that are no number', 'tonumber', `${'0'.repeat(100_000)}x`],
    ['digits that are no JSON', 'fromjson', `{"a":${'0'.repeat(100_000)}\\`],
    ['a number that never ends', 'tonumber', `1.${'0'.repeat(100_000)}e`],
  ])('%s are refused in linear time', (_what, program, text) => {
    const begun = process.threadCpuUsage();
    expect(run(`try ${program} catch "refused"`, text)).toBe('"refused"');
    expect(process.threadCpuUsage(begun).user / 1_000).toBeLessThan(500);
  });
});

describe('prototypes', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s of an empty object is null',
    (key) => {
      expect(run(`.${key}, .["${key}"], has("${key}"), getpath(["${key}"]), .${key}?`, {})).toBe(
        'null null false null null',
      );
    },
  );

  it.each([
    '{"__proto__": 1}',
    '{("__proto__"): 1}',
    '{} | .["__proto__"] = 1',
    '{} | .__proto__ |= 1',
    '{} | setpath(["__proto__"]; 1)',
    '[{key: "__proto__", value: 1}] | from_entries',
    '"{\\"__proto__\\": 1}" | fromjson',
    '{} + {"__proto__": 1}',
    '{} * {"__proto__": 1}',
    '{"__proto__": 1} | map_values(.)',
    '{"__proto__": 1} | with_entries(.)',
    '{"__proto__": 1} | walk(.)',
    'reduce 1 as $x ({}; .["__proto__"] = $x)',
    '"a" | capture("(?<__proto__>a)") | map_values(1)',
    'INDEX("__proto__"; .) | map_values(1)',
    '{"__proto__": 1, b: 2} | del(.b)',
    '{"__proto__": 1, b: 2} | pick(.["__proto__"])',
  ])('%s has __proto__ as an ordinary key', (program) => {
    const [value] = compile(program).all(null);
    expect(JSON.stringify(value)).toBe('{"__proto__":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('cannot be changed through __proto__', () => {
    run(
      '.["__proto__"]["polluted"] = 1 | setpath(["constructor", "prototype", "polluted"]; 1) | {} * {"__proto__": {polluted: 1}}',
      {},
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('inputs', () => {
  it.each(
    [
      '.a.b = 1',
      '.a |= (.b = 2)',
      'reduce range(3) as $i (.; .a.c[$i] = $i)',
      'reduce range(3) as $i (.; .list += [$i])',
      'del(.a)',
      '.list | sort | . + [1]',
      '[.list, .list] | add | .[0] = 9',
      'map_values(.)',
      '(.a, .list) |= empty',
      '.list | add([1], .[]?; .)?',
    ].filter((program) => !program.includes('?;')),
  )('are not changed by %s', (program) => {
    const input = { a: { b: 0, c: [9] }, list: [3, 1, 2] };
    const before = JSON.stringify(input);
    compile(program).all(input);
    expect(JSON.stringify(input)).toBe(before);
  });
});

describe('the host', () => {
  it('grants nothing by default', () => {
    expect(run('env, $ENV, [inputs], debug, stderr, input_filename, input_line_number')).toBe(
      '{} {} [] null null null 0',
    );
    expect(() => run('now')).toThrow('no clock');
    expect(() => run('input')).toThrow('No more inputs');
  });

  it('is asked for what it grants', () => {
    const messages: Json[] = [];
    const outputs = compile('now, env.A, input, [inputs], (1 | debug), (2 | debug("m"))').all(null, [], {
      now: () => 5,
      env: { A: 'b' },
      inputs: [1, 2, 3].values(),
      onDebug: (message) => messages.push(message),
    });
    expect(outputs).toEqual([5, 'b', 1, [2, 3], 1, 2]);
    expect(messages).toEqual([1, 'm']);
  });

  it('may say how far local time is from UTC', () => {
    const host = { utcOffsetSeconds: () => 5400, timeZoneName: () => 'XST' };
    expect(compile('localtime | .[3:5]').first(0, [], host)).toEqual([1, 30]);
    expect(compile('strflocaltime("%H:%M %z %Z")').first(0, [], host)).toBe('01:30 +0130 XST');
  });

  it('may grant modules', () => {
    const files: Readonly<Record<string, string>> = {
      'm.jq': 'def f: g; def g: 1; def h: 2;',
      'ok.jq': 'def two: 2;',
      'd.json': '[1] 2',
    };
    const options = { modules: (path: string) => files[path] };
    expect(compile('import "ok" as ok; import "d" as $d; [ok::two, $d]', options).first(null)).toEqual([
      2,
      [[1], 2],
    ]);
    expect(compile('include "ok"; two', options).first(null)).toBe(2);
    expect(() => compile('import "m" as m; m::f', options)).toThrow('g/0 is not defined');
    expect(() => compile('import "none" as m; 1', options)).toThrow('module not found: none');
  });
});

describe('variables', () => {
  it('are given in the order of their names', () => {
    expect(compile('[$b, $a]', { variables: ['a', 'b'] }).first(null, [1, 2])).toEqual([2, 1]);
  });

  it('tell which of them the source refers to', () => {
    const filter = compile('$a + (def f: $c; f) + (1 as $b | $b)', { variables: ['a', 'b', 'c', 'd'] });
    expect([...filter.uses].sort()).toEqual(['a', 'c']);
  });

  it('that are lazy are computed when read, and once', () => {
    let reads = 0;
    const lazy = new Lazy(() => ++reads);
    const filter = compile('if . then [$x, $x] else 0 end', { variables: ['x'] });
    expect(filter.first(false, [lazy])).toBe(0);
    expect(reads).toBe(0);
    expect(filter.first(true, [lazy])).toEqual([1, 1]);
  });

  it('that are lazy may evaluate another filter, which has a budget of its own', () => {
    const inner = compile('last(range(50000))');
    const outer = compile('[range(100)] | length + $x', { variables: ['x'] });
    const host = { budget: { stepsMax: 1000 } };
    expect(outer.first(null, [new Lazy(() => inner.first(null) ?? null)], host)).toBe(50_099);
  });
});

describe('a filter', () => {
  it.each([
    ['.a', true],
    ['1 + 2', false],
    ['$x.a', false],
    ['{a: $x}', false],
    ['{a}', true],
    ['[range(3) | . + 1]', false],
    ['now', false],
    ['length', true],
    ['"\\(.a)"', true],
    ['$x | .a', false],
    ['first', true],
    ['if $x then 1 end', true],
  ])('%s reads its input: %s', (program, expected) => {
    expect(compile(program, { variables: ['x'] }).readsInput).toBe(expected);
  });

  it('stops after the first output', () => {
    expect(compile('1, error("not reached")').first(null)).toBe(1);
    expect(compile('empty').first(null)).toBeUndefined();
  });

  it('stops when the visitor has seen enough, and lets its errors through', () => {
    const seen: Json[] = [];
    compile('range(1e9)').each(null, (value) => seen.push(value) < 3);
    expect(seen).toEqual([0, 1, 2]);
    expect(() =>
      compile('try (1, 2) catch 3').each(null, () => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
  });

  it('may be used again after an error', () => {
    const filter = compile('def f: if . > 3 then error("x") else . + 1 | f | . end; f');
    for (let i = 0; i < 3; i++) expect(() => filter.first(0)).toThrow('x');
    expect(() => compile('last(range(1e12))').first(null, [], { budget: { stepsMax: 10 } })).toThrow();
    expect(compile('[limit(3; range(10))]').first(null)).toEqual([0, 1, 2]);
  });
});
