/** Requests made from an OpenAPI document: most of them as it wants them, some with something wrong in them. */
import fc from 'fast-check';
import { damaged } from './damage.ts';
import { type ApiOperation, type OpenApi, type Parameter, resolve, type Schema } from './open-api.ts';

/** One request; `{latest}` in its path stands for the id of the execution that was started last. */
export interface HttpInput {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export type HttpInputs = readonly HttpInput[];

export function httpInputs(api: OpenApi): fc.Arbitrary<HttpInputs> {
  // Most of what can be asked is about an execution that is there.
  const start = api.operations.find(({ operationId }) => operationId === 'startExecution');
  const first =
    start === undefined ? fc.constant(undefined) : fc.option(requestOf(start, api), { nil: undefined });
  const rest = fc.array(
    fc.constantFrom(...api.operations).chain((operation) => requestOf(operation, api)),
    { minLength: 1, maxLength: 4 },
  );
  return fc.tuple(first, rest).map(([begin, others]) => (begin === undefined ? others : [begin, ...others]));
}

function requestOf(operation: ApiOperation, api: OpenApi): fc.Arbitrary<HttpInput> {
  const of = (place: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === place);
  const path = fc
    .tuple(...of('path').map((parameter) => pathText(parameter, api)))
    .map((texts) =>
      of('path').reduce((at, { name }, index) => at.replace(`{${name}}`, texts[index] ?? ''), operation.path),
    );
  const unknown = fc.tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }));
  const query = fc.tuple(some(of('query'), api), seldom(unknown)).map(([pairs, extra]) => {
    const all = extra === undefined ? pairs : [...pairs, extra];
    return all.length === 0 ? '' : `?${all.map((pair) => pair.map(encode).join('=')).join('&')}`;
  });
  const headers = some(of('header'), api).map((pairs) =>
    pairs.map(([name, value]): [string, string] => [name, headerText(value)]),
  );
  return fc.record({ path, query, headers, accept: accepts, body: bodyOf(operation, api) }).map((drawn) => ({
    operation: operation.operationId,
    method: operation.method,
    path: drawn.path + drawn.query,
    headers: Object.fromEntries([
      ...drawn.headers,
      ...drawn.accept,
      ...(drawn.body === undefined ? [] : [['content-type', drawn.body.type]]),
    ]),
    body: drawn.body?.text,
  }));
}

/** One time in ten. */
function seldom<T>(drawn: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, { arbitrary: drawn, weight: 1 });
}

const accepts = fc.constantFrom<[string, string][]>(
  ...([
    [],
    [],
    [],
    [['accept', '*/*']],
    [['accept', 'application/yaml']],
    [['accept', 'text/html;q=0.1, nonsense']],
  ] as [string, string][][]),
);

/** An id that may be there, one of the right shape, or anything. */
function pathText({ schema, name }: Parameter, api: OpenApi): fc.Arbitrary<string> {
  const known: Readonly<Record<string, readonly string[]>> = {
    id: ['{latest}', '{latest}', '{latest}', 'fuzz%2Fa', 'fuzz%2Fa%2F1.0.0'],
    namespace: ['fuzz'],
    name: ['a', 'b'],
    version: ['1.0.0', '1', '3'],
    effect: ['1', '2'],
    source: ['urn:fuzz'],
  };
  const anything = fc.oneof(
    fc.constantFrom('..', '%2e%2e', '%00', '%', '%ff', 'a'.repeat(1_500), '~', "'", '-1', '1e9'),
    fc.string({ minLength: 1, maxLength: 12 }).map(encode),
  );
  return fc.oneof(
    { arbitrary: fc.constantFrom(...(known[name] ?? ['1'])), weight: 6 },
    { arbitrary: fromSchema(schema, api).map((value) => encode(String(value))), weight: 2 },
    { arbitrary: anything, weight: 1 },
  );
}

