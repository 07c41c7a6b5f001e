import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openLogKeeper } from './log-keeper.ts';
import { busyMs, openForWriting } from './schema.ts';

let folder = '';
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  database = openForWriting(join(folder, 'store.db'), { bytesMax: null, existing: false });
  database.exec('create table filler (bytes blob)');
  database.exec('pragma wal_checkpoint(truncate)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes pages of 4 KiB, one each, and a few more. */
function writePages(pages: number): void {
  database.exec('begin');
  const insert = database.prepare('insert into filler values (zeroblob(4000))');
  for (let page = 0; page < pages; page++) insert.run();
  database.exec('commit');
}

function pagesLeft(): number {
  const { log, checkpointed } = database.prepare('pragma wal_checkpoint(noop)').get() as Record<
    string,
    number
  >;
  return (log ?? 0) - (checkpointed ?? 0);
}

describe('the log is moved into the database', () => {
  test('soon where many commits are under way, and later where few are', () => {
    const keepShort = openLogKeeper(database);
    writePages(900);
    keepShort(false);
    expect(pagesLeft()).toBeGreaterThan(900);
    writePages(200);
    keepShort(true);
    expect(pagesLeft()).toBeGreaterThan(1_100);
    keepShort(false);
    expect(pagesLeft()).toBe(0);
    writePages(3_900);
    keepShort(true);
    expect(pagesLeft()).toBeGreaterThan(3_900);
    writePages(200);
    keepShort(true);
    expect(pagesLeft()).toBe(0);
  });

  test('and soon as well where the disk has little room', () => {
    const keepShort = openLogKeeper(database, Number.POSITIVE_INFINITY);
    writePages(900);
    keepShort(true);
    expect(pagesLeft()).toBeGreaterThan(900);
    writePages(200);
    keepShort(true);
    expect(pagesLeft()).toBe(0);
  });

  test('and never by SQLite itself, which would do it before the batch is answered', () => {
    writePages(2_500);
    expect(pagesLeft()).toBeGreaterThan(2_500);
  });

  test('as far as a reader lets it, and again behind that', () => {
    const keepShort = openLogKeeper(database);
    writePages(1_200);
    const reader = new DatabaseSync(join(folder, 'store.db'));
    reader.exec('begin; select count(*) from filler;');
    writePages(1_100);
    keepShort(false);
    expect(pagesLeft()).toBeGreaterThan(1_100);
    expect(pagesLeft()).toBeLessThan(1_200);
    reader.exec('rollback');
    reader.close();
    keepShort(false);
    expect(pagesLeft()).toBe(0);
  });

  test('and a reader that stays is waited for once in a while, not behind every batch', () => {
    const keepShort = openLogKeeper(database);
    const exec = vi.spyOn(database, 'exec');
    /** Whether it waits for readers, for which it changes how long SQLite waits. */
    const waits = () => {
      exec.mockClear();
      keepShort(true);
      return exec.mock.calls.some(([sql]) => sql.includes('busy_timeout'));
    };
    const reader = new DatabaseSync(join(folder, 'store.db'));
    reader.exec('begin; select count(*) from filler;');
    writePages(17_000);
    expect(waits()).toBe(true);
    for (let batch = 0; batch < 5; batch++) expect(waits()).toBe(false);
    writePages(4_100);
    expect(waits()).toBe(true);
    const [timeout] = Object.values(database.prepare('pragma busy_timeout').get() ?? {});
    expect(timeout).toBe(busyMs);
    reader.close();
    keepShort(true);
    expect(pagesLeft()).toBe(0);
  });
});
