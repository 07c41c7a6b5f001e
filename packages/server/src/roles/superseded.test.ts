import type { EffectOutcome } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { hintOf } from '../drivers/postgres/commit-arrays.ts';
import type { Hint, HintListener, Store } from '../ports/store.ts';
import { type Harness, type HarnessOptions, openHarness, step, workflow } from './test-support/harness.ts';

const wait = { wait: { seconds: 60 } };

/** Processes on one store that tells each of what was written, as a database does. */
function together(count: number, options: HarnessOptions, ...each: readonly HarnessOptions[]): Harness[] {
  const listeners = new Set<HintListener>();
  const around = (store: Store): Store => ({
    ...store,
    features: { ...store.features, exclusive: false },
    async commit(entries) {
      const results = await store.commit(entries);
      const hint = hintOf(entries);
      if (hint !== '') for (const listener of listeners) listener(hint.split(' ') as Hint[], false);
      return results;
    },
    hints: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const harnesses: Harness[] = [];
  for (let at = 0; at < count; at++) {
    const shared = harnesses[0] === undefined ? {} : { shared: harnesses[0] };
    harnesses.push(openHarness({ sweepMs: 600_000, ...options, ...each[at], ...shared, around }));
  }
  for (const { runtime } of harnesses) runtime.start();
  return harnesses;
}

const held = ({ runtime }: Harness) => [...(runtime.worker?.inspect() ?? [])].map(({ id }) => id);

describe('a process that holds an execution which another has gone on with', () => {
  it('lets go of it, and keeps what only it has written to', async () => {
    const [one, two] = together(2, {}) as [Harness, Harness];
    await one.advance(10);
    const start = async () =>
      (await one.runtime.engine.start('default', { definition: workflow([wait]) })).execution.id;
    const [mine, theirs] = [await start(), await start()];
    await one.runtime.engine.suspend('default', mine);
    await one.advance(1_000);
    expect(held(one).sort()).toEqual([mine, theirs].sort());
    await two.runtime.engine.suspend('default', theirs);
    await one.advance(1_000);
    expect(held(one)).toEqual([mine]);
    expect(held(two)).toEqual([theirs]);
    expect((await one.runtime.engine.resume('default', theirs)).status).toBe('waiting');
    expect([one.errors, two.errors]).toEqual([[], []]);
  });

  it('ends the deeds of it that are not wanted any more, long before it would renew their leases', async () => {
    let aborted = 0;
    const perform: NonNullable<HarnessOptions['perform']> = (_, { signal }) =>
      new Promise<EffectOutcome>((resolve) =>
        signal.addEventListener('abort', () => {
          aborted += 1;
          resolve({ type: 'completed', output: null });
        }),
      );
    const lone = { roles: ['executor'] } as const;
    for (const options of [
      [{ perform }, {}],
      [{ ...lone, perform }, { roles: ['worker', 'timer'] }],
    ] as const) {
      aborted = 0;
      const [one, two] = together(2, { leaseMs: 3_600_000 }, ...options) as [Harness, Harness];
      await one.advance(10);
      const starter = one.runtime.worker === undefined ? two : one;
      const request = {
        definition: workflow([{ fork: { branches: [{ a: step }, { b: step }] } }]),
        input: { n: 1 },
      };
      const { id } = (await starter.runtime.engine.start('default', request)).execution;
      await one.advance(1_000);
      expect(aborted).toBe(0);
      await two.runtime.engine.cancel('default', id);
      await one.advance(1_000);
      expect(aborted).toBe(2);
      expect([one.errors, two.errors]).toEqual([[], []]);
    }
  });
});

describe('a process that only serves the API', () => {
  const roles = [{ roles: ['api'] }, { roles: ['worker', 'timer', 'executor'] }] as const;
  const asked = ({ calls }: Harness) => calls.filter((name) => name === 'wakeUps').length;

  it('hears from the log that a command was decided: it asks the ledger once', async () => {
    const [api, others] = together(2, {}, ...roles) as [Harness, Harness];
    await api.advance(10);
    const before = api.queue.now;
    const { execution } = await settledWithin(
      api,
      api.runtime.engine.start('default', { definition: workflow([wait]) }),
    );
    expect(execution.status).toBe('waiting');
    expect(api.queue.now - before).toBeLessThan(100);
    expect(asked(api)).toBe(1);
    expect(others.errors).toEqual([]);
  });

  it('hears of one that was decided without facts, of which no commit tells', async () => {
    const [api, others] = together(2, {}, ...roles) as [Harness, Harness];
    await api.advance(10);
    const engine = api.runtime.engine;
    const { id } = (await settledWithin(api, engine.start('default', { definition: workflow([wait]) })))
      .execution;
    await settledWithin(api, engine.suspend('default', id));
    const before = api.queue.now;
    api.calls.length = 0;
    expect((await settledWithin(api, engine.suspend('default', id))).status).toBe('suspended');
    expect(api.queue.now - before).toBeLessThan(100);
    expect(asked(api)).toBeLessThanOrEqual(2);
    expect(others.errors).toEqual([]);
  });
});

/** Lets time pass until it is answered. */
async function settledWithin<T>(harness: Harness, answer: Promise<T>): Promise<T> {
  let isOver = false;
  const over = answer.finally(() => (isOver = true));
  for (let turn = 0; turn < 500 && !isOver; turn++) await harness.advance(5);
  return over;
}
