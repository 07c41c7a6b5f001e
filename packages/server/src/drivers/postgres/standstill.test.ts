import { connect, createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres, whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { chainOf, empty, entryOf, sha256, tailAll } from '../../ports/store-fixture.contract.ts';
import { verifyStream } from '../../ports/verify-stream.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();

/** A few seconds, and what a busy machine adds; without the watch it is 35 s. */
const fewMs = 10_000;

/** A way to the server on which packets can be dropped: nothing arrives any more, and nobody is told. */
async function lossyWay(address: string) {
  const target = new URL(address);
  const { hostname, port: upstreamPort } = target;
  const open = new Set<Socket>();
  let isDropping = false;
  const server = createServer((client) => {
    const upstream = connect(Number(upstreamPort), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.on('error', () => {});
      from.on('data', (data) => isDropping || to.write(data));
      from.on('close', () => isDropping || to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.port = String((server.address() as { port: number }).port);
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    address: target.href,
    drop: (is: boolean) => {
      isDropping = is;
    },
  };
}

/** How a call is refused, and after how long. */
async function refusalOf(call: Promise<unknown>) {
  const begun = performance.now();
  const error = await call.then(
    () => undefined,
    (reason: { code: string; details: { reason: string } }) => reason,
  );
  return { code: error?.code, reason: error?.details.reason, tookMs: performance.now() - begun };
}

describe.skipIf(missing !== undefined)(
  `a database that stands still${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test('is given up in a few seconds, refuses what comes later at once, and is used again when it goes on', {
      timeout: 120_000,
    }, async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      const { store } = await openTestStore(server.url);
      onTestFinished(() => store.close());
      const [first, second] = chainOf('s', 2);
      if (first === undefined || second === undefined) throw new Error('a chain of two has two');
      await store.commit([first]);
      server.freeze();
      const [committed, read] = await Promise.all([
        refusalOf(store.commit([second])),
        refusalOf(store.wakeUps('a', 's')),
      ]);
      // The batch may be done when the database goes on, and nobody can say yet.
      expect(committed).toMatchObject({ code: 'unavailable', reason: 'outcome-unknown' });
      expect(read).toMatchObject({ code: 'unavailable', reason: 'lost' });
      expect(Math.max(committed.tookMs, read.tookMs)).toBeLessThan(fewMs);
      for (const call of [store.commit([entryOf('t', empty)]), store.execution('a', 's')]) {
        const refused = await refusalOf(call);
        expect(refused).toMatchObject({ code: 'unavailable', reason: 'lost' });
        expect(refused.tookMs).toBeLessThan(1_000);
      }
      expect(store.stats()).toMatchObject({ databaseStandstills: 1 });
      server.thaw();
      await expect
        .poll(() => store.commit([entryOf('t', empty)]).catch(() => undefined), { timeout: fewMs })
        .toMatchObject([{ type: 'accepted' }]);
      // It was done late or it was not: sent again it is accepted once, and never twice.
      await store.commit([second]);
      const stored = await store.read('a', 's');
      expect(stored.map(({ version }) => version)).toEqual([1, 2]);
      expect(verifyStream(stored, sha256)).toEqual({ type: 'sound' });
    });

    test('and goes on loses nothing that it acknowledged, and holds nothing twice', {
      timeout: 180_000,
    }, async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      const { store } = await openTestStore(server.url);
      onTestFinished(() => store.close());
      const acknowledged: string[] = [];
      let stopping = false;
      const writers = Array.from({ length: 6 }, async (_, at) => {
        for (const entry of chainOf(`s${at}`, 2_000)) {
          for (let done = false; !done && !stopping; ) {
            const [result] = await store.commit([entry]).catch(() => []);
            // A refusal by its own predecessor: what nobody had an answer to was stored.
            done = result !== undefined;
            if (result?.type === 'refused') expect(result.commit).toBe(entry.commit?.id);
          }
          if (stopping) return;
          acknowledged.push(`${entry.stream} ${entry.commit?.version}`);
        }
      });
      const untilMore = async () => {
        const before = acknowledged.length;
        while (acknowledged.length < before + 20) await new Promise((resolve) => setImmediate(resolve));
      };
      for (let time = 0; time < 2; time++) {
        await untilMore();
        const before = Number(store.stats().databaseStandstills);
        server.freeze();
        await expect.poll(() => store.stats().databaseStandstills, { timeout: fewMs }).toBe(before + 1);
        server.thaw();
      }
      await untilMore();
      stopping = true;
      await Promise.all(writers);
      const stored = (await tailAll(store, 500)).map(({ stream, version }) => `${stream} ${version}`);
      expect(new Set(stored).size).toBe(stored.length);
      expect(acknowledged.filter((one) => !stored.includes(one))).toEqual([]);
      for (const at of writers.keys())
        expect(verifyStream(await store.read('a', `s${at}`), sha256)).toEqual({ type: 'sound' });
    });

    test('is the same behind a network that drops what is sent: connections of before are not used again', {
      timeout: 60_000,
    }, async () => {
      const way = await lossyWay(await freshAddress());
      const { store } = await openTestStore(way.address);
      onTestFinished(() => store.close());
      await store.commit([entryOf('s', empty)]);
      way.drop(true);
      const refused = await refusalOf(store.commit([entryOf('t', empty)]));
      expect(refused).toMatchObject({ code: 'unavailable' });
      expect(refused.tookMs).toBeLessThan(fewMs);
      way.drop(false);
      await expect
        .poll(() => store.commit([entryOf('u', empty)]).catch(() => undefined), { timeout: fewMs })
        .toMatchObject([{ type: 'accepted' }]);
    });

    test('is not one that takes its time for a statement: that is waited for', {
      timeout: 30_000,
    }, async () => {
      const { store, database } = await openTestStore(await freshAddress());
      onTestFinished(() => store.close());
      const slow = { name: 'slow', text: "select pg_sleep(7), 'done' as said" };
      expect(await database.query(slow, [])).toMatchObject([{ said: 'done' }]);
      expect(store.stats()).toMatchObject({ databaseStandstills: 0, databaseLost: 0 });
    });
  },
);
