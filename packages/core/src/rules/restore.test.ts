/** The state that an execution goes on from when another's is tried again. */
import { describe, expect, test } from 'vitest';
import type { EffectRequested } from '../model/facts.ts';
import type { ExecutionState } from '../model/state.ts';
import { completed, Driven, failed } from '../testing/drive.ts';
import { fold } from './evolve.ts';
import { restoredState } from './restore.ts';

const hour = 3_600_000;
const options = { functions: ['ask'] };
const started = (text: string, more = {}) => new Driven(text, { ...options, ...more }).start();

/** Restored `later` after the last fact of the other. */
const restored = ({ state }: Driven, faulted = '', later = 0): ExecutionState =>
  restoredState(state, faulted, state.at + later);

/** The version of the last effect that was asked for. */
const asked = (driven: Driven) => driven.facts.findLastIndex(({ type }) => type === 'effect.requested') + 1;

describe('a restored state', () => {
  test('has the clocks of the other one, as far from now as they were from its last fact', () => {
    const driven = started(`timeout: { after: { hours: 4 } }
do:
  - f:
      fork:
        branches:
          - w: { wait: { hours: 1 }, timeout: { after: { hours: 2 } } }
          - t: { try: [{ a: { call: ask } }], catch: { retry: { delay: { hours: 3 } } } }
          - none: { call: ask }`);
    const [effect] = Object.keys(driven.state.effects).map(Number);
    driven.now += 1_000;
    driven.command({ type: 'effect.complete', effect: effect as number, outcome: failed(503) });
    const before = structuredClone(driven.state);
    const state = restored(driven, '', 7 * hour);
    const at = '/do/0/f/fork/branches/';
    expect(state.deadline).toBe((before.deadline ?? 0) + 7 * hour);
    expect(state.tasks).toMatchObject({
      [`${at}0/w`]: { due: driven.now - 1_000 + 8 * hour, deadline: driven.now - 1_000 + 9 * hour },
      [`${at}1/t`]: { stage: 'delayed', due: driven.now + 10 * hour },
    });
    expect(state.tasks['/do/0/f']).not.toHaveProperty('deadline');
    expect(state.tasks[`${at}2/none`]).not.toHaveProperty('due');
    expect(restored(started('do: [{ w: { call: ask } }]'), '', hour)).not.toHaveProperty('deadline');
    expect(driven.state).toEqual(before);
  });

  test('gives no clock to a task that had none, and no number to one that does not listen yet', () => {
    const tried = started('do: [{ t: { try: [{ a: { call: ask } }], catch: {} } }]');
    expect(restored(tried, '', hour).tasks['/do/0/t']).not.toHaveProperty('due');
    const limits = { decisionEventsMax: 2 };
    const listen = started('do: [{ l: { listen: { to: { one: { with: { type: x } } } } } }]', { limits });
    expect(listen.state.tasks['/do/0/l']).not.toHaveProperty('since');
    expect(restored(listen, '', hour).tasks['/do/0/l']).not.toHaveProperty('since');
  });

  test('counts a call that was made before as often as it was, and one that was not made yet not at all', () => {
    const { state } = started(
      'do: [{ t: { try: [{ a: { call: ask } }], catch: { retry: { limit: { attempt: { count: 3 } } } } } }]',
    );
    const key = '/do/0/t/try/0/a';
    const calls = (asks: boolean): unknown => {
      const before = structuredClone(state);
      const [task, call] = [before.tasks['/do/0/t'], before.tasks[key]];
      if (task?.kind !== 'try' || call?.kind !== 'call') throw new Error('a try around a call');
      task.calls[key] = 2;
      if (!asks) delete call.effect;
      return restoredState(before, '', before.at).tasks['/do/0/t'];
    };
    expect(calls(true)).toMatchObject({ calls: { [key]: 1 } });
    expect(calls(false)).toMatchObject({ calls: { [key]: 2 } });
  });

  test('is nobody’s child and no run of a schedule, and waits for nothing of the other one', () => {
    const state: ExecutionState = {
      ...started('do: [{ a: { call: ask } }]').state,
      parent: { execution: 'p', version: 3, depth: 1 } as never,
      cause: { schedule: 's' } as never,
      place: { since: 1, held: true },
      children: { 3: { task: '/do/0/a' } },
    };
    const next = restoredState(state, '', state.at);
    for (const gone of ['parent', 'cause', 'place', 'children']) expect(next).not.toHaveProperty(gone);
    expect(next.effects).toEqual({});
  });

  test('asks anew for a deed that is under way or was answered, and counts it once', () => {
    const text = (more: string) =>
      `do: [{ t: { try: [{ a: { call: ask${more} } }], catch: { retry: { limit: { attempt: { count: 3 } } } } } }]`;
    const key = '/do/0/t/try/0/a';
    const driven = started(text(''));
    expect(driven.state.tasks['/do/0/t']).toMatchObject({ calls: { [key]: 1 } });
    expect(restored(driven).tasks['/do/0/t']).toMatchObject({ calls: { [key]: 0 }, unknown: {} });
    expect(restored(driven).tasks[key]).not.toHaveProperty('effect');

    driven.command({ type: 'effect.complete', effect: asked(driven), outcome: failed(503, true) });
    driven.now = driven.state.due ?? driven.now;
    driven.command({ type: 'timers.fire' });
    const again = Object.keys(driven.state.tasks).at(-1) as string;
    expect(driven.state.tasks[again]).toMatchObject({ keyOf: expect.any(Number) });
    expect(restored(driven).tasks[again]).not.toHaveProperty('keyOf');
  });

  test('has neither the answer nor the error of a call, whose input it holds again', () => {
    for (const outcome of [completed(7), failed(500)]) {
      const driven = started('do: [{ a: { call: ask } }]', { input: { k: 1 } });
      driven.command({ type: 'execution.suspend' });
      driven.command({ type: 'effect.complete', effect: asked(driven), outcome });
      expect(driven.state.tasks['/do/0/a']).toHaveProperty('answered');
      const task = restored(driven).tasks['/do/0/a'];
      for (const gone of ['answered', 'error', 'effect']) expect(task).not.toHaveProperty(gone);
      expect(task).toMatchObject({ value: { k: 1 } });
    }
  });

  test('keeps what a function of the definition was given, and how far it has come', () => {
    const driven = started(
      'use: { functions: { f: { do: [{ a: { set: { n: 1 } } }, { w: { wait: PT1H } }] } } }\ndo: [{ c: { call: f, with: { v: 2 } } }]',
    );
    expect(restored(driven).tasks['/do/0/c']).toEqual(driven.state.tasks['/do/0/c']);
  });

  test('runs a child of its own, whatever became of the other’s', () => {
    const text = "do: [{ r: { run: { workflow: { namespace: default, name: w, version: '1.0.0' } } } }]";
    for (const outcome of [
      { type: 'completed', output: 7 } as const,
      { type: 'faulted', error: { type: 'https://example.com/e', status: 500 } } as const,
    ]) {
      const driven = started(text, { input: { k: 1 } });
      driven.command({ type: 'execution.suspend' });
      driven.command({ type: 'child.complete', child: driven.state.version - 1, outcome });
      expect(driven.state.tasks['/do/0/r']).toHaveProperty('answered');
      const task = restored(driven).tasks['/do/0/r'];
      for (const gone of ['child', 'answered', 'error', 'detached']) expect(task).not.toHaveProperty(gone);
      expect(task).toMatchObject({ value: { k: 1 } });
    }
    const detached = started(text.replace("'1.0.0' }", "'1.0.0' }, await: false"));
    expect(detached.state.tasks['/do/0/r']).toHaveProperty('detached');
    expect(restored(detached).tasks['/do/0/r']).not.toHaveProperty('detached');
  });

  test('begins its count of rounds anew, when there was one', () => {
    const driven = started('do: [{ a: { set: { n: 1 } } }, { b: { call: ask } }]');
    expect(restored(driven)).not.toHaveProperty('jumps');
    expect(restoredState({ ...driven.state, jumps: 3 }, '', driven.now).jumps).toBe(0);
  });

  test('numbers what it listens by below its own facts', () => {
    const driven = started('do: [{ l: { listen: { to: { one: { with: { type: x } } } } } }]');
    const task = driven.state.tasks['/do/0/l'];
    const since = task?.kind === 'listen' ? (task.since ?? 0) : 0;
    expect(since).toBeGreaterThan(0);
    expect(restored(driven).tasks['/do/0/l']).toMatchObject({ since: since - driven.state.version - 1 });
    expect(since - driven.state.version - 1).toBeLessThan(0);
  });
});

