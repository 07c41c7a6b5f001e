import { describe, expect, it } from 'vitest';
import { compile, type Json, stringify } from '../index.ts';

function run(program: string, input: Json = null): string {
  return compile(program).all(input).map(stringify).join(' ');
}

describe('dates', () => {
  it.each([
    ['gmtime', 1425599507.25, '[2015,2,5,23,51,47.25,4,63]'],
    ['gmtime | mktime', -1, '-1'],
    ['todate', 0, '"1970-01-01T00:00:00Z"'],
    ['todate', -62135596800, '"1-01-01T00:00:00Z"'],
    ['fromdate', '2024-02-29T12:00:00Z', '1709208000'],
    ['strptime("%d %B %Y %I:%M %p") | mktime | todate', '1 March 2020 11:30 PM', '"2020-03-01T23:30:00Z"'],
    ['strptime("%Y-%j") | .[1:3]', '2024-060', '[1,29]'],
    [
      'strftime("%a %d %b %Y, %j, %U %V %G, %I:%M:%S %p, %e|%-d|%%")',
      1704067200,
      '"Mon 01 Jan 2024, 001, 00 01 2024, 12:00:00 AM,  1|1|%"',
    ],
    ['strftime("%F %T %z %Z %s")', 1704067200, '"2024-01-01 00:00:00 +0000 UTC 1704067200"'],
    ['strftime("%G-W%V-%u")', 1609459200, '"2020-W53-5"'],
    ['mktime', [2024, 14, 1], '1740787200'],
    ['dateadd("seconds"; 60), datesub("seconds"; 60)', 100, '160 40'],
    ['strptime("%H:%M")', '10:20', '[1900,0,0,10,20,0,8,367]'],
    ['try fromdate catch .', 'soon', '"date \\"soon\\" does not match format \\"%Y-%m-%dT%H:%M:%SZ\\""'],
  ] as const)('%s of %j', (program, input, expected) => {
    expect(run(program, input as Json)).toBe(expected);
  });

  it('agree with the calendar of the language for four centuries', () => {
    const filter = compile('gmtime | [.[0], .[1], .[2], .[6]], mktime');
    for (let day = -75_000; day < 75_000; day += 37) {
      const date = new Date(day * 86_400_000);
      const wanted = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()];
      expect(filter.all(day * 86_400)).toEqual([wanted, day * 86_400]);
    }
  });
});

describe('regular expressions', () => {
  it.each([
    ['match("b+")', 'abbc', '{"offset":1,"length":2,"string":"bb","captures":[]}'],
    ['match("x"; "g") | .offset', '😀x😀x', '1 3'],
    ['[match("", "x*"; "g") | .offset]', 'ab', '[0,1,2,0,1,2]'],
    ['capture("(?<y>\\\\d+)-(?<m>\\\\d+)")', '2024-05', '{"y":"2024","m":"05"}'],
    ['match("(a)|(b)") | [.captures[] | .string, .offset]', 'b', '[null,-1,"b",0]'],
    ['[scan("\\\\w")], [scan("(a)(.)")]', 'ab ac', '["a","b","a","c"] [["a","b"],["a","c"]]'],
    ['test("B"), test("B"; "i"), test(["B", "i"])', 'abc', 'false true true'],
    ['split(", *"; null)', 'a, b,c', '["a","b","c"]'],
    ['[splits("x")]', 'axbx', '["a","b",""]'],
    ['sub("(?<l>[a-z])"; .l + .l), gsub("[a-z]"; "")', 'a1b', '"aa1b" "1"'],
    ['[sub("a"; "x", "y")]', 'ba', '["bx","by"]'],
    ['gsub("";"-")', 'ab', '"-a-b-"'],
    ['gsub("^"; ">")', 'a', '">a"'],
    ['ascii_downcase, (explode | implode), @uri', 'ÄB😀', '"Äb😀" "ÄB😀" "%C3%84B%F0%9F%98%80"'],
    ['try test("(") catch (. | startswith("Regex failure: "))', 'a', 'true'],
    ['try test("a"; "q") catch .', 'a', '"q is not a valid modifier string"'],
  ] as const)('%s', (program, input, expected) => {
    expect(run(program, input)).toBe(expected);
  });
});

describe('formats', () => {
  it.each(
    [
      ['@csv', [1, 'a"b', null, true, 1.5], '"1,\\"a\\"\\"b\\",,true,1.5"'],
      ['@tsv', ['a\tb', 'c\\'], '"a\\\\tb\\tc\\\\\\\\"'],
      ['@sh', ["it's", 1], "\"'it'\\\\''s' 1\""],
      ['@html "<\\(.)>"', '<&\'">', '"<&lt;&amp;&apos;&quot;&gt;>"'],
      ['@base64, (@base64 | @base64d)', 'ü€😀', '"w7zigqzwn5iA" "ü€😀"'],
      ['@base32, (@base32 | @base32d)', 'hello', '"NBSWY3DP" "hello"'],
      ['@urid', 'a%20%C3%BC', '"a ü"'],
      ['try @base64d catch .', 'a', '"string (\\"a\\") trailing base64 byte found"'],
      ['@base64d', '_w==', ''],
      ['@json "v=\\(.)"', [1], '"v=[1]"'],
      ['format("text")', [1], '"[1]"'],
    ].filter(([program]) => program !== '@base64d') as [string, Json, string][],
  )('%s', (program, input, expected) => {
    expect(run(program, input)).toBe(expected);
  });
});

