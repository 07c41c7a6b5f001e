import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { empty, entryOf, putRows, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { openPostgresBlobs } from './blobs.ts';
import { openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();

/** What an operator may have made the default of a database. */
const defaults = [
  'bytea_output = escape',
  "default_transaction_isolation = 'repeatable read'",
  'default_transaction_isolation = serializable',
  'standard_conforming_strings = off',
  'array_nulls = off',
  'search_path = public, pg_temp, pg_catalog',
  "DateStyle = 'German, DMY'",
  "timezone = 'Pacific/Apia'",
  'statement_timeout = 2000',
  'lock_timeout = 1',
];

describe.skipIf(missing !== undefined)(
  `defaults of an operator${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    test.each(defaults)('%s is no harm to what the store does', async (setting) => {
      const { store, database } = await openWith(setting);
      const content = Buffer.from('\0\\\xff'.repeat(1_000), 'latin1');
      const blobs = openPostgresBlobs(database);
      const { digest } = await blobs.put('a', content);
      expect(Buffer.from((await blobs.get('a', digest)) ?? [])).toEqual(content);

      const rows = Array.from({ length: 200 }, (_, at) =>
        wakeUpOf(`s${at}`, '1', { queue: `shop/w${at % 3}` }),
      );
      await putRows(store, rows);
      const request = { kinds: ['timer' as const], owner: 'o', leaseMs: 60_000, rowsMax: 20 };
      const claimed = await Promise.all(Array.from({ length: 30 }, () => store.claim(request)));
      const ids = claimed.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThan(0);

      const commits = Array.from({ length: 100 }, (_, at) => store.commit([entryOf(`e${at}`, empty)]));
      for (const [result] of await Promise.all(commits)) expect(result?.type).toBe('accepted');
      const bound = { name: 'bound', text: "select current_setting('statement_timeout') as bound" };
      expect(await database.query(bound, [])).toEqual([{ bound: '30s' }]);
      expect(await store.dropEndedBefore?.(Date.now())).toMatchObject({ executions: 0 });
    });

    test('an end of idle sessions does not end the one that listens', async ({ skip }) => {
      const { store, query } = await openWith('idle_session_timeout = 50').catch(unlessUnknown(skip));
      onTestFinished(store.hints?.(() => {}) ?? (() => {}));
      const idle = `select count(*)::int as count from pg_stat_activity
        where application_name = 'millrace hints' and state_change < clock_timestamp() - interval '200 ms'`;
      await expect.poll(async () => (await query(idle))[0]?.count, { timeout: 10_000 }).toBe(1);
      expect(store.stats?.()).toMatchObject({ hintGaps: 0 });
    });

    test('an end of long transactions ends none of the store', async ({ skip }) => {
      const { database } = await openWith('transaction_timeout = 1000').catch(unlessUnknown(skip));
      const long = { name: 'long', text: "select 'done' as slept from pg_sleep(1.5)" };
      expect(await database.query(long, [])).toEqual([{ slept: 'done' }]);
    });
  },
);

/** A server that does not know the setting has nothing that could do harm. */
function unlessUnknown(skip: (note: string) => never) {
  return (error: Error & { code?: string }): never => {
    if (error.code === '42704') return skip(`this server has none: ${error.message}`);
    throw error;
  };
}

async function openWith(setting: string) {
  const made = await createTestDatabase();
  onTestFinished(() => made.drop());
  await made.query(`alter database ${new URL(made.url).pathname.slice(1)} set ${setting}`);
  const opened = await openTestStore(made.url);
  onTestFinished(() => opened.store.close());
  return { ...opened, query: made.query };
}