/** Some of the parameters, with values that they take or do not take. */
function some(parameters: readonly Parameter[], api: OpenApi): fc.Arbitrary<[string, string][]> {
  const wrong = fc.oneof(
    fc.constantFrom('', '-1', '0', '1e3', 'NaN', '99999999999999999999', 'null', '[]', 'a,b,,', '\0'),
    fc.string({ maxLength: 8 }),
  );
  const waits = fc.constantFrom('0s', '1ms', '20ms', 'PT0.01S', '-1s', '1', 'x', '1y', '');
  const each = parameters.map(({ name, schema }) => {
    const value =
      name === 'wait'
        ? waits
        : fc.oneof(
            { arbitrary: fromSchema(schema, api).map(String), weight: 5 },
            { arbitrary: wrong, weight: 1 },
          );
    return fc.option(
      value.map((text): [string, string] => [name, text]),
      { nil: undefined },
    );
  });
  return fc.tuple(...each).map((pairs) => pairs.filter((pair) => pair !== undefined));
}

interface Body {
  readonly type: string;
  readonly text: string;
}

function bodyOf({ body, method, operationId }: ApiOperation, api: OpenApi): fc.Arbitrary<Body | undefined> {
  // A GET of this client has no body.
  if (body === undefined)
    return method === 'GET'
      ? fc.constant(undefined)
      : seldom(fc.constant({ type: 'application/json', text: '{}' }));
  const type = fc.oneof(
    { arbitrary: fc.constantFrom(...Object.keys(body)), weight: 12 },
    {
      arbitrary: fc.constantFrom(
        'text/plain',
        'application/json; charset=utf-16',
        'application/xml',
        'x',
        '',
      ),
      weight: 1,
    },
  );
  const schema = Object.values(body)[0]?.schema ?? {};
  const right = rightBody(operationId, schema, api);
  const text = fc.oneof(
    { arbitrary: right, weight: 8 },
    { arbitrary: right.chain(damaged), weight: 3 },
    { arbitrary: fc.json({ maxDepth: 3 }), weight: 1 },
    {
      arbitrary: fc.constantFrom(
        '',
        '[',
        '['.repeat(5_000),
        '{"a":'.repeat(200),
        '\u0000',
        '"\\ud800"',
        'null',
      ),
      weight: 1,
    },
  );
  return fc.option(fc.record({ type, text }), { nil: undefined, freq: 20 });
}

function rightBody(operationId: string, schema: Schema, api: OpenApi): fc.Arbitrary<string> {
  switch (operationId) {
    case 'publishEvents':
      return events();
    case 'publishFunction':
      return fc.constantFrom(...functionTexts);
    default:
      return operationId.startsWith('publish')
        ? definitions()
        : asJson(api, schema, operationId === 'startExecution');
  }
}

function asJson(api: OpenApi, schema: Schema, starts: boolean): fc.Arbitrary<string> {
  const drawn = fromSchema(schema, api);
  if (!starts) return drawn.map((value) => JSON.stringify(value));
  // Any text is a definition by its schema, but few are one.
  const start = fc.record({ definition: definitions(), input: fc.jsonValue({ maxDepth: 2 }) });
  return fc
    .oneof({ arbitrary: start, weight: 4 }, { arbitrary: drawn, weight: 1 })
    .map((value) => JSON.stringify(value));
}

const taskTexts = [
  '- one: { set: { x: "${ .a // 1 }" } }',
  '- one: { wait: { seconds: 30 } }',
  '- one: { wait: { milliseconds: 5 } }',
  "- one: { raise: { error: { type: 'https://example.com/e', status: 500 } } }",
  '- one: { for: { each: i, in: "[range(50)]" }, do: [ { two: { set: { n: "${ $i }" } } } ] }',
  '- one: { fork: { branches: [ { a: { set: { x: 1 } } }, { b: { wait: PT0.005S } } ] } }',
  '- one: { emit: { event: { with: { type: t, data: "${ . }" } } } }',
  '- one: { listen: { to: { any: [] } } }',
  '- one: { listen: { to: { one: { with: { type: t } } } } }',
  "- one: { listen: { to: { all: [ { with: { type: t, data: '${ .n > 1 }' } }, { with: { type: u } } ] } } }",
  "- one: { listen: { to: { any: [ { with: { type: t }, correlate: { k: { from: .data.k, expect: '${ .k }' } } } ], until: '${ length > 1 }' } }, foreach: { do: [ { n: { set: { x: '${ $item }' } } } ] } }",
  "- one: { run: { workflow: { namespace: fuzz, name: b, version: '1.0.0', input: '${ . }' } } }",
  "- one: { run: { await: false, workflow: { namespace: fuzz, name: a, version: '1.0.0' } } }",
  "- one: { call: 'a:1.0.0@default', with: { n: '${ .n }' } }",
  '- one: { call: f }',
  '- one: { set: "${ .a.b.c }" }',
  '- one: { set: { x: "${ [range(100000)] }" } }',
  '- one: { switch: [ { a: { when: .x, then: one } } ] }',
];