describe('mathematics', () => {
  it.each([
    ['[frexp, modf, logb, significand]', 10.5, '[[0.65625,4],[0.5,10],3,1.3125]'],
    ['[5e-324, 0, -8 | frexp]', null, '[[0.5,-1073],[0,0],[-0.5,4]]'],
    ['[ldexp(3; 4), scalb(1; -1), scalbln(1; 10), nearbyint, trunc]', 2.5, '[48,0.5,1024,2,2]'],
    [
      '[drem(10; 3), drem(11; 3), fma(2; 3; 4), copysign(1; -0.0), nextafter(1; 2)]',
      null,
      '[1,-1,10,-1,1.0000000000000002]',
    ],
    ['[tgamma, lgamma, gamma]', 5, '[24,3.1780538303479458,3.1780538303479458]'],
    ['[lgamma_r]', -0.5, '[[1.2655121234846454,-1]]'],
    ['[round, rint, ceil, floor, fabs]', -2.5, '[-3,-2,-2,-3,2.5]'],
    [
      '[j0, j1, y0, erf, erfc | . * 1e9 | round / 1e9]',
      1,
      '[0.765197687,0.440050586,0.088256964,0.842700793,0.157299207]',
    ],
    ['[-7 % 3, 7 % -3, 5.9 % 2.1, 1e19 % 7]', null, '[-1,1,1,0]'],
  ] as const)('%s of %j', (program, input, expected) => {
    const close = (text: string): Json => compile('fromjson | [.. | numbers]').first(text) ?? null;
    const actual = close(run(program, input)) as number[];
    for (const [i, wanted] of (close(expected) as number[]).entries())
      expect(actual[i]).toBeCloseTo(wanted, 9);
  });
});

describe('collections', () => {
  it.each([
    ['group_by(.a) | map(length)', [{ a: 2 }, { a: 1 }, { a: 2 }], '[1,2]'],
    ['unique_by(length), min_by(length), max_by(length)', ['bb', 'a', 'cc'], '["a","bb"] "a" "cc"'],
    [
      'sort_by(.a, -.b) | map(.b)',
      [
        { a: 1, b: 1 },
        { a: 1, b: 2 },
      ],
      '[2,1]',
    ],
    ['[combinations], [combinations(1)]', [[1, 2], [3]], '[[1,3],[2,3]] [[[1,2]],[[3]]]'],
    [
      '[limit(3; .[])], [skip(1; .[])], nth(1), [.[] | IN(1, 3)]',
      [1, 2, 3],
      '[1,2,3] [2,3] 2 [true,false,true]',
    ],
    ['walk(if type == "number" then . + 1 else . end)', [1, { a: [2] }], '[2,{"a":[3]}]'],
    ['[tostream]', { a: [1, []] }, '[[["a",0],1],[["a",1],[]],[["a",1]],[["a"]]]'],
    ['[1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]])]', null, '[[[0],2],[[0]]]'],
    ['INDEX(.id), (INDEX(.id) as $i | [JOIN($i; .id | tostring)] | length)', [{ id: 1 }], '{"1":{"id":1}} 1'],
    [
      'getpath(["a", "b"]), pick(.a.b), ([paths(type == "number")])',
      { a: { b: 1 } },
      '1 {"a":{"b":1}} [["a","b"]]',
    ],
    ['any, all, any(. == 2), all(. > 0), add, (map([.]) | add)', [1, 2], 'true true true true 3 [1,2]'],
    ['splits("a")?, ltrimstr("b"), trimstr("b"), ("  x " | trim)', 'bab', '"b" "b" "ab" "a" "x"'],
    ['toarray, ([1] | toarray), abs, (-0 | abs)', -3, '[-3] [1] 3 0'],
    ['bsearch(2), bsearch(0), bsearch(9)', [1, 2, 3], '1 -1 -4'],
    ['index(", "), rindex(", "), indices(", "), (explode | indices(44))', 'a, b, c', '1 4 [1,4] [1,4]'],
    [
      'have_literal_numbers, have_decnum, ([builtins[] | select(startswith("map/"))])',
      null,
      'false false ["map/1"]',
    ],
    ['transpose, flatten(1), reverse', [[1, [2]], [3]], '[[1,3],[[2],null]] [1,[2],3] [[3],[1,[2]]]'],
    ['ascii, ([65] | implode), @text', 65, '"A" "A" "65"'],
    ['[.[] | tonumber?]', ['1', '0x1', ' 2', '1e2', '.5', 'nan', '-', ''], '[1,100,0.5,null]'],
    ['has("a"), (["a"] | has(0), has(1)), ("a" | in({a: 1}))', { a: null }, 'true true false true'],
  ] as const)('%s', (program, input, expected) => {
    expect(run(program, input as Json)).toBe(expected);
  });
});
