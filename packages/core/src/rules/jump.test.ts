import { expect, test } from 'vitest';
import { completed, Driven, drive } from '../testing/drive.ts';
import { fold } from './evolve.ts';

const round = 'do: [{ a: { set: { n: 1 }, then: b } }, { b: { set: { n: 2 }, then: a } }]';

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `{ t${index}: { set: { n: ${index} } } }`).join(', ');

test('tasks that go round with no call and no wait fault at the limit, with what and where', () => {
  const { state, of } = drive(round, { limits: { jumpsMax: 20 } });
  expect(state.phase).toBe('faulted');
  expect(state.error).toMatchObject({ instance: '/do/0/a', detail: expect.stringContaining('20 times') });
  expect(of.call(drive(round, { limits: { jumpsMax: 20 } }), 'task.started')).toHaveLength(42);
});

test('by default that happens long before the history is full', () => {
  // In one decision: holding each against the whole log would take the time.
  const { state } = drive(round, { limits: { decisionEventsMax: 1_000_000 } });
  expect(state).toMatchObject({ phase: 'faulted', error: { instance: '/do/0/a' } });
  expect(state.version).toBeLessThan(100_000);
});

test('a task that leads to itself is such a round, and so is one inside another task', () => {
  const self = drive('do: [{ a: { set: { n: 1 }, then: a } }]', { limits: { jumpsMax: 5 } });
  expect(self.state.error?.instance).toBe('/do/0/a');
  const inner = drive(`do: [{ outer: { ${round} } }]`, { limits: { jumpsMax: 5 } });
  expect(inner.state.error?.instance).toBe('/do/0/outer/do/0/a');
});

test('a wait or the outcome of a call begins the count anew, so polling goes on for as long as it has to', () => {
  const polling = `do:
  - ask: { call: ask }
  - done: { switch: [{ yes: { when: '\${ . >= 30 }', then: end } }, { no: { then: rest } }] }
  - rest: { wait: { seconds: 1 }, then: ask }`;
  let asked = 0;
  const driven = drive(polling, {
    functions: ['ask'],
    answer: () => completed(++asked),
    limits: { jumpsMax: 2 },
  });
  expect(driven.state).toMatchObject({ phase: 'completed', output: 30 });
});

test('jumps forwards and loops over items are no rounds', () => {
  const loop =
    'do: [{ each: { for: { in: "${ [range(50)] }" }, do: [{ s: { set: { n: 1 }, then: t } }, { t: { set: { n: 2 } } }] } }]';
  expect(drive(loop, { limits: { jumpsMax: 1 } }).state.phase).toBe('completed');
});

test.each([
  ['far down a list', (last: string) => `do: [${many(11)}, { again: { ${last} } }]`, 't10'],
  [
    'within another task',
    (last: string) => `do: [${many(3)}, { outer: { do: [${many(1)}, { again: { ${last} } }] } }]`,
    't0',
  ],
  ['to itself', (last: string) => `do: [{ again: { ${last} } }]`, 'again'],
  [
    'in an attempt',
    (last: string) => `do: [{ t: { try: [${many(1)}, { again: { ${last} } }], catch: {} } }]`,
    't0',
  ],
  [
    'of a task with a number for its name',
    (last: string) => `do: [{ '7': { set: { n: 0 } } }, { '1': { ${last} } }]`,
    "'7'",
  ],
])('a round %s is one, and a way on of the same tasks is none', (_, text, back) => {
  const limits = { jumpsMax: 3, historyEventsMax: 1_000 };
  const led = (then: string) => drive(text(`set: { n: 1 }, then: ${then}`), { limits }).state;
  expect(led(back).error?.detail).toContain('led backwards 3 times');
  expect(led('continue')).toMatchObject({ phase: 'completed' });
  expect(led('continue').jumps).toBeUndefined();
});

test('a way past tasks is none, however far and often', () => {
  const past = `do: [{ a: { set: { n: 1 }, then: t10 } }, ${many(12)}]`;
  const { state } = drive(`do: [{ l: { for: { in: '[1, 2, 3]' }, ${past} } }]`, { limits: { jumpsMax: 1 } });
  expect(state.phase).toBe('completed');
  expect(state.jumps).toBeUndefined();
});

test('an execution that is tried again after such a fault may go round as often again', () => {
  const limits = { jumpsMax: 3 };
  const first = drive(round, { limits });
  const facts = first.facts.filter(({ type }) => type !== 'execution.faulted');
  const state = fold([{ time: first.now, facts }]);
  expect(state.jumps).toBe(3);
  const second = new Driven(round, { limits });
  const from = { execution: 'x', version: state.version };
  second.command({ type: 'execution.restore', execution: 'y', from, state, task: '', reason: 'once more' });
  expect(second.of('execution.restored')[0]?.reason).toBe('once more');
  expect(second.state).toMatchObject({ phase: 'faulted', jumps: 3 });
  expect(second.of('task.started')).toHaveLength(6);
});
