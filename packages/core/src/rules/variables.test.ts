/** What the variables of expressions are, at every place where an expression may stand. */
import { describe, expect, test } from 'vitest';
import { completed, Driven, type DriveOptions, drive, startOfTime } from '../testing/drive.ts';
import { version } from '../version.ts';

const instant = (milliseconds: number) => ({
  iso8601: new Date(milliseconds).toISOString(),
  epoch: { seconds: Math.floor(milliseconds / 1_000), milliseconds },
});
const outputOf = (text: string, options?: DriveOptions) => {
  const { state } = drive(text, options);
  return state.phase === 'completed' ? state.output : state.error;
};
const show = (expression: string) => `set: '\${ ${expression} }'`;

describe('`$workflow` and `$runtime`', () => {
  test('tell all of the execution and of what runs it', () => {
    const text = `do: [{ w: { wait: { milliseconds: 1500 } } }, { a: { ${show('{ workflow: $workflow, runtime: $runtime }')} } }]`;
    expect(outputOf(text, { input: { k: 1 } })).toEqual({
      workflow: {
        id: 'x',
        definition: {
          document: { dsl: '1.0.3', namespace: 'default', name: 'test', version: '1.0.0' },
          do: [{ w: expect.anything() }, { a: expect.anything() }],
        },
        input: { k: 1 },
        startedAt: instant(startOfTime),
      },
      runtime: { name: 'millrace', version, metadata: {} },
    });
  });

  test('are there for `input.from` and `output.as` of the workflow, where there is no task', () => {
    const text = `input: { from: '{ at: $workflow.startedAt.epoch.milliseconds, task: $task, input: $input }' }
output: { as: '. + { out: $output, id: $workflow.id, ended: $task, by: $authorization }' }
do: [{ a: { wait: PT1S } }]`;
    const none = { task: null, input: null, out: null, ended: null, by: null };
    expect(outputOf(text)).toEqual({ ...none, at: startOfTime, id: 'x' });
  });
});

describe('`$input`', () => {
  test("is, in the workflow's own `timeout`, its input as the first task has it", () => {
    const text = `input: { from: .all }
use: { timeouts: { short: { after: '\${ $input.after }' } } }
timeout: short
do: [{ a: { wait: PT1H } }]`;
    const driven = new Driven(text, { input: { all: { after: 'PT5S' } } }).start();
    expect(driven.state).toMatchObject({ phase: 'running', deadline: startOfTime + 5_000 });
  });
});

describe('`$task`', () => {
  test('tells the name, the place, the definition, the raw input and the start of the task', () => {
    const text = `do: [{ w: { wait: { milliseconds: 1500 } } }, { a: { input: { from: '{ was: .k }' }, set: { task: '\${ $task }' } } }]`;
    expect(outputOf(text, { input: { k: 1 } })).toEqual({
      task: {
        name: 'a',
        reference: '/do/1/a',
        definition: { input: { from: '{ was: .k }' }, set: { task: '${ $task }' } },
        input: { k: 1 },
        output: null,
        startedAt: instant(startOfTime + 1_500),
      },
    });
  });

  test('has the start of the task also after a wait, and its output where that is transformed', () => {
    const text = `do: [{ a: { wait: PT5S, output: { as: '{ since: $task.startedAt.epoch.milliseconds, raw: $task.output }' } } }]`;
    expect(outputOf(text, { input: { k: 1 } })).toEqual({ since: startOfTime, raw: { k: 1 } });
  });

  test('is, in the tasks of an extension, the task that is extended, with its output when it has ended', () => {
    const note = (side: string) =>
      `${side}: [{ n: { do: [{ s: { set: { name: '\${ $task.name }', reference: '\${ $task.reference }', input: '\${ $task.input }', output: '\${ $task.output }' } } }], export: { as: '($context // []) + [.]' } } }]`;
    const text = `use: { extensions: [{ x: { extend: wait, ${note('before')}, ${note('after')} } }] }
do: [{ s: { set: { k: 1 } } }, { w: { wait: PT1S, output: { as: '{ done: .k }' } } }]
output: { as: $context }`;
    const seen = { name: 'w', reference: '/do/1/w', input: { k: 1 } };
    expect(outputOf(text)).toEqual([
      { ...seen, output: null },
      { ...seen, output: { k: 1 } },
    ]);
  });

  test('is a task of its own in a function that an extension calls', () => {
    const text = `use:
  functions: { f: { set: { name: '\${ $task.name }' } } }
  extensions: [{ x: { extend: wait, before: [{ c: { call: f, export: { as: .name } } }] } }]
do: [{ w: { wait: PT1S } }]
output: { as: $context }`;
    expect(outputOf(text)).toBe('f');
  });

  test('keeps the raw input and the start of a task that is extended, in its own expressions too', () => {
    const task =
      "input: { from: .inner }, set: { raw: '${ $task.input }', since: '${ $task.startedAt.epoch.milliseconds }' }";
    const text = `use: { extensions: [{ x: { extend: set, before: [{ w: { wait: PT1S } }] } }] }\ndo: [{ a: { ${task} } }]`;
    const input = { inner: { n: 1 } };
    expect(outputOf(text, { input })).toEqual({ raw: input, since: startOfTime });
  });

  test('has the raw input of a `try` that is extended where its attempts are limited', () => {
    const limit = "limit: { attempt: { count: 1, duration: '${ $task.input.most }' } }";
    const text = `use: { extensions: [{ x: { extend: try, before: [] } }] }
do: [{ a: { input: { from: .inner }, try: [{ w: { wait: PT1H } }], catch: { retry: { ${limit} } } } }]`;
    const driven = drive(text, { input: { inner: {}, most: 'PT3S' } });
    expect(driven.state.error).toMatchObject({ status: 408, instance: '/do/0/a' });
    expect(driven.now - startOfTime).toBe(3_000);
  });
});

