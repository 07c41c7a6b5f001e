import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../packages/server/src/cli/cli.ts';
import type { Io } from '../../../packages/server/src/cli/io.ts';
import { findLogDamage } from '../../../packages/server/src/drivers/sqlite/log-damage.ts';
import { openSqliteStore } from '../../../packages/server/src/drivers/sqlite/store.ts';
import { createEngine } from '../../../packages/server/src/embedded.ts';
import { commitContent } from '../../../packages/server/src/ports/commit-content.ts';
import type { Commit } from '../../../packages/server/src/ports/store.ts';

const commitsTotal = 12;
/** Where a text of a commit's body stands; it is found again in the file. */
const mark = (number: number) => `mark-${number}-${'x'.repeat(40)}`;

let folder: string;
/** the store as it was while it was open: all of it in the log */
let opened: string;
/** the store as it was when it was closed: all of it in the database */
let closed: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-damage-'));
  closed = join(folder, 'closed.db');
  opened = join(folder, 'opened.db');
  const store = await openSqliteStore({ path: closed });
  let after = { version: 0, commit: '' };
  for (let number = 1; number <= commitsTotal; number++) {
    const commit: Omit<Commit, 'id' | 'tenant' | 'stream' | 'previous' | 'position'> = {
      version: number,
      count: 1,
      time: number,
      cause: 'damage',
      body: JSON.stringify([{ type: 'noted', note: mark(number) }]),
    };
    const id = createHash('sha256')
      .update(commitContent(after.commit, 'default', 'noted', commit))
      .digest('hex');
    const execution = {
      ...{ id: 'noted', namespace: 'damage', name: 'noted', version: '1.0.0', definition: 'sha256:none' },
      status: 'waiting' as const,
      ...{ startedAt: 1, updatedAt: number, endedAt: null, error: null },
    };
    await store.commit([
      { tenant: 'default', stream: 'noted', after, commit: { id, ...commit }, execution, wakeUps: [] },
    ]);
    after = { version: number, commit: id };
  }
  for (const end of ['', '-wal', '-shm']) copyFileSync(`${closed}${end}`, `${opened}${end}`);
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a store; `ends`: what lies beside the database and is copied with it. */
function copyOf(store: string, ends: readonly string[] = store === opened ? ['-wal', '-shm'] : []): string {
  const path = join(mkdtempSync(join(folder, 'copy-')), 'store.db');
  for (const end of ['', ...ends]) copyFileSync(`${store}${end}`, `${path}${end}`);
  return path;
}

/** A copy of a store in which one bit is another, where `text` was written: a log holds it again in later transactions. */
function damaged(store: string, end: '' | '-wal', text: string): string {
  const path = copyOf(store);
  const content = readFileSync(`${path}${end}`);
  const at = content.indexOf(text);
  expect(at).toBeGreaterThan(0);
  content[at + 8] = (content[at + 8] ?? 0) ^ 1;
  writeFileSync(`${path}${end}`, content);
  return path;
}

function withBytes(path: string, change: (content: Buffer) => void): void {
  const content = readFileSync(path);
  change(content);
  writeFileSync(path, content);
}

async function verify(
  path: string,
  data = folder,
): Promise<{ readonly code: number; readonly printed: string }> {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const io: Io = {
    out: print,
    error: print,
    environment: {},
    colours: false,
    outColours: false,
    outTerminal: false,
    columns: 100,
    terminal: false,
    onInterrupt: () => () => {},
  };
  const code = await runCli(['verify', '--store', `sqlite:${path}`, '--data', data], io);
  return { code, printed };
}

const start = (path: string) => createEngine({ store: `sqlite:${path}`, data: folder });

