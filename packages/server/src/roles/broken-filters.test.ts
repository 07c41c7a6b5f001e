/** An error of ours in one filter, planted where events are held against it. */
import type * as core from '@millrace/core';
import { expect, it, vi } from 'vitest';
import { event, one, open, outputOf, start, sweepMs, tenant } from './test-support/listening.ts';

const planted = vi.hoisted(() => ({ isMended: false }));

vi.mock('@millrace/core', async (original) => {
  const real = await original<typeof core>();
  const matchFilter: typeof core.matchFilter = (filter, ...given) => {
    if (!planted.isMended && filter.with.some(([name]) => name === 'planted'))
      throw new Error('broken rule: planted');
    return real.matchFilter(filter, ...given);
  };
  return { ...real, matchFilter };
});

const broken = { with: { type: 'paid', planted: 'x' } };

it('one filter that cannot be asked stops no event of others, and is told of once, with its place', async () => {
  const harness = open();
  const { engine } = harness.runtime;
  const stuck = await start(harness, [{ listen: { to: { one: broken } } }]);
  const document = { dsl: '1.0.3', namespace: 'tests', name: 'bad', version: '1.0.0' };
  const scheduled = { document, schedule: { on: { one: broken } }, do: [{ a: { set: { x: 1 } } }] };
  await engine.deploy(tenant, JSON.stringify(scheduled));
  const other = await start(harness, [one('paid')]);
  const more = { planted: 'x', data: 1 };
  const [first] = await engine.publish(tenant, [event('paid', '1', more)]);
  expect(await outputOf(harness, other)).toEqual([1]);
  const third = await start(harness, [one('paid')]);
  await engine.publish(tenant, [event('paid', '2', more)]);
  expect(await outputOf(harness, third)).toEqual([1]);
  expect(await outputOf(harness, stuck)).toBe('waiting');
  expect(harness.errors.map(String)).toEqual([
    expect.stringMatching(
      /filter 0 of \/do\/0\/t0 in tests\/counted\/1\.0\.0 \(sha256:.*broken rule: planted/,
    ),
    expect.stringMatching(/schedule\.on of tests\/bad .*broken rule: planted/),
  ]);
  const missed = { predicate: 'filter', detail: expect.stringContaining('broken rule: planted') };
  const told = await engine.matches(tenant, first?.key ?? '');
  expect(told.missed).toMatchObject([{ execution: stuck, ...missed }]);
  expect(told.schedules).toMatchObject([{ workflow: 'tests/bad', outcome: 'missed', ...missed }]);
  expect(harness.runtime.stats().filters_failed).toBe(4);
  planted.isMended = true;
  await engine.publish(tenant, [event('paid', '3', more)]);
  expect(await outputOf(harness, stuck)).toEqual([1]);
  await harness.runtime.stop(0);
});

it('a store that cannot be asked stops the round, and nothing is lost', async () => {
  planted.isMended = true;
  let isDown = true;
  const harness = open({
    around: (store) => ({
      ...store,
      listeners: async (...asked) => {
        if (isDown) throw new Error('the store is down');
        return store.listeners(...asked);
      },
    }),
  });
  const id = await start(harness, [one('paid')]);
  await harness.runtime.engine.publish(tenant, [event('paid', '1', { data: 1 })]);
  await harness.advance(20 * sweepMs);
  expect(await outputOf(harness, id)).toBe('waiting');
  isDown = false;
  expect(await outputOf(harness, id)).toEqual([1]);
  await harness.runtime.stop(0);
});
