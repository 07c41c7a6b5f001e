import type { EffectOutcome, EffectRequest } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { MillraceError } from '../errors.ts';
import type { EffectContext } from '../ports/performer.ts';
import type { Store } from '../ports/store.ts';
import { Executor } from './executor.ts';
import { type Harness, type HarnessOptions, openHarness, step, workflow } from './test-support/harness.ts';

const away = () => new MillraceError('unavailable', 'the store is away', { reason: 'lost' });
const done: EffectOutcome = { type: 'completed', output: { n: 1 } };

/** A process whose deeds take `ms`, or never end when the signal does not end them. */
function opened(ms: number, options: HarnessOptions = {}): Harness & { contexts: EffectContext[] } {
  const contexts: EffectContext[] = [];
  const perform = (_: EffectRequest, context: EffectContext): Promise<EffectOutcome> => {
    contexts.push(context);
    return new Promise((resolve) => harness.world.after(ms, () => resolve(done)));
  };
  const harness = openHarness({ leaseMs: 900, sweepMs: 200, perform, ...options });
  return Object.assign(harness, { contexts });
}

async function started(harness: Harness, tasks = [step]): Promise<string> {
  harness.runtime.start();
  const { execution } = await harness.runtime.engine.start('default', {
    definition: workflow(tasks),
    input: { n: 1 },
  });
  return execution.id;
}

const status = async (harness: Harness, id: string) =>
  (await harness.runtime.engine.execution('default', id)).status;