describe('a variable that a task binds', () => {
  test('is seen inside it and by no other, and the innermost of a name wins', () => {
    const text = `do:
  - l:
      for: { each: x, at: i, in: '["a", "b"]' }
      do:
        - m: { for: { each: x, at: j, in: '[7]' }, do: [{ s: { set: { all: '\${ (.all // []) + [[$x, $i, $j]] }' } } }] }
        - t: { set: { all: '\${ .all + [[$x, $i]] }' } }`;
    expect(outputOf(text)).toEqual({
      all: [
        [7, 0, 0],
        ['a', 0],
        [7, 1, 0],
        ['b', 1],
      ],
    });
  });

  test('is seen in the tasks for an event too, beside the event and its number', () => {
    const each = "{ item: e, at: j, do: [{ s: { set: { all: '${ [$x, $i, $e, $j] }' } } }] }";
    const listens = `listen: { to: { any: [], until: 'length == 2' } }, foreach: ${each}`;
    const driven = drive(
      `do: [{ l: { for: { each: x, at: i, in: '["a"]' }, do: [{ w: { ${listens} } }] } }]`,
    );
    driven.publish({ type: 't', data: 5 }).publish({ type: 't', data: 6 });
    expect(driven.state.output).toEqual([{ all: ['a', 0, 5, 0] }, { all: ['a', 0, 6, 1] }]);
  });

  test('is bound to null by an item that is null', () => {
    expect(
      outputOf(`do: [{ l: { for: { each: x, in: '[null]' }, do: [{ s: { ${show('[$x]')} } }] } }]`),
    ).toEqual([null]);
  });

  test('is the error in a handler, for which an outer one of the same name is hidden', () => {
    const raise = (title: string) =>
      `raise: { error: { type: 'https://example.com/e', status: 400, title: ${title} } }`;
    const text = `do:
  - t:
      try: [{ a: { ${raise('outer')} } }]
      catch:
        as: e
        do:
          - u:
              try: [{ b: { ${raise('inner')} } }]
              catch: { as: e, do: [{ h: { set: { inner: '\${ $e.title }' } } }] }
          - v: { set: { inner: '\${ .inner }', outer: '\${ $e.title }' } }`;
    expect(outputOf(text)).toEqual({ inner: 'inner', outer: 'outer' });
  });
});

