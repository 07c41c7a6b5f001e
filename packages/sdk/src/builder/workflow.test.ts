import { parse, type WorkflowDocument } from '@millrace/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  createEngine,
  emit,
  forEach,
  fork,
  InvalidWorkflowError,
  jq,
  type Millrace,
  raise,
  sequence,
  set,
  switchOn,
  type TaskEntry,
  task,
  tryCatch,
  wait,
  workflow,
} from '../index.ts';

let millrace: Millrace;
beforeAll(async () => {
  millrace = await createEngine({ functions: { size: (input) => JSON.stringify(input).length } });
});
afterAll(() => millrace.close());

const run = (definition: WorkflowDocument, input?: unknown) => millrace.executions.run({ definition, input });

describe('a workflow that was built', () => {
  it('runs: every kind of task', async () => {
    const definition = workflow('test/all', '1.0.0', { title: 'All of it' })
      .input({ schema: { document: { type: 'object', required: ['lines'] } } })
      .use({ errors: { empty: { type: 'https://example.com/empty', status: 422 } } })
      .timeout({ after: { minutes: 1 } })
      .do(
        switchOn('size', { none: { when: '.lines == []', then: 'refuse' }, some: { then: 'count' } }),
        raise('refuse', 'empty'),
        set('count', { total: 0, lines: jq`.lines` }),
        forEach('add', { each: 'line', in: '.lines', while: '.total < 100' }, [
          set('sum', { total: jq`.total + $line`, lines: jq`.lines` }),
        ]),
        wait('rest', { milliseconds: 1 }),
        fork('both', [
          sequence('left', [set('a', { left: jq`.total` })]),
          tryCatch('right', [raise('stop', { type: 'https://example.com/no', status: 400 })], {
            errors: { with: { status: 400 } },
            do: [set('caught', { right: jq`$error.status` })],
          }),
        ]),
        emit('tell', { type: 'com.example.done', source: 'https://example.com', data: { all: jq`.` } }),
        call.function('measure', 'size', { of: jq`.` }, { output: { as: jq`{ size: . }` } }),
        task('last', { set: { size: jq`.size`, title: 'done' }, then: 'end' }),
        set('never', { reached: true }),
      )
      .build();
    expect(await run(definition, { lines: [1, 2, 3] })).toMatchObject({
      status: 'completed',
      output: { title: 'done', size: expect.any(Number) },
    });
    expect(await run(definition, { lines: [] })).toMatchObject({ error: { status: 422 } });
    expect(await run(definition, {})).toMatchObject({ status: 'faulted', error: { instance: '/input' } });
  });

  it('has what it was given, and nothing else', () => {
    const request = { method: 'post', endpoint: 'https://example.com/{id}', query: { a: 1 }, body: jq`.` };
    const retry = { delay: { seconds: 1 }, limit: { attempt: { count: 3 } } };
    const common = { if: '.ok', timeout: { after: 'PT5S' }, then: 'end' } as const;
    const { document, ...rest } = workflow('test/shape', '2.0.0-rc.1', { tags: { team: 'a' } })
      .do(tryCatch('try', [call.http('ask', request, common)], { retry }, { metadata: { unsafe: true } }))
      .do(fork('race', [wait('a', 'PT1S'), wait('b', jq`.pause`)], { compete: true, if: '.race' }))
      .output({ as: '.result' })
      .build();
    expect(document).toEqual({
      dsl: '1.0.3',
      namespace: 'test',
      name: 'shape',
      version: '2.0.0-rc.1',
      tags: { team: 'a' },
    });
    expect(rest).toEqual({
      do: [
        {
          try: {
            try: [{ ask: { call: 'http', with: request, ...common } }],
            catch: { retry },
            metadata: { unsafe: true },
          },
        },
        {
          race: {
            fork: { branches: [{ a: { wait: 'PT1S' } }, { b: { wait: '${ .pause }' } }], compete: true },
            if: '.race',
          },
        },
      ],
      output: { as: '.result' },
    });
  });

  it('is not changed by what is added to its beginning', () => {
    const start = workflow('test/start', '1.0.0').do(set('a', { a: 1 }));
    start.do(set('b', { b: 1 }));
    expect(start.build().do).toEqual([{ a: { set: { a: 1 } } }]);
  });

  it.each([
    ['a name that comes twice', [set('a', { n: 1 }), set('a', { n: 2 })], "'a' is defined twice"],
    ['a name that is a directive', [set('exit', { n: 1 })], "cannot be named 'exit'"],
    ['a jump to nowhere', [set('a', { n: 1 }, { then: 'b' })], 'b'],
    ['an ill-formed expression', [set('a', { n: jq`.n |` })], '/do/0/a/set/n'],
    ['a duration that is none', [wait('a', 'soon')], '/do/0/a/wait'],
    ['an error that is not defined', [raise('a', 'absent')], 'absent'],
    ['a value that is not JSON', [set('a', { at: new Date(0) as never })], '/do/0/a/set/at'],
    ['nothing to set', [set('a', {})], 'at least one property'],
  ])('is refused with %s, and told where', (_, tasks, message) => {
    const build = () =>
      workflow('test/bad', '1.0.0')
        .do(...tasks)
        .build();
    expect(build).toThrow(InvalidWorkflowError);
    expect(build).toThrow(message);
  });

  it('is refused when it holds itself', () => {
    const loop: Record<string, unknown> = {};
    loop.again = loop;
    expect(() =>
      workflow('test/loop', '1.0.0')
        .do(set('a', loop as never))
        .build(),
    ).toThrow(InvalidWorkflowError);
  });

  it('has a namespace and a name', () => {
    expect(() => workflow('a/b/c', '1.0.0')).toThrow('namespace/name');
    expect(() => workflow('name' as 'a/b', '1.0.0')).toThrow('namespace/name');
  });

  it('keeps its cases in the order in which they were written', () => {
    expect(() => switchOn('a', { x: { when: '.x', then: 'end' }, 1: { then: 'exit' } })).toThrow('"1"');
  });
});

