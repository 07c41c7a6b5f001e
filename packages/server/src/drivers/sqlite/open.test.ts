import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../ports/store.ts';
import { chainOf, empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { schemaVersion } from './schema.ts';
import { openSqliteStore, type SqliteOptions } from './store.ts';

let folder = '';
let path = '';
const stores: Store[] = [];
const open = async (options: Partial<SqliteOptions> = {}) => {
  const store = await openSqliteStore({ path, ...options });
  stores.push(store);
  return store;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-open-'));
  path = join(folder, 'store.db');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true });
});

function alter(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('opening a file', () => {
  test('a file that was closed is one file again, and closing twice is closing once', async () => {
    const store = await open();
    await store.commit([entryOf('s', empty)]);
    await Promise.all([store.close(), store.close()]);
    expect(['-wal', '-shm', '.pid'].filter((end) => existsSync(path + end))).toEqual([]);
  });

  test('a file of a newer schema is refused, says so, and is left as it was', async () => {
    await (await open()).close();
    alter('pragma user_version = 99');
    await expect(open()).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'newer-schema' },
      message: expect.stringContaining(
        `written by a newer Millrace (schema 99, and this Millrace knows schemas up to ${schemaVersion})`,
      ),
    });
    alter(`pragma user_version = ${schemaVersion}`);
    await (await open()).close();
  });

  test('a file of an older schema is left as it was by who only reads, who is told so', async () => {
    await (await open()).close();
    alter('pragma user_version = 1');
    await expect(open({ existing: true })).rejects.toMatchObject({
      details: { reason: 'older-schema' },
      message: expect.stringContaining(
        `by an older Millrace (schema 1; this one reads schema ${schemaVersion}): use that version`,
      ),
    });
    alter(`pragma user_version = ${schemaVersion}`);
    await (await open({ existing: true })).close();
  });

  test('what caused a commit is read as it was told, whichever version stored it', async () => {
    const store = await open();
    const causes = ['effect.complete 12', 'execution.start', 'effect.complete', ''];
    await store.commit(
      causes.map((cause, n) => {
        const { commit, ...rest } = entryOf(`s${n}`, empty);
        return { ...rest, ...(commit && { commit: { ...commit, cause } }) };
      }),
    );
    const read = async (from: Store) => (await from.tail('', 9)).commits.map(({ cause }) => cause);
    expect(await read(store)).toEqual(causes);
    await store.close();
    alter(`update commits set cause = 'effect.complete 12' where position = 1; pragma user_version = 2;`);
    const older = await open();
    expect(await read(older)).toEqual(causes);
    await older.close();
  });

  test("another program's database is refused and not touched", async () => {
    alter('create table theirs (x)');
    await expect(open()).rejects.toMatchObject({ details: { reason: 'foreign-file' } });
    const database = new DatabaseSync(path);
    expect(database.prepare('select name from sqlite_schema').all()).toMatchObject([{ name: 'theirs' }]);
    database.close();
  });

  test('a file that is no database is refused', async () => {
    writeFileSync(path, 'no database at all, but long enough to have a header of its own'.repeat(40));
    await expect(open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('not a database'),
    });
  });

  test('a folder that does not exist is refused with its name', async () => {
    await expect(open({ path: join(folder, 'none', 'store.db') })).rejects.toThrow(
      `there is no folder ${join(folder, 'none')}`,
    );
  });

  test('a database in memory is refused', async () => {
    await expect(open({ path: ':memory:' })).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('a file that this process holds is refused under any of its names, and free after it was closed', async () => {
    const store = await open();
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    for (const name of [path, link, join(folder, '.', 'store.db')]) {
      await expect(open({ path: name })).rejects.toMatchObject({
        details: { reason: 'locked', pid: process.pid },
        message: expect.stringContaining(`is in use by this process (pid ${process.pid})`),
      });
    }
    await store.close();
    await (await open({ path: link })).close();
  });

  test('a file whose opening was refused is not held', async () => {
    alter('create table theirs (x)');
    await expect(open()).rejects.toMatchObject({ details: { reason: 'foreign-file' } });
    await expect(open()).rejects.toMatchObject({ details: { reason: 'foreign-file' } });
  });
});

