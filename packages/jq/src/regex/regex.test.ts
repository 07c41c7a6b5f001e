import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileEcma,
  compileRegex,
  type Regex,
  type RegexFlags,
  RegexLimitError,
  RegexSyntaxError,
} from './regex.ts';

const STEPS_MAX = 1_000_000;

class BudgetSpent extends Error {}

/** The first match as texts: the whole, then each group (null when unset). */
function found(regex: Regex, text: string, stepsMax = STEPS_MAX): (string | null)[] | null {
  const match = regex.exec(text, 0, budget(stepsMax));
  if (match === null) return null;
  return [text.slice(match.index, match.end), ...match.groups.map((g) => g && text.slice(g.index, g.end))];
}

function budget(stepsMax: number): (steps: number) => void {
  let left = stepsMax;
  return (steps) => {
    left -= steps;
    if (left < 0) throw new BudgetSpent();
  };
}

function stepsOf(regex: Regex, text: string): number {
  let total = 0;
  regex.exec(text, 0, (steps) => {
    total += steps;
    // A search that is not polynomial would otherwise never come back to fail its test.
    if (total > STEPS_MAX) throw new BudgetSpent();
  });
  return total;
}

type Case = readonly [
  rule: string,
  pattern: string,
  text: string,
  expected: (string | null)[] | null,
  flags?: RegexFlags,
];

function titled(items: readonly Case[]): { readonly title: string; readonly item: Case }[] {
  return items.map((item) => ({ title: `${item[0]}: /${item[1]}/ on ${JSON.stringify(item[2])}`, item }));
}

