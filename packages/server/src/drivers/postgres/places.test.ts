import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { neverDue } from '../../ports/store.ts';
import { putRows, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { dropTestDatabase, freshAddress, openTestStore, plainClient } from './test-store.fixture.ts';

const missing = whyNoPostgres();
const limits = [{ limit: 'task:mail', placesMax: 1 }];

describe.skipIf(missing !== undefined)(
  `places in a database${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('whoever claims by a limit waits for a claim by it that is not committed, and counts what that one took', async () => {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const client = await plainClient();
      await putRows(
        store,
        [1, 2].map((at) => wakeUpOf(`m${at}`, '1', { kind: 'effect', queue: 'task:mail shop/w' })),
      );
      await client.query('begin');
      const claimed = await client.query(
        database.sql(
          `select id from {schema}.claim_4(null, '{effect}', 'other', 60000, 10, '', '{task:mail}', '{1}', '{""}')`,
        ),
      );
      expect(claimed.rows).toHaveLength(1);
      let isAnswered = false;
      const claim = store
        .claim({ kinds: ['effect'], owner: 'o', leaseMs: 60_000, rowsMax: 10, limits })
        .finally(() => (isAnswered = true));
      // One that is not by a limit takes no lock, and waits for nobody.
      expect(await store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 60_000, rowsMax: 10 })).toEqual([]);
      expect(isAnswered).toBe(false);
      await client.query('commit');
      expect(await claim).toEqual([]);
    });

    test('a place that lapsed is not given to another while a commit that may grant it is under way', async () => {
      let now = 1_000_000;
      const { store, database } = await openTestStore(await freshAddress(), () => now);
      onTestFinished(() => store.close());
      const client = await plainClient();
      const place = (name: string, due: number) =>
        wakeUpOf(name, 'place', { kind: 'place', queue: 'workflow:shop/w shop/w', due });
      const ask = () =>
        store.claim({
          ...{ kinds: ['place'], owner: 'o', leaseMs: 1_000, rowsMax: 10 },
          limits: [{ limit: 'workflow:shop/w', placesMax: 1 }],
        });
      await putRows(store, [place('late', 20)]);
      expect(await ask()).toMatchObject([{ id: 'late/place' }]);
      await putRows(store, [place('early', 10)]);
      now += 1_000;
      await client.query('begin');
      const granted = await client.query(
        database.sql(
          `update {schema}.wake_ups set owner = null, until = null, due = ${neverDue} where id = 'late/place'`,
        ),
      );
      expect(granted.rowCount).toBe(1);
      let isAnswered = false;
      const claim = ask().finally(() => (isAnswered = true));
      expect(await store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 1_000, rowsMax: 10 })).toEqual([]);
      expect(isAnswered).toBe(false);
      await client.query('commit');
      expect(await claim).toEqual([]);
    });
  },
);
