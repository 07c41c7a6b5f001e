import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listFileBlobs, openFileBlobs } from '../drivers/files/blobs.ts';
import { lockForProcess } from '../drivers/sqlite/process-lock.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import type { Store } from '../ports/store.ts';
import { chainOf, rowOf } from '../ports/store-fixture.contract.ts';
import { backup, restore } from './backup.ts';
import { processIo } from './io.ts';

const io = { ...processIo(), out: () => {}, error: () => {}, environment: {} };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function openStore(data: string): Promise<Store> {
  const store = await openSqliteStore({ path: join(data, 'millrace.db'), onFatal: () => {} });
  onTestFinished(() => store.close());
  return store;
}

function settingsOf(data: string): readonly string[] {
  return ['--store', `sqlite:${join(data, 'millrace.db')}`, '--data', data];
}

/** A store with two large values, of which one can be damaged, and mended again. */
async function filledStore() {
  const data = newFolder();
  const store = await openStore(data);
  await store.commit(chainOf('s', 20, { execution: rowOf('s') }));
  await store.close();
  const folder = join(data, 'blobs');
  const blobs = openFileBlobs({ folder });
  for (const text of ['one', 'two']) await blobs.put('a', new TextEncoder().encode(text));
  return data;
}

/** Of a folder of large values, the file of one. */
function oneOf(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const [file] = found.filter((name) => /[0-9a-f]{64}$/.test(name)).sort();
  if (file === undefined) throw new Error(`no large value in ${folder}`);
  return join(folder, file);
}

const writesMax = 300_000;

describe('millrace backup', () => {
  it('comes to its end while another connection writes without a pause', { timeout: 60_000 }, async () => {
    const data = newFolder();
    const store = await openStore(data);
    await store.commit(chainOf('large', 300, { note: 'x'.repeat(100_000), execution: rowOf('large') }));
    await store.putDocument('a', 'c', 'k', '', 0);
    await store.close();
    const writer = new DatabaseSync(join(data, 'millrace.db'), { timeout: 5_000 });
    onTestFinished(() => writer.close());
    writer.exec('pragma synchronous = off');
    const write = writer.prepare('update documents set revision = revision + 1');
    let isDone = false;
    const made = backup([join(newFolder(), 'copy'), ...settingsOf(data)], io).finally(() => (isDone = true));
    let writes = 0;
    for (; !isDone && writes < writesMax; writes++) {
      write.run();
      await setImmediate();
    }
    expect(writes).toBeGreaterThan(1);
    expect(writes).toBeLessThan(writesMax);
    expect(await made).toBe(0);
  });

  it('that fails leaves nothing, so that the same folder takes the next', async () => {
    const data = await filledStore();
    const file = oneOf(join(data, 'blobs'));
    const content = readFileSync(file);
    writeFileSync(file, 'damaged');
    const folder = join(newFolder(), 'copy');
    await expect(backup([folder, ...settingsOf(data)], io)).rejects.toThrow('The copy could not be made: ');
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file, content);
    expect(await backup([folder, ...settingsOf(data)], io)).toBe(0);
  });
});

describe('millrace restore', () => {
  it('that fails leaves neither a database nor large values, and can be called again', async () => {
    const folder = join(newFolder(), 'copy');
    await backup([folder, ...settingsOf(await filledStore())], io);
    const file = oneOf(join(folder, 'blobs'));
    const content = readFileSync(file);
    writeFileSync(file, 'damaged');
    const data = newFolder();
    await expect(restore([folder, ...settingsOf(data)], io)).rejects.toThrow('The copy could not be made: ');
    expect(readdirSync(data)).toEqual([]);
    writeFileSync(file, content);
    expect(await restore([folder, ...settingsOf(data)], io)).toBe(0);
    expect([...listFileBlobs(join(data, 'blobs'))]).toHaveLength(2);
  });

  it('puts large values in their place before the database, and leaves those that were there', async () => {
    const folder = join(newFolder(), 'copy');
    await backup([folder, ...settingsOf(await filledStore())], io);
    const data = newFolder();
    const blobs = join(data, 'blobs');
    const { digest } = await openFileBlobs({ folder: blobs }).put('b', new TextEncoder().encode('before'));
    writeFileSync(join(folder, 'millrace.db'), 'no database, and so nothing that could be copied');
    await expect(restore([folder, ...settingsOf(data)], io)).rejects.toThrow('The copy could not be made: ');
    expect([...listFileBlobs(blobs)].filter(({ tenant }) => tenant === 'a')).toHaveLength(2);
    expect([...listFileBlobs(blobs)]).toContainEqual({ tenant: 'b', digest });
    expect(readdirSync(data)).toEqual(['blobs']);
  });

  it('takes nothing from a server that has the store open already', async () => {
    const folder = join(newFolder(), 'copy');
    await backup([folder, ...settingsOf(await filledStore())], io);
    const data = newFolder();
    const lock = lockForProcess(join(data, 'millrace.db'));
    onTestFinished(() => lock.release());
    await expect(restore([folder, ...settingsOf(data)], io)).rejects.toThrow('is in use by');
    expect(readdirSync(data).sort()).toEqual([
      'millrace.db.lock',
      'millrace.db.lock-journal',
      'millrace.db.pid',
    ]);
  });
});
