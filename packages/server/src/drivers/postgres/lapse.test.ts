import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { putRows, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(
  `what others may leave behind${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('is told by the earliest end of a lease of another, though rows wait that nobody may take', async () => {
      let now = 10_000;
      const { store } = await openTestStore(await freshAddress(), () => now, 4);
      onTestFinished(() => store.close());
      const limits = [{ limit: 'task:mail', placesMax: 2 }];
      const effect = (execution: string, queue: string) =>
        wakeUpOf(execution, '1', { kind: 'effect', queue });
      const claim = (owner: string, leaseMs: number, rowsMax: number) =>
        store.claim({ kinds: ['effect'], owner, leaseMs, rowsMax, limits });
      const lapse = (owner: string) => store.nextLapse?.(['effect'], owner);
      expect(await lapse('a')).toBeUndefined();
      await putRows(
        store,
        [1, 2, 3, 4].map((at) => effect(`m${at}`, 'task:mail shop/mail')),
      );
      expect(await claim('a', 500, 1)).toHaveLength(1);
      expect(await claim('b', 700, 9)).toHaveLength(1);
      expect(await claim('c', 100, 9)).toEqual([]);
      expect(await lapse('c')).toBe(10_500);
      expect(await lapse('a')).toBe(10_700);
      expect(await lapse('b')).toBe(10_500);
      await putRows(store, [effect('o1', 'shop/other')]);
      expect(await claim('c', 200, 9)).toHaveLength(1);
      expect(await lapse('a')).toBe(10_200);
      expect(await store.nextLapse?.(['timer'], 'a')).toBeUndefined();
      now = 10_600;
      expect(await lapse('c')).toBe(10_700);
      now = 10_700;
      expect(await lapse('c')).toBeUndefined();
    });
  },
);