const cases: readonly Case[] = [
  ['the leftmost match wins over a longer one', 'b+|a', 'abbb', ['a']],
  ['the first alternative wins', 'a|ab', 'ab', ['a']],
  ['`longest` takes the longest match of all', 'a|ab|b+', 'ab bbb', ['bbb'], { longest: true }],
  ['`ignoreEmpty` passes over an empty match', 'a*', 'ba', ['a'], { ignoreEmpty: true }],
  ['a character outside the basic plane is one character', '^.$', '😀', ['😀']],
  ['a range may reach beyond the basic plane', '[b-😀]+', 'a😀b', ['😀b']],
  ['`^` holds at the start of the text only, as in jq', '^b', 'a\nb', null],
  ['(?m) makes `^` hold after a newline', '(?m)^b', 'a\nb', ['b']],
  ['`$` holds before a final newline', 'a$', 'a\n', ['a']],
  ['`$` does not hold before an inner newline', 'a$', 'a\nb', null],
  ['\\z holds at the very end only', 'a\\z', 'a\n', null],
  ['dot does not match a newline', 'a.b', 'a\nb', null],
  ['(?s) lets dot match a newline', '(?s)a.b', 'a\nb', ['a\nb']],
  ['`dotAll` lets dot match a newline', 'a.b', 'a\nb', ['a\nb'], { dotAll: true }],
  ['an option lasts to the end of its group, over alternatives', '(?:a(?i)b|c)c', 'Cc', ['Cc']],
  ['an option group may switch options off', '(?i:a(?-i:b))', 'AB', null],
  ['`extended` ignores blanks and comments', 'a b # c\n c', 'abc', ['abc'], { extended: true }],
  ['a comment group matches nothing', 'a(?#no (b)c', 'ac', ['ac']],
  ['a lazy repetition takes as little as it can', 'a+?', 'aaa', ['a']],
  ['a possessive repetition gives nothing back', 'a++a', 'aaa', null],
  ['an atomic group gives nothing back', '(?>a|ab)c', 'abc', null],
  ['braces that are no interval are text', 'a{,2}', 'aa a{,2}', ['a{,2}']],
  ['a repeated interval multiplies', '(?:a{2}){2}', 'aaaaa', ['aaaa']],
  ['a lazy fixed interval is still fixed', 'a{2}?b', 'aab', ['aab']],
  ['a group keeps what its last round matched', '(?:(a)|b)*', 'ab', ['ab', 'a']],
  ['an empty round ends a loop and its group is set', '(a*)*', 'b', ['', '']],
  ['a group that took no part is null', '(a)|(b)', 'b', ['b', null, 'b']],
  ['a backreference matches the same text again', '(.)\\1', 'abccd', ['cc', 'c']],
  ['a backreference to an unset group fails', '(a)?\\1b', 'b', null],
  ['a backreference ignores case when told to', '(?i)(é)\\1', 'éÉ', ['éÉ', 'é']],
  ['a relative backreference counts from its place', '(a)(b)\\k<-1>', 'abb', ['abb', 'a', 'b']],
  [
    'of two groups with one name the last is looked at first',
    '(?<n>a)(?<n>b)\\k<n>',
    'aba abb',
    ['aba', 'a', 'b'],
  ],
  ['a call runs a group again', '(?<x>[ab])-\\g<x>', 'a-b', ['a-b', 'b']],
  ['a look-ahead takes no text', 'a(?=b)', 'acab', ['a']],
  ['a negative look-ahead', 'a(?!b).', 'abac', ['ac']],
  ['a look-behind may have alternatives of several lengths', '(?<=a|bc)d', 'd bcd', ['d']],
  ['a negative look-behind', '(?<!a)b', 'abcb', ['b']],
  ['\\K drops what was matched before it', 'foo\\Kbar', 'foobar', ['bar']],
  ['\\G holds where the search began', '\\Gb', 'ab', null],
  ['\\b is about Unicode words', '\\bé\\w+', 'aéa éa', ['éa']],
  ['\\d is any decimal digit', '\\d', '٣', ['٣']],
  ['\\w takes letters of any script', '\\w+', '-größe①', ['größe']],
  ['a POSIX bracket', '[[:upper:][:digit:]]+', 'aÉ1b', ['É1']],
  ['a negated POSIX bracket', '[[:^ascii:]]', 'aé', ['é']],
  ['a property by its category', '\\p{Lu}+', 'abCD', ['CD']],
  ['a property by its script, in any case', '\\p{greek}+', 'abγδ', ['γδ']],
  ['a negated property', '\\p{^L}', 'a1', ['1']],
  ['a bracket right at the start of a class is a member', '[]a]+', 'b]a', [']a']],
  ['jq has no intersection: && are members', '[a&&b]+', 'a&b', ['a&b']],
  ['jq has no nested classes: [ is a member', '[a[b]]', 'x[]', ['[]']],
  ['jq knows no \\h: it is the letter', '\\h', 'ah', ['h']],
  ['Oniguruma’s own syntax has intersection', '[a-z&&[^aeiou]]+', 'aebcd', ['bcd'], { syntax: 'oniguruma' }],
  ['Oniguruma’s own syntax has \\h', '\\h+', 'xyzBEEF', ['BEEF'], { syntax: 'oniguruma' }],
  ['Oniguruma’s own syntax has {,n}', '^a{,2}', 'aaa', ['aa'], { syntax: 'oniguruma' }],
  ['Oniguruma’s own syntax has \\uHHHH', '\\u0041', 'A', ['A'], { syntax: 'oniguruma' }],
  ['Oniguruma’s own syntax has line anchors', '^b', 'a\nb', ['b'], { syntax: 'oniguruma' }],
  ['\\xHH names bytes of UTF-8', '\\xC3\\xA9', 'é', ['é']],
  ['\\x{H} names a code point', '\\x{1F600}', '😀', ['😀']],
  ['an octal escape', '\\101', 'A', ['A']],
  ['a control escape', '\\cA\\t', '\u0001\t', ['\u0001\t']],
  ['\\Q...\\E is literal', '\\Qa.b|\\E', 'acb a.b|', ['a.b|']],
  ['\\R takes a whole line end', 'a\\R', 'a\r\nb', ['a\r\n']],
  ['\\X takes a letter with its marks', '\\X', 'e\u0301x', ['e\u0301']],
  ['\\X takes a joined emoji whole', '\\X', '👩‍💻x', ['👩‍💻']],
  ['case is folded beyond ASCII', 'straẞe', 'STRAßE', ['STRAßE'], { ignoreCase: true }],
  ['final and medial sigma are the same letter without case', 'σ+', 'Σςσ', ['Σςσ'], { ignoreCase: true }],
  ['the Kelvin sign is a k without case', '[k]', '\u212a', ['\u212a'], { ignoreCase: true }],
  ['a negated class excludes the other case too', '[^a]', 'A', null, { ignoreCase: true }],
];

