import { expect, it } from 'vitest';
import { openHarness } from '../roles/test-support/harness.ts';
import { startRetention } from './retention.ts';

it('retention drops what ended longer ago than it is kept, once an hour, and goes on after a failure', async () => {
  const { world, store, advance } = openHarness();
  const asked: number[] = [];
  const errors: unknown[] = [];
  const dropEndedBefore = async (instant: number) => {
    asked.push(store.now() - instant);
    if (asked.length === 2) throw new Error('away');
    return { executions: 3, weeks: 1, blobs: 2 };
  };
  const retention = startRetention({
    ...{ world, store: { ...store, dropEndedBefore }, keptMs: 86_400_000 },
    onError: (error) => errors.push(error),
  });
  await advance(3 * 3_600_000);
  expect(asked).toEqual([86_400_000, 86_400_000, 86_400_000]);
  expect(errors).toHaveLength(1);
  expect(retention.stats()).toEqual({
    executions_dropped: 6,
    weeks_dropped: 2,
    large_values_dropped: 4,
  });
  retention.stop();
  await advance(3 * 3_600_000);
  expect(asked).toHaveLength(3);
});
