import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { neverDue } from '../../ports/store.ts';
import { putRows, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { openDatabase } from './database.ts';
import { migrations } from './migrations.ts';
import { queueByPattern } from './queue-column.ts';
import { openPostgresStore } from './store.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();
/** What a queue may be called, and what stands behind its name. */
const queues = [
  'shop/order',
  'task:mail shop/order',
  'of "quotes"',
  'of \\ and \\"',
  '\\',
  'é漢🎉',
  '{"queue":"nested"}',
  'x'.repeat(985),
  'y'.repeat(989),
  'z'.repeat(990),
  'q'.repeat(2_000),
];
const bodies = [null, '{"type":"execution.start","input":"a \\\\ b"}', 'no object', '{"queue":"its own"}'];

describe.skipIf(missing !== undefined)(
  `the queue of a wake-up${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('is written by a commit as the table took it from the body before', async () => {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const rows = [...queues, undefined].flatMap((queue, at) =>
        bodies.map((body, of) =>
          wakeUpOf(`w${at}-${of}`, '1', {
            due: neverDue - 1,
            body,
            ...(queue === undefined ? {} : { queue }),
          }),
        ),
      );
      // Those that are there are replaced whole.
      const others = rows.slice(0, 8).map((row) => ({ ...row, queue: 'another' }));
      await putRows(store, [...others, ...rows]);
      const stored = await database.query(
        { name: 'queues', text: `select queue, ${queueByPattern('body')} as pattern from {schema}.wake_ups` },
        [],
      );
      expect(stored).toHaveLength(rows.length);
      expect(stored.filter(({ queue, pattern }) => queue !== pattern)).toEqual([]);
      expect(new Set(stored.map(({ queue }) => queue))).toContain('task:mail shop/order');
    });

    test('stays that of a row that was there before, and programs of before go on', async () => {
      const address = await freshAddress();
      const database = await openDatabase({ address, connectionsMax: 4 });
      const known = migrations.filter(({ number }) => number < 13);
      const older = await openPostgresStore({ database, migrations: known });
      onTestFinished(() => older.close());
      const row = (name: string) => wakeUpOf(name, '1', { kind: 'effect', due: 1, queue: `shop/${name}` });
      await putRows(older, [row('before')]);
      const newer = await openTestStore(address);
      onTestFinished(() => newer.store.close());
      await putRows(older, [row('beside')]);
      await putRows(newer.store, [row('after')]);
      const stored = await newer.database.query(
        { name: 'queues', text: 'select queue from {schema}.wake_ups order by queue' },
        [],
      );
      expect(stored.map(({ queue }) => queue)).toEqual(['shop/after', 'shop/before', 'shop/beside']);
      const claimed = await older.claim({ kinds: ['effect'], owner: 'o', leaseMs: 1_000, rowsMax: 10 });
      expect(claimed).toHaveLength(3);
    });
  },
);
