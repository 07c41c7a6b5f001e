import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../packages/server/src/drivers/postgres/database.ts';
import { openPostgresStore } from '../../packages/server/src/drivers/postgres/store.ts';
import { openSqliteStore } from '../../packages/server/src/drivers/sqlite/store.ts';
import { chainOf, rowOf } from '../../packages/server/src/ports/store-fixture.contract.ts';
import { ensureBuilt } from '../../scripts/build.js';
import { createTestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { launcher, millrace } from '../support/millrace.ts';

const missing = whyNoPostgres();
const entries = [
  ...chainOf('s', 3, { execution: rowOf('s') }),
  ...chainOf('t', 3, { execution: rowOf('t') }),
];

describe.skipIf(missing !== undefined)(
  `a copy whose process was killed in the middle${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('into PostgreSQL is no store for a server, and what is there is said; once it is gone the move is done', {
      timeout: 60_000,
    }, async () => {
      const { url, query, lock } = await newDatabase();
      await (await openPostgres(url)).close();
      const folder = newFolder();
      const from = await openSqliteStore({ path: join(folder, 'a.db'), onFatal: () => {} });
      await from.commit(entries);
      await from.close();
      const migrate = ['store', 'migrate', '--from', `sqlite:${folder}/a.db`, '--to', url, '--data', folder];
      const release = await lock('streams', 'share');
      await killWhenItWaits(migrate, query);
      await release();
      for (const args of [['start', '--store', url, '--port', '0'], ['verify', '--store', url], migrate]) {
        const { code, error } = await millrace(...args);
        expect(error).toMatch(
          /schema millrace is a part of a store.*drop schema millrace cascade, then do it again/,
        );
        expect(code).toBe(4);
      }
      await query('drop schema millrace cascade');
      expect(await millrace(...migrate)).toMatchObject({ code: 0 });
      expect(await millrace('verify', '--store', url)).toMatchObject({
        code: 0,
        out: expect.stringContaining('2 executions, 6 commits'),
      });
    });

    it('out of PostgreSQL is no backup', { timeout: 60_000 }, async () => {
      const { url, query, lock } = await newDatabase();
      const store = await openPostgres(url);
      await store.commit(entries);
      await store.close();
      const folder = newFolder();
      const release = await lock('streams', 'access exclusive');
      await killWhenItWaits(['backup', join(folder, 'copy'), '--store', url], query);
      await release();
      expect(existsSync(join(folder, 'copy', 'millrace.db.unfinished'))).toBe(true);
      const restored = await millrace('restore', join(folder, 'copy'), '--store', `sqlite:${folder}/b.db`);
      expect(restored).toMatchObject({ code: 4, error: expect.stringContaining('There is no backup in') });
      expect(await millrace('backup', join(folder, 'next'), '--store', url)).toMatchObject({ code: 0 });
      const verified = [
        'verify',
        '--store',
        `sqlite:${folder}/next/millrace.db`,
        '--data',
        join(folder, 'next'),
      ];
      expect(await millrace(...verified)).toMatchObject({
        code: 0,
        out: expect.stringContaining('2 executions'),
      });
    });
  },
);

describe('a copy between files whose process was killed in the middle', () => {
  it.each(['backup', 'restore'])('is no store: %s', { timeout: 60_000 }, async (verb) => {
    const folder = newFolder();
    const from = join(folder, 'from', 'millrace.db');
    mkdirSync(join(folder, 'from'));
    const store = await openSqliteStore({ path: from, onFatal: () => {} });
    // Some 60 MB: what is begun is not done before it is seen.
    for (const entry of chainOf('large', 300, { note: 'x'.repeat(200_000), execution: rowOf('large') }))
      await store.commit([entry]);
    await store.close();
    const to = join(folder, 'to', 'millrace.db');
    const args = (of: string) =>
      verb === 'backup'
        ? ['backup', join(folder, of), '--store', `sqlite:${from}`]
        : ['restore', join(folder, 'from'), '--store', `sqlite:${join(folder, of, 'millrace.db')}`];
    await killWhen(args('to'), () => existsSync(to) || existsSync(`${to}.unfinished`));
    expect(existsSync(to)).toBe(false);
    // A backup gets a folder of its own; what was to be restored is restored where it was to be.
    const next = verb === 'backup' ? 'next' : 'to';
    expect(await millrace(...args(next))).toMatchObject({
      code: 0,
      out: expect.stringContaining('300 commits: sound'),
    });
    expect(readdirSync(join(folder, next)).filter((name) => name.includes('unfinished'))).toEqual([]);
  });
});

async function killWhen(args: readonly string[], isTime: () => boolean): Promise<void> {
  await ensureBuilt();
  const child = spawn(process.execPath, [launcher, ...args], { stdio: 'ignore' });
  const closed = once(child, 'close');
  while (!isTime() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGKILL');
  await closed;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-unfinished-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function newDatabase() {
  const { url, query, drop } = await createTestDatabase();
  onTestFinished(drop);
  return {
    url,
    query,
    /** Holds a table of the store until it is released. */
    async lock(table: string, mode: string): Promise<() => Promise<void>> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('begin');
      await client.query(`lock table millrace.${table} in ${mode} mode`);
      return () => client.end();
    },
  };
}

async function openPostgres(address: string) {
  return openPostgresStore({ database: await openDatabase({ address, connectionsMax: 4 }) });
}

async function killWhenItWaits(
  args: readonly string[],
  query: (text: string) => Promise<readonly Record<string, unknown>[]>,
): Promise<void> {
  await ensureBuilt();
  const child = spawn(process.execPath, [launcher, ...args], { stdio: 'ignore' });
  const waiting =
    'select count(*)::int as count from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())';
  await expect.poll(async () => (await query(waiting))[0]?.count, { timeout: 20_000 }).toBeGreaterThan(0);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
