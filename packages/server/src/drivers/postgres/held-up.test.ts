import type pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { empty, entryOf, rowOf } from '../../ports/store-fixture.contract.ts';
import { openDatabase } from './database.ts';
import type { MigrateOptions } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openPostgresStore } from './store.ts';
import {
  dropTestDatabase,
  freshAddress,
  openTestStore,
  plainClient,
  testDatabase,
} from './test-store.fixture.ts';

const missing = whyNoPostgres();
const week = 7 * 86_400_000;

describe.skipIf(missing !== undefined)(
  `while a long transaction reads${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('retention gives way to it, says so, and does not hold up commits; when it has ended the weeks go', async () => {
      let now = 100 * week;
      const { store, database } = await openTestStore(await freshAddress(), () => now);
      onTestFinished(() => store.close());
      const ended = rowOf('ended', { status: 'completed', endedAt: now + 5 });
      await store.commit([{ ...entryOf('ended', empty), execution: ended }]);
      now += 5 * week;
      await store.commit([entryOf('new', empty)]);
      const reader = await readingClient(database.sql('select from {schema}.commits'));
      const dropped = store.dropEndedBefore?.(104 * week);
      await waitsForLock();
      const begun = performance.now();
      const commit = store.commit([entryOf('later', empty)]);
      await expect(dropped).rejects.toMatchObject({ code: 'unavailable', details: { reason: 'held-up' } });
      expect(await commit).toMatchObject([{ type: 'accepted' }]);
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect(await store.read('a', 'ended')).toHaveLength(1);
      await reader.query('rollback');
      expect(await store.dropEndedBefore?.(104 * week)).toMatchObject({ executions: 1 });
    });

    test('a migration that changes a table waits for it by turns, and does not hold up commits of other processes', async () => {
      const address = await freshAddress();
      const { store, database } = await openTestStore(address);
      onTestFinished(() => store.close());
      await store.commit([entryOf('s', empty)]);
      const reader = await readingClient(database.sql('select from {schema}.commits'));
      const sql = 'alter table {schema}.commits add column more integer';
      const next = { number: migrations.length + 1, name: 'next', worksFrom: 1, sql };
      const upgraded = openWith(address, { migrations: [...migrations, next] });
      await waitsForLock();
      const begun = performance.now();
      for (let at = 0; at < 3; at++)
        expect(await store.commit([entryOf(`t${at}`, empty)])).toMatchObject([{ type: 'accepted' }]);
      expect(performance.now() - begun).toBeLessThan(5_000);
      await reader.query('rollback');
      await upgraded;
    });

    test('a migration that the database ends since it and a commit wait for each other is done at its next turn', async () => {
      const address = await freshAddress();
      const { store, database } = await openTestStore(address);
      onTestFinished(() => store.close());
      await store.commit([entryOf('s', empty)]);
      const other = await plainClient();
      await other.query("set deadlock_timeout = '1min'");
      await other.query(database.sql('begin; update {schema}.streams set version = version'));
      const sql =
        "set local deadlock_timeout = '500ms'; alter table {schema}.counter add column more integer; alter table {schema}.streams add column more integer";
      const next = { number: migrations.length + 1, name: 'next', worksFrom: 1, sql };
      const upgraded = openWith(address, { migrations: [...migrations, next] });
      await Promise.all([
        upgraded,
        waitsForLock()
          .then(() => other.query(database.sql('update {schema}.counter set position = position')))
          .then(() => other.query('commit')),
      ]);
    });

    test('a migration that is held up for long is given up, and what to do is said', async () => {
      const address = await freshAddress();
      const { store, database } = await openTestStore(address);
      onTestFinished(() => store.close());
      await readingClient(database.sql('select from {schema}.commits'));
      const sql = 'alter table {schema}.commits add column more integer';
      const next = { number: migrations.length + 1, name: 'next', worksFrom: 1, sql };
      const error = await openWith(address, { migrations: [...migrations, next], heldUpMsMax: 0 }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'held-up' } });
      expect(String(error)).toMatch(/pg_stat_activity.*Start again when it has ended/);
    });
  },
);

async function openWith(address: string, options: MigrateOptions): Promise<void> {
  const database = await openDatabase({ address, connectionsMax: 4 });
  await (await openPostgresStore({ database, ...options })).close();
}

/** A transaction that has read, and goes on. */
async function readingClient(statement: string): Promise<pg.Client> {
  const client = await plainClient();
  await client.query('begin isolation level repeatable read');
  await client.query(statement);
  return client;
}

async function waitsForLock(): Promise<void> {
  const { query } = await testDatabase();
  const waiting =
    "select count(*)::int as count from pg_locks where not granted and mode = 'AccessExclusiveLock'";
  await expect.poll(async () => (await query(waiting))[0]?.count).toBeGreaterThan(0);
}
