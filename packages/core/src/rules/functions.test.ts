import { describe, expect, it } from 'vitest';
import { completed, drive } from '../testing/drive.ts';

const outputOf = (text: string, input = {}) => drive(text, { input }).state.output;
const use = (functions: string) => `use: { functions: { ${functions} } }\n`;

describe('a function of `use.functions`', () => {
  it('is given `with`, checks it against its own schema, and its output is that of the call', () => {
    const text = `${use('greet: { input: { schema: { document: { required: [name] } } }, set: { said: \'${ "Hi " + .name }\' } }')}do: [{ a: { call: greet, with: { name: '\${ .who }' }, output: { as: .said } } }]`;
    expect(outputOf(text, { who: 'Ada' })).toBe('Hi Ada');
    const { error } = drive(text.replace('name: ', 'other: '), { input: { who: 'Ada' } }).state;
    expect(error).toMatchObject({ status: 400, instance: '/use/functions/greet' });
  });

  it('is given the input of the call when there is no `with`', () => {
    expect(outputOf(`${use("f: { set: '${ .k + 1 }' }")}do: [{ a: { call: f } }]`, { k: 1 })).toBe(2);
  });

  it('sees nothing of the loop that calls it', () => {
    const text = `${use("f: { set: '${ $item }' }")}do: [{ l: { for: { in: '[1]' }, do: [{ a: { call: f } }] } }]`;
    expect(() => drive(text)).toThrow(/item/);
  });

  it('runs side by side with itself, each call with its own values', () => {
    const branch = (n: number) => `{ b${n}: { call: slow, with: { n: ${n} } } }`;
    const text = `${use("slow: { do: [{ w: { wait: PT1S } }, { s: { set: '${ .n * 10 }' } }] }")}do: [{ f: { fork: { branches: [${branch(1)}, ${branch(2)}] } } }]`;
    expect(outputOf(text)).toEqual([10, 20]);
  });

  it('may call itself, down to a bound that is a runtime error', () => {
    const down = use(
      "down: { do: [{ a: { if: '.n > 0', call: down, with: { n: '${ .n - 1 }' } } }, { b: { set: { n: '${ .n }' } } }] }",
    );
    const call = (n: number) => `${down}do: [{ x: { call: down, with: { n: ${n} } } }]`;
    expect(outputOf(call(31))).toEqual({ n: 0 });
    const only = (n: number) =>
      `${use("only: { if: '.n > 0', call: only, with: { n: '${ .n - 1 }' } }")}do: [{ x: { call: only, with: { n: ${n} } } }]`;
    expect(outputOf(only(31))).toEqual({ n: 0 });
    expect(drive(only(32)).state.phase).toBe('faulted');
    const { error } = drive(call(32)).state;
    expect(error).toMatchObject({ status: 500, detail: expect.stringContaining('32 deep') });
  });

  it('is called once, and its input recorded only when it is not that of the call', () => {
    const text = (given: string) =>
      `${use('f: { do: [{ a: { set: { n: 1 } } }, { b: { set: { n: 2 } } }] }')}do: [{ c: { call: f${given} } }, { d: { call: f${given} } }]`;
    const called = (given: string) => drive(text(given), { input: { k: 1 } }).of('function.called');
    expect(called('')).toEqual([
      { type: 'function.called', task: '/do/0/c', function: 'f' },
      { type: 'function.called', task: '/do/1/d', function: 'f' },
    ]);
    expect(called(', with: { k: 2 }').map(({ value }) => value)).toEqual([{ k: 2 }, { k: 2 }]);
  });

  it('faults at its own line, and the call may be caught and retried around it', () => {
    const text = `${use("bad: { raise: { error: { type: 'https://example.com/e', status: 418 } } }")}do: [{ t: { try: [{ a: { call: bad } }], catch: { as: e, retry: { limit: { attempt: { count: 2 } } }, do: [{ h: { set: '\${ $e.instance }' } }] } } }]`;
    const driven = drive(text);
    expect(driven.state.output).toBe('/use/functions/bad');
    expect(driven.of('retry.started')).toHaveLength(1);
  });

  it('ends with `exit`, and `end` in it ends the workflow', () => {
    const f = (then: string) =>
      `${use(`f: { do: [{ a: { set: { n: 1 }, then: ${then} } }, { b: { set: { n: 2 } } }] }`)}do: [{ c: { call: f } }, { d: { set: { after: '\${ .n }' } } }]`;
    expect(outputOf(f('exit'))).toEqual({ after: 1 });
    expect(outputOf(f('end'))).toEqual({ n: 1 });
  });

  it('does deeds under its own pointer, and tells `$task` of itself', () => {
    const text = `${use("f: { do: [{ w: { call: work, with: { at: '${ $task.reference }', name: '${ $task.definition.call }' } } }] }")}do: [{ c: { call: f } }]`;
    const { state } = drive(text, {
      functions: ['work'],
      answer: ({ request, task }) => completed(request.type === 'function' ? [request.input, task] : null),
    });
    expect(state.output).toEqual([
      { at: '/use/functions/f/do/0/w', name: 'work' },
      '/use/functions/f/do/0/w',
    ]);
  });
});
