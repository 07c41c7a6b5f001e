import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { neverDue } from '../../ports/store.ts';
import { empty, entryOf, put, remove, rowOf, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { commitStatement, toArguments } from './commit-arrays.ts';
import { listOfWorkflows } from './executions.ts';
import { ofExecution } from './ledger.ts';
import { byKey, firstOfKeys, ofShape } from './listeners.ts';
import { end, heads, read, tail } from './streams.ts';
import { dropTestDatabase, freshAddress, openTestStore, plainClient } from './test-store.fixture.ts';

const missing = whyNoPostgres();
const some = 20;
const many = 5_000;
/** that the change of one row and of its indexes looks into, or fewer */
const pagesPerRow = 10;
/** times that a statement is planned anew for its values before a plan for all is kept */
const plansAreKeptAfter = 6;
const tenant = 'a';
const numbers = Array.from({ length: many }, (_, at) => at);
const effects = numbers.map((at) => wakeUpOf(`m${at}`, '1', { kind: 'effect', due: 1_000 + at }));
const listeners = numbers.map((at) =>
  wakeUpOf(`l${at}`, '1', { kind: 'event', due: neverDue, listens: { shape: 's', key: `k${at}` } }),
);
const writer = '00000000-0000-4000-8000-000000000001';

const claim = `select * from {schema}.claim_10(null, '{effect}', 'o', 60000, ${some}, '', '{}', '{}', '{}')`;
/** Of indexes that look as good to it the planner takes the newest. */
const indexOrders = [
  { made: 'as migrations leave them', direction: undefined },
  { made: 'made anew in the order of their names, as by pg_dump', direction: 'asc' },
  { made: 'made anew in another order, as by reindex', direction: 'desc' },
] as const;
/** a workflow each, and not due */
const later = numbers.map((at) =>
  wakeUpOf(`w${at}`, '1', { kind: 'effect', due: neverDue - 1, queue: `ns/w${at}` }),
);

describe.skipIf(missing !== undefined)(
  `plans of the database${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    describe.each(indexOrders)('with indexes $made,', ({ direction }) => {
      test('a table is not read whole for a few rows where statistics were taken of it when it was empty', async () => {
        const { run, fill, ask } = await openSession(direction);
        await fill(many);
        await run('delete from {schema}.wake_ups');
        await run('analyze {schema}.wake_ups');
        await fill(many);
        const [plan] = await run('explain (format json) select from {schema}.wake_ups');
        expect(plan['QUERY PLAN'][0].Plan['Plan Rows']).toBeLessThan(some);
        expectFew(await ask());
      });

      test('nor where none were taken, and plans were made when it had few', async () => {
        const { fill, ask } = await openSession(direction);
        await fill(some);
        for (let time = 0; time < plansAreKeptAfter; time++) await ask();
        await fill(many);
        expectFew(await ask());
      });

      test('nor where none were taken at all', async () => {
        const { fill, ask } = await openSession(direction);
        await fill(many);
        expectFew(await ask());
      });

      test('nor where the statistics say that no row need be looked at', async () => {
        const { run, fill, ask } = await openSession(direction);
        await fill(many);
        await run('delete from {schema}.wake_ups');
        await run('vacuum (analyze, truncate off) {schema}.wake_ups');
        await fill(many);
        expectFew(await ask());
      });
    });

    describe.each([
      { statistics: 'as there are none', analyzed: false, others: 0 },
      { statistics: 'as they are', analyzed: true, others: 0 },
      { statistics: 'as they are, where many others are due', analyzed: true, others: many },
    ])('of $others others that are due, with statistics $statistics,', ({ analyzed, others }) => {
      test('a claim reads what it claims, and no row of 5,000 workflows that wait for later', async () => {
        const { store, run, read } = await openSession();
        const due = effects.slice(0, Math.max(some, others));
        const entries = [...later, ...due].map((row) => ({
          ...{ tenant, stream: row.execution, wakeUps: [put(row)] },
        }));
        await store.commit(entries);
        if (analyzed) await run('analyze {schema}.wake_ups');
        await run('begin');
        const claimed = await read('claim', claim);
        expect(claimed.rows).toHaveLength(some);
        // In a flood it looks at as many that are due, and at as many queues, as its bounds say.
        expect(claimed.read).toBeLessThan(others === 0 ? 10 * some : 1_000);
        const nextDue = await read('next due', `select {schema}.next_due_10('{effect,timer}') as due`);
        const [{ due: next }] = nextDue.rows;
        if (others === 0) expect(Number(next)).toBeGreaterThan(store.now());
        else expect(Number(next)).toBe(1_000 + some);
        expect(nextDue.read).toBeLessThan(some);
        const lapse = `select {schema}.next_lapse_10({schema}.clock_1(null), '{effect}', 'o') as due`;
        expect((await read('next lapse', lapse)).read).toBeLessThan(5 * some);
        await run('rollback');
      });
    });

    test.each([
      { statistics: 'as there are none', analyzed: false },
      { statistics: 'as they are', analyzed: true },
    ])(
      'with statistics $statistics, a list reads what it shows and not what it is narrowed from',
      async ({ analyzed }) => {
        const { store, run, readSoFar } = await openSession();
        const rows = numbers.map((at) =>
          // What is rare is the oldest, which is met last.
          rowOf(`s${at}`, {
            startedAt: at,
            ...(at < some && { namespace: 'rare', name: `seldom${at % 2}` }),
          }),
        );
        await store.commit(rows.map((execution) => entryOf(execution.id, empty, { tenant, execution })));
        if (analyzed) await run('analyze {schema}.streams');
        await run('begin');
        const narrowed = [
          { namespace: 'rare', name: null, version: null, found: some },
          { namespace: 'rare', name: 'seldom1', version: null, found: some / 2 },
          { namespace: null, name: 'seldom1', version: null, found: some / 2 },
          { namespace: 'none', name: null, version: null, found: 0 },
          { namespace: 'shop', name: 'order', version: 'none', found: 0 },
        ];
        for (const { namespace, name, version, found } of narrowed) {
          const before = await readSoFar('streams');
          const place = [0, Number.MAX_SAFE_INTEGER, ''];
          const values = [tenant, ['running'], ...place, namespace, name, version, null, null, null, some];
          expect(await run(listOfWorkflows.text, values, 'list')).toHaveLength(found);
          // The newest are looked at before.
          expect((await readSoFar('streams')) - before).toBeLessThan(10 * some);
        }
        await run('rollback');
      },
    );

    test.each([
      { statistics: 'as there are none', analyzed: [] },
      { statistics: 'of the counter alone', analyzed: ['counter'] },
      { statistics: 'of the log alone', analyzed: ['commits'] },
      { statistics: 'as they are', analyzed: ['counter', 'commits'] },
    ])(
      'with statistics $statistics, what is asked of the log is found without reading it',
      async ({ analyzed }) => {
        const { store, run, pagesOf } = await openSession();
        await store.commit(numbers.map((at) => entryOf(`s${at}`, empty, { tenant })));
        for (const table of analyzed) await run(`analyze {schema}.${table}`);
        const all = await pagesOf('select body from {schema}.commits', []);
        expect(all).toBeGreaterThan(100);
        const last = Number(await store.end());
        for (const [{ name, text }, values] of [
          [end, []],
          [tail, [last - some, some]],
          [heads, [last - some, some]],
          [read, [tenant, 's7', 1, some]],
        ] as const)
          expect(await pagesOf(text, values), name).toBeLessThan(all / 2);
      },
    );

    /** A session in which each statement keeps its plan. `ask` asks all, changes nothing, and answers what was read of the table. */
    async function openSession(indexDirection?: 'asc' | 'desc') {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const client = await plainClient();
      if (indexDirection !== undefined) await remakeIndexes(client, database.address.schema, indexDirection);
      const run = async (text: string, values: readonly unknown[] = [], name?: string) =>
        (await client.query({ ...(name && { name }), text: database.sql(text), values: [...values] })).rows;
      await run('alter table {schema}.wake_ups set (autovacuum_enabled = off)');
      await run('insert into {schema}.writers (id) values ($1)', [writer]);
      const fill = (rows: number) =>
        store.commit(
          [...effects.slice(0, rows), ...listeners.slice(0, rows)].map((row) => ({
            ...{ tenant, stream: row.execution, wakeUps: [put(row)] },
          })),
        );
      const readSoFar = async (table = 'wake_ups') => {
        const [row] = await run(
          `select (idx_tup_fetch + seq_tup_read)::integer as read from pg_stat_xact_user_tables
            where schemaname = $1 and relname = $2`,
          [database.address.schema, table],
        );
        return Number(row.read);
      };
      const pagesOf = async (text: string, values: readonly unknown[]) => {
        const [row] = await run(`explain (analyze, buffers, format json) ${text}`, values);
        const plan = row['QUERY PLAN'][0].Plan;
        return Number(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
      };
      async function read(what: string, text: string) {
        const before = await readSoFar();
        const rows = await run(text, [], what);
        return { rows, read: (await readSoFar()) - before };
      }
      async function ask(): Promise<readonly Reading[]> {
        const readings: Reading[] = [];
        const read = async (what: string, needed: number, text: string, values: readonly unknown[]) => {
          const before = await readSoFar();
          const rows = await run(text, values, what);
          readings.push({ what, needed, read: (await readSoFar()) - before });
          return rows;
        };
        /** Pages, for an index may be read whole without a row of the table. */
        const readPages = async (what: string, text: string, values: readonly unknown[]) => {
          const pages = await pagesOf(text, values);
          readings.push({
            what: `pages for ${what}`,
            needed: some / 2,
            read: Math.ceil(pages / pagesPerRow),
          });
        };
        await run('begin');
        const claimed = await read('claim', some, claim, []);
        expect(claimed).toHaveLength(some);
        const leases = [claimed.map(({ id }) => id), claimed.map(({ attempt }) => Number(attempt))];
        const renew = `select * from {schema}.relet_1(null, $1, $2, $3, 'o', 60000, null)`;
        expect(await read('renew', some, renew, [tenant, ...leases])).toHaveLength(some);
        await readPages('renew', renew, [tenant, ...leases]);
        const release = `select {schema}.release_2(null, $1, $2, $3, 'o', 0, 'test', 'test')`;
        await read('release', some, release, [tenant, ...leases]);
        const removals = claimed.map(({ id, execution }) => ({
          ...{ tenant, stream: execution, wakeUps: [remove(id)] },
        }));
        const head = { now: null, writer, batch: 1, channel: 'test', hint: '' };
        await read('commit', some, commitStatement.text, toArguments(removals, head));
        await read('of an execution', 1, ofExecution.text, [tenant, 'l7']);
        await read('listeners of a key', 1, byKey.text, [tenant, 's', 'k7', '', '', some]);
        await read('listeners of keys', 2, firstOfKeys.text, [tenant, ['s', 's'], ['k1', 'k7'], some]);
        await read('listeners of a shape', some, ofShape.text, [tenant, 's', '', '', some]);
        await run('rollback');
        return readings;
      }
      return { store, run, fill, ask, read, readSoFar, pagesOf };
    }
  },
);

/** All of the table but that of its primary key, in the order of their names. */
async function remakeIndexes(
  client: Awaited<ReturnType<typeof plainClient>>,
  schema: string,
  direction: 'asc' | 'desc',
): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
      where schemaname = $1 and tablename = 'wake_ups' and indexname <> 'wake_ups_pkey' order by 1 ${direction}`,
    [schema],
  );
  for (const { name, definition } of rows) {
    await client.query(`drop index ${schema}.${name}`);
    await client.query(definition);
  }
}

interface Reading {
  readonly what: string;
  /** rows that cannot but be read */
  readonly needed: number;
  readonly read: number;
}

function expectFew(readings: readonly Reading[]): void {
  for (const { what, needed, read } of readings) {
    expect(read, what).toBeGreaterThanOrEqual(needed);
    expect(read, what).toBeLessThan(10 * needed);
  }
}
