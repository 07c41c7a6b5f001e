import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import type { Entry } from '../../ports/store.ts';
import { chainOf, empty, entryOf, put, rowOf, sha256, wakeUpOf } from '../../ports/store-fixture.contract.ts';
import { openPostgresBlobs } from './blobs.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();
const week = 7 * 86_400_000;
const first = 100;
/** Of several parts, so that a half of one would be seen. */
const contentOf = (name: string) => Buffer.from(name.padEnd(300_000, '.'));

async function open() {
  const address = await freshAddress();
  let now = first * week;
  const { store, database } = await openTestStore(address, () => now);
  onTestFinished(() => store.close());
  const blobs = openPostgresBlobs(database);
  const sql = async (text: string, values: readonly (string | number)[] = []) =>
    (await database.query({ name: `t${sha256(text).slice(0, 40)}`, text }, values)) as readonly Record<
      string,
      unknown
    >[];
  /** The database's own clock says when a content was put: here it is said instead. */
  const age = (period: number, digest?: string) =>
    sql('update {schema}.blobs set period = $1::integer where digest = coalesce(nullif($2, $3), digest)', [
      period,
      digest ?? '',
      '',
    ]);
  return {
    ...{ address, store, database, blobs, sql, age },
    /** Puts it as in that week. */
    async putIn(period: number, content: Uint8Array) {
      const { digest } = await blobs.put('a', content);
      await age(period, digest);
      return digest;
    },
    periodOf: async (digest: string) => {
      const rows = await sql('select distinct period from {schema}.blobs where digest = $1', [digest]);
      return rows.map(({ period }) => Number(period));
    },
    isThere: async (digest: string) => (await blobs.get('a', digest)) !== undefined,
    goTo: (period: number) => {
      now = period * week + 1_000;
    },
  };
}