function definitions(): fc.Arbitrary<string> {
  const document = fc.record({
    name: fc.constantFrom('a', 'b'),
    version: fc.constantFrom('1.0.0', '1.0.1', '2.0.0-rc.1'),
    task: fc.constantFrom(...taskTexts),
    beside: fc.constantFrom('', '', '', ...besideTexts),
  });
  return document.map(
    ({ name, version, task, beside }) =>
      `document: { dsl: '1.0.3', namespace: fuzz, name: ${name}, version: '${version}' }\n${beside}do:\n  ${task}\n`,
  );
}

const besideTexts = [
  'schedule: { every: { milliseconds: 200 } }\n',
  "schedule: { cron: '0 3 * * *' }\n",
  'schedule: { after: { hours: 1 } }\n',
  'schedule: { on: { one: { with: { type: t } } } }\n',
  'use: { functions: { f: { set: { x: 1 } } } }\n',
  'use: { extensions: [ { e: { extend: all, before: [ { b: { set: { y: 1 } } } ] } } ] }\n',
];

const functionTexts = [
  'set: { x: 1 }\n',
  "input: { schema: { document: { type: object } } }\nset: '${ .n }'\n",
  "call: 'b:1.0.0@default'\n",
  '{"do":[{"a":{"set":{"x":1}}}]}',
  "document: { dsl: '1.0.3', namespace: fuzz, name: a, version: '1.0.0' }\ndo: [ { a: { set: { x: 1 } } } ]\n",
];

/** One event or several, most of them as they should be, for the listeners of `taskTexts`. */
function events(): fc.Arbitrary<string> {
  const seldomWrong = (right: fc.Arbitrary<unknown>) =>
    fc.oneof({ arbitrary: right, weight: 20 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 });
  const event = fc.record(
    {
      specversion: seldomWrong(fc.constant('1.0')),
      id: seldomWrong(fc.constantFrom('e1', 'e2', 'e3', 'a'.repeat(300))),
      source: seldomWrong(fc.constantFrom('urn:fuzz', 'https://example.com/\u00e4')),
      type: seldomWrong(fc.constantFrom('t', 'u')),
      time: seldomWrong(fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01')),
      subject: fc.string({ maxLength: 8 }),
      datacontenttype: seldomWrong(fc.constantFrom('application/json', 'text/plain')),
      data: fc.oneof(fc.constantFrom({ n: 2, k: 'x' }, { n: 0 }), fc.jsonValue({ maxDepth: 3 })),
      data_base64: fc.constantFrom('AAEC', '='),
      anextension: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: ['specversion', 'id', 'source', 'type'], noNullPrototype: true },
  );
  return fc
    .oneof(event, fc.array(event, { maxLength: 4 }), fc.array(event, { minLength: 40, maxLength: 60 }))
    .map((value) => JSON.stringify(value));
}

/** Values that a schema takes, of those keywords that the document uses. */
export function fromSchema(given: Schema, api: OpenApi): fc.Arbitrary<unknown> {
  const schema = resolve(given, api);
  const { type, enum: values, const: only, pattern, properties, required, items } = schema;
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  if (only !== undefined) return fc.constant(only);
  const kind = Array.isArray(type) ? type[0] : type;
  switch (kind) {
    case 'string':
      if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
      return fc.string({
        unit: 'grapheme',
        minLength: Number(schema.minLength ?? 0),
        maxLength: Math.min(Number(schema.maxLength ?? 20), 40),
      });
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 1_000) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fromSchema((items ?? {}) as Schema, api), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: 3,
      });
    case 'object': {
      const members = Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, each]) => [
        name,
        fromSchema(each, api),
      ]);
      return fc.record(Object.fromEntries(members), {
        requiredKeys: (required ?? []) as never[],
        noNullPrototype: true,
      });
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function encode(text: string): string {
  // A lone half of a pair cannot be encoded at all.
  return encodeURIComponent(text.toWellFormed());
}

/** A field's value holds no line breaks and nothing beyond Latin-1. */
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '?').trim();
}
