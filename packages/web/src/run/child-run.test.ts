import type { Fact } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { eventsOf } from './run.fixture.ts';
import { runAt } from './run.ts';
import { explain } from './wake-up.ts';

const definition = { namespace: 'shop', name: 'pay', version: '1.0.0', digest: 'sha256:1' };
const workflow = { namespace: 'shop', name: 'pay' };
const task = '/do/0/a';
const error = { type: 'about:broke', status: 500, instance: '/do/7/elsewhere' };

const begin: readonly Fact[] = [
  { type: 'execution.started', definition, input: {} },
  { type: 'task.started', kind: 'run', task },
  { type: 'child.requested', task, workflow, input: {} },
];
const resolved: Fact = { type: 'child.resolved', child: 3, definition };

function runsAfter(...facts: readonly Fact[]) {
  const events = eventsOf([...begin, ...facts]);
  return runAt(events, events.length).tasks.get(task)?.runs;
}

describe('a task that runs a workflow', () => {
  it('names its child by the id that it has, and what it runs once that is known', () => {
    expect(runsAfter()).toMatchObject([{ id: 'x~3', workflow, outcome: 'open' }]);
    expect(runsAfter()?.[0]).not.toHaveProperty('definition');
    expect(runsAfter(resolved)).toMatchObject([{ definition, outcome: 'open' }]);
  });

  it('is told of where its execution waits for the child, with what that is', () => {
    const row = { id: 'x/child-3', kind: 'child', attempt: 0, unsafe: false, doubt: false } as const;
    const told = (...facts: readonly Fact[]) => {
      const events = eventsOf([...begin, ...facts]);
      return explain({ ...row, due: '9999-12-31T23:59:59Z' }, runAt(events, events.length), 0).reason;
    };
    expect(told()).toMatchObject({ type: 'child', task: { name: 'a' }, child: { workflow } });
    expect(told(resolved)).toMatchObject({ child: { id: 'x~3', definition } });
  });

  it.each<readonly [string, readonly Fact[]]>([
    ['completed', [resolved, { type: 'child.completed', child: 3, output: 1 }]],
    ['faulted', [resolved, { type: 'child.faulted', child: 3, error }]],
    ['cancelled', [resolved, { type: 'child.cancelled', child: 3, error }]],
    ['cancelled', [resolved, { type: 'child.revoked', child: 3, resolved: 4 }]],
  ])('says that its child is %s', (outcome, facts) => {
    expect(runsAfter(...facts)).toMatchObject([{ outcome }]);
  });

  it('that does not wait says so', () => {
    const events = eventsOf([
      ...begin.slice(0, 2),
      { type: 'child.requested', task, workflow, input: {}, detached: true },
      resolved,
    ]);
    expect(runAt(events, 4).tasks.get(task)?.runs).toMatchObject([{ outcome: 'left' }]);
  });
});