describe('a full disk', () => {
  const bytesMax = 400_000;
  const large = (stream: string) => entryOf(stream, empty, { note: 'x'.repeat(100_000) });

  test('rejects the batch with nothing of it stored, and the store goes on', async () => {
    const store = await open({ bytesMax });
    const before = chainOf('s', 2);
    await store.commit(before);
    const batch = ['a', 'b', 'c', 'd', 'e'].map(large);
    await expect(store.commit(batch)).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'disk-full' },
      message: expect.stringContaining('is full; nothing was stored'),
    });
    expect((await store.tail('', 10)).commits.map(({ stream }) => stream)).toEqual(['s', 's']);
    const small = [chainOf('s', 3)[2], entryOf('t', empty)].flatMap((entry) => entry ?? []);
    expect((await store.commit(small)).map(({ type }) => type)).toEqual(['accepted', 'accepted']);
    expect((await store.tail('', 10)).commits.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(store.stats()).toMatchObject({ failedBatches: 1 });
  });

  test('leaves leases and heads as the file has them', async () => {
    const store = await open({ bytesMax });
    const row = {
      id: 's/1',
      execution: 's',
      kind: 'timer',
      due: 1,
      attempt: 0,
      lease: null,
      unsafe: false,
      doubt: false,
      body: null,
    } as const;
    await store.commit([entryOf('s', empty, { wakeUps: [{ type: 'put', row }] })]);
    const [claim] = await store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 60_000, rowsMax: 1 });
    const remove = { type: 'remove', id: 's/1' } as const;
    const failing = [
      { tenant: 'a', stream: 's', wakeUps: [remove] },
      ...['a', 'b', 'c', 'd', 'e'].map(large),
    ];
    await expect(store.commit(failing)).rejects.toMatchObject({ details: { reason: 'disk-full' } });
    expect(await store.renew('a', [{ id: 's/1', attempt: claim?.attempt ?? 0 }], 'o', 90_000)).toEqual([
      's/1',
    ]);
    expect((await store.commit([entryOf('a', empty)])).map(({ type }) => type)).toEqual(['accepted']);
  });
});

describe('figures and bounds', () => {
  test('what is committed in one tick is one batch', async () => {
    const store = await open();
    const before = store.stats();
    await Promise.all(chainOf('s', 30).map((entry) => store.commit([entry])));
    const after = store.stats();
    expect((after.batches ?? 0) - (before.batches ?? 0)).toBe(1);
    expect(after).toMatchObject({ units: 30, unitsPerBatchMax: 30, queuedUnits: 0, batchesInFlight: 0 });
  });

  test('the log beside the file does not grow without bound although somebody reads at every moment', async () => {
    const store = await open();
    await store.commit([entryOf('first', empty)]);
    const readers = [new DatabaseSync(path), new DatabaseSync(path)];
    let turn = 0;
    // One begins before the other ends: without waiting for them no checkpoint can ever start the log anew.
    const handOver = () => {
      const [next, last] = turn++ % 2 === 0 ? readers : readers.toReversed();
      next?.exec('begin; select count(*) from commits;');
      if (last?.isTransaction) last.exec('rollback');
    };
    handOver();
    const timer = setInterval(handOver, 2);
    let walBytesMax = 0;
    const note = 'x'.repeat(1_000_000);
    for (let at = 0; at < 130; at++) {
      await store.commit([entryOf(`s${at}`, empty, { note })]);
      walBytesMax = Math.max(walBytesMax, store.stats().walBytes ?? 0);
    }
    clearInterval(timer);
    for (const reader of readers) reader.close();
    // Without the readers it would be started anew at 16 MB.
    expect(walBytesMax).toBeGreaterThan(20_000_000);
    expect(walBytesMax).toBeLessThan(110_000_000);
  }, 60_000);

  test('what it tells of its last commits is what the file has, and nothing when it is closed', async () => {
    const store = await open();
    const entries = ['a', 'b', 'c'].flatMap((stream) => chainOf(stream, 3));
    for (const entry of entries) await store.commit([entry]);
    const told = await store.tail('', 100);
    expect(told.commits).toHaveLength(9);
    expect(await store.end()).toBe(told.cursor);
    await store.close();
    const closed = { code: 'unavailable', details: { reason: 'closed' } };
    await expect(store.tail('', 100)).rejects.toMatchObject(closed);
    await expect(store.end()).rejects.toMatchObject(closed);
    const again = await open();
    expect(await again.tail('', 100)).toEqual(told);
    expect(await again.end()).toBe(told.cursor);
  });

  test('an instant of the store never goes back when the clock of the machine does', async () => {
    let now = 5_000;
    const store = await open({ now: () => now });
    expect(store.now()).toBe(5_000);
    now = 4_000;
    expect(store.now()).toBe(5_000);
  });
});
