import { defaultLimits, type Limits } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { CommitResult, Store } from '../ports/store.ts';
import { openHarness, step, workflow } from './test-support/harness.ts';

const set = { set: { n: '${ .n + 1 }' } };
const wait = { wait: { seconds: 60 } };
const shared = (store: Store): Store => ({ ...store, features: { ...store.features, exclusive: false } });

describe('a worker', () => {
  it('decides again on what is stored when another process won the version', async () => {
    const one = openHarness({ around: shared });
    const two = openHarness({ around: shared, shared: one });
    const { execution } = await one.runtime.engine.start('default', { definition: workflow([wait]) });
    await two.runtime.engine.suspend('default', execution.id);
    const view = await one.runtime.engine.cancel('default', execution.id);
    expect(view.status).toBe('cancelled');
    const facts = (await one.runtime.engine.events('default', execution.id, {})).rows.map(
      ({ fact }) => fact.type,
    );
    expect(facts.slice(-3)).toEqual(['execution.suspended', 'task.cancelled', 'execution.cancelled']);
  });

  it('asserts the version before an answer without facts, so that a stale state says nothing', async () => {
    const one = openHarness({ around: shared });
    const two = openHarness({ around: shared, shared: one });
    const { id } = (await one.runtime.engine.start('default', { definition: workflow([wait]) })).execution;
    await one.runtime.engine.suspend('default', id);
    await two.runtime.engine.resume('default', id);
    // In the memory of the first it is suspended, and nothing is left to do.
    expect((await one.runtime.engine.suspend('default', id)).status).toBe('suspended');
    expect((await one.store.execution('default', id))?.status).toBe('suspended');
    const facts = (await one.runtime.engine.events('default', id, {})).rows.map(({ fact }) => fact.type);
    expect(facts.filter((type) => type === 'execution.suspended')).toHaveLength(2);
  });

  it('starts an execution once, whichever process is asked', async () => {
    const one = openHarness({ around: shared });
    const two = openHarness({ around: shared, shared: one });
    const request = { definition: workflow([wait]), id: 'same' };
    const answers = await Promise.allSettled(
      [one, two].map(({ runtime }) => runtime.engine.start('default', request)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'conflict' },
    });
  });

  it('answers for what is durable, and not for what was decided meanwhile', async () => {
    const held: (() => void)[] = [];
    const around = (store: Store): Store => ({
      ...store,
      commit: (entries) =>
        new Promise<readonly CommitResult[]>((resolve) => held.push(() => resolve(store.commit(entries)))),
    });
    const { runtime, advance } = openHarness({ around });
    const started = runtime.engine.start('default', { definition: workflow([wait]), id: 'e' });
    await advance(1);
    const suspended = runtime.engine.suspend('default', 'e');
    await advance(1);
    expect(held).toHaveLength(2);
    held[0]?.();
    expect((await started).execution).toMatchObject({ status: 'waiting', version: 3 });
    held[1]?.();
    expect(await suspended).toMatchObject({ status: 'suspended', version: 4 });
  });

  it('asks the store for the next commit before the one before is durable', async () => {
    const { runtime, groups } = openHarness();
    await runtime.engine.start('default', { definition: workflow([wait]), id: 'e' });
    groups.length = 0;
    const asked = [
      runtime.engine.suspend('default', 'e'),
      runtime.engine.resume('default', 'e'),
      runtime.engine.cancel('default', 'e'),
    ];
    await Promise.resolve();
    expect(groups.flat().map((entry) => entry.after?.version)).toEqual([3, 4, 5]);
    await Promise.all(asked);
  });

  it('goes on by itself after a decision that reached its bound, with the same result', async () => {
    const limits: Limits = { ...defaultLimits, decisionEventsMax: 3 };
    const { runtime, groups, advance } = openHarness({ limits });
    const tasks = Array.from({ length: 10 }, () => set);
    const { execution } = await runtime.engine.start('default', {
      definition: workflow(tasks),
      input: { n: 0 },
    });
    await advance(100);
    expect(groups.length).toBeGreaterThan(5);
    expect(await runtime.engine.execution('default', execution.id)).toMatchObject({
      status: 'completed',
      output: { n: 10 },
    });
  });

  it('accepts a result twice, and records it once', async () => {
    const { runtime, advance } = openHarness();
    const { execution } = await runtime.engine.start('default', {
      definition: workflow([step]),
      input: { n: 3 },
    });
    await advance(10);
    const outcome = { type: 'completed', output: { n: 99 } } as const;
    const again = await runtime.worker?.submit('default', execution.id, {
      type: 'effect.complete',
      effect: 3,
      outcome,
    });
    expect(again).toMatchObject({ type: 'done', facts: 0 });
    expect(await runtime.engine.execution('default', execution.id)).toMatchObject({ output: { n: 3 } });
  });

  it('keeps no more executions in memory than it may, and loads the others when they move', async () => {
    const { runtime } = openHarness({ executionsMax: 5 });
    const ids = Array.from({ length: 20 }, (_, index) => `e${index}`);
    for (const id of ids) await runtime.engine.start('default', { definition: workflow([wait]), id });
    expect(runtime.worker?.executionsInMemory).toBeLessThanOrEqual(6);
    for (const id of ids) expect((await runtime.engine.cancel('default', id)).status).toBe('cancelled');
  });

  it('keeps no more in memory than its states may take together, and reads the others when they are asked for', async () => {
    const { runtime } = openHarness({ liveBytesMax: 4 * 1024 * 1024 });
    const input = { text: 'x'.repeat(1024 * 1024) };
    for (let index = 0; index < 20; index++)
      await runtime.engine.start('default', { definition: workflow([wait]), id: `e${index}`, input });
    expect(runtime.stats().executions_in_memory).toBeLessThanOrEqual(4);
    expect((await runtime.engine.execution('default', 'e0')).status).toBe('waiting');
  });

  it('counts what an execution records, in memory at every moment or not', async () => {
    const limits: Limits = { ...defaultLimits, historyBytesMax: 20_000 };
    const { runtime, advance } = openHarness({ limits, executionsMax: 1 });
    const text = { set: { n: '${ (.n // 0) + 1 }', text: '${ "x" * 1000 }' } };
    const definition = workflow([text, { wait: { seconds: 1 }, then: 't0' }]);
    for (const id of ['a', 'b', 'c']) await runtime.engine.start('default', { definition, id });
    for (let turn = 0; turn < 60; turn++) await advance(1_000);
    for (const id of ['a', 'b', 'c'])
      expect(await runtime.engine.execution('default', id)).toMatchObject({
        status: 'faulted',
        error: { detail: expect.stringContaining('20000 bytes of values') },
      });
  });

  it('takes a burst of more starts than it may keep in memory', async () => {
    const { runtime } = openHarness({ executionsMax: 5 });
    const definition = workflow([wait]);
    const starts = Array.from({ length: 50 }, (_, index) =>
      runtime.engine.start('default', { definition, id: `e${index}` }),
    );
    const ended = await Promise.all(starts);
    expect(ended.map(({ execution }) => execution.status)).toEqual(
      Array.from({ length: 50 }, () => 'waiting'),
    );
  });
});
