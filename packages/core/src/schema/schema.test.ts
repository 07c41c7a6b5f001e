import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSchema, SchemaCompileError, SchemaLimitError, type SchemaOptions } from './schema.ts';

type Case = readonly [
  rule: string,
  schema: unknown,
  valid: readonly unknown[],
  invalid: readonly unknown[],
  options?: SchemaOptions,
];

function isValid(schema: unknown, value: unknown, options?: SchemaOptions): boolean {
  return compileSchema(schema, options).validate(value).length === 0;
}

const draft04 = 'http://json-schema.org/draft-04/schema#';
const draft07 = 'http://json-schema.org/draft-07/schema#';
const draft2019 = 'https://json-schema.org/draft/2019-09/schema';

const tree = {
  $id: 'https://x.test/tree',
  $dynamicAnchor: 'node',
  properties: { kids: { items: { $dynamicRef: '#node' } } },
};

const cases: readonly Case[] = [
  ['an integer is any number without a fraction', { type: 'integer' }, [1, 1.0, -0], [1.5, '1', true]],
  ['a type may be one of several', { type: ['null', 'array'] }, [null, []], [{}, 0]],
  ['false allows nothing, true everything', { properties: { a: false, b: true } }, [{ b: 1 }], [{ a: 1 }]],
  [
    'const compares objects without regard to order',
    { const: { a: 1, b: [0] } },
    [{ b: [0], a: 1 }],
    [{ a: 1 }, { a: 1, b: ['0'] }],
  ],
  ['const tells 1 from true', { const: 1 }, [1], [true, '1']],
  ['enum holds scalars and composites', { enum: [1, null, ['a']] }, [1, null, ['a']], [[1], 'a', undefined]],
  ['a multiple is judged by the decimal numbers', { multipleOf: 0.1 }, [0.3, 1.1, 4.35e20], [0.35]],
  ['a tiny divisor is exact too', { multipleOf: 1e-8 }, [0.07, 12.34567891], [1e-9]],
  ['bounds are inclusive unless said', { minimum: 1, exclusiveMaximum: 2 }, [1, 1.9], [0.9, 2]],
  ['length counts code points', { minLength: 2, maxLength: 2 }, ['ab', '😀😀'], ['😀', 'abc']],
  ['a pattern may match anywhere', { pattern: 'b+' }, ['abc', 1], ['ac']],
  ['a pattern knows Unicode', { pattern: '^\\p{Lu}.$' }, ['É😀'], ['éx']],
  [
    'required asks for own properties',
    { required: ['constructor', '__proto__'] },
    [JSON.parse('{"constructor":1,"__proto__":2}')],
    [{}],
  ],
  [
    'a property named __proto__ is data',
    JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'),
    [{}, JSON.parse('{"__proto__":"a"}')],
    [JSON.parse('{"__proto__":1}')],
  ],
  [
    'additionalProperties passes over declared names and patterns',
    { properties: { a: true }, patternProperties: { '^x': true }, additionalProperties: false },
    [{ a: 1, xy: 2 }],
    [{ b: 1 }],
  ],
  [
    'additionalProperties does not look into allOf',
    { allOf: [{ properties: { a: true } }], additionalProperties: false },
    [{}],
    [{ a: 1 }],
  ],
  [
    'every matching pattern applies',
    { patternProperties: { a: { type: 'number' }, b: { minimum: 2 } } },
    [{ ab: 2, a: 1 }],
    [{ ab: 1 }],
  ],
  ['propertyNames tests the names', { propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]],
  ['property counts', { minProperties: 1, maxProperties: 2 }, [{ a: 1 }], [{}, { a: 1, b: 2, c: 3 }]],
  ['dependentRequired', { dependentRequired: { a: ['b'] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
  [
    'dependentSchemas tests the whole object',
    { dependentSchemas: { a: { maxProperties: 1 } } },
    [{ a: 1 }, { b: 1, c: 1 }],
    [{ a: 1, b: 1 }],
  ],
  [
    'prefixItems, then items',
    { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
    [[], ['a'], ['a', 1]],
    [[1], ['a', 'b']],
  ],
  [
    'contains with counts',
    { contains: { const: 1 }, minContains: 2, maxContains: 3 },
    [[1, 1, 0]],
    [[1], [1, 1, 1, 1]],
  ],
  ['minContains 0 asks for nothing', { contains: { const: 1 }, minContains: 0 }, [[]], []],
  [
    'unique items compare by value',
    { uniqueItems: true },
    [[1, '1', true, [1], { a: 1 }]],
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [0, -0],
    ],
  ],
  ['uniqueItems false asks for nothing', { uniqueItems: false }, [[1, 1]], []],
  ['exactly one of oneOf', { oneOf: [{ minimum: 2 }, { maximum: 3 }] }, [1, 4], [2]],
  ['not', { not: { type: 'string' } }, [1], ['a']],
  [
    'if chooses then or else',
    { if: { minimum: 10 }, then: { multipleOf: 10 }, else: { maximum: 5 } },
    [20, 3],
    [11, 7],
  ],
  ['then without if asks for nothing', { then: false, else: false }, [1], []],
  [
    'unevaluatedProperties sees through allOf, if and $ref',
    {
      allOf: [{ properties: { a: true } }],
      if: { required: ['b'] },
      then: { properties: { b: true } },
      $ref: '#/$defs/c',
      $defs: { c: { properties: { c: true } } },
      unevaluatedProperties: false,
    },
    [{ a: 1, b: 1, c: 1 }],
    [{ d: 1 }],
  ],
  [
    'what a failed alternative evaluated does not count',
    { anyOf: [{ properties: { a: { const: 1 } }, required: ['a'] }, true], unevaluatedProperties: false },
    [{ a: 1 }],
    [{ a: 2 }],
  ],
  [
    'unevaluatedItems counts items that contains matched',
    { prefixItems: [true], contains: { type: 'string' }, unevaluatedItems: false },
    [[1, 'a']],
    [[1, 'a', 2]],
  ],
  [
    'a schema may refer to itself',
    { properties: { next: { $ref: '#' } }, additionalProperties: false },
    [{ next: { next: {} } }],
    [{ next: { nxt: 1 } }],
  ],
  ['$anchor names a schema', { $ref: '#num', $defs: { n: { $anchor: 'num', type: 'number' } } }, [1], ['a']],
  [
    '$id changes the base of references',
    {
      $id: 'https://x.test/a/',
      $ref: 'b',
      $defs: { b: { $id: 'b', $ref: '#/$defs/s', $defs: { s: { type: 'string' } } } },
    },
    ['a'],
    [1],
  ],
  [
    'a pointer may have escaped characters',
    { $ref: '#/$defs/a~1b%25', $defs: { 'a/b%': { type: 'null' } } },
    [null],
    [1],
  ],
  [
    '$dynamicRef means the outermost anchor',
    {
      $id: 'https://x.test/strict',
      $ref: 'tree',
      $dynamicAnchor: 'node',
      unevaluatedProperties: false,
      $defs: { tree },
    },
    [{ kids: [{ kids: [] }] }],
    [{ kids: [{ kidz: [] }] }],
  ],
  [
    'other documents are given by URI',
    { $ref: 'https://x.test/other#/$defs/n' },
    [1],
    ['a'],
    { documents: { 'https://x.test/other': { $defs: { n: { type: 'number' } } } } },
  ],
  [
    'a $id in an enum is data',
    { enum: [{ $id: 'https://x.test/e', type: 'null' }] },
    [{ $id: 'https://x.test/e', type: 'null' }],
    [null],
  ],
  [
    'up to draft-07 $ref hides its siblings',
    {
      $schema: draft07,
      definitions: { s: true },
      properties: { a: { $ref: '#/definitions/s', maximum: 1 } },
    },
    [{ a: 5 }],
    [],
  ],
  [
    'from 2019-09 on $ref has siblings',
    { $defs: { s: true }, properties: { a: { $ref: '#/$defs/s', maximum: 1 } } },
    [{ a: 1 }],
    [{ a: 5 }],
  ],
  [
    'before 2020-12 items may be a tuple',
    { $schema: draft2019, items: [{ type: 'string' }], additionalItems: false },
    [['a'], []],
    [[1], ['a', 1]],
  ],
  ['before 2020-12 prefixItems is unknown', { $schema: draft2019, prefixItems: [false] }, [[1]], []],
  [
    'dependencies hold names or schemas',
    { $schema: draft07, dependencies: { a: ['b'], c: { minProperties: 2 } } },
    [
      { a: 1, b: 1 },
      { c: 1, d: 1 },
    ],
    [{ a: 1 }, { c: 1 }],
  ],
  [
    'in draft-07 an id may be an anchor',
    { $schema: draft07, $ref: '#n', definitions: { n: { $id: '#n', type: 'number' } } },
    [1],
    ['a'],
  ],
  [
    'in draft-04 exclusiveMinimum is a flag',
    { $schema: draft04, minimum: 1, exclusiveMinimum: true },
    [2],
    [1],
  ],
  ['in draft-04 const is unknown', { $schema: draft04, const: 1 }, [2], []],
  [
    'in draft-04 id is the base',
    { $schema: draft04, id: 'http://x.test/', $ref: 'n', definitions: { n: { id: 'n', type: 'number' } } },
    [1],
    ['a'],
  ],
  [
    '2019-09 has $recursiveRef',
    {
      $schema: draft2019,
      $recursiveAnchor: true,
      properties: { a: { $recursiveRef: '#' } },
      additionalProperties: false,
    },
    [{ a: {} }],
    [{ a: { b: 1 } }],
  ],
  [
    'the dialect can be set for schemas without $schema',
    { items: [false] },
    [[]],
    [[1]],
    { dialect: 'draft-06' },
  ],
  [
    'nullable is OpenAPI 3.0 on request',
    { type: 'string', nullable: true },
    [null, 'a'],
    [1],
    { nullable: true },
  ],
  ['nullable is no keyword otherwise', { type: 'string', nullable: true }, ['a'], [null]],
  ['an unknown keyword is a remark', { 'x-note': 1, type: 'null' }, [null], [1]],
  ['an unknown format is a remark', { format: 'colour' }, ['x'], []],
  ['formats can be remarks only', { format: 'date' }, ['x'], [], { formats: 'annotate' }],
];

const formats: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'date-time',
    ['2024-02-29T23:59:60Z', '2024-01-01t00:00:00.5+01:30'],
    ['2023-02-29T00:00:00Z', '2024-01-01 00:00:00Z', '2024-01-01T22:59:60Z'],
  ],
  ['date', ['2000-02-29'], ['1900-02-29', '2024-13-01', '٢٠٢٤-01-01']],
  ['time', ['10:00:00Z', '00:59:60+01:00'], ['10:00:00', '24:00:00Z']],
  ['duration', ['P1Y2M3DT4H', 'PT1M', 'P2W'], ['P', 'PT', 'P1W1D', 'P1H', 'P1Y1D']],
  ['email', ['a.b+c@x.test', '"a b"@x.test', 'a@[127.0.0.1]'], ['a', '.a@x', 'a..b@x', 'a@-x']],
  ['idn-email', ['é@exämple.test'], ['é', 'a b@x']],
  ['hostname', ['a-b.example', 'xn--4gbwdl.xn--wgbh1c'], ['-a', 'a_b', 'a..b', `${'a'.repeat(64)}.x`]],
  ['ipv4', ['1.2.3.255'], ['1.2.3', '01.2.3.4', '1.2.3.256']],
  [
    'ipv6',
    ['::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
    ['1::2::3', ':1', '12345::', '1:2:3:4:5:6:7', '::1%eth0'],
  ],
  [
    'uri',
    ['https://a@b.test:80/c?d#e', 'urn:x:y', 'http://[::1]/'],
    ['/a', 'a b:c', 'http://x/<', 'http://x:a/'],
  ],
  ['uri-reference', ['/a/b', 'a?b', ''], ['a b', '1:b', '\\a']],
  ['iri', ['https://exämple.test/ü'], ['ü']],
  ['uri-template', ['/a{?b,c*}{d:3}'], ['/a{', '/{a}}', '/{a:0}']],
  ['uuid', ['123e4567-E89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000']],
  ['json-pointer', ['', '/a~1b/0'], ['a', '/~2']],
  ['relative-json-pointer', ['0#', '1/a'], ['01', '-1', '#']],
  ['regex', ['^a(?<n>b)$'], ['a{', '\\a']],
];

describe('validation', () => {
  test.each(cases.map((item) => ({ rule: item[0], item })))(
    '$rule',
    ({ item: [, schema, valid, invalid, options] }) => {
      for (const value of valid) expect(compileSchema(schema, options).validate(value)).toEqual([]);
      for (const value of invalid) expect(isValid(schema, value, options), JSON.stringify(value)).toBe(false);
    },
  );

  test.each(formats)('the format %s', (format, valid, invalid) => {
    expect(valid.filter((text) => !isValid({ format }, text))).toEqual([]);
    expect(invalid.filter((text) => isValid({ format }, text))).toEqual([]);
    expect(isValid({ format }, 1)).toBe(true);
  });

  test('a value equals itself with its properties in another order', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, reversed(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isValid({ const: value }, reversed(value))).toBe(true);
        expect(isValid({ uniqueItems: true }, [value, reversed(value)])).toBe(false);
        expect(isValid({ const: [value] }, value)).toBe(false);
      }),
    );
  });

  test('a multiple of a decimal number is one however it is reached', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: -9999, max: 9999 }),
        (unit, places, factor) => {
          const divisor = Number(`${unit}e-${places}`);
          expect(isValid({ multipleOf: divisor }, Number(`${unit * factor}e-${places}`))).toBe(true);
          expect(isValid({ multipleOf: divisor }, Number(`${unit * factor * 10 + 1}e-${places + 1}`))).toBe(
            unit === 1 && false,
          );
        },
      ),
    );
  });
});