describe('patterns of jq', () => {
  test.each(titled(cases))('$title', ({ item: [, pattern, text, expected, flags] }) => {
    expect(found(compileRegex(pattern, flags), text)).toEqual(expected);
  });

  test.each([
    ['a(', 'end pattern with unmatched parenthesis', 1],
    ['a)', 'unmatched close parenthesis', 1],
    ['*a', 'target of repeat operator is not specified', 0],
    ['(?=a)*', 'target of repeat operator is invalid', 5],
    ['[a', 'premature end of char-class', 2],
    ['[]', 'empty char-class', 1],
    ['[b-a]', 'empty range in char class', 2],
    ['[[:foo:]]', 'invalid POSIX bracket type', 8],
    ['\\p{Foo}', 'invalid character property name {Foo}', 7],
    ['(a)\\2', 'invalid backref number/name', 3],
    ['\\k<x>', 'undefined name <x> reference', 0],
    ['(?<1a>b)', 'invalid group name <1a>', 0],
    ['a{2,1}', 'upper is smaller than lower in repeat range', 6],
    ['a{100001}', 'too big number for repeat range', 9],
    ['\\xE9', 'too short multibyte code string', 0],
    ['a\\', 'end pattern at escape', 1],
    ['(?z)', 'undefined group option', 0],
  ])('/%s/ is refused with the message "%s"', (pattern, message, offset) => {
    expect(() => compileRegex(pattern)).toThrow(RegexSyntaxError);
    expect(() => compileRegex(pattern)).toThrow(expect.objectContaining({ message, offset }));
  });

  test('names are given per group, with null for groups without one', () => {
    expect(compileRegex('(?<year>\\d+)-(\\d+)-(?<day>\\d+)').names).toEqual(['year', null, 'day']);
  });

  test('a search begins at `from` and still sees the text before it', () => {
    expect(compileRegex('(?<=a)b').exec('ab', 1, () => {})).toEqual({ index: 1, end: 2, groups: [] });
    expect(compileRegex('^b').exec('ab', 1, () => {})).toBeNull();
  });
});

describe('patterns of ECMA-262', () => {
  test.each(
    titled([
      ['\\d is ASCII', '\\d', '٣', null],
      ['\\w is ASCII', '^\\w$', 'é', null],
      ['`$` is the end of the text', 'a$', 'a\n', null],
      ['dot stops at every line end', '^.$', '\u2028', null],
      ['an optional empty round does not count', '(a*)?', 'b', ['', null]],
      ['a round forgets the groups of the last', '(?:(a)|b)*', 'ab', ['ab', null]],
      ['an unset backreference matches nothing', '\\1(a)', 'a', ['a', 'a']],
      ['a slash may be escaped', 'a\\/b', 'a/b', ['a/b']],
      ['a code point escape', '\\u{1F600}|\\ud83d\\ude01', '😁', ['😁']],
      ['a script property', '^\\p{Script=Greek}+$', 'γδ', ['γδ']],
      ['a name for a group', '(?<y>a)\\k<y>', 'aa', ['aa', 'a']],
      ['a repeated assertion in a group', '(?:(?=a))*a', 'a', ['a']],
    ]),
  )('$title', ({ item: [, pattern, text, expected] }) => {
    expect(found(compileEcma(pattern), text)).toEqual(expected);
  });

  test.each([
    '\\a',
    '\\-',
    'a{',
    '}',
    ']',
    '(?=a)*',
    '\\p{Foo}',
    '\\2(a)',
    '\\k<n>',
    '(?<n>a)(?<n>b)',
    '[\\w-a]',
    '\\c1',
    '\\01',
    '(',
    'a**',
    '[[:alpha:]]',
  ])('/%s/ is refused, as by the flag u', (pattern) => {
    expect(() => compileEcma(pattern)).toThrow(RegexSyntaxError);
  });

  test('any pattern of the common subset matches as the native engine does', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const native = new RegExp(pattern, 'dgu').exec(text);
        // The native engine may report an empty match between two halves of one character.
        fc.pre(native === null || !/[\udc00-\udfff]/.test(text.charAt(native.index)));
        const ours = compileEcma(pattern).exec(text, 0, budget(STEPS_MAX));
        const spans = native?.indices?.map((span) => span ?? null) ?? null;
        const pair = (span: { index: number; end: number } | null) => span && [span.index, span.end];
        expect(ours && [[ours.index, ours.end], ...ours.groups.map(pair)]).toEqual(spans);
      }),
      { numRuns: 1500 },
    );
  });
});

