import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../ports/store.ts';
import { chainOf } from '../../ports/store-fixture.contract.ts';
import { openSqliteStore } from './store.ts';
import { watchUnmovedFiles } from './unmoved-files.ts';

let folder = '';
let path = '';
let fatal: string[] = [];
const stores: Store[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-unmoved-'));
  path = join(folder, 'store', 'store.db');
  renameSync(mkdtempSync(join(folder, 'new-')), join(folder, 'store'));
  fatal = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at = path): Promise<Store> {
  const store = await openSqliteStore({ path: at, onFatal: ({ message }) => fatal.push(message) });
  stores.push(store);
  return store;
}

const [first, second] = chainOf('s', 2);

/** Commits, hurts the store, and expects that it takes nothing any more. */
async function hurt(how: () => void): Promise<void> {
  const store = await open();
  await store.commit(first ? [first] : []);
  how();
  const failed = { code: 'unavailable', details: { reason: 'storage-failed' } };
  await expect(store.commit(second ? [second] : [])).rejects.toMatchObject(failed);
  await expect(store.tail('', 1)).rejects.toMatchObject(failed);
  await expect(store.end()).rejects.toMatchObject(failed);
  expect(fatal).toEqual([expect.stringMatching(/was removed, renamed or replaced while it was in use/)]);
}

async function versionsAt(at: string): Promise<readonly number[]> {
  const store = await open(at);
  return (await store.read('a', 's', { fromVersion: 1, rowsMax: 10 })).map(({ version }) => version);
}

describe('a store whose files go while it is open acknowledges and tells nothing any more', () => {
  test.each(['', '-wal', '.lock'])('when "store.db%s" is removed', async (end) => {
    await hurt(() => rmSync(path + end));
    expect(fatal[0]).toContain(`${path}${end} was removed`);
  });

  test('when its folder is removed, whole', async () => {
    await hurt(() => rmSync(join(folder, 'store'), { recursive: true }));
  });

  test('when its folder is renamed, and all that it acknowledged is where the folder is now', async () => {
    await hurt(() => renameSync(join(folder, 'store'), join(folder, 'elsewhere')));
    for (const store of stores.splice(0)) await store.close();
    expect(await versionsAt(join(folder, 'elsewhere', 'store.db'))).toEqual([1]);
  });

  test('when a copy is put in the place of the file', async () => {
    await hurt(() => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    });
  });
});

test('what was acknowledged is saved from a log that was removed, before the process ends', async () => {
  await hurt(() => rmSync(`${path}-wal`));
  // As a process that ends there leaves it: nothing is closed.
  const copy = join(folder, 'left.db');
  copyFileSync(path, copy);
  expect(await versionsAt(copy)).toEqual([1]);
});

test('a file that is replaced is noticed also when its folder had not changed for long', async () => {
  await (await open()).commit(first ? [first] : []);
  const files = watchUnmovedFiles(path);
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 60_000);
  for (let times = 0; times < 2; times++) files.check();
  copyFileSync(path, join(folder, 'copy.db'));
  renameSync(join(folder, 'copy.db'), path);
  expect(() => files.check()).toThrow(/was removed, renamed or replaced/);
});
