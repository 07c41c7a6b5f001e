import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { chainOf, empty, entryOf, tailAll } from '../../ports/store-fixture.contract.ts';
import { commitStatement, toArguments } from './commit-arrays.ts';
import {
  dropTestDatabase,
  freshAddress,
  openTestStore,
  plainClient,
  testDatabase,
} from './test-store.fixture.ts';

const missing = whyNoPostgres();

/** A store, and a client that writes to it with transactions of its own. */
async function start() {
  const address = await freshAddress();
  const { store, database } = await openTestStore(address);
  onTestFinished(() => store.close());
  const client = await plainClient();
  const writer = randomUUID();
  await client.query(database.sql('insert into {schema}.writers (id) values ($1)'), [writer]);
  let batch = 0;
  return {
    store,
    client,
    database,
    /** The very statement that a store sends, in whatever transaction the client has open. */
    async write(entries: Parameters<typeof toArguments>[0]) {
      const head = { now: null, writer, batch: ++batch, channel: 'none', hint: '' };
      await client.query(database.sql(commitStatement.text), [...toArguments(entries, head)]);
    },
  };
}

/** Resolves when a session waits for a lock. */
async function untilSomebodyWaits(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    const { rows } = await client.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return client.end();
  }
  await client.end();
  throw new Error('nobody waits for a lock');
}

describe.skipIf(missing !== undefined)(`the tail${missing === undefined ? '' : `: ${missing}`}`, () => {
  afterAll(dropTestDatabase);

  test('misses nothing of a transaction that is held open while others commit', async () => {
    const { store, client, write } = await start();
    await store.commit([entryOf('before', empty)]);
    const seen = (await tailAll(store, 10)).map(({ stream }) => stream);
    const { cursor } = await store.tail('', 10);
    await client.query('begin');
    await write([entryOf('held', empty)]);
    const others = [store.commit([entryOf('one', empty)]), store.commit([entryOf('two', empty)])];
    await untilSomebodyWaits((await testDatabase()).url);
    // They were given no position yet: whoever reads now sees nothing that a later commit could come before.
    expect(await store.tail(cursor, 10)).toEqual({ commits: [], cursor });
    await client.query('commit');
    await Promise.all(others);
    seen.push(...(await tailAll(store, 10, cursor)).map(({ stream }) => stream));
    expect(seen.slice(0, 2)).toEqual(['before', 'held']);
    expect(seen.toSorted()).toEqual(['before', 'held', 'one', 'two']);
  });

  test('says where streams stand, page by page, as the commits do that it reads', async () => {
    const { store } = await start();
    await store.commit([entryOf('a', empty, { facts: 3 }), entryOf('b', empty)]);
    await store.commit(chainOf('c', 2, { facts: 2 }));
    expect(await store.heads?.('', 3)).toMatchObject({
      heads: [
        { tenant: 'a', stream: 'a', version: 3 },
        { tenant: 'a', stream: 'b', version: 1 },
        { tenant: 'a', stream: 'c', version: 2 },
      ],
    });
    const { cursor = '' } = (await store.heads?.('', 3)) ?? {};
    const rest = await store.heads?.(cursor, 3);
    expect(rest?.heads).toEqual([{ tenant: 'a', stream: 'c', version: 4 }]);
    expect(rest?.cursor).toBe(await store.end());
    expect(await store.heads?.(rest?.cursor ?? '', 3)).toEqual({ heads: [], cursor: rest?.cursor });
  });

  test('goes on without what a transaction took back', async () => {
    const { store, client, write } = await start();
    await client.query('begin');
    await write([entryOf('undone', empty)]);
    const other = store.commit([entryOf('kept', empty)]);
    await client.query('rollback');
    await other;
    expect((await tailAll(store, 10)).map(({ stream, position }) => [stream, position])).toEqual([
      ['kept', 1],
    ]);
  });

  test('is not held up by a transaction that only reads, or that holds another stream', async () => {
    const { store, client, database } = await start();
    await store.commit([entryOf('held', empty)]);
    await client.query('begin isolation level repeatable read');
    await client.query(database.sql("select * from {schema}.streams where stream = 'held' for update"));
    await store.commit([entryOf('free', empty)]);
    expect((await tailAll(store, 10)).map(({ stream }) => stream)).toEqual(['held', 'free']);
    await client.query('rollback');
  });

  test('of three stores that write at once gives every commit once, each stream in its order', async () => {
    const address = await freshAddress();
    const stores = await Promise.all([1, 2, 3].map(async () => (await openTestStore(address)).store));
    onTestFinished(async () => {
      await Promise.all(stores.map((store) => store.close()));
    });
    const seen: string[] = [];
    let cursor = '';
    const follow = async () => {
      const page = await stores[0]?.tail(cursor, 50);
      seen.push(...(page?.commits ?? []).map(({ stream, version }) => `${stream} ${version}`));
      cursor = page?.cursor ?? cursor;
    };
    let written = false;
    const writing = Promise.all(
      stores.flatMap((store, at) =>
        Array.from({ length: 8 }, async (_, number) => {
          for (const entry of chainOf(`s${at}-${number}`, 12)) await store.commit([entry]);
        }),
      ),
    ).then(() => (written = true));
    while (!written) await follow();
    await writing;
    for (let before = -1; before !== seen.length; ) {
      before = seen.length;
      await follow();
    }
    expect(seen).toHaveLength(3 * 8 * 12);
    for (let at = 0; at < 3; at++) {
      const own = seen.filter((name) => name.startsWith(`s${at}-0 `));
      expect(own).toEqual(Array.from({ length: 12 }, (_, commit) => `s${at}-0 ${commit + 1}`));
    }
  });

  test('and streams are read across the weeks, and a week is begun without anybody waiting', async () => {
    const address = await freshAddress();
    let now = 40 * 7 * 86_400_000;
    const { store, database } = await openTestStore(address, () => now);
    onTestFinished(() => store.close());
    const entries = chainOf('long', 4);
    for (const entry of entries) {
      await store.commit([entry]);
      now += 7 * 86_400_000;
    }
    const periods = await database.query(
      { name: 'periods_of_test', text: 'select period, version from {schema}.commits order by position' },
      [],
    );
    // Partitions are made two weeks ahead; a commit that comes later still goes into the last that there is.
    expect(periods.map(({ period, version }) => [period, version])).toEqual([
      [40, 1],
      [41, 2],
      [42, 3],
      [42, 4],
    ]);
    expect((await store.read('a', 'long')).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect((await store.read('a', 'long', { fromVersion: 3 })).map(({ version }) => version)).toEqual([3, 4]);
    expect((await tailAll(store, 2)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect((await store.tail('2', 9)).commits.map(({ version }) => version)).toEqual([3, 4]);
  });
});