const texts = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', ' ', 'é', '😀'), { maxLength: 8 })
  .map((chars) => chars.join(''));

/** Patterns with groups, repetitions, classes, anchors and look-around that both engines take. */
const patterns = fc.letrec<{ pattern: string; item: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    tie('item'),
    fc.tuple(tie('item'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}|${b}`),
  ),
  item: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'a',
      'b',
      'ab',
      '😀',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\W',
      '\\d',
      '[b-😀]',
      '\\p{L}',
      '^',
      '$',
      '\\b',
      '\\B',
    ),
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+', '?', '{2}', '{1,2}', '*?', '+?', '??'))
      .map(([p, q]) => `(${p})${q}`),
    fc.tuple(tie('pattern'), fc.constantFrom('', '*', '+?', '{0,3}')).map(([p, q]) => `(?:${p})${q}`),
    fc.tuple(fc.constantFrom('?=', '?!', '?<=', '?<!'), tie('pattern')).map(([look, p]) => `(${look}${p})`),
  ),
})).pattern;

describe('budget', () => {
  test.each([
    '(a+)+$',
    '(a|aa)+$',
    '(a*)*$',
    '(?:a|a)*b',
    '(.*)(.*)(.*)(.*)x',
    '(a?){30}a{30}b',
    '((a*)*)*b',
  ])('/%s/ takes polynomial time on a long row of a', (pattern) => {
    expect(stepsOf(compileRegex(pattern), `${'a'.repeat(100)}c`)).toBeLessThan(200_000);
    expect(stepsOf(compileEcma(pattern), `${'a'.repeat(100)}c`)).toBeLessThan(200_000);
  });

  test.each(['(?=(a+)+$)', '(a+)+\\1$', '(?>(a|aa)*b)', '(?:(?:a{1,30}){1,200}){1,30}b'])(
    '/%s/, which cannot be remembered, ends when the budget is spent',
    (pattern) => {
      const regex = compileRegex(pattern);
      expect(() => regex.exec(`${'a'.repeat(60)}c`, 0, budget(100_000))).toThrow(BudgetSpent);
    },
  );

  test('a search charges for the text it skips', () => {
    expect(stepsOf(compileRegex('b'), 'a'.repeat(80_000))).toBeGreaterThanOrEqual(10_000);
    expect(stepsOf(compileRegex('[bc]'), 'a'.repeat(80_000))).toBeGreaterThanOrEqual(10_000);
  });

  test('a long text cannot overflow the native stack', () => {
    const text = 'ab'.repeat(30_000);
    expect(compileRegex('^(?:(a)|b)*$').exec(text, 0, () => {})?.end).toBe(60_000);
  });

  test('too many open alternatives are a typed error', () => {
    const text = 'ab'.repeat(250_000);
    expect(() => compileRegex('^(?:(a)|(b))*c').exec(text, 0, () => {})).toThrow(RegexLimitError);
  });

  test('deep nesting and huge repetitions are refused when compiled', () => {
    expect(() => compileRegex('('.repeat(10_000))).toThrow(RegexSyntaxError);
    expect(() => compileRegex(`a${'*'.repeat(100_000)}`)).toThrow(RegexSyntaxError);
    expect(() => compileEcma(`${'(?:'.repeat(10_000)}a${')'.repeat(10_000)}`)).toThrow(RegexSyntaxError);
    expect(() => compileRegex('(?<a>x{9}y)\\g<a>'.replaceAll('y', '(?:ab|cd)'.repeat(15_000)))).toThrow(
      RegexSyntaxError,
    );
  });
});
