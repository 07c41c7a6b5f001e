import type { Fact } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { largeOf } from './large-values.ts';
import { eventsOf } from './run.fixture.ts';
import { createRunStore, reasonOf } from './run-store.ts';

const definition = { namespace: 'test', name: 'one', version: '1.0.0', digest: 'sha256:0' };
const ask = { task: '/do/0/ask' };
const asked: readonly Fact[] = [
  { type: 'execution.started', definition, input: { a: 1 } },
  { type: 'task.started', kind: 'call', ...ask },
  { type: 'effect.requested', ...ask, request: { type: 'function', name: 'ask', input: null } },
];

describe('what people do to an execution', () => {
  it('the reason of a suspension is shown until it is resumed, and at its moment ever after', () => {
    const store = storeOf([
      ...asked,
      { type: 'execution.suspended', reason: 'lunch' },
      { type: 'execution.resumed', reason: 'back' },
    ]);
    expect(reasonOf(store.get())).toBeUndefined();
    store.lookAt(4);
    expect(reasonOf(store.get())).toBe('lunch');
  });

  it('the reason of a cancel stays', () => {
    expect(reasonOf(storeOf([...asked, { type: 'execution.cancelled', reason: 'wrong name' }]).get())).toBe(
      'wrong name',
    );
  });

  it('an effect in doubt tells what somebody said became of it, and why', () => {
    const { run } = storeOf([
      ...asked,
      { type: 'effect.resolved', effect: 3, as: 'done', reason: 'seen at the bank' },
      { type: 'effect.completed', effect: 3, output: 5 },
    ]).get();
    const task = run.tasks.get('/do/0/ask');
    expect(task?.deeds).toMatchObject([
      { outcome: 'completed', resolved: { as: 'done', reason: 'seen at the bank' } },
    ]);
    expect(task?.versions).toEqual([2, 3, 4, 5]);
  });

  it('a value of which only the beginning came is known as such wherever the fold keeps it', () => {
    const part = { preview: '[1', bytes: 70_000, href: '/api/v1/executions/x/input' };
    const events = eventsOf([{ type: 'execution.started', definition, input: { ...part } }]);
    const store = createRunStore((callback) => callback());
    store.append(events.map((event) => ({ ...event, large: ['/input'] })));
    expect(largeOf(store.get().run.state.input)).toEqual(part);
  });
});

function storeOf(facts: readonly Fact[]) {
  const store = createRunStore((callback) => callback());
  store.append(eventsOf(facts));
  return store;
}