describe('errors', () => {
  test('an error says where, by which keyword, what was expected and what was found', () => {
    const schema = { properties: { 'a/b': { items: { type: 'integer' } } }, required: ['c'] };
    expect(compileSchema(schema).validate({ 'a/b': [1, 'x'] })).toEqual([
      {
        pointer: '',
        keyword: 'required',
        schemaPointer: '/required',
        message: 'Expected the property "c", found none.',
      },
      {
        pointer: '/a~1b/1',
        keyword: 'type',
        schemaPointer: '/properties/a~1b/items/type',
        message: 'Expected integer, found "x".',
      },
    ]);
  });

  test('a property that is not allowed is named', () => {
    const [error] = compileSchema({ additionalProperties: false }).validate({ x: 1 });
    expect(error).toMatchObject({ pointer: '/x', message: 'Expected no property "x", found 1.' });
  });

  test('an error in another document names it', () => {
    const documents = { 'https://x.test/d': { type: 'string' } };
    const [error] = compileSchema({ $ref: 'https://x.test/d' }, { documents }).validate(1);
    expect(error?.schemaPointer).toBe('https://x.test/d#/type');
  });

  test('when no alternative holds, the error that went deepest into the value is given as well', () => {
    const schema = {
      oneOf: [
        {
          required: ['call'],
          properties: { call: { const: 'http' }, with: { properties: { port: { type: 'integer' } } } },
        },
        { required: ['wait'], properties: { wait: { type: 'string' } } },
      ],
    };
    expect(compileSchema(schema).validate({ call: 'http', with: { port: 'x' } })).toMatchObject([
      {
        pointer: '',
        keyword: 'oneOf',
        message: 'Expected a match for exactly one of 2 alternatives, found none.',
      },
      { pointer: '/with/port', keyword: 'type', message: 'Expected integer, found "x".' },
    ]);
  });

  test('what another alternative missed is no near miss when one holds', () => {
    const endpoint = {
      oneOf: [{ type: 'string' }, { type: 'object', required: ['uri'] }],
    };
    const schema = {
      oneOf: [
        { properties: { to: { anyOf: [{ type: 'null' }, endpoint] }, port: { type: 'integer' } } },
        { type: 'null' },
      ],
    };
    expect(compileSchema(schema).validate({ to: 'x', port: 'y' })).toMatchObject([
      { keyword: 'oneOf' },
      { pointer: '/port' },
    ]);
  });

  test('what is unevaluated is not reported on top of another failure', () => {
    const schema = { anyOf: [{ properties: { a: { type: 'string' } } }], unevaluatedProperties: false };
    expect(compileSchema(schema).validate({ a: 1 })).toMatchObject([{ pointer: '/a', keyword: 'type' }]);
  });

  test('a failed condition is not taken for a near miss', () => {
    const schema = {
      anyOf: [{ if: { properties: { a: { const: 1 } } }, then: false, else: false }, { type: 'null' }],
    };
    expect(compileSchema(schema).validate({ a: 2 })).toMatchObject([{ keyword: 'anyOf' }]);
  });

  test('no more errors than errorsMax are given', () => {
    const validator = compileSchema({ items: { type: 'null' } }, { errorsMax: 3 });
    expect(validator.validate([1, 2, 3, 4, 5])).toHaveLength(3);
    expect(compileSchema({ items: { type: 'null' } }).validate(Array(50).fill(1))).toHaveLength(20);
  });

  test.each([
    [{ type: 'strng' }, '/type'],
    [{ type: [] }, '/type'],
    [{ minLength: -1 }, '/minLength'],
    [{ multipleOf: 0 }, '/multipleOf'],
    [{ required: 'a' }, '/required'],
    [{ properties: { a: 1 } }, '/properties/a'],
    [{ allOf: [] }, '/allOf'],
    [{ items: [] }, '/items'],
    [{ pattern: '(' }, '/pattern'],
    [{ patternProperties: { '[': true } }, '/patternProperties/['],
    [{ $ref: '#/$defs/none' }, '/$ref'],
    [{ $ref: 'https://x.test/none' }, '/$ref'],
    [{ $defs: { a: { maximum: '1' } } }, '/$defs/a/maximum'],
    [{ contains: true, maxContains: 'x' }, '/maxContains'],
    [{ if: true, then: 3 }, '/then'],
    [{ $id: 1 }, '/$id'],
    [{ $schema: draft04, exclusiveMinimum: 1 }, '/exclusiveMinimum'],
    ['x', ''],
  ])('the ill-formed schema %j is refused when compiled', (schema, pointer) => {
    expect(() => compileSchema(schema)).toThrow(SchemaCompileError);
    expect(() => compileSchema(schema)).toThrow(expect.objectContaining({ pointer }));
  });
});

