import { describe, expect, test } from 'vitest';
import { completed, drive } from '../testing/drive.ts';

describe('data flow', () => {
  test("a task's output is the next task's input, and set replaces it", () => {
    const { state } = drive(
      `do:
  - a: { set: { x: 1, y: 2 } }
  - b: { set: { z: '\${ .x + .y }' } }`,
    );
    expect(state).toMatchObject({ phase: 'completed', output: { z: 3 } });
  });

  test('input.from shapes what the task sees, and $input is what it saw', () => {
    const { state } = drive(
      `do:
  - a:
      input: { from: .user }
      set: { name: '\${ .name }', all: '\${ $input }' }`,
      { input: { user: { name: 'Ada' } } },
    );
    expect(state.output).toEqual({ name: 'Ada', all: { name: 'Ada' } });
  });

  test('output.as works on the raw output, export.as on what output.as made of it', () => {
    const { state } = drive(
      `do:
  - a:
      set: { n: 20 }
      output: { as: '{ n: (.n + 1) }' }
      export: { as: '{ seen: .n, output: $output.n }' }
  - b: { set: { n: '\${ .n }', context: '\${ $context }' } }`,
    );
    expect(state.output).toEqual({ n: 21, context: { seen: 21, output: 21 } });
  });

  test('$context is null until something is exported, and stays when nothing is', () => {
    const { state } = drive(
      `do:
  - a: { set: { before: '\${ $context }' }, export: { as: '{ k: 1 }' } }
  - b: { set: { after: '\${ $context.k }' } }`,
    );
    expect(state.output).toEqual({ after: 1 });
  });

  test("the workflow's own input.from and output.as frame the run; $workflow.input stays raw", () => {
    const { state } = drive(
      `input: { from: .order }
output: { as: '{ result: .total }' }
do:
  - a: { set: { total: '\${ .price * 2 }', raw: '\${ $workflow.input.order.price }' } }`,
      { input: { order: { price: 21 } } },
    );
    expect(state.output).toEqual({ result: 42 });
  });

  test('an object in input.from or output.as has expressions at its leaves', () => {
    const { state } = drive(
      `do:
  - a:
      input: { from: { doubled: '\${ .n * 2 }', fixed: text } }
      set: '\${ . }'`,
      { input: { n: 4 } },
    );
    expect(state.output).toEqual({ doubled: 8, fixed: 'text' });
  });

  test('texts with expressions inside are interpolated, and data is never evaluated', () => {
    const { state } = drive(
      `do:
  - a: { set: { greeting: 'Hello \${ .name }, you are \${ .age }!', data: '\${ .evil }', plain: .name } }`,
      { input: { name: 'Ada', age: 36, evil: '${ .age }' } },
    );
    expect(state.output).toEqual({ greeting: 'Hello Ada, you are 36!', data: '${ .age }', plain: '.name' });
  });

  test('in mode loose any text is tried, and stands for itself when it fails', () => {
    const { state } = drive(
      `evaluate: { mode: loose }
do:
  - a: { set: { n: .n, text: 'no jq at all', failing: '.n | error' } }`,
      { input: { n: 7 } },
    );
    expect(state.output).toEqual({ n: 7, text: 'no jq at all', failing: '.n | error' });
  });

  test('in mode loose a part of a text that fails stands as it is written', () => {
    const { state } = drive(
      `evaluate: { mode: loose }
do:
  - a: { set: { text: '\${ .n } and \${ .n | error } and \${ no jq }' } }`,
      { input: { n: 7 } },
    );
    expect(state.output).toEqual({ text: '7 and ${ .n | error } and ${ no jq }' });
  });

  test('an expression with several outputs yields the first, with none null', () => {
    const { state } = drive(`do:
  - a: { set: { several: '\${ 1, 2 }', none: '\${ empty }' } }`);
    expect(state.output).toEqual({ several: 1, none: null });
  });

  test.each([
    [
      'input.schema of the workflow',
      'input: { schema: { document: { type: object, required: [x] } } }\ndo: [{ a: { set: { y: 1 } } }]',
      '/input',
    ],
    [
      'input.schema of a task',
      'do: [{ a: { input: { schema: { document: { required: [x] } } }, set: { y: 1 } } }]',
      '/do/0/a',
    ],
    [
      'output.schema of a task',
      'do: [{ a: { set: { y: 1 }, output: { schema: { document: { required: [x] } } } } }]',
      '/do/0/a',
    ],
    [
      'export.schema of a task',
      "do: [{ a: { set: { y: 1 }, export: { as: '{ y: 1 }', schema: { document: { required: [x] } } } } }]",
      '/do/0/a',
    ],
    [
      'export.schema, of a context that is emptied',
      "do: [{ b: { set: { y: 1 }, export: { as: '{ x: 1 }' } } }, { a: { set: { y: 1 }, export: { as: 'null', schema: { document: { type: object } } } } }]",
      '/do/1/a',
    ],
    [
      'output.schema of the workflow',
      'do: [{ a: { set: { y: 1 } } }]\noutput: { schema: { document: { required: [x] } } }',
      '/output',
    ],
  ])('%s that does not fit is a validation error at its place', (_, text, instance) => {
    const { state } = drive(text);
    expect(state).toMatchObject({
      phase: 'faulted',
      error: { status: 400, type: expect.stringMatching(/\/validation$/), instance },
    });
  });

  test('the schema of an export without `as` is held against the context as it is', () => {
    const schema = 'export: { schema: { document: { type: object, required: [x] } } }';
    const after = (first: string) =>
      drive(`do:
  - a: { set: { y: 1 }, export: { as: '${first}' } }
  - b: { set: { y: 1 }, ${schema} }`).state;
    expect(after('{ x: 1 }')).toMatchObject({ phase: 'completed', context: { x: 1 } });
    expect(after('{ z: 1 }').error).toMatchObject({
      status: 400,
      instance: '/do/1/b',
      detail: expect.stringContaining('the exported context does not fit its schema'),
    });
  });

  test.each([
    ['do: [{ a: { input: { schema: { document: { type: array } } }, set: { y: 1 } } }]', "the task's input"],
    [
      'do: [{ a: { set: { y: 1 }, output: { schema: { document: { type: array } } } } }]',
      "the task's output",
    ],
    [
      'input: { schema: { document: { type: array } } }\ndo: [{ a: { set: { y: 1 } } }]',
      "the workflow's input",
    ],
    [
      'output: { schema: { document: { type: array } } }\ndo: [{ a: { set: { y: 1 } } }]',
      "the workflow's output",
    ],
  ])('a validation error says what did not fit, and where: %s', (text, what) => {
    expect(drive(text).state.error?.detail).toMatch(`${what} does not fit its schema at its root: `);
  });

  test('the error of a schema names the place of the first thing that does not fit, and how many more there are', () => {
    const schema = '{ properties: { a: { type: string }, b: { type: string }, c: { type: string } } }';
    const detail = (set: string) =>
      drive(`do: [{ a: { set: ${set}, output: { schema: { document: ${schema} } } } }]`).state.error?.detail;
    const what = "the task's output does not fit its schema at /a: Expected string, found 1.";
    expect(detail('{ a: 1 }')).toBe(what);
    expect(detail('{ a: 1, b: 2, c: 3 }')).toBe(`${what} (and 2 more)`);
  });

  test('a value that nests deeper than a schema is followed is a validation error that says so', () => {
    const schema = "output: { schema: { document: { items: { $ref: '#' } } } }";
    const { state } = drive(`do: [{ a: { set: '\${ reduce range(900) as $i (1; [.]) }', ${schema} } }]`);
    expect(state.error).toMatchObject({
      type: expect.stringMatching(/\/validation$/),
      status: 400,
      instance: '/do/0/a',
      detail: expect.stringMatching(/^the task's output cannot be checked against its schema: .* deep$/),
    });
  });

  test('a task that puts together more than a value may have faults with a runtime error', () => {
    const both = `do: [{ f: { fork: { branches: [{ a: { set: '\${ "x" * 80 }' } }, { b: { set: '\${ "x" * 80 }' } }] } } }]`;
    expect(drive(both, { limits: { valueBytesMax: 167 } }).state.error).toMatchObject({
      status: 500,
      instance: '/do/0/f',
      detail: 'the task yields more than 167 bytes',
    });
    expect(drive(both, { limits: { valueBytesMax: 168 } }).state.phase).toBe('completed');
  });

  test('nothing is put together of several expressions that takes more than a value may have, wherever it goes', () => {
    const half = '"${ \\"x\\" * 60 }"';
    const two = `{ a: ${half}, b: ${half} }`;
    const text = '"${ \\"x\\" * 60 }, ${ \\"x\\" * 60 }"';
    const error = (text: string) => drive(text, { limits: { valueBytesMax: 100 } }).state.error;
    const together = expect.stringMatching(/^"x" \* 60: with what .* takes more than 100 bytes$/);
    const cases = [
      `{ set: ${two} }`,
      `{ set: { x: [${half}, ${half}] } }`,
      `{ set: { x: ${text} } }`,
      `{ set: { x: 1 }, output: { as: ${two} } }`,
      `{ set: { x: 1 }, export: { as: ${two} } }`,
      `{ set: { x: 1 }, input: { from: ${two} } }`,
      `{ emit: { event: { with: { type: x, data: ${two} } } } }`,
      `{ run: { workflow: { namespace: a, name: b, input: ${two} } } }`,
      `{ call: http, with: { method: post, endpoint: 'http://127.0.0.1/', headers: { a: ${half} }, body: ${half} } }`,
    ];
    for (const task of cases)
      expect({ task, error: error(`do: [{ a: ${task} }]`) }).toEqual({
        task,
        error: expect.objectContaining({ status: 500, instance: '/do/0/a', detail: together }),
      });
    expect(error(`output: { as: ${two} }\ndo: [{ a: { set: { x: 1 } } }]`)).toMatchObject({
      instance: '/output',
      detail: together,
    });
    expect(error(`input: { from: ${two} }\ndo: [{ a: { set: { x: 1 } } }]`)).toMatchObject({
      instance: '/input',
      detail: together,
    });
  });

  test('what is within the bound in parts, and with the names of its members is not, faults before it is kept', () => {
    const names = Array.from({ length: 20 }, (_, n) => `member${n}: "\${ 1 }"`).join(', ');
    const detail = (task: string) =>
      drive(`do: [{ a: ${task} }]`, { limits: { valueBytesMax: 200 } }).state.error?.detail;
    expect(detail(`{ set: { ${names} } }`)).toBe('the task yields more than 200 bytes');
    expect(detail(`{ set: { x: 1 }, input: { from: { ${names} } } }`)).toBe(
      "the task's input takes more than 200 bytes",
    );
    expect(detail(`{ emit: { event: { with: { type: x, data: { ${names} } } } } }`)).toBe(
      'the event takes more than 200 bytes',
    );
    expect(detail(`{ run: { workflow: { namespace: a, name: b, input: { ${names} } } } }`)).toBe(
      'the input of the child takes more than 200 bytes',
    );
  });

  test('`$task` tells the raw input, and the raw output once there is one', () => {
    const { state } = drive(
      `do:
  - a:
      if: $task.input.n == 3 and $task.output == null
      input: { from: '{ from: $task.input.n }' }
      set: { now: '\${ $task.input.n }', out: '\${ $task.output }' }
      output: { as: '. + { as: $task.output.now, given: $input.from }' }
      export: { as: '{ raw: $task.output.now, output: $output.as }' }`,
      { input: { n: 3 } },
    );
    expect(state.output).toEqual({ now: 3, out: null, as: 3, given: 3 });
    expect(state.context).toEqual({ raw: 3, output: 3 });
  });

  test('a failing expression is an expression error that shows it', () => {
    const { state } = drive(`do:\n  - a: { set: { x: '\${ .a.b.c | error("no") }' } }`);
    expect(state.error).toMatchObject({
      status: 400,
      type: expect.stringMatching(/\/expression$/),
      instance: '/do/0/a',
      detail: expect.stringContaining('no'),
    });
  });

  test('$task, $workflow and $runtime say where an expression runs', () => {
    const { state } = drive(
      `do:
  - first task: { set: { task: '\${ $task.reference }', name: '\${ $task.name }', id: '\${ $workflow.id }', by: '\${ $runtime.name }', since: '\${ $workflow.startedAt.epoch.milliseconds }' } }`,
    );
    expect(state.output).toEqual({
      task: '/do/0/first task',
      name: 'first task',
      id: 'x',
      by: 'millrace',
      since: 1_750_000_000_000,
    });
  });

  test('$workflow has the raw input also where the workflow itself begins, in its input.from and its timeout', () => {
    const begun = drive(
      `input: { from: '\${ { n: $workflow.input.n, id: $workflow.id } }' }
timeout: { after: '\${ $workflow.input.limit }' }
do:
  - a: { set: '\${ . }' }`,
      { input: { n: 7, limit: 'PT5S' } },
    );
    expect(begun.state).toMatchObject({ phase: 'completed', output: { n: 7, id: 'x' } });
    expect(begun.of('execution.started')).toMatchObject([{ deadline: 1_750_000_005_000 }]);
  });

  test('keys like __proto__ are data', () => {
    const { state } = drive(`do:\n  - a: { set: '\${ . }' }`, {
      input: JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}'),
    });
    expect(JSON.stringify(state.output)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  test('a secret in an argument is left to the executor, and anywhere else refused', () => {
    const call = drive(
      `use: { secrets: [token] }
do:
  - a: { call: echo, with: { header: 'Bearer \${ $secrets.token }', plain: '\${ .n }' } }`,
      { functions: ['echo'], input: { n: 1 }, answer: () => completed({}) },
    );
    expect(call.of('effect.requested')[0]).toMatchObject({
      request: { input: { header: null, plain: 1 } },
      secrets: [
        { at: '/input/header', parts: ['Bearer ', { jq: expect.stringContaining('$secrets.token') }] },
      ],
    });
    const set = drive(`use: { secrets: [token] }\ndo:\n  - a: { set: { x: '\${ $secrets.token }' } }`);
    expect(set.state.error).toMatchObject({ status: 403, type: expect.stringMatching(/\/authorization$/) });
  });

  test('a secret that `use.secrets` does not name is an authorization error, and nothing is done', () => {
    const driven = drive(
      'evaluate: { mode: loose }\nuse: { secrets: [token] }\ndo: [{ a: { call: echo, with: { k: \'${ $secrets.token + $secrets["other"] }\' } } }]',
      { functions: ['echo'], answer: () => completed({}) },
    );
    expect(driven.of('effect.requested')).toEqual([]);
    expect(driven.state.error).toMatchObject({
      status: 403,
      detail: expect.stringContaining('"other"'),
      instance: '/do/0/a',
    });
  });

  describe('$authorization', () => {
    const call = (args: string, more = '') =>
      drive(
        `do:
  - a:
      call: http
      with:
        method: get
        endpoint: { uri: 'https://example.com/', authentication: { bearer: { token: '\${ .t }' } } }
        ${args}
      ${more}`,
        { input: { t: 'abc' }, answer: () => completed({}) },
      );

    test('stands in the arguments of a call that authenticates, and is not recorded', () => {
      const driven = call("headers: { x: '${ $authorization.parameter + .t }' }");
      expect(driven.of('effect.requested')[0]).toMatchObject({
        request: { headers: {} },
        secrets: [
          { at: '/headers/x', parts: [{ jq: expect.any(String) }], input: { t: 'abc' }, variables: {} },
        ],
      });
    });

    test('shows its scheme in what the call yields and exports, and never the credentials', () => {
      const masked = { scheme: 'Bearer', parameter: '***' };
      const yielded = call('redirect: false', 'output: { as: $authorization }');
      expect(yielded.state).toMatchObject({ phase: 'completed', output: masked });
      const exported = call('redirect: false', "export: { as: '{ a: $authorization }' }");
      expect(exported.state).toMatchObject({ phase: 'completed', context: { a: masked } });
      expect(JSON.stringify([yielded.state.output, exported.state.context])).not.toContain('abc');
    });

    test('is an authorization error where the call has not been made, and nothing is done', () => {
      const driven = call('redirect: false', "if: '${ $authorization != null }'");
      expect(driven.state.error).toMatchObject({ status: 403, instance: '/do/0/a' });
      expect(driven.of('effect.requested')).toEqual([]);
    });

    test('is null where nothing is authorized', () => {
      expect(drive("do: [{ a: { set: { x: '${ $authorization }' } } }]").state.output).toEqual({ x: null });
    });
  });
});
