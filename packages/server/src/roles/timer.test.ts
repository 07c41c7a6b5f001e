import { describe, expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import type { HintListener, Store } from '../ports/store.ts';
import { openHarness, workflow } from './test-support/harness.ts';

const wait = (milliseconds: number) => workflow([{ wait: { milliseconds } }]);

const documentOf = (name: string) => ({ dsl: '1.0.3', namespace: 'tests', name, version: '1.0.0' });

describe('a timer', () => {
  it('fires when it is due, not a millisecond before', async () => {
    const { runtime, advance } = openHarness();
    runtime.start();
    const { execution } = await runtime.engine.start('default', { definition: wait(5_000) });
    await advance(4_999);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('waiting');
    await advance(2);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('completed');
  });

  it('waits longer than the 2^31 ms that timers of a clock can', async () => {
    const { runtime, advance } = openHarness({ sweepMs: 86_400_000 * 20, leaseMs: 2 ** 30 });
    runtime.start();
    const ms = 2 ** 31 + 5_000;
    const { execution } = await runtime.engine.start('default', { definition: wait(ms) });
    await advance(ms - 1);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('waiting');
    await advance(2);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('completed');
  });

  it('reads no store to fire what its own process has set', async () => {
    const { runtime, advance, calls } = openHarness({ sweepMs: 600_000 });
    runtime.start();
    await runtime.engine.start('default', { definition: wait(5_000) });
    await advance(10);
    calls.length = 0;
    await advance(6_000);
    expect(calls).toEqual(['commit']);
  });

  it('that could not be fired while the store was away fires as soon as the store tells of anything', async () => {
    let isAway = false;
    let tell: HintListener = () => {};
    const around = (store: Store): Store => ({
      ...store,
      commit: (entries) =>
        isAway ? Promise.reject(new MillraceError('unavailable', 'away')) : store.commit(entries),
      hints(listener) {
        tell = listener;
        return () => {};
      },
    });
    const { runtime, advance } = openHarness({ sweepMs: 60_000, around });
    runtime.start();
    const { execution } = await runtime.engine.start('default', { definition: wait(1_000) });
    isAway = true;
    await advance(5_000);
    isAway = false;
    tell(['timer'], false);
    await advance(10);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('completed');
  });

  it('of a schedule that an error of ours keeps from going on is tried after pauses that grow, and told of once', async () => {
    let tries = 0;
    let isBroken = false;
    const around = (store: Store): Store => ({
      ...store,
      async document(...asked: Parameters<Store['document']>) {
        if (!isBroken || asked[1] !== 'schedules' || asked[2] !== 'tests/broken')
          return store.document(...asked);
        tries += 1;
        throw new Error('broken rule: no record');
      },
    });
    const { runtime, advance, errors } = openHarness({ sweepMs: 1_000, around });
    runtime.start();
    const every = { schedule: { every: { seconds: 1 } } };
    for (const name of ['broken', 'other'])
      await runtime.engine.deploy(
        'default',
        JSON.stringify({ ...wait(1), ...every, document: documentOf(name) }),
      );
    await advance(100);
    isBroken = true;
    await advance(600_000);
    // After 1, 2, 4, 8 and 16 s, then every 30 s and when its lease lapses; every second were 600.
    expect(tries).toBeLessThan(40);
    expect(errors.map(String)).toEqual(['Error: broken rule: no record']);
    const runsOf = async (name: string) =>
      (await runtime.engine.executions('default', { workflow: `tests/${name}`, limit: 1_000 })).rows.length;
    expect(await runsOf('other')).toBe(600);
    isBroken = false;
    await advance(60_000);
    expect(await runsOf('broken')).toBeGreaterThan(0);
  });

  it('of a process that ended is fired by another one', async () => {
    const harness = openHarness({ leaseMs: 1_000 });
    const { execution } = await harness.runtime.engine.start('default', { definition: wait(3_000) });
    await harness.runtime.stop(0);
    const other = openHarness({ shared: harness, leaseMs: 1_000, sweepMs: 100 });
    other.runtime.start();
    await harness.advance(3_500);
    expect((await other.runtime.engine.execution('default', execution.id)).status).toBe('waiting');
    await harness.advance(1_000);
    expect((await other.runtime.engine.execution('default', execution.id)).status).toBe('completed');
  });

  it('is held while its execution is suspended, and fires when that is resumed', async () => {
    const { runtime, advance } = openHarness();
    runtime.start();
    const { execution } = await runtime.engine.start('default', { definition: wait(1_000) });
    await runtime.engine.suspend('default', execution.id);
    await advance(5_000);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('suspended');
    expect((await runtime.engine.resume('default', execution.id)).status).toBe('completed');
  });
});