describe('the builder', () => {
  const kept = new Set(['continue', 'exit', 'end', '__proto__']);
  // What begins with `${` is an expression wherever it stands in a text, and half of one an error.
  const name = fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((text) => text.trim() !== '' && !text.includes('${') && !kept.has(text));
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => jq`${value}`);
  const values = fc.dictionary(
    name.filter((key) => key !== '__proto__'),
    json,
    { minKeys: 1, maxKeys: 4 },
  );
  const duration = fc.oneof(
    fc.record({ seconds: fc.nat(100), minutes: fc.nat(9) }),
    fc.constantFrom('PT5S', 'P1DT2H', jq`.pause`),
  );
  const common = fc.record(
    {
      if: fc.constantFrom('.a', jq`.b > 1`),
      then: fc.constantFrom('continue', 'exit', 'end'),
      timeout: duration.map((after) => ({ after })),
      output: fc.constant({ as: jq`{ a: . }` }),
      export: fc.constant({ as: '.' }),
      metadata: fc.dictionary(name, fc.string()),
    },
    { requiredKeys: [] },
  );
  const error = fc.record(
    { type: fc.webUrl(), status: fc.integer({ min: 400, max: 599 }), title: json },
    { requiredKeys: ['type', 'status'] },
  );
  const uniquely = (entries: readonly ((name: string) => TaskEntry)[], names: readonly string[]) =>
    entries.slice(0, new Set(names).size).map((make, index) => make([...new Set(names)][index] ?? ''));
  const { list } = fc.letrec<{ entry: (name: string) => TaskEntry; list: readonly TaskEntry[] }>((tie) => ({
    list: fc
      .tuple(
        fc.array(tie('entry'), { minLength: 1, maxLength: 4, depthIdentifier: 'tasks' }),
        fc.uniqueArray(name, { minLength: 4, maxLength: 4 }),
      )
      .map(([entries, names]) => uniquely(entries, names)),
    entry: fc.oneof(
      { depthIdentifier: 'tasks', depthSize: 'small' },
      fc.tuple(values, common).map(
        ([given, options]) =>
          (n: string) =>
            set(n, given, options),
      ),
      fc.tuple(duration, common).map(
        ([given, options]) =>
          (n: string) =>
            wait(n, given, options),
      ),
      fc.tuple(error, common).map(
        ([given, options]) =>
          (n: string) =>
            raise(n, given, options),
      ),
      fc.tuple(name, json).map(
        ([type, data]) =>
          (n: string) =>
            emit(n, { type, source: 'https://example.com', data }),
      ),
      fc.tuple(values, common).map(
        ([body, options]) =>
          (n: string) =>
            call.http(n, { method: 'post', endpoint: 'https://example.com', body }, options),
      ),
      fc.tuple(values, common).map(
        ([given, options]) =>
          (n: string) =>
            call.function(n, 'work', given, options),
      ),
      fc.tuple(tie('list'), common).map(
        ([tasks, options]) =>
          (n: string) =>
            sequence(n, tasks, options),
      ),
      fc.tuple(tie('list'), common).map(
        ([tasks, options]) =>
          (n: string) =>
            forEach(n, { each: 'one', in: '.many', while: '$one > 1' }, tasks, options),
      ),
      fc.tuple(tie('list'), fc.boolean()).map(
        ([tasks, compete]) =>
          (n: string) =>
            fork(
              n,
              tasks.map(
                (entry) =>
                  Object.entries(entry).map(([key, t]) => ({ [key]: { ...t, then: 'continue' } }))[0] ??
                  entry,
              ),
              { compete },
            ),
      ),
      fc.tuple(tie('list'), tie('list')).map(
        ([tasks, handler]) =>
          (n: string) =>
            tryCatch(n, tasks, { errors: { with: { status: 503 } }, as: 'problem', do: handler }),
      ),
    ),
  }));

  it('gives what the parser accepts, whatever is put together', async () => {
    fc.assert(
      fc.property(list, (tasks) => {
        const document = workflow('test/any', '1.0.0')
          .do(...tasks)
          .build();
        const parsed = parse(JSON.stringify(document), { functions: new Set(['work']) });
        expect(parsed).toMatchObject({ ok: true });
        expect(document.do).toEqual(JSON.parse(JSON.stringify(tasks)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('an expression', () => {
  it('holds what is put into it as that value, whatever it contains', async () => {
    const values = ['"', '\\', '\\(1)', '${ . }', '}', "'", '\n', '\u2028', { a: [null, true, 1.5] }];
    const definition = workflow('test/literal', '1.0.0')
      .do(set('all', { values: values.map((value) => jq`${value}`) }))
      .build();
    expect((await run(definition)).output).toEqual({ values });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (value) => {
        const one = workflow('test/literal', '1.0.0')
          .do(set('one', { value: jq`${value} | [.]` }))
          .build();
        expect((await run(one)).output).toEqual({ value: [JSON.parse(JSON.stringify(value))] });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the backslashes of jq', () => {
    expect(jq`"Hello, \(.name)!"`).toBe('${ "Hello, \\(.name)!" }');
    expect(() => jq`.a == ${undefined}`).toThrow('not JSON');
  });
});
