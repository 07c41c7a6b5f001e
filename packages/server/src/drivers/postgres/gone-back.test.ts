import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, startPostgres, whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import type { Store } from '../../ports/store.ts';
import { chainOf, empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { openDatabase } from './database.ts';
import { openPostgresStore } from './store.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(
  `a database that has gone back${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    test('after a crash without syncs is refused by who knew of later commits, and that process is to end', {
      timeout: 60_000,
    }, async () => {
      const { address, loseWhat } = await startForgetful();
      const writer = await open(address);
      const reader = await open(address);
      const [first, ...others] = chainOf('s', 20);
      await writer.store.commit(first === undefined ? [] : [first]);
      await loseWhat(async () => {
        await writer.store.commit(others);
        await reader.store.heads?.('', 100);
      });
      for (const { store, fatal } of [writer, reader]) {
        const error = await store.execution('a', 's').catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'gone-back' } });
        expect(String(error)).toContain('start it again');
        await expect(store.commit([entryOf('t', empty)])).rejects.toMatchObject({ code: 'unavailable' });
        expect(fatal).toHaveLength(1);
      }
      // Who begins anew goes on from what there is.
      const anew = await open(address);
      expect(await anew.store.read('a', 's')).toHaveLength(1);
      expect(await anew.store.commit(others.slice(0, 1))).toMatchObject([{ type: 'accepted' }]);
    });

    test.each([
      ['stored', (store: Store) => store.putDocument('a', 'c', 'late', '2', 0)],
      ['changed', (store: Store) => store.putDocument('a', 'c', 'early', '2', 1)],
      ['deleted', (store: Store) => store.deleteDocument('a', 'c', 'early', 1)],
    ])(
      'is refused by who had %s a document since, with no commit behind it, and by nobody else',
      {
        timeout: 60_000,
      },
      async (_, change) => {
        const { address, loseWhat } = await startForgetful();
        const [writer, other] = [await open(address), await open(address)];
        await writer.store.putDocument('a', 'c', 'early', '1', 0);
        await other.store.document('a', 'c', 'early');
        await loseWhat(() => change(writer.store));
        const error = await writer.store.document('a', 'c', 'early').catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'gone-back' } });
        expect(writer.fatal).toHaveLength(1);
        expect(await other.store.document('a', 'c', 'early')).toMatchObject({ body: '1', revision: 1 });
        expect(await other.store.document('a', 'c', 'late')).toBeUndefined();
        expect(other.fatal).toEqual([]);
      },
    );

    test('of many documents that were stored at the same time any that is lost is enough', async () => {
      const made = await createTestDatabase();
      onTestFinished(() => made.drop());
      const { store, fatal } = await open(made.url);
      for (let round = 0; round < 3; round++)
        await Promise.all(
          Array.from({ length: 20 }, (_, at) => store.putDocument('a', 'c', `${round}-${at}`, 'x', 0)),
        );
      const marks = await made.query('select backend from millrace.document_marks where number > 1');
      expect(marks.length).toBeGreaterThan(0);
      await endConnections(made.query);
      expect(await store.document('a', 'c', '0-0')).toMatchObject({ body: 'x' });
      expect(fatal).toEqual([]);
      // As if the last of one connection were lost.
      await made.query('update millrace.document_marks set number = number - 1 where backend = $1', [
        marks[0]?.backend,
      ]);
      await endConnections(made.query);
      await expect(store.document('a', 'c', '0-0')).rejects.toMatchObject({
        details: { reason: 'gone-back' },
      });
      expect(fatal).toHaveLength(1);
    });

    test('is not where documents were deleted by others, or the server was started anew', {
      timeout: 60_000,
    }, async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      const [one, other] = [await open(server.url), await open(server.url)];
      for (const key of ['a', 'b', 'c']) await one.store.putDocument('a', 'c', key, '1', 0);
      for (const key of ['a', 'b', 'c']) await other.store.deleteDocument('a', 'c', key, 1);
      await server.stop('immediate');
      await server.restart();
      expect(await one.store.document('a', 'c', 'a')).toBeUndefined();
      expect(await one.store.putDocument('a', 'c', 'a', '1', 0)).toMatchObject({ type: 'stored' });
      expect(await other.store.document('a', 'c', 'a')).toMatchObject({ body: '1' });
      expect([one.fatal, other.fatal]).toEqual([[], []]);
    });

    test('is known also when others have gone on from there, beyond what was seen', async () => {
      const made = await createTestDatabase();
      onTestFinished(() => made.drop());
      const [behind, other] = [await open(made.url), await open(made.url)];
      await behind.store.commit(chainOf('s', 3));
      await made.query('delete from millrace.commits where position > 1');
      await made.query(
        'update millrace.streams set version = 1, commit_id = (select id from millrace.commits)',
      );
      await made.query('update millrace.counter set position = 1');
      for (let at = 0; at < 5; at++) await other.store.commit([entryOf(`t${at}`, empty)]);
      await endConnections(made.query);
      expect(await other.store.end()).toBe('6');
      await expect(behind.store.end()).rejects.toMatchObject({ details: { reason: 'gone-back' } });
      expect(behind.fatal).toHaveLength(1);
      expect(other.fatal).toEqual([]);
    });

    test('is not what retention leaves, nor a server that was started anew', async () => {
      const week = 7 * 86_400_000;
      let now = 100 * week;
      const made = await createTestDatabase();
      onTestFinished(() => made.drop());
      const { store, fatal } = await open(made.url, () => now);
      await store.commit([entryOf('s', empty)]);
      const late = await open(made.url, () => now);
      await late.store.end();
      now += 5 * week;
      await store.commit([entryOf('t', empty)]);
      await store.dropEndedBefore?.(104 * week);
      await made.query('delete from millrace.commits where position = 1');
      await endConnections(made.query);
      expect(await store.end()).toBe('2');
      expect(await late.store.end()).toBe('2');
      expect([fatal, late.fatal]).toEqual([[], []]);
    });
  },
);

/** A server that does not sync what is committed. `loseWhat` crashes it so that what `run` commits is lost. */
async function startForgetful() {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  const address = `${server.url}?options=-c%20synchronous_commit%3Doff`;
  async function loseWhat(run: () => Promise<unknown>): Promise<void> {
    await queryOnce(server.url, 'checkpoint');
    // What was not written yet is lost with the server: nobody writes it any more.
    const [row] = await queryOnce(
      server.url,
      "select pid from pg_stat_activity where backend_type = 'walwriter'",
    );
    process.kill(Number(row?.pid), 'SIGSTOP');
    await run();
    await server.stop('immediate');
    await server.restart();
  }
  return { server, address, loseWhat };
}

async function open(address: string, now?: () => number) {
  const fatal: Error[] = [];
  const onFatal = (error: Error) => void fatal.push(error);
  const database = await openDatabase({ address, connectionsMax: 5, patienceMs: 5_000, onFatal });
  const store = await openPostgresStore({ database, ...(now === undefined ? {} : { now }) });
  onTestFinished(() => store.close());
  return { store, fatal };
}

async function endConnections(query: (text: string) => Promise<unknown>): Promise<void> {
  await query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'millrace' and datname = current_database()",
  );
}

async function queryOnce(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
