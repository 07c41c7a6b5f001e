import { expect, it } from 'vitest';
import { openHarness } from '../roles/test-support/harness.ts';

const tenant = 'default';
const day = 86_400_000;

const listener = JSON.stringify({
  document: { dsl: '1.0.3', namespace: 'tests', name: 'listener', version: '1.0.0' },
  do: [{ hear: { listen: { to: { one: { with: { type: 'paid' } } } } } }],
});

it('what became of an event is told for 7 days; after that nobody says that it woke none', async () => {
  const harness = openHarness({ sweepMs: day, leaseMs: 30 * day });
  harness.runtime.start();
  const { engine } = harness.runtime;
  await engine.deploy(tenant, listener);
  await engine.start(tenant, { workflow: { namespace: 'tests', name: 'listener' } });
  await harness.advance(1_000);
  const [published] = await engine.publish(tenant, [
    { specversion: '1.0', id: 'p-1', source: 'urn:test', type: 'paid' },
  ]);
  await harness.advance(1_000);
  const key = published?.key ?? '';
  expect((await engine.matches(tenant, key)).woke.count).toBe(1);
  await harness.advance(7 * day - 10_000);
  expect((await engine.matches(tenant, key)).woke.count).toBe(1);
  await harness.advance(300_000);
  await expect(engine.matches(tenant, key)).rejects.toThrow(/what became of event .* is told for 7 days/);
  await expect(engine.matches(tenant, 'p-1', 'urn:test')).rejects.toMatchObject({ code: 'not-found' });
});
