import type { Fact } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { rowsOf, summaries } from './rows.ts';
import { eventsOf } from './run.fixture.ts';
import { emptyRun, foldEvent, type Run } from './run.ts';

const definition = { namespace: 'test', name: 'one', version: '1.0.0', digest: 'sha256:0' };

function runOf(facts: readonly Fact[]): Run {
  const run = emptyRun();
  const started: Fact = { type: 'execution.started', definition, input: null };
  for (const event of eventsOf([started, ...facts])) foldEvent(run, event);
  return run;
}

function rowsAfter(facts: readonly Fact[]): readonly string[] {
  const run = runOf(facts);
  return rowsOf(run, new Set()).map(({ task, depth }) => `${depth} ${task.name} ${task.status}`);
}

describe('an extended task', () => {
  const around = (extensions: readonly number[]): Fact => ({
    ...{ type: 'task.started', kind: 'extended', task: '/do/0/pay/extended' },
    extensions,
  });
  const itself: Fact = {
    type: 'task.started',
    kind: 'call',
    task: '/do/0/pay',
    parent: '/do/0/pay/extended',
  };
  const refused = { type: 'about:refused', status: 400 };

  it('is one row where no extension concerns it', () => {
    expect(rowsAfter([around([])])).toEqual(['0 pay running']);
    expect(rowsAfter([around([]), itself])).toEqual(['0 pay running']);
  });

  it('is two where what is around it fails alone', () => {
    expect(
      rowsAfter([
        around([]),
        itself,
        { type: 'task.completed', task: '/do/0/pay' },
        { type: 'task.faulted', task: '/do/0/pay/extended', error: refused },
      ]),
    ).toEqual(['0 pay faulted', '1 pay completed']);
  });

  it.each(['extended', '0', 'do'])('goes by its name, also where that is %s', (name) => {
    const task = `/do/0/${name}`;
    expect(
      rowsAfter([
        { type: 'task.started', kind: 'set', task },
        { type: 'task.completed', task },
        { type: 'task.started', kind: 'extended', task: `${task}/extended`, extensions: [] },
      ]),
    ).toEqual([`0 ${name} completed`, `0 ${name} running`]);
  });

  it('is on the graph what the task in it is, also where that was not entered', () => {
    const skipped: Fact = { type: 'task.skipped', kind: 'extended', task: '/do/1/ship/extended' };
    const run = runOf([
      around([]),
      itself,
      { type: 'task.completed', task: '/do/0/pay' },
      { type: 'task.completed', task: '/do/0/pay/extended' },
      skipped,
    ]);
    expect(Object.fromEntries(summaries(run))).toEqual({
      '/do/0/pay': { status: 'completed', visits: 1 },
      '/do/1/ship': { status: 'skipped', visits: 1 },
    });
    expect([...run.transitions]).toEqual([['/do/0/pay→/do/1/ship', 1]]);
  });

  it('stands among the tasks of the extensions that concern it', () => {
    const before = '/use/extensions/0/log/before';
    expect(
      rowsAfter([
        around([0]),
        { type: 'task.started', kind: 'extension', task: before, parent: '/do/0/pay/extended' },
        { type: 'task.completed', task: before, passes: true },
        itself,
      ]),
    ).toEqual(['0 pay running', '1 before completed', '1 pay running']);
  });
});
