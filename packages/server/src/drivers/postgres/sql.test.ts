import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import type { Entry, Hint } from '../../ports/store.ts';
import {
  afterOf,
  chainOf,
  empty,
  entryOf,
  put,
  rowOf,
  sha256,
  tailAll,
  wakeUpOf,
} from '../../ports/store-fixture.contract.ts';
import { verifyStream } from '../../ports/verify-stream.ts';
import { keptText, shownText } from './kept-text.ts';
import { dropTestDatabase, freshAddress, openTestStore, testDatabase } from './test-store.fixture.ts';

const missing = whyNoPostgres();

test.each(['', 'plain', 'a\0b', '\ue000', '\ue0000', '\0\ue000\0', 'ü\u{1f600}'])(
  '%j is shown as it was kept',
  (text) => {
    expect(shownText(keptText(text))).toBe(text);
    expect(keptText(text)).not.toContain('\0');
  },
);

describe.skipIf(missing !== undefined)(
  `in the database${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('each fact is a row of a view, whatever is in its texts', async () => {
      const address = await freshAddress();
      const { store } = await openTestStore(address);
      onTestFinished(() => store.close());
      const odd = 'a\\u0000 \0 \ud800 "ü" \\';
      await store.commit([
        entryOf('plain', empty, { facts: 2, execution: rowOf('plain', { error: 'null \0' }) }),
      ]);
      await store.commit([entryOf('odd', empty, { note: odd })]);
      const schema = new URL(address).searchParams.get('schema');
      const { query } = await testDatabase();
      const rows = await query(
        `select execution, version::int as version, type, fact ->> 'note' as note from ${schema}.events order by position, version`,
      );
      expect(rows).toEqual([
        { execution: 'plain', version: 1, type: 'noted', note: '' },
        { execution: 'plain', version: 2, type: 'noted', note: '' },
        { execution: 'odd', version: 1, type: 'noted', note: 'a\\u0000 \ufffd \ufffd "ü" \\' },
      ]);
      expect((await store.read('a', 'odd'))[0]?.body).toContain('\\u0000');
      expect(await store.execution('a', 'plain')).toMatchObject({ error: 'null \0' });
      const [shown] = await query(`select id, status from ${schema}.executions`);
      expect(shown).toEqual({ id: 'plain', status: 'running' });
    });

    test('the clock is that of the database, and not ahead of it', async () => {
      const { store } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const { query } = await testDatabase();
      for (let turn = 0; turn < 20; turn++) {
        const before = store.now();
        const [row] = await query('select extract(epoch from clock_timestamp()) * 1000 as at');
        expect(before).toBeLessThanOrEqual(Number(row?.at));
        await store.nextDue(['timer']);
        expect(store.now()).toBeGreaterThanOrEqual(before);
      }
      const [row] = await query('select extract(epoch from clock_timestamp()) * 1000 as at');
      expect(store.now()).toBeGreaterThan(Number(row?.at) - 1_000);
    });

    test('what one process writes another is hinted at, and a process at its own', async () => {
      const address = await freshAddress();
      const [writer, reader] = await Promise.all([openTestStore(address), openTestStore(address)]);
      const heard: Hint[] = [];
      const own: Hint[] = [];
      const stops = [
        reader.store.hints?.((hints) => heard.push(...hints)),
        writer.store.hints?.((hints) => own.push(...hints)),
      ];
      onTestFinished(async () => {
        for (const stop of stops) stop?.();
        await Promise.all([writer.store.close(), reader.store.close()]);
      });
      // A connection that begins hints at everything: what was missed is looked for.
      await expect.poll(() => heard.length * own.length).toBeGreaterThan(0);
      heard.length = 0;
      own.length = 0;
      const lease = { owner: 'o', until: writer.store.now() + 60_000 };
      await writer.store.commit([
        {
          ...entryOf('s', empty, {
            wakeUps: [
              put(wakeUpOf('s', 'x', { kind: 'command' })),
              put(wakeUpOf('s', 'y', { kind: 'effect', lease })),
            ],
          }),
          tells: 'events',
        },
      ]);
      expect(own).toEqual(['commits', 'events', 'command']);
      await expect.poll(() => heard).toEqual(['commits', 'events', 'command']);
    });

    test('an entry that the database cannot take fails alone, and not those of its batch', async () => {
      const { store } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const results = await Promise.allSettled([
        store.commit([entryOf('one', empty)]),
        store.commit([entryOf('bad', empty, { execution: rowOf('bad', { name: 'U+0000: \0' }) })]),
        store.commit([entryOf('two', empty)]),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { code: 'internal' } });
      expect((await tailAll(store, 10)).map(({ stream }) => stream).sort()).toEqual(['one', 'two']);
    });

    test('a batch never scans a table, however the plan was made', async () => {
      const address = await freshAddress();
      const { store, database } = await openTestStore(address);
      onTestFinished(() => store.close());
      const entries = Array.from({ length: 3_000 }, (_, at) =>
        entryOf(`s${at}`, empty, { execution: rowOf(`s${at}`), wakeUps: [put(wakeUpOf(`s${at}`, 'x'))] }),
      );
      for (let from = 0; from < entries.length; from += 100)
        await store.commit(entries.slice(from, from + 100));
      for (let claims = 0; claims < 30; claims++)
        await store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 1_000, rowsMax: 10 });
      // Each index was made by a scan of its own, of a table that was empty.
      const scans = {
        name: 'scans_of_test',
        text: `select relname, seq_scan from pg_stat_user_tables
      where schemaname = $1 and relname in ('streams', 'wake_ups')`,
      };
      const schema = database.address.schema;
      await expect.poll(async () => (await database.query(scans, [schema])).length).toBe(2);
      // Migrations scan the empty table for each index that they make; of 30 batches and 30 claims none may.
      for (const { relname, seq_scan } of await database.query(scans, [schema]))
        expect(Number(seq_scan), `scans of ${relname}`).toBeLessThan(20);
    });

    test('what many ask for in one tick is one statement of each kind, and everybody gets their own answer', async () => {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const ids = Array.from({ length: 50 }, (_, at) => `s${at}`);
      const lease = { owner: 'o', until: store.now() + 60_000 };
      await store.commit(
        ids.map((id) => ({
          ...entryOf(id, empty, { facts: 3 }),
          execution: rowOf(id),
          wakeUps: [put(wakeUpOf(id, '1', { kind: 'effect', attempt: 1, lease }))],
        })),
      );
      const before = database.stats().databaseStatements ?? 0;
      const [rows, commits, held, pages] = await Promise.all([
        Promise.all([...ids, 'nobody'].map((id) => store.execution('a', id))),
        Promise.all(ids.map((id) => store.read('a', id, { fromVersion: 2, rowsMax: 1 }))),
        Promise.all(
          ids.map((id, at) => store.renew('a', [{ id: `${id}/1`, attempt: at < 25 ? 1 : 2 }], 'o', 60_000)),
        ),
        Promise.all(ids.map(() => store.documents('a', 'c', { rowsMax: 5 }))),
      ]);
      expect(rows.map((row) => row?.id)).toEqual([...ids, undefined]);
      expect(commits.map(([commit]) => commit?.stream)).toEqual(ids);
      expect(held.map(([id]) => id)).toEqual(ids.map((id, at) => (at < 25 ? `${id}/1` : undefined)));
      expect(pages.every(({ rows: found }) => found.length === 0)).toBe(true);
      expect((database.stats().databaseStatements ?? 0) - before).toBe(4);
      const twice = await Promise.all(
        [2, 1].map((attempt) => store.renew('a', [{ id: 's0/1', attempt }], 'o', 1)),
      );
      expect(twice).toEqual([[], ['s0/1']]);
    });

    test('retention drops the weeks in which only ended executions began, and keeps what is open whole', async () => {
      const address = await freshAddress();
      const week = 7 * 86_400_000;
      let now = 100 * week;
      const { store, database } = await openTestStore(address, () => now);
      onTestFinished(() => store.close());
      const ended = rowOf('ended', { status: 'completed', endedAt: now + 5 });
      const [first, second, third] = chainOf('open', 3);
      await store.commit([{ ...entryOf('ended', empty), execution: ended }]);
      await store.commit([{ ...(first as Entry), execution: rowOf('open') }]);
      now += week;
      await store.commit([{ ...(second as Entry), execution: rowOf('open') }]);
      now += week;
      await store.commit([third as Entry, { ...entryOf('new', empty), execution: rowOf('new') }]);
      expect(await store.dropEndedBefore?.(102 * week)).toEqual({ executions: 1, weeks: 2, blobs: 0 });
      const { schema } = database.address;
      const tables = await (await testDatabase()).query(
        `select relname from pg_class where relnamespace = '${schema}'::regnamespace and relname ~ '^commits_[0-9]+$' order by 1`,
      );
      expect(tables.map(({ relname }) => relname)).toEqual(['commits_102']);
      expect(await store.execution('a', 'ended')).toBeUndefined();
      expect(await store.read('a', 'ended')).toEqual([]);
      expect(verifyStream(await store.read('a', 'open'), sha256)).toEqual({ type: 'sound' });
      expect(await store.read('a', 'open')).toHaveLength(3);
      expect((await tailAll(store, 2)).map(({ stream, version }) => [stream, version])).toEqual([
        ['open', 1],
        ['open', 2],
        ['open', 3],
        ['new', 1],
      ]);
      const next = chainOf('open', 1, {}, afterOf(third as Entry));
      expect(await store.commit(next)).toMatchObject([{ type: 'accepted' }]);
    });

    test('retention takes its time, above the bound of other statements', async () => {
      const week = 7 * 86_400_000;
      let now = 100 * week;
      const address = `${await freshAddress()}&query_timeout=2000&statement_timeout=2000`;
      const { store, database } = await openTestStore(address, () => now);
      onTestFinished(() => store.close());
      const ended = rowOf('ended', { status: 'completed', endedAt: now + 5 });
      await store.commit([{ ...entryOf('ended', empty), execution: ended }]);
      now += 5 * week;
      await store.commit([{ ...entryOf('new', empty), execution: rowOf('new') }]);
      await (await testDatabase()).query(
        database.sql(`create function {schema}.slow () returns trigger language plpgsql as
            'begin perform pg_sleep(2.5); return null; end';
          create trigger slow after delete on {schema}.streams execute function {schema}.slow()`),
      );
      expect(await store.dropEndedBefore?.(104 * week)).toMatchObject({ executions: 1 });
    });

    test('retention is done by one process at a time, and asks little when there is no week to drop', async () => {
      const address = await freshAddress();
      const week = 7 * 86_400_000;
      let now = 100 * week;
      const { store, database } = await openTestStore(address, () => now);
      onTestFinished(() => store.close());
      const ended = rowOf('ended', { status: 'completed', endedAt: now + 5 });
      await store.commit([{ ...entryOf('ended', empty), execution: ended }]);
      now += 5 * week;
      await store.commit([{ ...entryOf('new', empty), execution: rowOf('new') }]);
      const drops = await Promise.all([1, 2, 3].map(() => store.dropEndedBefore?.(104 * week)));
      expect(drops.reduce((sum, drop) => sum + (drop?.executions ?? 0), 0)).toBe(1);
      const before = database.stats().databaseStatements ?? 0;
      expect(await store.dropEndedBefore?.(104 * week)).toEqual({ executions: 0, weeks: 0, blobs: 0 });
      expect((database.stats().databaseStatements ?? 0) - before).toBe(1);
    });
  },
);
