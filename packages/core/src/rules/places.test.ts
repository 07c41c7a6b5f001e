import { describe, expect, it } from 'vitest';
import { ledgerChanges, noRows, ownRows } from '../projections/ledger.ts';
import { phaseOf } from '../projections/phase.ts';
import { type Driven, drive, startOfTime } from '../testing/drive.ts';

const flow = 'do: [{ s: { set: { x: 1 } } }]';

function waiting(text = flow): Driven {
  return drive(text, { needsPlace: true });
}

describe('an execution of a workflow whose executions are limited in number', () => {
  it('is recorded at its start, pending, and runs nothing until it has a place', () => {
    const run = waiting();
    expect(run.facts.map(({ type }) => type)).toEqual(['execution.started', 'place.requested']);
    expect(phaseOf(run.state)).toBe('pending');
    run.command({ type: 'place.grant' });
    expect(run.state).toMatchObject({ phase: 'completed', output: { x: 1 } });
  });

  it('asks the ledger for a place, keeps it while it runs, and gives it back at its end', () => {
    const run = drive('do: [{ w: { wait: { seconds: 1 } } }]', { needsPlace: true });
    const waits = ownRows(run.state);
    expect(ledgerChanges(noRows, run.state, run.facts, 1, [])).toEqual([
      { type: 'place', since: startOfTime, resumed: 0, held: false },
    ]);
    run.now += 5;
    run.command({ type: 'place.grant' });
    const held = ownRows(run.state);
    expect(ledgerChanges(waits, run.state, run.commits[1]?.facts ?? [], 3, [])).toContainEqual({
      type: 'place',
      since: startOfTime,
      resumed: 0,
      held: true,
    });
    run.run();
    expect(ledgerChanges(held, run.state, run.commits[2]?.facts ?? [], 6, [])).toContainEqual({
      type: 'remove',
      row: 'place',
    });
  });

  it('can be cancelled while it waits, and leaves no row', () => {
    const run = waiting();
    const before = ownRows(run.state);
    run.command({ type: 'execution.cancel' });
    expect(run.state.phase).toBe('cancelled');
    expect(ledgerChanges(before, run.state, run.commits[1]?.facts ?? [], 3, [])).toEqual([
      { type: 'remove', row: 'place' },
    ]);
  });

  it('lets others go before it while it is suspended, and takes its old place in the line when it is resumed', () => {
    const run = waiting();
    run.now += 10;
    run.command({ type: 'execution.suspend' });
    const held = ownRows(run.state);
    expect(held).toMatchObject({ approval: true, place: null });
    run.command({ type: 'place.grant' });
    expect(phaseOf(run.state)).toBe('suspended');
    run.command({ type: 'execution.resume' });
    expect(run.facts.at(-1)?.type).toBe('execution.resumed');
    expect(ledgerChanges(held, run.state, run.commits.at(-1)?.facts ?? [], 4, [])).toContainEqual({
      type: 'place',
      since: startOfTime,
      resumed: 4,
      held: false,
    });
  });

  it('is not given the place that it was about to get when it was suspended: others have it', () => {
    const run = waiting();
    run.command({ type: 'execution.suspend' });
    run.command({ type: 'execution.resume' });
    expect(run.command({ type: 'place.grant', resumed: 0 })).toMatchObject({ type: 'decided', facts: [] });
    expect(phaseOf(run.state)).toBe('pending');
    run.command({ type: 'place.grant', resumed: 4 });
    expect(run.state.phase).toBe('completed');
  });

  it('that goes on from another finds its clocks where they stood when it asked for its place', () => {
    const text = `timeout: { after: PT9H }
do:
  - f:
      fork:
        branches:
          - w: { wait: PT1H, timeout: { after: PT2H } }
          - t: { try: [{ r: { raise: { error: { type: 'https://example.com/e', status: 418 } } } }], catch: { retry: { delay: PT3H, limit: { attempt: { count: 2 } } } } }
          - c: { call: ask }`;
    const old = drive(text, { functions: ['ask'], begins: false }).start();
    const run = drive(text, { functions: ['ask'], begins: false, needsPlace: true });
    const from = { execution: 'old', version: old.state.version };
    const state = structuredClone(old.state);
    run.command({ type: 'execution.restore', execution: 'x', from, state, task: '' });
    expect(run.state.place).toEqual({ since: startOfTime });
    run.now += 5_000;
    run.command({ type: 'place.grant' });
    const hour = 3_600_000;
    const at = '/do/0/f/fork/branches/';
    expect(run.state.tasks).toMatchObject({
      [`${at}0/w`]: { due: startOfTime + hour + 5_000, deadline: startOfTime + 2 * hour + 5_000 },
      [`${at}1/t`]: { due: startOfTime + 3 * hour + 5_000 },
    });
    for (const task of [run.state.tasks['/do/0/f'], run.state.tasks[`${at}2/c`]])
      for (const clock of ['due', 'deadline']) expect(task).not.toHaveProperty(clock);
    expect(run.state).toMatchObject({ due: startOfTime + hour + 5_000, deadline: startOfTime + 9 * hour });
  });

  it('is not begun by a timer, and its timeout strikes while it waits', () => {
    const run = waiting(`timeout: { after: { seconds: 2 } }
do: [{ s: { set: { x: 1 } } }]`);
    expect(run.state).toMatchObject({ phase: 'faulted', error: { title: 'Timeout' } });
    expect(run.now).toBe(startOfTime + 2_000);
  });

  it('has a place once, whoever grants it', () => {
    const run = drive('do: [{ w: { wait: { seconds: 1 } } }]', { needsPlace: true });
    run.command({ type: 'place.grant' });
    expect(run.command({ type: 'place.grant' })).toMatchObject({ type: 'decided', facts: [] });
  });

  it('needs none when its input is refused', () => {
    const run = drive(
      `input: { schema: { document: { type: object, required: [n] } } }
do: [{ s: { set: { x: 1 } } }]`,
      { needsPlace: true },
    );
    expect(run.state.phase).toBe('faulted');
    expect(run.of('place.requested')).toEqual([]);
  });
});
