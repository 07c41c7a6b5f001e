/** Decisions that reach their bound: where one stops makes no difference to what becomes of the execution. */
import { describe, expect, test } from 'vitest';
import { Driven, drive, startOfTime } from '../testing/drive.ts';
import { approximateBytes, type Limits } from './limits.ts';
import { listenRows } from './listening.ts';

const set = (name: string) => `{ ${name}: { set: { is: ${name} } } }`;
const sets = (...names: string[]) => names.map(set).join(', ');
const boom = "raise: { error: { type: 'https://example.com/boom', status: 418 } }";

const listed = Array.from({ length: 9 }, (_, index) => `s${index}`);

const flows: readonly (readonly [what: string, text: string, output: unknown])[] = [
  [
    'a fork',
    `do: [{ f: { fork: { branches: [${set('a')}, { b: { do: [${sets('x', 'y')}] } }, { c: { wait: PT1S } }, ${set('d')}] } } }, { s: { set: { all: '\${ . }' } } }]`,
    { all: [{ is: 'a' }, { is: 'y' }, {}, { is: 'd' }] },
  ],
  [
    'a race',
    `do: [{ f: { fork: { compete: true, branches: [{ w: { wait: PT1H } }, { b: { do: [${sets('x', 'y')}] } }, { z: { wait: PT1H } }] } } }, { s: { set: { won: '\${ . }' } } }]`,
    { won: { is: 'y' } },
  ],
  [
    'a race in which some branches fail',
    `do: [{ f: { fork: { compete: true, branches: [{ a: { ${boom} } }, { b: { do: [{ c: { ${boom} } }] } }, ${set('d')}] } } }, { s: { set: { won: '\${ . }' } } }]`,
    { won: { is: 'd' } },
  ],
  [
    'a branch that ends the workflow',
    `do: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }, ${set('c')}] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a last branch that ends the workflow',
    `do: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a branch that ends the workflow, beside others that have still to start',
    `do: [{ o: { fork: { branches: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }] } } }, ${set('c')}] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a loop',
    `do: [{ l: { for: { in: '[1, 2, 3]' }, do: [{ a: { set: { n: '\${ (.n // 0) + $item }' } } }, { w: { wait: PT1S } }] } }]`,
    { n: 6 },
  ],
  [
    'a try',
    `do: [{ t: { try: [${set('a')}, { b: { ${boom} } }], catch: { retry: { limit: { attempt: { count: 2 } } }, do: [${sets('x', 'y')}] } } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: { is: 'y' } },
  ],
  [
    'an extended task',
    `use: { extensions: [{ e: { extend: wait, before: [${sets('a', 'b')}], after: [${set('c')}] } }] }\ndo: [{ w: { wait: PT1S } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: {} },
  ],
  ['a list', `do: [${sets(...listed)}]`, { is: 's8' }],
  [
    'a function',
    `use: { functions: { f: { do: [${sets('a', 'b')}] } } }\ndo: [{ c: { call: f } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: { is: 'b' } },
  ],
];

describe('a decision at its bound', () => {
  test.each(flows)('stops in %s anywhere, and the execution ends the same', (_, text, output) => {
    const whole = drive(text);
    for (let decisionEventsMax = 1; decisionEventsMax <= 25; decisionEventsMax++) {
      const driven = drive(text, { limits: { decisionEventsMax } });
      expect(driven.state, `of ${decisionEventsMax}`).toMatchObject({ phase: 'completed', output });
      expect(driven.now, `of ${decisionEventsMax}`).toBe(whole.now);
      for (const { facts } of driven.commits) expect(facts.length).toBeLessThanOrEqual(decisionEventsMax + 4);
    }
  });

  test('does not say that it goes on when all that is left waits', () => {
    const text = 'do: [{ f: { fork: { branches: [{ a: { wait: PT1S } }, { b: { wait: PT1S } }] } } }]';
    const whole = new Driven(text).start();
    const stopped = new Driven(text, { limits: { decisionEventsMax: whole.facts.length } }).start();
    expect(stopped.facts).toEqual(whole.facts);
  });

  test('is there when its values are as large as they may be', () => {
    const text = `do: [${set('a')}]`;
    const start = (decisionBytesMax: number) =>
      new Driven(text, { limits: { decisionBytesMax } }).start().state.yielded;
    const least = Array.from({ length: 100 }, (_, max) => max).findIndex((max) => !start(max));
    // `{}` and `{ is: 'a' }` have been recorded when the task has ended, and the workflow has not.
    expect(least).toBe(approximateBytes({}, 100) + approximateBytes({ is: 'a' }, 100) + 1);
  });

  test.each([
    ['a wait', 'wait: PT1H'],
    ['a call', 'call: ask'],
    ['a function', 'call: f'],
    ['a child', "run: { workflow: { namespace: n, name: w, version: '1.0.0' } }"],
    ['a listener', 'listen: { to: { one: { with: { type: other } } } }'],
    [
      'the tasks for an event',
      `listen: { to: { any: [], until: 'false' } }, foreach: { do: [{ x: { wait: PT1H } }] }`,
    ],
    ['a list', 'do: [{ x: { wait: PT1H } }]'],
    ['a loop', "for: { in: '[1]' }, do: [{ x: { wait: PT1H } }]"],
    ['a fork', 'fork: { branches: [{ x: { wait: PT1H } }] }'],
    ['an attempt', 'try: [{ x: { wait: PT1H } }], catch: {}'],
    [
      'a retry',
      `try: [{ x: { ${boom} } }], catch: { retry: { delay: PT1H, limit: { attempt: { count: 2 } } } }`,
    ],
    ['a handler', `try: [{ x: { ${boom} } }], catch: { do: [{ y: { wait: PT1H } }] }`],
  ])('goes on beside %s only when there is something to do', (_, task) => {
    const text = `use: { functions: { f: { wait: PT1H } } }
do: [{ f: { fork: { branches: [{ b: { do: [{ w: { wait: PT1S } }, ${sets('s', 't')}, { u: { wait: PT1H } }] } }, { other: { ${task} } }] } } }]`;
    const untilItWaits = (decisionEventsMax: number) => {
      const driven = new Driven(text, { functions: ['ask'], limits: { decisionEventsMax } }).start();
      const goOn = () => {
        while (driven.state.yielded)
          expect(driven.command({ type: 'execution.continue' })).not.toMatchObject({ facts: [] });
      };
      goOn();
      const event = { specversion: '1.0', id: 'e', source: 'urn:s', type: 't' };
      driven.command({ type: 'event.deliver', event, listeners: listenRows(driven.state) });
      goOn();
      driven.now += 1_000;
      driven.command({ type: 'timers.fire' });
      goOn();
      return driven;
    };
    const whole = untilItWaits(1_000);
    for (let decisionEventsMax = 1; decisionEventsMax <= 15; decisionEventsMax++) {
      const { facts, state } = untilItWaits(decisionEventsMax);
      expect(facts.filter(({ type }) => type !== 'execution.yielded').length).toBe(whole.facts.length);
      expect(Object.keys(state.tasks)).toEqual(Object.keys(whole.state.tasks));
    }
  });
});

describe('an expression', () => {
  const errorOf = (source: string, limits: Partial<Limits>) =>
    drive(`do: [{ a: { set: { x: '\${ ${source} }' } } }]`, { limits }).state.error;

  test.each<[string, Partial<Limits>, string]>([
    ['[range(100)] | length', { expressionStepsMax: 100 }, 'steps'],
    ['def f(n): if n == 0 then 0 else 1 + f(n - 1) end; f(50)', { expressionDepthMax: 50 }, 'deep'],
    ['[range(100)] | length', { valueBytesMax: 100 }, 'more data'],
  ])('%s is an error of its task under %j', (source, limits, why) => {
    expect(errorOf(source, {})).toBeUndefined();
    expect(errorOf(source, limits)).toMatchObject({
      type: expect.stringMatching(/\/expression$/),
      instance: '/do/0/a',
      detail: expect.stringContaining(why),
    });
  });

  test('sees the instant of its decision, in seconds', () => {
    const { state } = drive("do: [{ w: { wait: { milliseconds: 1500 } } }, { a: { set: '${ now }' } }]");
    expect(state.output).toBe((startOfTime + 1_500) / 1_000);
  });
});

describe('an execution whose history is full', () => {
  const chain = `do: [${sets('a', 'b')}]`;
  const facts = drive(chain).state.version;

  test('has ended by then or faults: with as many events as it may have it completes, with one more it does not', () => {
    expect(drive(chain, { limits: { historyEventsMax: facts } }).state.phase).toBe('completed');
    expect(drive(chain, { limits: { historyEventsMax: facts - 1 } }).state.error).toMatchObject({
      status: 500,
      title: 'Runtime error',
      detail: `the execution reached its limit of ${facts - 1} events`,
    });
  });

  test('has ended before its values are as large as they may be, or faults', () => {
    const driven = new Driven(chain);
    const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
    const decided = driven.command({ type: 'execution.start', execution: 'x', definition, input: {} });
    const bytes = decided.type === 'decided' ? decided.bytes : 0;
    expect(bytes).toBeGreaterThan(10);
    expect(drive(chain, { limits: { historyBytesMax: bytes + 1 } }).state.phase).toBe('completed');
    expect(drive(chain, { limits: { historyBytesMax: bytes } }).state.error?.detail).toBe(
      `the execution reached its limit of ${bytes} bytes of values`,
    );
  });

  const places = (text: string) =>
    Array.from({ length: 7 }, (_, index) => {
      const { state } = drive(text, { limits: { historyEventsMax: index + 1 } });
      return state.error?.instance ?? state.phase;
    });

  test('says where: at the task that ended last in the innermost list that was at work, or at the task of that list', () => {
    const inner = '/do/0/o/do/0/i';
    const list = places('do: [{ o: { do: [{ i: { set: { n: 1 } } }] } }]');
    expect(list).toEqual(['/do', '/do/0/o', inner, inner, '/do/0/o', 'completed', 'completed']);
    const [fork, a, b] = ['/do/0/f', '/do/0/f/fork/branches/0/a', '/do/0/f/fork/branches/1/b'];
    const branches = places(`do: [{ f: { fork: { branches: [${sets('a', 'b')}] } } }]`);
    expect(branches).toEqual(['/do', fork, a, a, fork, b, fork]);
  });

  test('says where as the author knows it, also of a task that is extended', () => {
    const before = '/use/extensions/0/x/before';
    const text = `use: { extensions: [{ x: { extend: wait, before: [] } }] }\ndo: [{ a: { wait: PT0S } }, ${set('b')}]`;
    const at = '/do/0/a';
    expect(places(text)).toEqual(['/do', at, before, before, at, at, at]);
  });
});
