/** Texts that were damaged: characters lost, doubled, replaced, and marks put between. */
import fc from 'fast-check';

const marks = [
  ...[
    '\n',
    '  ',
    '- ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!!str ',
    '%',
    '---\n',
    '...\n',
  ],
  ...[
    '? ',
    ',',
    '\t',
    '#',
    '${',
    '$',
    '<<: ',
    '\\',
    '\\u',
    '\0',
    '\ud800',
    '\ufeff',
    '\u2028',
    '~',
    '@',
    '`',
    '-',
    '0x',
    '1e999',
  ],
  ...[
    '.',
    '..',
    '?//',
    'as',
    'def ',
    ';',
    '=',
    '//',
    'null',
    'true',
    '-0',
    '1E+2',
    '\r\n',
    '\u0085',
    '🙂',
    '__proto__',
  ],
];

/** `text` with one to four wounds. */
export function damaged(text: string): fc.Arbitrary<string> {
  const wound = fc.record({
    at: fc.nat(),
    length: fc.nat(6),
    put: fc.constantFrom('', ...marks),
    twice: fc.boolean(),
  });
  return fc.array(wound, { minLength: 1, maxLength: 4 }).map((wounds) =>
    wounds.reduce((hurt, { at, length, put, twice }) => {
      const from = at % (hurt.length + 1);
      const kept = twice ? hurt.slice(from, from + length) : '';
      return hurt.slice(0, from) + kept + put + hurt.slice(from + (twice ? 0 : length));
    }, text),
  );
}

/** Marks and words at random. */
export function soup(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...marks),
    fc.string({ maxLength: 4, unit: 'binary' }),
    fc.constantFrom('a', 'do', '1'),
  );
  return fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
}
