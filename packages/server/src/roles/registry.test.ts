import { describe, expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import { forgottenMs, type Registry, silentMs, startRegistry } from './registry.ts';
import { openHarness, workflow } from './test-support/harness.ts';

const shared = (store: Store): Store => ({ ...store, features: { ...store.features, exclusive: false } });

function open() {
  const harness = openHarness();
  const missing: string[] = [];
  const { world, errors } = harness;
  let writes = 0;
  const counting = (store: Store): Store => ({
    ...store,
    putDocument: (...asked) => {
      writes++;
      return store.putDocument(...asked);
    },
  });
  const start = (
    id: string,
    on: Store = shared(counting(harness.store)),
    roles: readonly string[] = ['worker'],
  ): Registry =>
    startRegistry({
      ...{ world, store: on, onError: (error) => void errors.push(error) },
      self: {
        ...{ id, version: '1.2.3', factSchema: 1, roles, host: 'h', pid: 1 },
        startedAt: new Date(world.now()).toISOString(),
      },
      load: () => ({ executionsInMemory: 1, effectsRunning: 2, effectsMax: 3, lagMs: 4 }),
      onMissing: (names) => void missing.push(`${id}: ${names.join()}`),
    });
  /** What a process that was killed leaves: beats that fail from now on. */
  const startMortal = (id: string) => {
    let alive = true;
    const store = shared(harness.store);
    const put: Store['putDocument'] = (...asked) =>
      alive ? store.putDocument(...asked) : Promise.reject(new Error('dead'));
    start(id, { ...store, putDocument: put });
    return () => {
      alive = false;
    };
  };
  const seenBy = async (registry: Registry) =>
    (await registry.nodes()).map(({ id, state }) => `${id} ${state}`);
  return { ...harness, start, startMortal, seenBy, missing, writes: () => writes };
}

describe('the registry of nodes', () => {
  it('shows each process to the others, with its load, and one that leaves is gone', async () => {
    const { start, seenBy, advance, errors } = open();
    const one = start('one');
    await advance(10);
    const two = start('two');
    await advance(10);
    expect(await seenBy(one)).toEqual(['one running', 'two running']);
    expect((await one.nodes())[1]).toMatchObject({
      ...{ version: '1.2.3', factSchema: 1, roles: ['worker'] },
      load: { executionsInMemory: 1, effectsRunning: 2, effectsMax: 3, lagMs: 4 },
    });
    await two.drain();
    expect(await seenBy(one)).toEqual(['one running', 'two draining']);
    await two.close();
    expect(await seenBy(one)).toEqual(['one running']);
    await advance(60_000);
    expect(await seenBy(one)).toEqual(['one running']);
    expect(errors).toEqual([]);
  });

  it('one that falls silent is shown as silent, then forgotten, and its document goes', async () => {
    const { start, startMortal, seenBy, advance, store } = open();
    const kill = startMortal('mortal');
    const one = start('one');
    await advance(6_000);
    kill();
    await advance(silentMs - 6_000);
    expect(await seenBy(one)).toEqual(['mortal running', 'one running']);
    await advance(6_000);
    expect(await seenBy(one)).toEqual(['mortal silent', 'one running']);
    await advance(forgottenMs);
    expect(await seenBy(one)).toEqual(['one running']);
    await advance(forgottenMs);
    expect((await store.documents('default', 'nodes', { rowsMax: 9 })).rows.map(({ key }) => key)).toEqual([
      'one',
    ]);
  });

  it('writes every five seconds, and not at all where the process is alone', async () => {
    const { start, advance, store, writes, seenBy } = open();
    start('one');
    await advance(100_000);
    expect(writes()).toBeGreaterThan(18);
    expect(writes()).toBeLessThan(23);
    const alone = start('alone', store);
    await advance(20_000);
    expect(await seenBy(alone)).toEqual(['alone running']);
    expect((await store.documents('default', 'nodes', { rowsMax: 9 })).rows).toHaveLength(1);
  });
});

describe('a role that no process has', () => {
  const most = ['worker', 'executor', 'timer'];

  it('is told once when it was missing for half a minute, and again when a process with it is there', async () => {
    const { start, advance, missing, store, errors } = open();
    start('one', shared(store), most);
    await advance(29_000);
    expect(missing).toEqual([]);
    await advance(2_000);
    expect(missing).toEqual(['one: events']);
    await advance(120_000);
    expect(missing).toEqual(['one: events']);
    const matching = start('two', shared(store), ['events']);
    await advance(35_000);
    expect(missing).toEqual(['one: events', 'one: ']);
    await matching.drain();
    await matching.close();
    await advance(65_000);
    expect(missing).toEqual(['one: events', 'one: ', 'one: events']);
    expect(errors).toEqual([]);
  });

  it('is nothing to tell while processes start one after the other, or one is replaced', async () => {
    const { start, advance, missing, store } = open();
    start('one', shared(store), most);
    await advance(20_000);
    const two = start('two', shared(store), ['events']);
    await advance(35_000);
    await two.close();
    await advance(10_000);
    start('three', shared(store), ['events']);
    await advance(60_000);
    expect(missing).toEqual([]);
  });

  it('is told at once where no other process can come', () => {
    const { start, missing, store } = open();
    start('alone', store, most);
    start('whole', store, [...most, 'events']);
    expect(missing).toEqual(['alone: events']);
  });
});

describe('a process that drains', () => {
  it('gives back its timers due when they were, and others fire them without waiting for its leases', async () => {
    const first = openHarness({ around: shared, leaseMs: 600_000 });
    first.runtime.start();
    const definition = workflow([{ wait: { seconds: 30 } }]);
    const started = await Promise.all(
      Array.from({ length: 3 }, () => first.runtime.engine.start('default', { definition })),
    );
    await first.advance(1_000);
    await first.runtime.drain();
    const second = openHarness({ around: shared, shared: first, leaseMs: 600_000, sweepMs: 1_000 });
    second.runtime.start();
    await second.advance(28_000);
    const statuses = async () =>
      Promise.all(
        started.map(async ({ execution: { id } }) => (await first.store.execution('default', id))?.status),
      );
    expect(await statuses()).toEqual(['waiting', 'waiting', 'waiting']);
    await second.advance(3_000);
    expect(await statuses()).toEqual(['completed', 'completed', 'completed']);
    expect([...first.errors, ...second.errors]).toEqual([]);
  });
});
