import { describe, expect, test } from 'vitest';
import type { Command } from '../model/commands.ts';
import { emptyState } from '../model/state.ts';
import { completed, Driven, failed } from '../testing/drive.ts';
import { type Decided, decide } from './decide.ts';

const wait = 'do: [{ w: { wait: { hours: 1 } } }]';
const call = 'do: [{ a: { call: ask } }]';
const asking = { functions: ['ask'] };

function start(driven: Driven): Command {
  const { definition } = driven.state;
  if (definition === null) throw new Error('not started');
  return { type: 'execution.start', execution: 'x', definition, input: {} };
}

/** The members of each fact as it was decided, those that are there but undefined included. */
function membersOf(decided: Decided): string[][] {
  return decided.type === 'decided' ? decided.facts.map((fact) => Object.keys(fact)) : [];
}

describe('an execution that is not there', () => {
  const notFound = { type: 'refused', refusal: { code: 'not-found', message: 'there is no such execution' } };

  test.each<Command>([
    { type: 'effect.complete', effect: 1, outcome: completed(1) },
    { type: 'effect.resolve', effect: 1 },
    { type: 'timers.fire' },
    { type: 'execution.continue' },
    { type: 'execution.cancel' },
    { type: 'execution.suspend' },
    { type: 'execution.resume' },
  ])('$type is refused', (command) => {
    expect(new Driven(wait).command(command)).toEqual(notFound);
  });
});

describe('an execution that is there', () => {
  test('is not started again, and not restored', () => {
    const driven = new Driven(wait).start();
    const refusal = { code: 'already-exists', message: 'an execution with this id exists' };
    expect(driven.command(start(driven))).toEqual({ type: 'refused', refusal });
    const from = { execution: 'old', version: 1 };
    expect(
      driven.command({ type: 'execution.restore', execution: 'x', from, state: driven.state, task: '' }),
    ).toEqual({ type: 'refused', refusal });
  });

  test('that has faulted is not cancelled, and the refusal says how it ended', () => {
    const driven = new Driven(
      "do: [{ r: { raise: { error: { type: 'https://example.com/x', status: 500 } } } }]",
    ).start();
    expect(driven.command({ type: 'execution.cancel' })).toEqual({
      type: 'refused',
      refusal: { code: 'already-ended', message: 'the execution has ended: it is faulted' },
    });
  });

  test('refuses to resolve an effect that nobody waits for, by its number', () => {
    expect(new Driven(call, asking).start().command({ type: 'effect.resolve', effect: 99 })).toEqual({
      type: 'refused',
      refusal: { code: 'not-open', message: 'the effect 99 has its outcome, or nobody waits for it' },
    });
  });
});

describe('what has no effect is accepted without a fact', () => {
  test.each<[string, Command, (driven: Driven) => void]>([
    [
      'a second suspend',
      { type: 'execution.suspend' },
      (driven) => driven.command({ type: 'execution.suspend' }),
    ],
    ['a resume of what runs', { type: 'execution.resume' }, () => {}],
    ['a continue of what did not stop', { type: 'execution.continue' }, () => {}],
    ['timers before their time', { type: 'timers.fire' }, () => {}],
  ])('%s', (_what, command, before) => {
    const driven = new Driven(wait).start();
    before(driven);
    expect(driven.command(command)).toMatchObject({ type: 'decided', facts: [] });
  });

  test('timers whose time comes while suspended', () => {
    const driven = new Driven(`${wait}\ntimeout: { after: { seconds: 5 } }`).start();
    driven.command({ type: 'execution.suspend' });
    driven.now += 10_000;
    expect(driven.command({ type: 'timers.fire' })).toMatchObject({ facts: [] });
    expect(driven.state.phase).toBe('suspended');
  });

  test('a continue while suspended', () => {
    const driven = new Driven("do: [{ f: { for: { in: '[range(30)]' }, do: [{ s: { set: { x: 1 } } }] } }]", {
      limits: { decisionEventsMax: 6 },
    }).start();
    driven.command({ type: 'execution.suspend' });
    expect(driven.command({ type: 'execution.continue' })).toMatchObject({ facts: [] });
  });
});

