import { expect, test } from 'vitest';
import type { StartExecution } from '../model/commands.ts';
import { Driven } from '../testing/drive.ts';
import { listenRows } from './listening.ts';

const large = '${ "x" * 5000 }';
const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
const start: StartExecution = { type: 'execution.start', execution: 'x', definition, input: {} };

function bytesOf(text: string, command = start): number {
  const decided = new Driven(text, { functions: ['ask'] }).command(command);
  if (decided.type === 'refused') throw new Error(decided.refusal.message);
  return decided.bytes;
}

const task = (body: string) => `do: [{ a: { ${body} } }]`;
const run = "run: { workflow: { namespace: default, name: other, version: '1.0.0'";

test.each([
  ['what `set` yields', task(`set: { v: '${large}' }`)],
  ['what a function is asked', task(`call: ask, with: { v: '${large}' }`)],
  [
    'what a request sends',
    task(`call: http, with: { method: post, endpoint: 'https://example.com', body: '${large}' }`),
  ],
  [
    'what a function of the definition is given',
    `use: { functions: { f: { wait: PT1H } } }\n${task(`call: f, with: { v: '${large}' }`)}`,
  ],
  ['an event that is emitted', task(`emit: { event: { with: { type: t, data: '${large}' } } }`)],
  ['the items of a loop', task(`for: { in: '\${ ["x" * 5000] }' }, do: [{ w: { wait: PT1H } }]`)],
  ['the input of a child', task(`${run}, input: { v: '${large}' } } }`)],
  [
    'what an event is correlated by',
    task(
      `listen: { to: { one: { with: { type: t }, correlate: { v: { from: .data, expect: '${large}' } } } } }`,
    ),
  ],
  ['the input of the workflow', `input: { from: '${large}' }\n${task('wait: PT1H')}`],
  ['the input of a task', task(`input: { from: '${large}' }, wait: PT1H`)],
  ['the output of a task', task(`output: { as: '${large}' }, wait: PT0S`)],
  ['what a task exports', task(`export: { as: '${large}' }, wait: PT0S`)],
  ['the output of the workflow', `output: { as: '${large}' }\n${task('wait: PT0S')}`],
])('%s counts towards the limits by its size, and once', (_, text) => {
  const bytes = bytesOf(text);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(9_000);
});

test('the input that a child is given of its task counts once more, as it is recorded once more', () => {
  const bytes = bytesOf(task(`${run} } }`), { ...start, input: { v: 'x'.repeat(5_000) } });
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(14_000);
});

test('what a call and a child yield counts, and once', () => {
  const output = 'x'.repeat(5_000);
  const outcome = { type: 'completed', output } as const;
  for (const [text, command] of [
    [task('call: ask'), { type: 'effect.complete', effect: 3, outcome }],
    [task(`${run} } }`), { type: 'child.complete', child: 3, outcome }],
  ] as const) {
    const decided = new Driven(text, { functions: ['ask'] }).start().command(command);
    if (decided.type === 'refused') throw new Error(decided.refusal.message);
    expect(decided.facts.at(-1)).toMatchObject({ type: 'execution.completed' });
    expect(decided.bytes).toBeGreaterThan(5_000);
    expect(decided.bytes).toBeLessThan(9_000);
  }
});

test.each([
  ['yields', `do: [{ s: { set: { v: '${large}' } } }]`],
  ['yields', `output: { as: '${large}' }`],
  ['exports', `export: { as: '${large}' }`],
])('what an iteration for an event %s counts, and once: %s', (_, each) => {
  const listens = `listen: { to: { any: [], until: 'false' } }, foreach: { ${each} }`;
  const driven = new Driven(task(listens)).start();
  const [listener] = listenRows(driven.state);
  if (listener === undefined) throw new Error('the task listens');
  const decided = driven.command({
    type: 'event.deliver',
    event: { specversion: '1.0', id: 'i', source: 'urn:s', type: 't' },
    listeners: [{ version: listener.version, filter: listener.filter }],
  });
  if (decided.type === 'refused') throw new Error(decided.refusal.message);
  expect(driven.of('iteration.completed')).toHaveLength(1);
  expect(decided.bytes).toBeGreaterThan(5_000);
  expect(decided.bytes).toBeLessThan(9_000);
});

test('the input of the workflow counts once, and a value that was counted is not counted when it is passed on', () => {
  const input = { v: 'x'.repeat(5_000) };
  const bytes = bytesOf('do: [{ a: { wait: PT0S } }, { b: { do: [{ c: { wait: PT0S } }] } }]', {
    ...start,
    input,
  });
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(9_000);
});
