import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import type { Store } from '../ports/store.ts';
import { chainOf, rowOf } from '../ports/store-fixture.contract.ts';
import { backup } from './backup.ts';
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
});