describe('what is recorded', () => {
  test('a start without input.from and timeout has neither a value nor a deadline', () => {
    const driven = new Driven(wait, { input: { a: 1 } }).start();
    expect(Object.keys(driven.of('execution.started')[0] ?? {})).toEqual(['type', 'definition', 'input']);
  });

  test('an input that its schema refuses is recorded, and faults the execution before any task', () => {
    const driven = new Driven(
      `input: { schema: { document: { type: object, required: [a] } } }\n${wait}`,
    ).start();
    expect(driven.facts.map(({ type }) => type)).toEqual(['execution.started', 'execution.faulted']);
    expect(driven.state.error).toMatchObject({ status: 400, instance: '/input' });
    expect(driven.state.error?.detail).toContain("the workflow's input");
  });

  test("a time limit of the workflow that cannot be computed is the limit's error, not the input's", () => {
    const driven = new Driven(`timeout: { after: '\${ .t }' }\n${wait}`, { input: { t: 'soon' } }).start();
    expect(driven.state.error).toMatchObject({ status: 400, instance: '/timeout' });
  });

  test('a bug while starting is thrown, not recorded as a fault of the workflow', () => {
    const { executable } = new Driven(`timeout: { after: { seconds: 5 } }\n${wait}`);
    let looks = 0;
    const moment = {
      get now() {
        looks += 1;
        // The first look is for the expressions, the second for the deadline.
        if (looks === 2) throw new RangeError('a bug');
        return 0;
      },
      random: () => 0.5,
    };
    const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
    const command = { type: 'execution.start', execution: 'x', definition, input: {} } as const;
    expect(() => decide(emptyState(), command, { execution: 'x', executable, moment })).toThrow('a bug');
  });

  test('a reason stands in the fact only when it was given', () => {
    const driven = new Driven(wait).start();
    expect(membersOf(driven.command({ type: 'execution.suspend' }))).toEqual([['type']]);
    expect(membersOf(driven.command({ type: 'execution.resume', reason: 'go' }))).toEqual([
      ['type', 'reason'],
    ]);
    expect(membersOf(driven.command({ type: 'execution.cancel' })).at(-1)).toEqual(['type']);
  });

  test('the outcome of an effect has pins only when documents were fetched', () => {
    const driven = new Driven(call, asking).start();
    const decided = driven.command({ type: 'effect.complete', effect: 3, outcome: completed(1) });
    expect(membersOf(decided)[0]).toEqual(['type', 'effect', 'output']);
  });

  test('a failure that comes too late is recorded with its error', () => {
    const driven = new Driven(call, asking).start();
    driven.command({ type: 'execution.cancel' });
    const outcome = failed(503);
    driven.command({ type: 'effect.complete', effect: 3, outcome });
    expect(driven.of('effect.abandoned')).toEqual([
      { type: 'effect.abandoned', effect: 3, error: outcome.type === 'failed' ? outcome.error : undefined },
    ]);
  });

  test('an input counts with its size', () => {
    const driven = new Driven(wait);
    const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
    const input = 'x'.repeat(10_000);
    const started = driven.command({ type: 'execution.start', execution: 'x', definition, input });
    expect(started).toMatchObject({ bytes: expect.closeTo(10_000, -3) });
  });

  test('an output counts with its size', () => {
    const driven = new Driven('do: [{ a: { call: ask } }, { w: { wait: { hours: 1 } } }]', asking).start();
    const output = 'x'.repeat(10_000);
    const answered = driven.command({ type: 'effect.complete', effect: 3, outcome: completed(output) });
    expect(answered).toMatchObject({ bytes: expect.closeTo(10_000, -3) });
  });

  test('a state that is restored counts with its size', () => {
    const old = new Driven(wait, { input: 'x'.repeat(10_000) }).start();
    const from = { execution: 'old', version: old.state.version };
    const restored = new Driven(wait).command({
      type: 'execution.restore',
      execution: 'x',
      from,
      state: old.state,
      task: '/do/0/w',
    });
    expect(restored.type === 'decided' && restored.bytes).toBeGreaterThanOrEqual(10_000);
  });
});