describe('the task at fault of a restored state', () => {
  const text = `do:
  - f:
      fork:
        branches:
          - a: { wait: PT1H }
          - b: { do: [{ c: { do: [{ d: { wait: PT1H } }] } }] }`;
  const [fork, a, b] = ['/do/0/f', '/do/0/f/fork/branches/0/a', '/do/0/f/fork/branches/1/b'];

  test('is taken out with all that ran inside it, and is the branch that is started again', () => {
    const state = restored(started(text), b);
    expect(Object.keys(state.tasks)).toEqual([fork, a]);
    expect(state.tasks[fork]).toMatchObject({ live: 1, again: [1] });
    expect(restored(started(text), a).tasks[fork]).toMatchObject({ live: 1, again: [0] });
  });

  test('runs again as a branch, beside the others that went on, and the fork ends with all of them', () => {
    const old = started(text);
    const next = new Driven(text, { ...options, input: { k: 1 } });
    next.now = old.now;
    const from = { execution: 'old', version: old.state.version };
    next.command({
      type: 'execution.restore',
      execution: 'x',
      from,
      state: structuredClone(old.state),
      task: b,
    });
    expect(next.of('task.started').map(({ task }) => task)).toEqual([b, `${b}/do/0/c`, `${b}/do/0/c/do/0/d`]);
    expect(next.of('task.started')[0]).toMatchObject({ branch: 1, visit: 2 });
    expect(next.run().state).toMatchObject({ phase: 'completed', output: [{}, {}] });
  });

  test('is the next of the list that it stood in', () => {
    const inner = restored(started(text), `${b}/do/0/c`);
    expect(Object.keys(inner.tasks)).toEqual([fork, a, b]);
    expect(inner.tasks[b]).toMatchObject({ live: 0, next: `${b}/do/0/c` });
    const outer = restored(started(text), fork);
    expect(outer).toMatchObject({ tasks: {}, main: { live: 0, next: fork } });
  });

  test.each([
    ['a list', 'do: [LIST]', ''],
    ['a loop', "for: { in: '[1]' }, do: [LIST]", ''],
    ['a branch', 'fork: { branches: [{ b: { do: [LIST] } }] }', ''],
    ['an attempt', 'try: [LIST], catch: { when: $error.status == 418 }', ''],
    [
      'a handler',
      "try: [{ r: { raise: { error: { type: 'https://example.com/e', status: 418 } } } }], catch: { do: [LIST] }",
      '',
    ],
    ['a function', 'call: f', 'use: { functions: { f: { do: [LIST] } } }\n'],
    ['a function that it is itself', 'call: f', 'use: { functions: { f: { call: ask, with: { n: 7 } } } }\n'],
    ['an extension', 'wait: PT0S', 'use: { extensions: [{ x: { extend: wait, before: [LIST] } }] }\n'],
    ['the tasks for an event', 'listen: { to: { one: { with: { type: t } } } }, foreach: { do: [LIST] }', ''],
  ])('is asked anew where it stands in %s, and all around it goes on to its end', (_, around, header) => {
    const list =
      '{ before: { set: { n: 1 } } }, { ask: { call: ask, with: { n: 7 } } }, { after: { set: { n: 2 } } }';
    const text = `${header}do: [{ outer: { ${around} } }, { last: { set: { done: true } } }]`.replace(
      'LIST',
      list,
    );
    const old = new Driven(text, { ...options, answer: () => failed(500) }).start();
    if (text.includes('listen')) old.publish({ type: 't' });
    old.run();
    expect(old.state.phase).toBe('faulted');
    const { task } = old.of('effect.requested')[0] as EffectRequested;
    const at = old.facts.findIndex((fact) => fact.type === 'task.faulted' && fact.task === task);
    const state = fold([{ time: old.now, facts: old.facts.slice(0, at) }]);
    const next = new Driven(text, { ...options, answer: () => completed(1) });
    next.command({
      type: 'execution.restore',
      execution: 'x',
      from: { execution: 'old', version: state.version },
      state,
      task,
    });
    expect(next.run().state).toMatchObject({ phase: 'completed', output: { done: true } });
    expect(next.of('effect.requested').map((fact) => fact.task)).toEqual([task]);
  });
});
