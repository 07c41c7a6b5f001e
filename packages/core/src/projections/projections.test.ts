import { describe, expect, test } from 'vitest';
import { fold } from '../rules/evolve.ts';
import { completed, Driven, drive, failed } from '../testing/drive.ts';
import { ledgerChanges, noRows, ownRows } from './ledger.ts';
import { lifecycleEvents } from './lifecycle.ts';
import { phaseOf } from './phase.ts';

const asking = { functions: ['ask'] };

describe('lifecycle events', () => {
  test('a run shows every phase of the workflow and its tasks, under ids that name their facts', () => {
    const driven = drive(
      `do:
  - t: { try: [{ a: { call: ask } }], catch: { retry: { limit: { attempt: { count: 2 } } } } }
  - b: { set: { got: '\${ . }' } }`,
      { ...asking, answer: (_, effect) => (effect < 6 ? failed(503) : completed(7)) },
    );
    const events = [...lifecycleEvents('x', driven.commits)];
    expect(
      events.map(({ type, data }) =>
        `${type.slice('io.serverlessworkflow.'.length, -3)} ${data.task ?? ''}`.trim(),
      ),
    ).toEqual([
      'workflow.started',
      'task.created /do/0/t',
      'task.started /do/0/t',
      'task.created /do/0/t/try/0/a',
      'task.started /do/0/t/try/0/a',
      'task.faulted /do/0/t/try/0/a',
      'task.retried /do/0/t',
      'task.created /do/0/t/try/0/a',
      'task.started /do/0/t/try/0/a',
      'task.completed /do/0/t/try/0/a',
      'task.completed /do/0/t',
      'task.created /do/1/b',
      'task.started /do/1/b',
      'task.completed /do/1/b',
      'workflow.completed',
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.map(({ id }) => id)).toContain('x/2.0');
    expect(events.at(-1)).toMatchObject({
      specversion: '1.0',
      source: '/default/test/1.0.0',
      subject: 'x',
      data: { name: 'test-x.default', output: { got: 7 } },
    });
  });

  test('an output that the log leaves out is there in the event', () => {
    const events = [
      ...lifecycleEvents('x', drive('do: [{ w: { wait: { seconds: 1 } } }]', { input: { k: 1 } }).commits),
    ];
    expect(events.find(({ type }) => type.includes('task.completed'))?.data.output).toEqual({ k: 1 });
  });

  test('a skipped task has no events', () => {
    const { commits } = drive("do: [{ a: { if: 'false', set: { x: 1 } } }]");
    const types = [...lifecycleEvents('x', commits)].map(({ type }) => type);
    expect(types).toEqual([
      'io.serverlessworkflow.workflow.started.v1',
      'io.serverlessworkflow.workflow.completed.v1',
    ]);
  });

  test('a task with extensions is one task, and what a try does again is told of it', () => {
    const { commits } = drive(
      "use: { extensions: [{ x: { extend: all, before: [{ b: { set: { y: 1 } } }] } }] }\ndo: [{ t: { try: [{ r: { raise: { error: { type: 'https://example.com/x', status: 500 } } } }], catch: { retry: { limit: { attempt: { count: 2 } } }, do: [] } } }]",
    );
    const told = [...lifecycleEvents('x', commits)]
      .map(({ type, data }) => [type.slice('io.serverlessworkflow.'.length, -3), data.task])
      .filter(
        ([, task]) =>
          task === '/do/0/t' || String(task).endsWith('/before') || String(task).endsWith('/extended'),
      );
    expect(told).toEqual([
      ['task.created', '/do/0/t'],
      ['task.started', '/do/0/t'],
      ['task.retried', '/do/0/t'],
      ['task.completed', '/do/0/t'],
    ]);
  });

  test('a function with extensions is told of by its own pointer', () => {
    const { commits } = drive(
      'use: { extensions: [{ x: { extend: set, before: [{ b: { set: { y: 1 } } }] } }], functions: { f: { set: { z: 1 } } } }\ndo: [{ t: { call: f } }]',
    );
    const told = [...lifecycleEvents('x', commits)]
      .map(({ type, data }) => [type.slice('io.serverlessworkflow.'.length, -3), data.task])
      .filter(([, task]) => String(task).startsWith('/use/functions'));
    expect(told).toEqual([
      ['task.created', '/use/functions/f'],
      ['task.started', '/use/functions/f'],
      ['task.completed', '/use/functions/f'],
    ]);
  });

  test('each task of an execution that is tried again begins before it ends, also what was around the fault', () => {
    const text = 'do: [{ around: { do: [{ ok: { set: { x: 1 } } }, { a: { call: ask } }] } }]';
    const first = drive(text, { ...asking, answer: () => failed(500) });
    const isEnd = (type: string) => type === 'task.faulted' || type === 'execution.faulted';
    const state = fold([{ time: first.now, facts: first.facts.filter(({ type }) => !isEnd(type)) }]);
    const driven = new Driven(text, { ...asking, answer: () => completed(1) });
    const from = { execution: 'x', version: state.version };
    driven.command({ type: 'execution.restore', execution: 'y', from, state, task: '/do/0/around/do/1/a' });
    driven.run();
    const told = [...lifecycleEvents('y', driven.commits)];
    expect(
      told.map(({ type, data }) => [type.slice('io.serverlessworkflow.'.length, -3), data.task]),
    ).toEqual([
      ['workflow.started', undefined],
      ['task.created', '/do/0/around'],
      ['task.started', '/do/0/around'],
      ['task.created', '/do/0/around/do/1/a'],
      ['task.started', '/do/0/around/do/1/a'],
      ['task.completed', '/do/0/around/do/1/a'],
      ['task.completed', '/do/0/around'],
      ['workflow.completed', undefined],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  test('tasks that have started are suspended and resumed with their execution', () => {
    const driven = new Driven(
      'do: [{ a: { set: { x: 1 } } }, { b: { do: [{ c: { wait: { hours: 1 } } }] } }]',
    ).start();
    driven.command({ type: 'execution.suspend' });
    driven.command({ type: 'execution.resume' });
    const told = [...lifecycleEvents('x', driven.commits)]
      .filter(({ type }) => /(suspended|resumed)/.test(type))
      .map(({ type, data, id }) => [type.slice('io.serverlessworkflow.'.length, -3), data.task, id]);
    expect(told).toEqual([
      ['workflow.suspended', undefined, 'x/7.0'],
      ['task.suspended', '/do/1/b', 'x/7.1'],
      ['task.suspended', '/do/1/b/do/0/c', 'x/7.2'],
      ['workflow.resumed', undefined, 'x/8.0'],
      ['task.resumed', '/do/1/b', 'x/8.1'],
      ['task.resumed', '/do/1/b/do/0/c', 'x/8.2'],
    ]);
  });

  test('suspending, resuming, cancelling and faulting are said', () => {
    const driven = new Driven('do: [{ w: { wait: { hours: 1 } } }]').start();
    driven.command({ type: 'execution.suspend' });
    driven.command({ type: 'execution.resume' });
    driven.command({ type: 'execution.cancel' });
    const faulted = drive(
      "do: [{ r: { raise: { error: { type: 'https://example.com/x', status: 500 } } } }]",
    );
    const types = [...lifecycleEvents('x', driven.commits), ...lifecycleEvents('y', faulted.commits)].map(
      ({ type }) => type,
    );
    for (const phase of [
      'workflow.suspended',
      'workflow.resumed',
      'task.cancelled',
      'workflow.cancelled',
      'task.faulted',
      'workflow.faulted',
    ]) {
      expect(types).toContain(`io.serverlessworkflow.${phase}.v1`);
    }
  });
});

describe('the wake-up ledger', () => {
  test('an effect that is asked for and revoked in one decision leaves no row', () => {
    const driven = new Driven(
      `do:
  - f: { fork: { compete: true, branches: [{ a: { call: ask } }, { b: { set: { x: 1 } } }] } }`,
      asking,
    );
    driven.start();
    expect(driven.of('effect.requested')).toHaveLength(1);
    expect(ledgerChanges(noRows, driven.state, driven.facts, 1, [5])).toEqual([]);
  });

  test('an effect has a row from its request to its answer, a timer only its earliest instant', () => {
    const driven = new Driven(
      'do: [{ a: { call: ask, timeout: { after: { seconds: 5 } } } }]\ntimeout: { after: { minutes: 1 } }',
      asking,
    ).start();
    const asked = ledgerChanges(noRows, driven.state, driven.facts, 1, []);
    expect(asked).toEqual([
      { type: 'effect', version: 3, fact: driven.facts[2] },
      { type: 'timer', due: driven.now + 5_000 },
    ]);
    const rows = ownRows(driven.state);
    driven.command({ type: 'effect.complete', effect: 3, outcome: completed(1) });
    expect(ledgerChanges(rows, driven.state, driven.facts.slice(3), 4, [])).toEqual([
      { type: 'remove', row: 3 },
      { type: 'remove', row: 'timer' },
    ]);
  });

  test('a suspended execution waits for a person, and its timer comes back when it is resumed', () => {
    const driven = new Driven('do: [{ w: { wait: { hours: 1 } } }]').start();
    const running = ownRows(driven.state);
    driven.command({ type: 'execution.suspend' });
    const suspended = ownRows(driven.state);
    expect([running, suspended]).toMatchObject([
      { due: expect.any(Number), approval: false },
      { due: null, approval: true },
    ]);
    driven.command({ type: 'execution.resume' });
    expect(ownRows(driven.state)).toEqual(running);
  });
});

describe('the phase', () => {
  test('an execution waits when all that it waits for is time', () => {
    const wait = new Driven('do: [{ w: { wait: { hours: 1 } } }]').start();
    expect(phaseOf(wait.state)).toBe('waiting');
    const both = new Driven(
      'do: [{ f: { fork: { branches: [{ w: { wait: { hours: 1 } } }, { a: { call: ask } }] } } }]',
      asking,
    ).start();
    expect(phaseOf(both.state)).toBe('running');
    wait.command({ type: 'execution.suspend' });
    expect(phaseOf(wait.state)).toBe('suspended');
  });
});
