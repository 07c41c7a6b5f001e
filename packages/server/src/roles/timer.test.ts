import { describe, expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import type { HintListener, Store } from '../ports/store.ts';
import { openHarness, workflow } from './test-support/harness.ts';

const wait = (milliseconds: number) => workflow([{ wait: { milliseconds } }]);

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
