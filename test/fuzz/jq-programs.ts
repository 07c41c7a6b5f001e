/** Random jq programs that end, and random data for them. */
import fc from 'fast-check';

export interface JqInput {
  readonly program: string;
  readonly data: unknown;
}

export function jqInputs(): fc.Arbitrary<JqInput> {
  return fc.record({ program: programs(), data: data() });
}

const words = ['', 'a', 'b', 'abc', 'aXbXc', ' a b ', 'ü😀x', 'A-Z', '[1,2]', '{"a":1}', '1.50', 'nan', '-0'];
const texts = [...words, '2015-03-05T23:51:47Z', 'x=1&y=ü', '<&\'">', 'YWJj', 'MFRGG===', 'a,b\tc\nd'];
const numbers = [0, 1, -1, 2, 3, 10, -7, 0.5, -1.5, 3.7, 100, 1425599507, 4294967296, 0.001];
/** What a matcher with two ways to take a character would choke on. */
const longTexts = ['0', '1.', ' ', 'a', 'a ', '-', '[', '"', '\\', '%4', '=', '2015-', 'ü', '\n'].map(
  (piece) => `${piece.repeat(10_000)}!`,
);
const keys = ['a', 'b', 'c', 'key', 'value', 'name', '0', ''];

/** JSON of at most three levels. */
function data(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    { arbitrary: fc.constantFrom<unknown>(null, true, false), weight: 2 },
    { arbitrary: fc.constantFrom<unknown>(...numbers), weight: 3 },
    { arbitrary: fc.constantFrom<unknown>(...texts), weight: 3 },
    { arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }), weight: 1 },
    { arbitrary: fc.constantFrom(...longTexts), weight: 1 },
  );
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
}

/** Functions of no argument. What asks the clock, the environment or the input is left out. */
const plain = (
  'length keys keys_unsorted values not add any all flatten floor sqrt ceil round fabs trunc tostring tonumber type sort unique ' +
  'reverse min max to_entries from_entries tojson fromjson ascii_downcase ascii_upcase explode implode first last paths ' +
  'recurse arrays objects strings numbers booleans nulls iterables scalars empty error transpose ' +
  'group_by(.) isnan isinfinite isnormal infinite nan utf8bytelength trim ltrim rtrim abs ' +
  'tostream getpath([]) ascii fromdate gmtime combinations env|type halt_error? splits("a") ' +
  'significand logb exp10 log2 exp2 cbrt @text @json @html @uri @csv @tsv @sh @base64 @base64d @urid'
)
  .split(' ')
  .filter((name) => !/^(env\|type|halt_error\?|ascii|splits\("a"\))$/.test(name));

/** Functions whose arguments are programs. */
const withPrograms = (
  'map map_values select with_entries recurse any all add sort_by group_by unique_by min_by max_by paths path del to_entries|map ' +
  'first last isempty error tojson|[.] range pick walk delpaths|[.] has in inside contains index rindex indices join flatten ' +
  'startswith endswith ltrimstr rtrimstr trimstr split splits ascii_downcase|test test match scan capture sub|error getpath ' +
  'tostream|[.] fromstream truncate_stream limit|error until|error have_decnum|not bsearch error ltrimstr nth strftime|error todate|error'
)
  .split(' ')
  .filter((name) => !/[|]/.test(name) && name !== 'fromstream');