describe('a store that nobody damaged', () => {
  it('is sound to `millrace verify`, which says how much it has read', async () => {
    expect(await verify(closed)).toEqual({
      code: 0,
      printed: '1 executions, 12 commits, 12 events, 0 large values: sound\n',
    });
  });

  it.each([
    [1, 'was written by an older Millrace (schema 1'],
    [99, 'was written by a newer Millrace (schema 99'],
  ])('of another version (schema %i) is not called damaged, and is left as it was', async (schema, told) => {
    const path = copyOf(closed);
    const database = new DatabaseSync(path);
    database.exec(`pragma user_version = ${schema}`);
    database.close();
    const before = readFileSync(path);
    const { code, printed } = await verify(path);
    expect({ code, printed }).toEqual({ code: 4, printed: expect.stringContaining(told) });
    expect(printed).not.toContain('damaged');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is sound when its log was left behind by a crash', async () => {
    expect(findLogDamage(opened)).toBeUndefined();
    expect(await verify(copyOf(opened))).toMatchObject({ code: 0 });
  });

  it('is sound when a loss of power tore a transaction that the index beside the log does not tell of', async () => {
    const path = damaged(opened, '-wal', mark(commitsTotal));
    rmSync(`${path}-shm`);
    expect(findLogDamage(path)).toBeUndefined();
    await (await start(path)).close();
  });

  it('is sound when its log was begun anew and its index is of the log before', async () => {
    const path = copyOf(opened);
    withBytes(`${path}-shm`, (index) => {
      for (const at of [32, 80]) index[at] = (index[at] ?? 0) ^ 1;
    });
    withBytes(`${path}-wal`, (log) => log.fill(0, log.length - 100));
    expect(findLogDamage(path)).toBeUndefined();
  });

  it('is sound when the header of its log was torn and the database holds all that is behind it', async () => {
    const path = copyOf(opened);
    const database = new DatabaseSync(path);
    database.exec('pragma wal_checkpoint(full)');
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${path}.torn${end}`);
    database.close();
    withBytes(`${path}.torn-wal`, (log) => log.fill(7, 16, 24));
    expect(findLogDamage(`${path}.torn`)).toBeUndefined();
    expect((await verify(`${path}.torn`)).printed).toContain('12 commits, 12 events, 0 large values: sound');
  });
});

describe('one bit of an acknowledged commit that is another', () => {
  it('in the database is found by `millrace verify`, with the place and what to do', async () => {
    const { code, printed } = await verify(damaged(closed, '', mark(5)));
    expect(code).toBe(1);
    expect(printed).toContain('noted, event 5: its id is not the hash of its content');
    expect(printed).toContain('Restore the store from its last backup');
  });

  it('in the log is found by `millrace verify`, which leaves the log as it is', async () => {
    const path = damaged(opened, '-wal', mark(5));
    const before = readFileSync(`${path}-wal`);
    const { code, printed } = await verify(path);
    expect(code).toBe(1);
    expect(printed).toMatch(
      /store\.db-wal is damaged at byte \d+: at least \d transactions from there on were durable/,
    );
    expect(readFileSync(`${path}-wal`).equals(before)).toBe(true);
  });

  it('in any of the last transactions of the log is found, though none comes after it', async () => {
    const log = readFileSync(`${opened}-wal`);
    for (let back = 0; back < 3; back++) {
      const path = copyOf(opened);
      withBytes(`${path}-wal`, (content) => {
        const at = log.lastIndexOf(mark(commitsTotal - back)) + 8;
        content[at] = (content[at] ?? 0) ^ 1;
      });
      expect(findLogDamage(path), `${back} transactions before the last`).toContain('is damaged at byte');
    }
  });

  it('in any byte of the header of the log is found', () => {
    for (let at = 0; at < 32; at++) {
      const path = copyOf(opened);
      withBytes(`${path}-wal`, (log) => {
        log[at] = (log[at] ?? 0) ^ 1;
      });
      expect(findLogDamage(path), `byte ${at}`).toContain('the header of');
    }
  });

  it('makes a start refuse while the file is held, and lets it go again', async () => {
    const path = damaged(opened, '-wal', mark(commitsTotal));
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(start(path)).rejects.toMatchObject({ details: { reason: 'damaged' } });
  });

  it.each([
    ['the database', () => damaged(closed, '', mark(5))],
    ['the log', () => damaged(opened, '-wal', mark(5))],
    ['the last transaction of the log', () => damaged(opened, '-wal', mark(commitsTotal))],
  ])('in %s makes a start refuse', async (_, copy) => {
    await expect(start(copy())).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'damaged' },
    });
  });
});

describe('an event that was published', () => {
  it('is sound to `millrace verify`, and is no execution', async () => {
    const data = mkdtempSync(join(folder, 'events-'));
    const path = join(data, 'millrace.db');
    const engine = await createEngine({ store: `sqlite:${path}`, data });
    await engine.publish([{ specversion: '1.0', source: 'urn:damage', type: 'noted', id: '1' }]);
    await engine.close();
    expect(await verify(path, data)).toEqual({
      code: 0,
      printed: '0 executions, 1 commits, 1 events, 0 large values: sound\n',
    });
  });
});

describe('a large value beside the database', () => {
  let data: string;
  let path: string;
  let file: string;
  beforeAll(async () => {
    data = mkdtempSync(join(folder, 'data-'));
    path = join(data, 'millrace.db');
    const engine = await createEngine({ store: `sqlite:${path}`, data });
    const header = "document: { dsl: '1.0.3', namespace: damage, name: large, version: '1.0.0' }";
    await engine.run({
      definition: `${header}\ndo: [ { a: { set: { text: '\${ .text }' } } } ]`,
      input: { text: 'x'.repeat(2 ** 20) },
    });
    await engine.close();
    const blobs = join(data, 'blobs');
    const names = readdirSync(blobs, { recursive: true, encoding: 'utf8' });
    const [name] = names.filter((each) => /[0-9a-f]{64}$/.test(each));
    file = join(blobs, name ?? 'none');
  });

  it('is read by `millrace verify`, which counts it', async () => {
    const { code, printed } = await verify(path, data);
    expect(printed).toMatch(/^1 executions, .*, [1-9] large values: sound\n$/);
    expect(code).toBe(0);
  });

  it('in which one bit is another is found by `millrace verify`', async () => {
    const damage = () =>
      withBytes(file, (content) => {
        content[1_000] = (content[1_000] ?? 0) ^ 1;
      });
    damage();
    const { code, printed } = await verify(path, data);
    damage();
    expect(printed).toMatch(
      /, event \d+: its large value cannot be read: blob sha256:[0-9a-f]{64} is damaged/,
    );
    expect(code).toBe(1);
  });

  it('that is gone is found by `millrace verify`', async () => {
    const content = readFileSync(file);
    rmSync(file);
    const { code, printed } = await verify(path, data);
    writeFileSync(file, content);
    expect(printed).toMatch(/, event \d+: its large value sha256:[0-9a-f]{64} is missing/);
    expect(code).toBe(1);
    expect((await verify(path, mkdtempSync(join(folder, 'none-')))).printed).toContain('is missing');
  });
});