describe('limits', () => {
  test('a pattern that explodes ends when the steps are spent', () => {
    const validator = compileSchema({ pattern: '(?=(a+)+$)' }, { stepsMax: 100_000 });
    expect(() => validator.validate(`${'a'.repeat(40)}b`)).toThrow(
      expect.objectContaining({ limit: 'steps' }),
    );
  });

  test('an ordinary nested repetition is no danger', () => {
    expect(isValid({ pattern: '^(a+)+$' }, `${'a'.repeat(500)}b`)).toBe(false);
  });

  test('many values cost many steps', () => {
    const validator = compileSchema({ items: { type: 'number' } }, { stepsMax: 1000 });
    expect(validator.validate(Array(100).fill(1))).toEqual([]);
    expect(() => validator.validate(Array(2000).fill(1))).toThrow(SchemaLimitError);
  });

  test.each([{ $ref: '#' }, { anyOf: [{ $ref: '#' }] }, { not: { $ref: '#' } }])(
    'the endless schema %j is a limit error, not an overflow',
    (schema) => {
      expect(() => compileSchema(schema).validate(1)).toThrow(expect.objectContaining({ limit: 'depth' }));
    },
  );

  test('deeply nested values are a limit error, not an overflow', () => {
    let value: unknown = 1;
    for (let i = 0; i < 20_000; i++) value = [value];
    expect(() => compileSchema({ items: { $ref: '#' } }).validate(value)).toThrow(SchemaLimitError);
    expect(() => compileSchema({ uniqueItems: true }).validate([value, value])).toThrow(SchemaLimitError);
    expect(() => compileSchema({ const: value })).toThrow(SchemaCompileError);
  });

  test('unique scalars are found in linear time', () => {
    const list = Array.from({ length: 200_000 }, (_, i) => i);
    expect(isValid({ uniqueItems: true }, list)).toBe(true);
  });

  test('schemas within schemas are refused beyond a depth, chains of references are not', () => {
    let nested: unknown = true;
    for (let i = 0; i < 2_000; i++) nested = { not: nested };
    expect(() => compileSchema(nested)).toThrow(SchemaCompileError);
    const $defs = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }]),
    );
    expect(() => compileSchema({ $defs: { ...$defs, d5000: true } })).not.toThrow();
  });

  test('nothing is compiled from text, so a strict content security policy holds', () => {
    const original = globalThis.Function;
    globalThis.Function = (() => {
      throw new Error('Function was called');
    }) as unknown as FunctionConstructor;
    try {
      expect(isValid({ properties: { a: { pattern: '^a' } } }, { a: 'a' })).toBe(true);
    } finally {
      globalThis.Function = original;
    }
  });
});
