import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { neverDue } from '../../ports/store.ts';
import { put, remove, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { commitStatement, toArguments } from './commit-arrays.ts';
import { ofExecution } from './ledger.ts';
import { byKey, firstOfKeys, ofShape } from './listeners.ts';
import { dropTestDatabase, freshAddress, openTestStore, testDatabase } from './test-store.fixture.ts';

const missing = whyNoPostgres();
const some = 20;
const tenant = 'a';
const numbers = Array.from({ length: 2_000 }, (_, at) => at);
const effects = numbers.map((at) => wakeUpOf(`m${at}`, '1', { kind: 'effect', due: 1_000 + at }));
const listeners = numbers.map((at) =>
  wakeUpOf(`l${at}`, '1', { kind: 'event', due: neverDue, listens: { shape: 's', key: `k${at}` } }),
);
const writer = '00000000-0000-4000-8000-000000000001';

describe.skipIf(missing !== undefined)(
  `plans of the database${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('a table that was empty when its statistics were taken is not read whole for a few of its rows', async () => {
      const { store, database } = await openTestStore(await freshAddress());
      const client = new pg.Client({ connectionString: (await testDatabase()).url });
      await client.connect();
      onTestFinished(async () => {
        await client.end();
        await store.close();
      });
      const run = async (text: string, values: readonly unknown[] = []) =>
        (await client.query(database.sql(text), [...values])).rows;
      const fill = () =>
        store.commit(
          [...effects, ...listeners].map((row) => ({ tenant, stream: row.execution, wakeUps: [put(row)] })),
        );
      await run('alter table {schema}.wake_ups set (autovacuum_enabled = off)');
      await fill();
      await run('delete from {schema}.wake_ups');
      await run('analyze {schema}.wake_ups');
      await fill();
      const [plan] = await run('explain (format json) select from {schema}.wake_ups');
      expect(plan['QUERY PLAN'][0].Plan['Plan Rows']).toBeLessThan(some);

      await run('begin');
      const readSoFar = async () => {
        const [row] = await run(
          `select (idx_tup_fetch + seq_tup_read)::integer as read from pg_stat_xact_user_tables
            where schemaname = $1 and relname = 'wake_ups'`,
          [database.address.schema],
        );
        return Number(row.read);
      };
      let readBefore = await readSoFar();
      const expectFewRead = async (what: string, needed = some) => {
        const read = await readSoFar();
        expect(read - readBefore, what).toBeGreaterThanOrEqual(needed);
        expect(read - readBefore, what).toBeLessThan(10 * needed);
        readBefore = read;
      };
      const claimed = await run(`select * from {schema}.claim_3(null, '{effect}', 'o', 60000, ${some}, '')`);
      expect(claimed).toHaveLength(some);
      await expectFewRead('claim');
      const leases = [claimed.map(({ id }) => id), claimed.map(({ attempt }) => Number(attempt))];
      const renewed = await run(`select * from {schema}.relet_1(null, $1, $2, $3, 'o', 60000, null)`, [
        ...[tenant, ...leases],
      ]);
      expect(renewed).toHaveLength(some);
      await expectFewRead('renew');
      await run(`select {schema}.release_2(null, $1, $2, $3, 'o', 0, 'test', 'test')`, [tenant, ...leases]);
      await expectFewRead('release');
      await run('insert into {schema}.writers (id) values ($1)', [writer]);
      const removals = claimed.map(({ id, execution }) => ({
        ...{ tenant, stream: execution, wakeUps: [remove(id)] },
      }));
      const head = { now: null, writer, batch: 1, channel: 'test', hint: '' };
      await run(commitStatement.text, toArguments(removals, head));
      await expectFewRead('commit');
      await run(ofExecution.text, [tenant, 'm1000']);
      await expectFewRead('of an execution', 1);
      await run(byKey.text, [tenant, 's', 'k1000', '', '', some]);
      await expectFewRead('listeners of a key', 1);
      await run(firstOfKeys.text, [tenant, ['s', 's'], ['k1', 'k1000'], some]);
      await expectFewRead('listeners of keys', 2);
      await run(ofShape.text, [tenant, 's', '', '', some]);
      await expectFewRead('listeners of a shape');
      await run('rollback');
    });
  },
);
