import { describe, expect, it } from 'vitest';
import { type Answer, completed, drive } from '../testing/drive.ts';

const use = (...extensions: string[]) => `use: { extensions: [${extensions.join(', ')}] }\n`;
const log = (name: string, extend = 'all', when = '') =>
  `{ ${name}: { extend: ${extend}, ${when} before: [{ b: { call: log, with: { say: '\${ "${name} before " + $task.name }' } } }], after: [{ a: { call: log, with: { say: '\${ "${name} after " + $task.name }' } } }] } }`;
const work: Answer = ({ request }) =>
  completed(request.type === 'function' ? { logged: request.input } : null);

/** What was logged, in order, and the output. */
function run(text: string, input = {}) {
  const driven = drive(text, { functions: ['log', 'work'], answer: work, input });
  const said = driven
    .of('effect.requested')
    .flatMap(({ request }) =>
      request.type === 'function' && request.name === 'log' ? [(request.input as { say: string }).say] : [],
    );
  return { said, output: driven.state.output, state: driven.state, driven };
}

describe('extensions', () => {
  it('run before and after the task, the first written outermost, and change neither its input nor its output', () => {
    const text = `${use(log('x'), log('y'))}do: [{ t: { set: { n: '\${ .k + 1 }' } } }]`;
    const { said, output } = run(text, { k: 1 });
    expect(said).toEqual(['x before t', 'y before t', 'y after t', 'x after t']);
    expect(output).toEqual({ n: 2 });
  });

  it('skip the task with `then: exit`, whose value takes the place of what the task would yield', () => {
    const mock =
      '{ m: { extend: call, before: [{ s: { set: { n: 1 }, then: exit } }], after: [{ z: { call: log, with: { say: no } } }] } }';
    const text = `${use(log('x'), mock, log('y'))}do: [{ t: { call: work, output: { as: .n }, then: end } }, { u: { set: { never: 1 } } }]`;
    const { said, output } = run(text);
    expect(output).toBe(1);
    expect(said).toEqual(['x before t', 'x after t']);
  });

  it('are asked for once for each task, with its members and its definition', () => {
    const when = `when: '$task.call == "work" and $task.with.n == 1 and $task.definition.with.n == 1 and .k == 1',`;
    const text = `${use(log('x', 'call', when))}do: [{ a: { call: work, with: { n: 1 } } }, { b: { call: work, with: { n: 1 } } }, { c: { set: { k: 1 } } }]`;
    expect(run(text, { k: 1 }).said).toEqual(['x before a', 'x after a']);
  });

  it('do not apply to a task for which their `when` fails', () => {
    const { said, output } = run(
      `${use(log('x', 'set', 'when: \'$task.set.n | startswith("a")\','))}do: [{ a: { set: { n: 1 } } }, { b: { set: { n: abc } } }]`,
    );
    expect(said).toEqual(['x before b', 'x after b']);
    expect(output).toEqual({ n: 'abc' });
  });

  const kinds: readonly (readonly [kind: string, task: string, more: readonly string[]])[] = [
    ['call', 'call: work', []],
    ['composite', 'do: [{ i: { set: { n: 1 } } }]', []],
    ['composite', 'fork: { branches: [{ i: { set: { n: 1 } } }] }', []],
    ['emit', 'emit: { event: { with: { source: https://a.io, type: t } } }', []],
    ['for', "for: { in: '[1, 2]' }, do: [{ i: { set: { n: 1 } } }]", []],
    ['raise', "raise: { error: { type: 'https://example.com/e', status: 418 } }", []],
    ['set', 'set: { n: 1 }', []],
    ['switch', "switch: [{ c: { when: 'true', then: continue } }]", []],
    ['try', 'try: [{ i: { set: { n: 1 } } }], catch: {}', []],
    ['wait', 'wait: PT1S', []],
    ['all', 'do: [{ i: { set: { n: 1 } } }]', ['i']],
  ];
  it.each(kinds)('of `%s` extend %s', (kind, task, more) => {
    const { said } = run(`${use(log('x', kind))}do: [{ t: { ${task} } }]`);
    const ends = kind === 'raise' ? [] : ['x after t'];
    const inside = more.flatMap((name) => [`x before ${name}`, `x after ${name}`]);
    expect(said).toEqual(['x before t', ...inside, ...ends]);
    const others = run(
      `${use(log('x', kind === 'set' || kind === 'all' ? 'wait' : 'set'))}do: [{ t: { ${task} } }]`,
    );
    expect(others.said.filter((each) => each.endsWith(' t'))).toEqual([]);
  });

  it('leave the way on to the task: a case of a switch, `catch.then`, and a jump backwards', () => {
    const choice = `${use(log('x', 'switch'))}do: [{ s: { switch: [{ c: { when: 'true', then: z } }] } }, { y: { set: { n: 1 }, then: end } }, { z: { set: { n: 2 } } }]`;
    expect(run(choice).output).toEqual({ n: 2 });
    const caught = `${use(log('x', 'try'))}do: [{ t: { try: [{ r: { raise: { error: { type: 'https://example.com/e', status: 418 } } } }], catch: { then: z } } }, { y: { set: { n: 1 }, then: end } }, { z: { set: { n: 2 } } }]`;
    expect(run(caught).output).toEqual({ n: 2 });
    const round = `${use('{ x: { extend: set, before: [] } }')}do: [{ a: { set: { n: '\${ .n + 1 }' }, then: a } }]`;
    const { state } = drive(round, { input: { n: 0 }, limits: { jumpsMax: 10 } });
    expect(state.error).toMatchObject({
      detail: expect.stringContaining('led backwards 10 times'),
      instance: '/do/0/a',
    });
  });

  it('are not extended themselves, nor are the functions that they call', () => {
    const text = `use: { functions: { f: { do: [{ i: { call: log, with: { say: f } } }] } }, extensions: [{ x: { extend: call, before: [{ b: { call: f } }] } }] }\ndo: [{ t: { call: work } }, { u: { call: f } }]`;
    // t: f by the extension; u: f by the extension, then f itself, whose call is extended in its turn.
    expect(run(text).said).toEqual(['f', 'f', 'f', 'f']);
  });

  it('fault the task at their own line, and their exports count', () => {
    const before = 'before: [{ e: { set: { v: 7 }, export: { as: .v } } }]';
    const after = "after: [{ b: { raise: { error: { type: 'https://example.com/e', status: 418 } } } }]";
    const text = `${use(`{ x: { extend: wait, ${before}, ${after} } }`)}do: [{ t: { try: [{ a: { wait: PT1S } }], catch: { as: e, do: [{ h: { set: { at: '\${ $e.instance }', context: '\${ $context }' } } }] } } }]`;
    expect(run(text).output).toEqual({ at: '/use/extensions/0/x/after/0/b', context: 7 });
  });

  it('end with the timeout of the task, and are cancelled with it', () => {
    const text = `${use('{ x: { extend: set, before: [{ w: { wait: PT1H } }] } }')}do: [{ t: { set: { n: 1 }, timeout: { after: PT1M } } }]`;
    expect(run(text).state.error).toMatchObject({ status: 408, instance: '/do/0/t' });
  });

  it('are skipped with a task whose condition does not hold', () => {
    expect(run(`${use(log('x'))}do: [{ t: { if: 'false', set: { n: 1 } } }]`, { k: 1 })).toMatchObject({
      said: [],
      output: { k: 1 },
    });
  });

  it('end the workflow with `then: end`, before the task or after it, with what there was', () => {
    const ends = (side: string) => `{ x: { extend: set, ${side}: [{ e: { set: { v: 7 }, then: end } }] } }`;
    const text = (side: string) =>
      `${use(log('y'), ends(side))}do: [{ t: { set: { n: 1 } } }, { u: { set: { n: 2 } } }]`;
    const before = run(text('before'), { k: 1 });
    expect(before.state.phase).toBe('completed');
    expect(before.driven.of('task.completed').map(({ task }) => task)).not.toContain('/do/0/t');
    const after = run(text('after'), { k: 1 });
    expect(after.driven.of('task.started').map(({ task }) => task)).not.toContain('/do/1/u');
    for (const { said } of [before, after]) expect(said).toEqual(['y before t']);
  });

  it('leave a jump of their own tasks within them: only `exit` and `end` lead out', () => {
    const inner =
      '{ x: { extend: set, before: [{ a: { set: { v: 1 }, then: c } }, { b: { call: log, with: { say: no } } }, { c: { call: log, with: { say: yes } } }] } }';
    const { said, output } = run(`${use(inner)}do: [{ t: { set: { n: 1 } } }]`);
    expect(said).toEqual(['yes']);
    expect(output).toEqual({ n: 1 });
  });

  it('that exit after the task skip nothing of what is around', () => {
    const exits =
      '{ x: { extend: set, after: [{ e: { set: { v: 7 }, then: exit } }, { never: { call: log, with: { say: no } } }] } }';
    const { said, output } = run(
      `${use(log('y'), exits)}do: [{ t: { set: { n: 1 } } }, { u: { wait: PT1S } }]`,
    );
    expect(said).toEqual(['y before t', 'y after t', 'y before u', 'y after u']);
    expect(output).toEqual({ n: 1 });
  });

  it('with `before` alone and with `after` alone apply where they say', () => {
    const one = '{ x: { extend: set, after: [{ a: { call: log, with: { say: after } } }] } }';
    const other =
      "{ y: { extend: set, when: '$task.set.n == 2', before: [{ b: { call: log, with: { say: before } } }] } }";
    const text = `${use(one, other)}do: [{ t: { set: { n: 1 } } }, { u: { set: { n: 2 } } }]`;
    expect(run(text).said).toEqual(['after', 'before', 'after']);
  });
});