describe('an executor', () => {
  it('keeps the lease of a deed that takes longer than its term', async () => {
    const harness = opened(5_000);
    const id = await started(harness);
    await harness.advance(4_900);
    expect(harness.contexts).toHaveLength(1);
    expect(harness.calls.filter((name) => name === 'renew').length).toBeGreaterThan(10);
    await harness.advance(200);
    expect(await status(harness, id)).toBe('completed');
  });

  it.each([
    ['', step, 1_500],
    [
      ', though its lease has lapsed meanwhile, where it must not be repeated',
      { ...step, metadata: { unsafe: true } },
      4_000,
    ],
  ])(
    'keeps an outcome while the store is away, and records it when it is back%s',
    async (_, task, awayMs) => {
      let isAway = false;
      const around = (store: Store): Store => ({
        ...store,
        commit: (entries) => (isAway ? Promise.reject(away()) : store.commit(entries)),
        renew: (...asked) => (isAway ? Promise.reject(away()) : store.renew(...asked)),
        claim: (request) => (isAway ? Promise.reject(away()) : store.claim(request)),
      });
      const harness = opened(100, { around, leaseMs: 3_000 });
      const id = await started(harness, [task]);
      isAway = true;
      await harness.advance(awayMs);
      expect(harness.contexts).toHaveLength(1);
      isAway = false;
      await harness.advance(2_000);
      expect(await status(harness, id)).toBe('completed');
      expect(harness.contexts).toHaveLength(1);
    },
  );

  it('aborts a deed whose lease is lost', async () => {
    const harness = opened(5_000);
    const id = await started(harness);
    await harness.advance(100);
    harness.queue.jump(10_000);
    await harness.store.claim({ kinds: ['effect'], owner: 'another', leaseMs: 60_000, rowsMax: 10 });
    await harness.advance(400);
    expect(harness.contexts.map(({ signal }) => signal.aborted)).toEqual([true]);
    await harness.advance(10_000);
    expect(await status(harness, id)).toBe('running');
  });

  it('aborts the deeds of an execution that is cancelled, and records nothing for them', async () => {
    const harness = opened(5_000);
    const id = await started(harness);
    await harness.runtime.engine.cancel('default', id);
    expect(harness.contexts.map(({ signal }) => signal.aborted)).toEqual([true]);
    await harness.advance(10_000);
    const facts = (await harness.runtime.engine.events('default', id, {})).rows.map(({ fact }) => fact.type);
    expect(facts.at(-1)).toBe('execution.cancelled');
  });

  it('does the deeds of an execution under the key of the fact that asked for them', async () => {
    const harness = opened(10);
    const id = await started(harness);
    expect(harness.contexts[0]).toMatchObject({
      effect: `${id}/3`,
      idempotencyKey: `default/${id}/3`,
      taskPointer: '/do/0/t0',
    });
  });

  it('gives back what it did not end when it stops, for another to do at once', async () => {
    const harness = opened(5_000);
    const id = await started(harness);
    const stopped = harness.runtime.stop(100);
    await harness.advance(200);
    await stopped;
    expect(await harness.store.wakeUps('default', id)).toMatchObject([{ kind: 'effect', lease: null }]);
    const other = opened(10, { shared: harness });
    other.runtime.start();
    await harness.advance(100);
    expect(await status(other, id)).toBe('completed');
    expect(other.contexts[0]?.idempotencyKey).toBe(harness.contexts[0]?.idempotencyKey);
  });

  it('does not give back a deed that must not be repeated', async () => {
    const harness = opened(5_000);
    const id = await started(harness, [{ ...step, metadata: { unsafe: true } }]);
    const stopped = harness.runtime.stop(100);
    await harness.advance(200);
    await stopped;
    const other = opened(10, { shared: harness });
    other.runtime.start();
    await harness.advance(10_000);
    expect(other.contexts).toEqual([]);
    expect(await harness.store.wakeUps('default', id)).toMatchObject([{ kind: 'effect', doubt: true }]);
  });

  it('waits for the deeds under way when it stops', async () => {
    const harness = opened(50);
    const id = await started(harness);
    const stopped = harness.runtime.stop(1_000);
    await harness.advance(100);
    await stopped;
    expect(await status(harness, id)).toBe('completed');
  });

  it('gives no place to a new effect while others wait that found none', async () => {
    const { world, store, advance } = openHarness();
    const blobs = openMemoryBlobs();
    const door = { isRemote: false, submit: async () => undefined, tell: () => {} };
    const rest = { performer: { perform: () => done }, wants: () => true, onError: () => {} };
    const options = { node: 'a', leaseMs: 1_000, effectsMax: 1, sweepMs: 200 };
    const executor = new Executor({ world, store, blobs, door, ...rest, ...options });
    expect([executor.reserve(), executor.reserve()]).toEqual([true, false]);
    executor.unreserve(1);
    expect(executor.reserve()).toBe(false);
    executor.start();
    await advance(10);
    expect(executor.reserve()).toBe(true);
    await executor.stop(0);
  });

  it('never does more deeds at once than it has places', async () => {
    const running = { now: 0, most: 0 };
    const harness = openHarness({
      effectsMax: 3,
      sweepMs: 50,
      perform: () => {
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        return new Promise((resolve) =>
          harness.world.after(30, () => {
            running.now -= 1;
            resolve(done);
          }),
        );
      },
    });
    harness.runtime.start();
    const starts = Array.from({ length: 20 }, () => started(harness));
    await harness.advance(2_000);
    for (const id of await Promise.all(starts)) expect(await status(harness, id)).toBe('completed');
    expect(running.most).toBe(3);
  });

  /** A fork of twenty calls, where three are done at once. */
  const wide = { fork: { branches: Array.from({ length: 20 }, (_, n) => ({ [`b${n}`]: step })) } };

  it('reads no log for the effects that it had no place for, and does each once', async () => {
    const harness = opened(30, { effectsMax: 3, sweepMs: 50, leaseMs: 30_000 });
    const id = await started(harness, [wide]);
    await harness.advance(1_000);
    expect(await status(harness, id)).toBe('completed');
    expect(new Set(harness.contexts.map(({ effect }) => effect)).size).toBe(20);
    expect(harness.contexts).toHaveLength(20);
    expect(harness.calls).not.toContain('renew');
    expect(harness.calls.filter((name) => name === 'read')).toEqual([]);
  });

  it('reads a commit once for all effects of it that it claims from another process', async () => {
    const deciding = openHarness({ roles: ['api', 'worker'], sweepMs: 50 });
    const id = await started(deciding, [wide]);
    const reads: (number | undefined)[] = [];
    const other = opened(10, {
      shared: deciding,
      leaseMs: 30_000,
      around: (store) => ({
        ...store,
        read(tenant, stream, query) {
          if (stream === id) reads.push(query?.fromVersion);
          return store.read(tenant, stream, query);
        },
      }),
      roles: ['executor'],
    });
    other.runtime.start();
    await other.advance(1_000);
    expect(other.contexts).toHaveLength(20);
    expect(reads).toHaveLength(1);
    expect(other.calls.filter((name) => name === 'renew')).toHaveLength(1);
  });

  it('gives back at once what it claimed and could not read', async () => {
    const deciding = openHarness({ roles: ['api', 'worker'], sweepMs: 50 });
    const id = await started(deciding, [wide]);
    let fails = true;
    const other = opened(10, {
      shared: deciding,
      leaseMs: 30_000,
      sweepMs: 300,
      around: (store) => ({
        ...store,
        read: (tenant, stream, query) =>
          fails && stream === id
            ? Promise.reject(new Error('no reads now'))
            : store.read(tenant, stream, query),
      }),
      roles: ['executor'],
    });
    other.runtime.start();
    await other.advance(100);
    expect(other.errors.map(String)).toEqual(['Error: no reads now']);
    expect((await deciding.store.wakeUps('default', id)).map(({ lease }) => lease)).toEqual(
      Array(20).fill(null),
    );
    fails = false;
    await other.advance(2_000);
    expect(other.contexts).toHaveLength(20);
    expect(await status(deciding, id)).toBe('completed');
  });

  it('does not begin what was cancelled while it waited for a place', async () => {
    const harness = opened(100, { effectsMax: 3, sweepMs: 50, leaseMs: 30_000 });
    const id = await started(harness, [wide]);
    await harness.advance(10);
    await harness.runtime.engine.cancel('default', id);
    await harness.advance(2_000);
    expect(harness.contexts).toHaveLength(3);
  });
});