describe('what a handler binds', () => {
  const raise = "raise: { error: { type: 'https://example.com/e', status: 400, title: outer } }";

  test('is one name, beside which those of the loops around stay', () => {
    const text = `do: [{ l: { for: { each: x, in: '[7]' }, do: [{ t: { try: [{ a: { ${raise} } }], catch: { as: e, do: [{ h: { set: { x: '\${ $x }', e: '\${ $e.title }' } } }] } } }] } }]`;
    expect(outputOf(text)).toEqual({ x: 7, e: 'outer' });
  });

  test('is not bound by a try that has caught nothing yet, whatever its name', () => {
    const inner = "{ u: { try: [{ b: { set: { e: '${ $e.title }' } } }], catch: { as: e } } }";
    const text = `do: [{ t: { try: [{ a: { ${raise} } }], catch: { as: e, do: [${inner}] } } }]`;
    expect(outputOf(text)).toEqual({ e: 'outer' });
  });
});

describe('a list with expressions', () => {
  test('has their values in their places', () => {
    const text = "do: [{ a: { set: { list: [1, '${ .n }', ['${ .n + 1 }']] } } }]";
    expect(outputOf(text, { input: { n: 7 } })).toEqual({ list: [1, 7, [8]] });
  });
});

describe('`$authorization`', () => {
  test('is that of the call which an extension is written around', () => {
    const endpoint = "{ uri: 'https://example.com', authentication: { bearer: { token: t } } }";
    const text = `use: { extensions: [{ x: { extend: call, before: [{ s: { set: { x: 1 } } }] } }] }
do: [{ a: { call: http, with: { method: get, endpoint: ${endpoint} }, output: { as: $authorization } } }]`;
    expect(outputOf(text, { answer: () => completed(1) })).toEqual({ scheme: 'Bearer', parameter: '***' });
  });

  test.each([
    ['basic: { username: u, password: p }', 'Basic'],
    ['digest: { username: u, password: p }', 'Digest'],
    ['bearer: { token: t }', 'Bearer'],
    [
      "oauth2: { authority: 'https://example.com', grant: client_credentials, client: { id: c, secret: s } }",
      'Bearer',
    ],
  ])('of a call with %s has the scheme %s', (policy, scheme) => {
    const endpoint = `{ uri: 'https://example.com', authentication: { ${policy} } }`;
    const text = `do: [{ a: { call: http, with: { method: get, endpoint: ${endpoint} }, output: { as: $authorization } } }]`;
    expect(outputOf(text, { answer: () => completed(1) })).toEqual({ scheme, parameter: '***' });
  });

  test('is null for a call of a function, and for one of the definition', () => {
    const text = `use: { functions: { f: { set: { x: 1 } } } }
do: [{ a: { call: ask, export: { as: '[$authorization]' } } }, { b: { call: f, output: { as: '[$context, $authorization]' } } }]`;
    expect(outputOf(text, { functions: ['ask'], answer: () => completed(1) })).toEqual([[null], null]);
  });
});

describe('a condition', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['null', false],
    ['0', true],
    ['""', true],
    ['empty', false],
  ])('of %s is %s', (condition, held) => {
    const text = `do: [{ a: { if: '${condition}', set: { ran: true } } }]`;
    expect(outputOf(text, { input: { ran: false } })).toEqual({ ran: held });
  });
});

describe('an error of an expression', () => {
  test.each([
    ['set: { x: \'${ .n | error("no") }\' }', /\/expression$/, '.n | error("no"): no'],
    [
      "wait: '${ .n }'",
      /\/expression$/,
      '.n: expected a duration: an object such as { seconds: 30 }, or an ISO 8601 text such as PT30S, but found the boolean true',
    ],
    [
      'wait: \'${ "soon" }\'',
      /\/expression$/,
      '"soon": \'soon\' is not an ISO 8601 duration; expected a text such as PT30S or P1DT2H',
    ],
    [
      "set: { x: '${ $secrets.key }' }",
      /\/authorization$/,
      '`$secrets` can be used in the arguments of a call to a service only: $secrets.key',
    ],
    [
      "if: '${ $authorization != null }', call: http, with: { method: get, endpoint: { uri: 'https://example.com', authentication: { bearer: { token: t } } } }",
      /\/authorization$/,
      '`$authorization` can be used in the arguments of a call to a service only: $authorization != null',
    ],
  ])('says what failed: %s', (task, type, detail) => {
    expect(
      drive(`use: { secrets: [key] }\ndo: [{ a: { ${task} } }]`, { input: { n: true } }).state.error,
    ).toMatchObject({ type: expect.stringMatching(type), detail });
  });
});
