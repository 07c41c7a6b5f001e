// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseValue } from './parse.ts';

const head = "document: { dsl: '1.0.3', namespace: a, name: b, version: 1.0.0 }\n";

/** `line:column message` of each error. */
function errorsOf(text: string, options = {}): string[] {
  const parsed = parse(text, options);
  return parsed.ok ? [] : parsed.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('the text of a definition', () => {
  it.each([
    ['', '1:1 expected a workflow (an object) but found nothing'],
    [
      `${head}do: []\n---\na: 1`,
      '3:1 not valid YAML: the text holds several documents (---); a definition is one document',
    ],
    [`${head}do:\n\t- a: {}`, '3:1 not valid YAML: a tab cannot indent; use spaces'],
    [`${head}do: [`, "2:6 not valid YAML: expected ']' here or before, to close a '['"],
    [
      `${head}do:\n  - a: b: c`,
      "3:8 not valid YAML: a nested 'key: value' cannot stand here; put the text in quotes, or begin a new line",
    ],
    [`${head}do: []\ndo: []`, "3:1 the key 'do' is given twice in the same object"],
    [`${head}do: []\nx: { "a": 1, a: 2 }`, "3:14 the key 'a' is given twice in the same object"],
    [
      `${head}do: []\nx: &x { a: 1 }\ny: { <<: *x }`,
      "4:6 merge keys ('<<') are not supported; write the properties out, or use a plain alias",
    ],
    [`${head}do: *tasks`, "2:5 the alias '*tasks' has no anchor '&tasks' before it"],
    [`${head}do: &x [ { a: *x } ]`, "2:15 the alias '*x' stands inside the value that it repeats"],
    [`${head}do: []\nx: .inf`, '3:4 .inf is not a JSON value; write a finite number, or a text in quotes'],
    [`${head}do: []\nx: 1e999`, '3:4 1e999 is not a JSON value; write a finite number, or a text in quotes'],
    [`${head}do: []\nx: { 200: ok }`, '3:6 expected a text as key but found 200; write it in quotes'],
    [`${head}do: []\nx: { ? [a] : b }`, '3:8 expected a text as key but found a list'],
    [
      `${head}do: []\nx: !!binary aGk=`,
      '3:13 the tag !!binary is not supported: a definition holds JSON values only',
    ],
    [
      `${head}do: []\nx: !!timestamp 2030-01-01`,
      '3:16 the tag !!timestamp is not supported: a definition holds JSON values only',
    ],
    [`${head}do: []\nx: !mine 1`, '3:10 the tag !mine is not supported: a definition holds JSON values only'],
  ])('%j has the error %s', (text, error) => {
    expect(errorsOf(text)).toEqual([error]);
  });

  it('may be JSON, indented with tabs too, with positions', () => {
    const text =
      '{\n\t"document": {"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1"},\n\t"do": []\n}';
    expect(errorsOf(text)).toEqual([
      "2:73 expected a semantic version (three numbers such as 1.0.0) but found '1'",
    ]);
    expect(errorsOf(text.replace('"1"', '"1.0.0"'))).toEqual([]);
  });

  it('keeps what YAML 1.1 would have changed: dates and yes are texts', () => {
    const parsed = parse(`%YAML 1.1\n---\n${head}do: []\nx: [yes, 2030-01-01, 1_000, "<<"]`);
    expect(parsed).toMatchObject({ ok: true, workflow: { x: ['yes', '2030-01-01', '1_000', '<<'] } });
  });

  it('keeps __proto__ and constructor as plain data, and reaches no prototype', () => {
    const parsed = parse(`${head}do: [ { a: { set: { __proto__: { x: 1 }, constructor: 2 } } } ]`);
    const tasks = parsed.ok ? parsed.workflow.do : [];
    expect(JSON.stringify(tasks)).toBe('[{"a":{"set":{"__proto__":{"x":1},"constructor":2}}}]');
    expect(errorsOf(`${head}do: []\nuse: { __proto__: 1, constructor: 2 }`)).toHaveLength(2);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it('may use aliases, and errors in what they repeat are where it is written', () => {
    expect(errorsOf(`${head}x: &wait { wait: PT1S }\ndo: [ { a: *wait }, { b: *wait } ]`)).toEqual([]);
    expect(errorsOf(`${head}x: &wait { wait: 1 }\ndo: [ { a: *wait } ]`)).toEqual([
      '2:18 expected a duration: an object such as { seconds: 30 }, or an ISO 8601 text such as PT30S',
    ]);
  });
});

describe('a mistyped property that must be there', () => {
  it.each([
    [`dokument: {}\ndo: []`, "1:1 unknown property 'dokument' in a workflow; did you mean 'document'?"],
    [`${head}doo: []`, "2:1 unknown property 'doo' in a workflow; did you mean 'do'?"],
  ])('is an error where others may be added as well: %j', (text, error) => {
    expect(errorsOf(text)).toEqual([error]);
  });
});

describe('the limits of a definition', () => {
  const tooDeep = 'the definition nests deeper than 64 levels';
  const tooLarge = 'the definition has more than 20000 keys and values (aliases expanded)';

  it.each([
    ['lists', '['.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['closed lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['compact lists', '- '.repeat(100_000)],
    ['explicit keys', '? '.repeat(100_000)],
    ['blocks', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['65 levels', `x: ${'['.repeat(64)}${']'.repeat(64)}`],
    ['an alias', `a: &a ${'['.repeat(40)}${']'.repeat(40)}\nb: ${'['.repeat(40)}*a${']'.repeat(40)}`],
  ])('%s that nest too deep are one error, quickly', (_, text) => {
    const started = performance.now();
    expect(errorsOf(text)).toEqual([expect.stringContaining(tooDeep)]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('64 levels are accepted, and so are brackets in texts and comments', () => {
    expect(errorsOf(`${head}do: []\nx: ${'['.repeat(63)}${']'.repeat(63)}`)).toEqual([]);
    const brackets = '[{'.repeat(200);
    expect(
      errorsOf(`${head}do: [] # ${brackets}\nx: "${brackets}"\ny: |\n  ${brackets}\nz: a ${brackets}`),
    ).toEqual([]);
  });

  it('a text of 100 MB is refused unread', () => {
    const text = ' '.repeat(100_000_000);
    const started = performance.now();
    expect(errorsOf(text)).toEqual(['1:1 the definition is larger than 1048576 bytes']);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('the size is counted in bytes of UTF-8', () => {
    const text = `${head}do: []\nx: "`;
    const textBytesMax = text.length + 41;
    expect(errorsOf(`${text}${'😀'.repeat(10)}"`, { textBytesMax })).toEqual([]);
    expect(errorsOf(`${text}${'😀'.repeat(10)}ü"`, { textBytesMax })).toHaveLength(1);
  });

  it('aliases count for what they stand for', () => {
    const letters = 'abcdefghi'.split('');
    const lines = letters
      .slice(1)
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${letters[index]}`).join()}]`);
    expect(errorsOf(`a: &a [1,1,1,1,1,1,1,1,1]\n${lines.join('\n')}`)).toEqual([
      expect.stringContaining(tooLarge),
    ]);
  });

  it('errors are counted', () => {
    const text = `${head}do:\n${'  - a: {}\n'.repeat(500)}`;
    expect(errorsOf(text)).toHaveLength(100);
    expect(errorsOf(text, { errorsMax: 3, file: 'a.yaml' })).toHaveLength(3);
  });

  it.each([
    ['escapes', `a: "${'\\q'.repeat(400_000)}"`],
    ['texts one after the other', '"a"\n'.repeat(30_000)],
  ])('reading stops soon after the last error that is reported: %s', (_, text) => {
    const begun = process.threadCpuUsage();
    const errors = errorsOf(text, { nodesMax: 100_000 });
    expect(errors).toHaveLength(100);
    expect(process.threadCpuUsage(begun).user / 1_000).toBeLessThan(2_500);
  });

  it.each([
    ['keys and values', '- "a"\n'.repeat(170_000), tooLarge],
    [
      'empty lines',
      `${head}${'\r\n'.repeat(500_000)}do: []`,
      'the definition has more than 160000 words, signs, comments and line breaks',
    ],
  ])('a megabyte of %s is one error, before anything is composed', (_, text, message) => {
    const begun = process.threadCpuUsage();
    expect(errorsOf(text)).toEqual([expect.stringContaining(message)]);
    expect(process.threadCpuUsage(begun).user / 1_000).toBeLessThan(1_500);
  });

  it('20,000 keys and values are accepted, one on a line', () => {
    const numbers = Array.from({ length: 19_000 }, (_, number) => `      - ${number} # ${number}\n`).join('');
    expect(errorsOf(`${head}do:\n- a:\n    set:\n      x:\n${numbers}`)).toEqual([]);
  });
});

describe('parseValue', () => {
  const value = {
    document: { dsl: '1.0.3', namespace: 'a', name: 'b', version: '1.0.0' },
    do: [{ a: { set: { x: 1 } } }],
  };

  it('reads a JSON value as if it were printed', () => {
    const parsed = parseValue(value);
    expect(parsed).toMatchObject({ ok: true, workflow: value });
    expect(parsed.ok && parsed.source.locate('/do/0/a')).toEqual({ line: 10, column: 7 });
  });

  it('refuses what JSON cannot hold, and values that contain themselves', () => {
    const circle: Record<string, unknown> = {};
    circle.a = circle;
    const thrower = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    for (const bad of [
      circle,
      undefined,
      1n,
      Number.NaN,
      new Date(0),
      { do: [() => 1] },
      new Map(),
      thrower,
    ]) {
      expect(parseValue(bad)).toMatchObject({ ok: false, errors: [{ line: 1, column: 1 }] });
    }
  });
});

describe('parse never throws', () => {
  const seeds = [
    `${head}do:\n  - a:\n      set:\n        x: "\${ .a }"\n      then: end\n`,
    `${head}use:\n  retries: { r: { delay: PT1S } }\ndo:\n  - t:\n      try: [ { a: &a { wait: PT1S } }, { b: *a } ]\n      catch: { retry: r }\n`,
    `${head}do:\n  - c:\n      call: http\n      with: { method: get, endpoint: 'https://a.io/{id}', body: |\n  x }\n`,
  ];
  const fragments = fc.constantFrom(
    ...[
      '\n',
      '  ',
      '- ',
      ': ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '|',
      '>',
      '&a',
      '*a',
      '!!x',
      '%',
      '---',
      '...',
      '?',
      ',',
    ],
    ...[
      '\t',
      '#',
      '${',
      '}',
      '$',
      '<<: ',
      'do:',
      '\u0000',
      '\ud800',
      '\ufeff',
      '\u2028',
      '.inf',
      '0x',
      '~',
      '@',
      '`',
    ],
  );

  it('on any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fragments).map((all) => all.join('')),
        ),
        settles,
      ),
      {
        numRuns: 300,
      },
    );
  });

  it('on definitions that were damaged', () => {
    const damage = fc.tuple(fc.nat(), fc.nat(8), fragments);
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.array(damage, { maxLength: 6 }))
      .map(([seed, damages]) =>
        damages.reduce((text, [at, length, put]) => {
          const from = at % (text.length + 1);
          return text.slice(0, from) + put + text.slice(from + length);
        }, seed),
      );
    fc.assert(fc.property(damaged, settles), { numRuns: 600 });
  });

  it('on any JSON value', () => {
    const key = fc.constantFrom(
      'document',
      'do',
      'use',
      'set',
      'call',
      'with',
      'for',
      'try',
      'catch',
      'then',
      'a',
      '__proto__',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.oneof(
          fc.constant(null),
          fc.boolean(),
          fc.integer(),
          fc.constantFrom('a', '${ .a }', 'http', 'end', ''),
        ),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(typeof parseValue({ document: {}, do: [{ a: value }], use: value }).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });

  function settles(text: string): void {
    const parsed = parse(text);
    if (parsed.ok) return;
    const lines = text.split('\n');
    expect(parsed.errors.length).toBeGreaterThan(0);
    for (const { line, column, message } of parsed.errors) {
      expect(line).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThan(0);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      expect(message).not.toMatch(/undefined|\[object|NaN/);
    }
  }
});