function programs(): fc.Arbitrary<string> {
  const literal = fc.oneof(
    fc.constantFrom(...numbers.map(String), 'null', 'true', 'false', '[]', '{}'),
    fc.constantFrom(...texts.map((text) => JSON.stringify(text))),
  );
  const access = fc.constantFrom(
    ...[
      '.',
      '.',
      '.a',
      '.b',
      '.[0]',
      '.[1]',
      '.[-1]',
      '.[]',
      '.[]?',
      '..',
      '.a?',
      '.[1:]',
      '.[:-1]',
      '.[0:2]',
    ],
    ...['.["key"]', '.a.b', '.[.a]', '."b"', '.[1.7]', '.[null:1]', '.a[1:][0]'],
  );
  return fc.letrec<{ program: string }>((tie) => {
    const program = tie('program');
    const of = (...parts: (string | fc.Arbitrary<string>)[]) =>
      fc
        .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
        .map((all) => all.join(''));
    const binary = fc.constantFrom(
      '+',
      '-',
      '*',
      '/',
      '%',
      '==',
      '!=',
      '<',
      '<=',
      '>',
      '>=',
      'and',
      'or',
      '//',
    );
    const update = fc.constantFrom('=', '|=', '+=', '-=', '*=', '/=', '%=', '//=');
    const pattern = fc.constantFrom(
      '$x',
      '[$x]',
      '{a: $x}',
      '{$a, b: [$x]}',
      '[$a] ?// $x',
      '{"a": $x} ?// [$x]',
      '[[$x], $a]',
    );
    return {
      program: fc.oneof(
        { maxDepth: 4, withCrossShrink: true, depthSize: 'small' },
        { arbitrary: access, weight: 4 },
        { arbitrary: literal, weight: 2 },
        { arbitrary: fc.constantFrom(...plain), weight: 4 },
        { arbitrary: of(program, ' | ', program), weight: 6 },
        { arbitrary: of('(', program, ', ', program, ')'), weight: 2 },
        { arbitrary: of('(', program, ' ', binary, ' ', program, ')'), weight: 4 },
        { arbitrary: of('(', access, ' ', update, ' ', program, ')'), weight: 3 },
        { arbitrary: of('(', program, ' ', update, ' ', program, ')'), weight: 1 },
        { arbitrary: of('[', program, ']'), weight: 3 },
        { arbitrary: of('{a: ', program, ', (', program, ' | tostring): ', program, '}'), weight: 1 },
        { arbitrary: of('{a, "b": ', program, '}'), weight: 1 },
        { arbitrary: of('-(', program, ')'), weight: 1 },
        { arbitrary: of('"x\\(', program, ')y"'), weight: 1 },
        {
          arbitrary: of(
            fc.constantFrom('@base64', '@json', '@sh', '@uri', '@html', '@csv'),
            ' "x\\(',
            program,
            ')y"',
          ),
          weight: 1,
        },
        { arbitrary: of('if ', program, ' then ', program, ' else ', program, ' end'), weight: 1 },
        { arbitrary: of('if ', program, ' then ', program, ' end'), weight: 1 },
        { arbitrary: of('(try (', program, ') catch (', program, '))'), weight: 2 },
        { arbitrary: of('(', program, ')?'), weight: 2 },
        { arbitrary: of('(', program, ' as ', pattern, ' | ', program, ' | [., $x])'), weight: 1 },
        { arbitrary: of('reduce (', program, ') as $x ([', program, ']; ', program, ')'), weight: 1 },
        {
          arbitrary: of('foreach (', program, ') as $x ([', program, ']; ', program, '; [., $x])'),
          weight: 1,
        },
        { arbitrary: of('(label $out | ', program, ' | ., break $out)'), weight: 1 },
        { arbitrary: of('(def f(g): ', program, ' | g; f(', program, '))'), weight: 1 },
        { arbitrary: of('(def f($y): [$y, y, ', program, ']; f(', program, '))'), weight: 1 },
        { arbitrary: of(fc.constantFrom(...withPrograms), '(', program, ')'), weight: 6 },
        {
          arbitrary: of(
            fc.constantFrom(
              'limit',
              'skip',
              'nth',
              'range',
              'sub',
              'gsub',
              'setpath',
              'test',
              'match',
              'any',
              'all',
              'getpath(["a"]) |= splits',
            ),
            '(',
            program,
            '; ',
            program,
            ')',
          ),
          weight: 2,
        },
        {
          arbitrary: of('(', program, ')', fc.constantFrom('[0]', '.a', '[]', '[1:]', '?', '["b"]?')),
          weight: 1,
        },
      ),
    };
  }).program;
}
