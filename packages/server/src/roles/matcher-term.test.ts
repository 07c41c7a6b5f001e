import { expect, test } from 'vitest';
import {
  behind,
  event,
  leaseMs,
  one,
  open,
  shared,
  start,
  sweepMs,
  tenant,
} from './test-support/listening.ts';

test('a matcher is taken over as soon as the term of one that was killed is over, and not when another looks the next time', async () => {
  const rare = { around: shared, sweepMs: 100 * leaseMs };
  const main = open({ roles: ['api', 'worker', 'executor', 'timer'], around: shared });
  const both = { queue: main.queue, store: main.store };
  const link = { isCut: false };
  const first = open({
    roles: ['events'],
    ...rare,
    around: (store) => behind(link, shared(store)),
    shared: both,
  });
  await main.advance(10);
  const second = open({ roles: ['events'], ...rare, shared: both });
  await main.advance(10);
  const leader = async () => {
    const { body = '{}' } = (await main.store.document('*', 'matcher', 'cursor')) ?? {};
    return (JSON.parse(body) as { owner?: string }).owner;
  };
  // While it lives it stays in its place: whoever takes over reads anew all that listens.
  const before = await leader();
  await main.advance(7 * leaseMs);
  expect(await leader()).toBe(before);
  // Nothing that it does reaches anybody any more.
  link.isCut = true;
  const id = await start(main, [one('paid')]);
  await main.runtime.engine.publish(tenant, [event('paid', '1', { data: 1 })]);
  await main.advance(leaseMs + 2 * sweepMs);
  expect(await leader()).not.toBe(before);
  expect(await main.runtime.engine.execution(tenant, id)).toMatchObject({ output: [1] });
  for (const { runtime } of [first, second, main]) await runtime.stop(0);
});