describe.skipIf(missing !== undefined)(
  `large values and retention${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('what only dropped executions named goes, and what anything kept or waiting names stays', async () => {
      const { store, blobs, putIn, isThere, goTo, sql } = await open();
      const names = ['ended', 'shared', 'open', 'waiting', 'pinned', 'nested', 'tenant'] as const;
      const digests = new Map<string, string>();
      for (const name of names) digests.set(name, await putIn(first, contentOf(name)));
      const of = (name: (typeof names)[number]) => digests.get(name) ?? '';
      const state = await putIn(first, Buffer.from(`{"pins":{"a":"${of('nested')}"}}`.padStart(200_000)));
      const ended = rowOf('ended', { status: 'completed', endedAt: first * week + 5 });
      const note = [of('ended'), of('shared'), of('tenant')].join();
      const [began, goesOn] = chainOf('open', 2, { note: `${of('open')},${of('pinned')}` }) as [Entry, Entry];
      await store.commit([
        { ...entryOf('ended', empty, { note }), execution: ended },
        { ...began, execution: rowOf('open') },
        {
          ...entryOf('waits', empty),
          execution: rowOf('waits'),
          wakeUps: [put(wakeUpOf('waits', 'c', { kind: 'command', body: `{"pin":"${of('waiting')}"}` }))],
        },
      ]);
      const retried = entryOf('retried', empty);
      const body = `[1,{"state":null,"blobs":{"state":{"digest":"${state}","bytes":1}}}]`;
      await store.commit([
        { ...retried, commit: { ...retried.commit, body } as NonNullable<Entry['commit']> },
      ]);
      goTo(first + 2);
      // A younger execution names it too, and has put it before it did.
      await blobs.put('a', contentOf('shared'));
      await store.commit([
        { ...entryOf('young', empty, { note: of('shared') }), execution: rowOf('young') },
        goesOn,
      ]);
      expect(await store.dropEndedBefore?.((first + 2) * week)).toEqual({
        executions: 1,
        weeks: 2,
        blobs: 2,
      });
      const left = await Promise.all(names.map(async (name) => [name, await isThere(of(name))]));
      expect(Object.fromEntries(left)).toEqual({
        ...{ ended: false, tenant: false },
        ...{ shared: true, open: true, waiting: true, pinned: true, nested: true },
      });
      expect(await isThere(state)).toBe(true);
      expect(
        await sql('select count(*)::integer as parts from {schema}.blobs where digest = $1', [of('ended')]),
      ).toEqual([{ parts: 0 }]);
      // Nothing is left to do, and the next look costs one statement.
      expect(await store.dropEndedBefore?.((first + 2) * week)).toEqual({
        executions: 0,
        weeks: 0,
        blobs: 0,
      });
    });

    test('what was put in the week before the oldest of the log stays: its commit may have come in the next', async () => {
      const { store, putIn, isThere, goTo } = await open();
      const before = await putIn(first + 1, contentOf('before'));
      const older = await putIn(first, contentOf('older'));
      await store.commit([{ ...entryOf('x', empty), execution: rowOf('x') }]);
      goTo(first + 2);
      await store.commit([{ ...entryOf('y', empty), execution: rowOf('y') }]);
      await store.dropEndedBefore?.((first + 2) * week);
      expect([await isThere(before), await isThere(older)]).toEqual([true, false]);
    });

    test('a content that is put or kept again is as young as that, and another tenant has its own', async () => {
      const { blobs, putIn, periodOf, sql } = await open();
      const digest = await putIn(first, contentOf('again'));
      expect(await periodOf(digest)).toEqual([first]);
      await blobs.put('b', contentOf('again'));
      expect(await periodOf(digest)).toHaveLength(2);
      await sql("delete from {schema}.blobs where tenant = 'b'");
      await blobs.put('a', contentOf('again'));
      const [young] = await periodOf(digest);
      expect(young).toBeGreaterThan(2_900);
      await putIn(first, contentOf('again'));
      await blobs.keep?.('a', digest);
      expect(await periodOf(digest)).toEqual([young]);
    });

    test('a put that meets the removal of its content waits for it and puts it anew; one that came first keeps it', async () => {
      const { address, blobs, putIn, isThere, database } = await open();
      const client = new pg.Client({ connectionString: database.address.url });
      await client.connect();
      onTestFinished(() => client.end());
      const drop = database.sql('select parts::integer as parts from {schema}.drop_unnamed_blobs()');
      const digest = await putIn(0, contentOf('raced'));
      await client.query('begin');
      expect((await client.query(drop)).rows).toEqual([{ parts: 3 }]);
      let isPut = false;
      const putting = blobs.put('a', contentOf('raced')).then(() => {
        isPut = true;
      });
      await expect.poll(async () => waiting(database.address.url)).toBeGreaterThan(0);
      expect(isPut).toBe(false);
      await client.query('commit');
      await putting;
      expect(await isThere(digest)).toBe(true);

      await putIn(0, contentOf('raced'));
      await client.query('begin');
      await client.query(
        database.sql(
          "insert into {schema}.blobs (tenant, digest, part, content) values ('a', $1, 0, '') on conflict do nothing",
        ),
        [digest],
      );
      const { store } = await openTestStore(address);
      onTestFinished(() => store.close());
      // It takes what nobody has locked, and waits for nobody.
      const [row] = await database.query({ name: 'drop_now', text: drop }, []);
      expect(row?.parts).toBe(2);
      await client.query('rollback');
    });

    test('in 200 races of puts and removals no content is gone that was put', {
      timeout: 60_000,
    }, async () => {
      const { address, age, isThere } = await open();
      const { store, database } = await openTestStore(address);
      onTestFinished(() => store.close());
      const blobs = openPostgresBlobs(database);
      const drop = { name: 'drop_race', text: 'select parts from {schema}.drop_unnamed_blobs()' };
      let dropped = 0;
      for (let race = 0; race < 200; race++) {
        const content = contentOf(`race ${race % 5}`);
        const { digest } = await blobs.put('a', content);
        await age(0, digest);
        await Promise.all([
          sleep(race % 4).then(() => blobs.put('a', content)),
          sleep(race % 3).then(async () => {
            dropped += Number((await database.query(drop, [], 'again'))[0]?.parts);
          }),
          sleep(race % 5).then(() => blobs.keep?.('a', digest)),
        ]);
        expect(await isThere(digest), `race ${race}`).toBe(true);
      }
      expect(dropped, 'no removal came before a put: this run showed nothing').toBeGreaterThan(0);
    });

    test('what was put before there were ages counts as put when they came, and processes of before go on', async () => {
      const address = await freshAddress();
      const older = await openDatabase({ address, connectionsMax: 4 });
      onTestFinished(() => older.close());
      await migrate(older, { migrations: migrations.filter(({ number }) => number <= 5) });
      const put = (name: string) =>
        older.query(
          {
            name: 'put_of_before',
            text: `insert into {schema}.blobs (tenant, digest, part, content) values ('a', $1, 0, $2)
              on conflict do nothing`,
          },
          [name, contentOf(name)],
        );
      await put('old');
      const newer = await openTestStore(address);
      onTestFinished(() => newer.store.close());
      const periods = async () =>
        (
          await newer.database.query(
            { name: 'periods_of_all', text: 'select digest, period from {schema}.blobs order by digest' },
            [],
          )
        ).map(({ digest, period }) => [digest, Number(period)]);
      const now = Math.floor(newer.store.now() / week);
      expect(await periods()).toEqual([['old', now]]);
      await newer.database.query({ name: 'age_all', text: 'update {schema}.blobs set period = 1' }, []);
      await put('old');
      await put('new');
      expect(await periods()).toEqual([
        ['new', now],
        ['old', now],
      ]);
    });
  },
);

async function waiting(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ waiting: number }>(
      "select count(*)::integer as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows[0]?.waiting ?? 0;
  } finally {
    await client.end();
  }
}
