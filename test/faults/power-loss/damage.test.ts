import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../packages/server/src/cli/cli.ts';
import type { Io } from '../../../packages/server/src/cli/io.ts';
import { findLogDamage } from '../../../packages/server/src/drivers/sqlite/log-damage.ts';
import { openSqliteStore } from '../../../packages/server/src/drivers/sqlite/store.ts';
import { createEngine } from '../../../packages/server/src/embedded.ts';
import { type Commit, commitContent } from '../../../packages/server/src/ports/store.ts';

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
  for (const end of ['', '-wal']) copyFileSync(`${closed}${end}`, `${opened}${end}`);
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a store in which one bit is another, where `text` was written: a log holds it again in later transactions. */
function damaged(store: string, end: '' | '-wal', text: string): string {
  const path = join(mkdtempSync(join(folder, 'copy-')), 'store.db');
  copyFileSync(store, path);
  if (store === opened) copyFileSync(`${store}-wal`, `${path}-wal`);
  const content = readFileSync(`${path}${end}`);
  const at = content.indexOf(text);
  expect(at).toBeGreaterThan(0);
  content[at + 8] = (content[at + 8] ?? 0) ^ 1;
  writeFileSync(`${path}${end}`, content);
  return path;
}

async function verify(path: string): Promise<{ readonly code: number; readonly printed: string }> {
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
  const code = await runCli(['verify', '--store', `sqlite:${path}`], io);
  return { code, printed };
}

const start = (path: string) => createEngine({ store: `sqlite:${path}`, data: folder });

describe('a store that nobody damaged', () => {
  it('is sound to `millrace verify`, which says how much it has read', async () => {
    expect(await verify(closed)).toEqual({
      code: 0,
      printed: '1 executions, 12 commits, 12 events: sound\n',
    });
  });

  it('is sound when its log was left behind by a crash', async () => {
    const path = damaged(opened, '-wal', mark(commitsTotal));
    expect(findLogDamage(`${opened}-wal`)).toBeUndefined();
    // The last transaction is as one that a loss of power has torn: nobody can say that it was acknowledged.
    expect(findLogDamage(`${path}-wal`)).toBeUndefined();
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

  it.each([
    ['the database', () => damaged(closed, '', mark(5))],
    ['the log', () => damaged(opened, '-wal', mark(5))],
  ])('in %s makes a start refuse', async (_, copy) => {
    await expect(start(copy())).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'damaged' },
    });
  });
});
