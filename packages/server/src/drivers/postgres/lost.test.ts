import { connect, createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, startPostgres, whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import {
  chainOf,
  empty,
  entryOf,
  put,
  putRows,
  sha256,
  tailAll,
  wakeUpOf,
} from '../../ports/store-fixture.contract.ts';
import { verifyStream } from '../../ports/verify-stream.ts';
import { openDatabase } from './database.ts';
import { openPostgresStore } from './store.ts';
import { dropTestDatabase, freshAddress, openTestStore, testDatabase } from './test-store.fixture.ts';

const missing = whyNoPostgres();

/** A way to the server that can be cut: what the client sent arrives, and no answer comes back. */
async function cuttableWay(address: string) {
  const target = new URL(address);
  const { hostname } = target;
  const upstreamPort = Number(target.port);
  const open = new Set<Socket>();
  let cutAt: RegExp | undefined;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(upstreamPort, hostname);
    open.add(client);
    let isCut = false;
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('data', (data) => {
      if (cutAt?.test(data.toString('latin1')) === true) {
        cutAt = undefined;
        isCut = true;
        cuts++;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!isCut) client.write(data);
      // The batch is done: its answer is what is lost.
      else client.destroy();
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => {
      open.delete(client);
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  target.port = String(port);
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    address: target.href,
    cuts: () => cuts,
    /** Cuts the next connection whose client sends this, after it has sent it. */
    cutAfter: (sent: RegExp) => {
      cutAt = sent;
    },
  };
}

describe.skipIf(missing !== undefined)(
  `a database that is lost${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('between commit and reply: the batch is answered as it was done, and nothing is done twice', async () => {
      const way = await cuttableWay(await freshAddress());
      const { store } = await openTestStore(way.address);
      onTestFinished(() => store.close());
      const entries = chainOf('s', 12, { wakeUps: [put(wakeUpOf('s', 'timer'))] });
      for (const [at, entry] of entries.entries()) {
        // Every other batch loses its answer; its text is sent whole only when a connection sees it first.
        if (at % 2 === 1) way.cutAfter(/s\/timer/);
        expect(await store.commit([entry])).toEqual([{ type: 'accepted', position: at + 1 }]);
      }
      expect(way.cuts()).toBe(6);
      expect(verifyStream(await store.read('a', 's'), sha256)).toEqual({ type: 'sound' });
      expect(await tailAll(store, 100)).toHaveLength(12);
      expect(store.stats()).toMatchObject({ refused: 0, commits: 12 });
    });

    test('between a refusal and its reply: it is still a refusal', async () => {
      const way = await cuttableWay(await freshAddress());
      const { store } = await openTestStore(way.address);
      onTestFinished(() => store.close());
      const first = entryOf('s', empty);
      await store.commit([first]);
      way.cutAfter(/again/);
      expect(await store.commit([entryOf('s', empty, { note: 'again' })])).toEqual([
        { type: 'refused', version: 1, commit: first.commit?.id },
      ]);
      expect(way.cuts()).toBe(1);
    });

    test('a document whose answer was lost is stored once, and not a conflict with itself', async () => {
      const way = await cuttableWay(await freshAddress());
      const { store } = await openTestStore(way.address);
      onTestFinished(() => store.close());
      way.cutAfter(/the body/);
      expect(await store.putDocument('a', 'c', 'k', 'the body', 0)).toEqual({ type: 'stored', revision: 1 });
      way.cutAfter(/other body/);
      expect(await store.putDocument('a', 'c', 'k', 'other body', undefined)).toEqual({
        type: 'stored',
        revision: 2,
      });
      way.cutAfter(/third body/);
      expect(await store.putDocument('a', 'c', 'k', 'third body', 2)).toEqual({
        type: 'stored',
        revision: 3,
      });
      expect(way.cuts()).toBe(3);
      expect(await store.document('a', 'c', 'k')).toMatchObject({ revision: 3, body: 'third body' });
    });

    test('a batch of a process that was given up cannot be done late', async () => {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      await store.commit([entryOf('s', empty)]);
      // As if another had taken the writers' rows for lost: the store makes new ones, and goes on.
      await database.query({ name: 'retire_all', text: 'update {schema}.writers set retired = true' }, []);
      expect(await store.commit([entryOf('t', empty)])).toMatchObject([{ type: 'accepted' }]);
      const [row] = await database.query(
        { name: 'count_writers', text: 'select count(*) as count from {schema}.writers' },
        [],
      );
      expect(Number(row?.count)).toBeGreaterThan(1);
    });

    test('when every connection is ended by the server, calls go on as if nothing had been', async () => {
      const address = await freshAddress();
      const { store } = await openTestStore(address);
      onTestFinished(() => store.close());
      await putRows(store, [wakeUpOf('s', 'x')]);
      const end =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'millrace%' and datname = current_database()";
      await (await testDatabase()).query(end);
      expect(await store.wakeUps('a', 's')).toHaveLength(1);
      await (await testDatabase()).query(end);
      expect(await store.commit([entryOf('s', empty)])).toMatchObject([{ type: 'accepted' }]);
      await (await testDatabase()).query(end);
      expect(
        await store
          .claim({ kinds: ['timer'], owner: 'o', leaseMs: 1_000, rowsMax: 1 })
          .catch(({ code }) => code),
      ).toSatisfy(
        (claimed: unknown) => claimed === 'unavailable' || (Array.isArray(claimed) && claimed.length === 1),
      );
    });

    test('a server that crashes and is started again is waited for, and keeps all it acknowledged', {
      timeout: 60_000,
    }, async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      const database = await openDatabase({ address: server.url, connectionsMax: 6, patienceMs: 20_000 });
      const store = await openPostgresStore({ database });
      onTestFinished(() => store.close());
      const acknowledged: string[] = [];
      let stopping = false;
      const writers = Array.from({ length: 6 }, async (_, at) => {
        for (const entry of chainOf(`s${at}`, 400)) {
          if (stopping) return;
          const [result] = await store.commit([entry]);
          expect(result?.type).toBe('accepted');
          acknowledged.push(`${entry.stream} ${entry.commit?.version}`);
        }
      });
      for (let crash = 0; crash < 3; crash++) {
        const before = acknowledged.length;
        while (acknowledged.length < before + 20) await new Promise((resolve) => setImmediate(resolve));
        await server.stop('immediate');
        await server.restart();
      }
      stopping = true;
      await Promise.all(writers);
      const stored = (await tailAll(store, 500)).map(({ stream, version }) => `${stream} ${version}`);
      expect(new Set(stored).size).toBe(stored.length);
      expect(stored.toSorted()).toEqual(acknowledged.toSorted());
    });

    test('one that stays away is told at once, and is used again when it is back', {
      timeout: 60_000,
    }, async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      const database = await openDatabase({ address: server.url, connectionsMax: 6, patienceMs: 100 });
      const store = await openPostgresStore({ database });
      onTestFinished(() => store.close());
      await server.stop();
      await expect(store.commit([entryOf('s', empty)])).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.execution('a', 's')).rejects.toMatchObject({
        code: 'unavailable',
        details: { reason: 'lost' },
      });
      await server.restart();
      await expect
        .poll(() => store.commit([entryOf('s', empty)]).catch(() => undefined))
        .toMatchObject([{ type: 'accepted' }]);
    });

    test('a server without a connection left is waited for as one that is away, refuses what waits too long, and is used again by itself', {
      timeout: 30_000,
    }, async () => {
      const { url, query } = await testDatabase();
      const role = `guest_${process.pid}`;
      const other = await freshAddress();
      await query(`create role ${role} login password 'guest' in role pg_read_all_data`);
      await query(`grant create on database ${new URL(url).pathname.slice(1)} to ${role}`);
      onTestFinished(async () => void (await query(`drop owned by ${role} cascade; drop role ${role}`)));
      const address = Object.assign(new URL(other), { username: role, password: 'guest' }).href;
      const database = await openDatabase({ address, connectionsMax: 6, patienceMs: 1_000 });
      const store = await openPostgresStore({ database });
      onTestFinished(() => store.close());
      const leave = async (connections: number) => {
        await query(`alter role ${role} connection limit ${connections}`);
        await query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
      };
      await leave(0);
      const refusal = { code: 'unavailable', details: { reason: 'no-connection' } };
      const begun = performance.now();
      const asked = [store.commit([entryOf('s', empty)]), store.execution('a', 's')];
      for (const each of await Promise.allSettled(asked)) expect(each).toMatchObject({ reason: refusal });
      expect(performance.now() - begun).toBeLessThan(3_000);
      await leave(-1);
      expect(await store.commit([entryOf('s', empty)])).toMatchObject([{ type: 'accepted' }]);

      // The writers have none, and all else goes on: what waits is refused all the same.
      await query(`alter role ${role} connection limit 1`);
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
      await expect.poll(() => store.wakeUps('a', 's').catch(() => undefined)).toEqual([]);
      let isOver = false;
      const reading = (async () => {
        while (!isOver) await store.wakeUps('a', 's');
      })();
      await expect(store.commit([entryOf('t', empty)])).rejects.toMatchObject(refusal);
      isOver = true;
      await reading;
      await query(`alter role ${role} connection limit -1`);
      expect(await store.commit([entryOf('t', empty)])).toMatchObject([{ type: 'accepted' }]);
    });

    test('a database whose connections an operator takes away is no error of ours, and is used again when they are given back', async () => {
      const made = await createTestDatabase();
      onTestFinished(() => made.drop());
      const database = await openDatabase({ address: made.url, connectionsMax: 6, patienceMs: 200 });
      const store = await openPostgresStore({ database });
      onTestFinished(() => store.close());
      const name = new URL(made.url).pathname.slice(1);
      const { query } = await testDatabase();
      await query(`alter database ${name} allow_connections false`);
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      const refusal = { code: 'unavailable', details: { reason: 'no-connection' } };
      const asked = [store.commit([entryOf('s', empty)]), store.execution('a', 's')];
      for (const each of await Promise.allSettled(asked)) expect(each).toMatchObject({ reason: refusal });
      await query(`alter database ${name} allow_connections true`);
      expect(await store.commit([entryOf('s', empty)])).toMatchObject([{ type: 'accepted' }]);
    });

    test('the figures of the pool are what the database counts, the connection that listens among them', async () => {
      const made = await createTestDatabase();
      onTestFinished(() => made.drop());
      const { store, database } = await openTestStore(made.url, undefined, 4);
      onTestFinished(() => store.close());
      store.hints?.(() => {});
      const held = Array.from({ length: 2 }, (_, at) =>
        database.write({ name: `rest_${at}`, text: 'select pg_sleep(1)' }, []),
      );
      const own =
        "select count(*)::int as count from pg_stat_activity where application_name like 'millrace%'";
      const counted = `${own} and datname = current_database()`;
      await expect.poll(async () => (await made.query(counted))[0]?.count).toBe(4);
      await expect.poll(() => store.stats()).toMatchObject({ poolConnections: 4, poolMax: 4 });
      await Promise.all(held);
    });

    test('a pool that is exhausted refuses what waits too long, and goes on', {
      timeout: 30_000,
    }, async () => {
      const { store, database } = await openTestStore(await freshAddress(), undefined, 4);
      onTestFinished(() => store.close());
      let release = () => {};
      const held = database.withClient(() => new Promise<void>((resolve) => (release = resolve)));
      await expect(store.wakeUps('a', 's')).rejects.toMatchObject({
        code: 'unavailable',
        details: { reason: 'exhausted' },
      });
      release();
      await held;
      expect(await store.wakeUps('a', 's')).toEqual([]);
    });
  },
);
