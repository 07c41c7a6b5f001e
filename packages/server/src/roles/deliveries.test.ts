import { describe, expect, it } from 'vitest';
import { type Harness, openHarness } from './test-support/harness.ts';
import { event, leaseMs, open, outputOf, shared, start, sweepMs, tenant } from './test-support/listening.ts';

describe('events for one execution', () => {
  /** Takes two events of a type. */
  const two = { listen: { to: { any: [{ with: { type: 'own' } }], until: 'length == 2' } } };
  const both = [event('own', '1', { data: 1 }), event('own', '2', { data: 2 })];

  /** A process that cannot decide the first event for as long as it is told. */
  function unable(isUnable: (tries: number) => boolean): Harness {
    let tries = 0;
    const isFirst = (body = '') => body.includes('"id":"1","source":"urn:test"');
    return open({
      around: (store) => ({
        ...store,
        async commit(entries) {
          const [commit] = entries.flatMap(({ commit }) => (isFirst(commit?.body) ? commit : []));
          if (commit?.cause === 'event.deliver' && isUnable(++tries)) throw new Error('not this one now');
          return store.commit(entries);
        },
      }),
    });
  }

  it('keep their order also where the first one cannot be decided for long, and becomes a row', async () => {
    let tries = 0;
    const harness = unable((many) => {
      tries = many;
      return many <= 6;
    });
    const id = await start(harness, [two]);
    await harness.runtime.engine.publish(tenant, both);
    await harness.advance(10 * sweepMs);
    expect(tries).toBeGreaterThan(6);
    expect(await outputOf(harness, id)).toEqual([1, 2]);
    await harness.runtime.stop(0);
  });

  it('keep their order also where the second one comes when the first has been a row for long', async () => {
    let isAble = false;
    const harness = unable(() => !isAble);
    const id = await start(harness, [two]);
    await harness.runtime.engine.publish(tenant, both.slice(0, 1));
    await harness.advance(10 * sweepMs);
    await harness.runtime.engine.publish(tenant, both.slice(1));
    await harness.advance(10 * sweepMs);
    expect((await harness.runtime.engine.execution(tenant, id)).status).toBe('waiting');
    isAble = true;
    await harness.advance(10 * sweepMs);
    expect(await outputOf(harness, id)).toEqual([1, 2]);
    expect(await harness.store.wakeUps(tenant, id)).toEqual([]);
    await harness.runtime.stop(0);
  });

  it('keep their order also where they are rows, and another process has claimed the first one', async () => {
    const roles = ['api', 'worker', 'executor', 'timer'] as const;
    const harness = openHarness({ sweepMs, leaseMs, roles, around: shared });
    const started = open({ roles, around: shared, shared: harness });
    const id = await start(started, [two]);
    await started.runtime.stop(0);
    const matching = open({ roles: ['events', 'api'], around: shared, shared: harness });
    await matching.advance(2 * sweepMs);
    await matching.runtime.engine.publish(tenant, both);
    await matching.advance(5 * sweepMs);
    expect(await harness.store.wakeUps(tenant, id)).toHaveLength(3);
    const [first] = await harness.store.claim({
      kinds: ['command'],
      owner: 'x',
      leaseMs: 3 * sweepMs,
      rowsMax: 1,
    });
    expect(first?.body).toContain('"id":"1"');
    harness.runtime.start();
    await harness.advance(2 * sweepMs);
    expect((await harness.runtime.engine.execution(tenant, id)).status).toBe('waiting');
    await harness.advance(10 * sweepMs);
    expect(await outputOf(harness, id)).toEqual([1, 2]);
    await matching.runtime.stop(0);
    await harness.runtime.stop(0);
  });
});
