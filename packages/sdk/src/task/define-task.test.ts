import { Type } from 'typebox';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  call,
  createEngine,
  defineTask,
  type EngineOptions,
  type ExecutionView,
  type FunctionContext,
  jq,
  type Millrace,
  type SchemaType,
  type TaskOptions,
  workflow,
} from '../index.ts';

const open: Millrace[] = [];
afterEach(async () => {
  for (const millrace of open.splice(0)) await millrace.close();
});

async function run(
  functions: NonNullable<EngineOptions['functions']>,
  name: string,
  input?: unknown,
): Promise<ExecutionView> {
  const millrace = await createEngine({ functions });
  open.push(millrace);
  const definition = workflow('test/task', '1.0.0')
    .do(call.function('work', name, '${ . }'))
    .build();
  return millrace.executions.run({ definition, input });
}

const double = defineTask({
  name: 'double',
  input: {
    type: 'object',
    properties: { n: { type: 'number', maximum: 100 }, note: { type: 'string' } },
    required: ['n'],
  },
  output: { type: 'object', properties: { n: { type: 'number', maximum: 100 } }, required: ['n'] },
  run: ({ n }) => ({ n: n * 2 }),
});

describe('a task', () => {
  it('runs under its own name, or under the one it is registered with', async () => {
    expect(await run([double], 'double', { n: 21 })).toMatchObject({ output: { n: 42 } });
    expect(await run({ twice: double }, 'twice', { n: 4 })).toMatchObject({ output: { n: 8 } });
  });

  it('is a validation error where its input does not fit, and does not run', async () => {
    const ended = await run([double], 'double', { n: 'much', note: 3 });
    expect(ended).toMatchObject({
      status: 'faulted',
      error: {
        type: 'https://serverlessworkflow.io/spec/1.0.0/errors/validation',
        status: 400,
        instance: '/do/0/work',
        detail: expect.stringMatching(/the input of the task double does not fit.*\/n: .*\/note: /),
      },
    });
  });

  it('is a validation error where its output does not fit', async () => {
    const ended = await run([double], 'double', { n: 90 });
    expect(ended.error).toMatchObject({ status: 400, detail: expect.stringContaining('the output of') });
  });

  it('says what went wrong in it, or raises a problem of its own', async () => {
    const failing = {
      simply: () => {
        throw new Error('no luck');
      },
      precisely: () => {
        throw Object.assign(new Error('try later'), { type: 'https://example.com/busy', status: 503 });
      },
    };
    expect((await run(failing, 'simply')).error).toMatchObject({ status: 500, detail: 'no luck' });
    expect((await run(failing, 'precisely')).error).toMatchObject({
      type: 'https://example.com/busy',
      status: 503,
      detail: 'try later',
    });
  });

  it('knows the deed that it does', async () => {
    const told: FunctionContext[] = [];
    const curious = defineTask({
      name: 'curious',
      run: (_, context) => {
        const { execution, effect, idempotencyKey, signal } = context;
        told.push({ execution, effect, idempotencyKey, signal });
        return null;
      },
    });
    const { id } = await run([curious], 'curious');
    expect(told).toEqual([
      {
        execution: id,
        effect: expect.stringMatching(new RegExp(`^${id}/\\d+$`)),
        idempotencyKey: expect.any(String),
        signal: expect.any(AbortSignal),
      },
    ]);
  });

  it('that gives nothing gives null', async () => {
    expect(await run([defineTask({ name: 'mute', run: () => undefined })], 'mute')).toMatchObject({
      status: 'completed',
      output: null,
    });
  });

  it('takes schemas of typebox', async () => {
    const join = defineTask({
      name: 'join',
      input: Type.Object({ words: Type.Array(Type.String()), mark: Type.Optional(Type.String()) }),
      output: Type.Object({ text: Type.String() }),
      run: ({ words, mark }) => ({ text: words.join(mark ?? ' ') }),
    });
    expect(await run([join], 'join', { words: ['a', 'b'] })).toMatchObject({ output: { text: 'a b' } });
    expect(await run([join], 'join', { words: [1] })).toMatchObject({ status: 'faulted' });
  });

  it('with an ill-formed schema is refused when it is defined', () => {
    expect(() => defineTask({ input: { type: 'numbre' }, run: () => null })).toThrow('type');
  });

  it('in a list has a name of its own, and no other has the same', async () => {
    await expect(createEngine({ functions: [{ run: () => null }] })).rejects.toThrow('needs a name');
    await expect(createEngine({ functions: [double, double] })).rejects.toThrow('two functions');
  });
});

describe('the type of a schema', () => {
  it('is that of the values it describes', () => {
    expectTypeOf<SchemaType<{ type: 'string' }>>().toEqualTypeOf<string>();
    expectTypeOf<SchemaType<{ type: ['integer', 'null'] }>>().toEqualTypeOf<number | null>();
    expectTypeOf<SchemaType<{ enum: ['a', 'b'] }>>().toEqualTypeOf<'a' | 'b'>();
    expectTypeOf<SchemaType<{ anyOf: [{ const: 1 }, { type: 'boolean' }] }>>().toEqualTypeOf<1 | boolean>();
    expectTypeOf<SchemaType<{ type: 'array'; items: { type: 'string' } }>>().toEqualTypeOf<string[]>();
    expectTypeOf<
      SchemaType<{
        type: 'object';
        properties: { a: { type: 'string' }; b: { type: 'number' } };
        required: ['a'];
      }>
    >().toEqualTypeOf<{ a: string; b?: number }>();
    expectTypeOf<SchemaType<true>>().toEqualTypeOf<unknown>();
    expectTypeOf<SchemaType<Record<string, unknown>>>().toEqualTypeOf<unknown>();
  });

  it('is known for schemas written in place, and for those of typebox', () => {
    const plain = defineTask({
      input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      run(input) {
        expectTypeOf(input).toEqualTypeOf<{ n: number }>();
        return input.n;
      },
    });
    const typed = defineTask({
      input: Type.Object({
        a: Type.Optional(Type.String()),
        b: Type.Union([Type.Literal('x'), Type.Null()]),
        c: Type.Array(Type.Integer()),
        d: Type.Tuple([Type.Number(), Type.Boolean()]),
        e: Type.Enum(['on', 'off']),
        f: Type.Record(Type.String(), Type.Number()),
        g: Type.Unsafe<Date>({}),
      }),
      run(input) {
        expectTypeOf(input).toEqualTypeOf<{
          a?: string;
          b: 'x' | null;
          c: number[];
          d: [number, boolean];
          e: 'on' | 'off';
          f: Record<string, number>;
          g: Date;
        }>();
        return input.b;
      },
    });
    expect([plain.input, typed.output]).toEqual([
      { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      true,
    ]);
  });

  it('holds the arguments of a call, of which any part may be an expression', () => {
    const { work } = call.function('work', double, { n: jq`.total` });
    expect(work).toEqual({ call: 'double', with: { n: '${ .total }' } });
    type Input = Parameters<typeof call.function<{ n: number }>>[2];
    expectTypeOf<{ n: 4 }>().toExtend<Input>();
    expectTypeOf<`\${${string}}`>().toExtend<Input>();
    expectTypeOf<{ n: 'much' }>().not.toExtend<Input>();
    expectTypeOf<Record<never, never>>().not.toExtend<Input>();
    expectTypeOf<TaskOptions<true, { type: 'number' }>['run']>().returns.toEqualTypeOf<
      number | Promise<number>
    >();
  });
});
