import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../ports/store.ts';
import { verifyStream } from '../../ports/verify-stream.ts';
import { openSqliteStore } from './store.ts';

const fixture = fileURLToPath(new URL('./crash.fixture.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** when it has printed this many lines, or has ended */
  printed(lines: number): Promise<void>;
  ended: Promise<number | null>;
}

/** `prefix` is a shell's command that the process is started under. */
function start(args: readonly string[], prefix = ''): Child {
  const command = `${prefix} exec "$@"`;
  const node = [process.execPath, '--conditions=millrace-source', fixture, ...args];
  const child = spawn('/bin/sh', ['-c', command, 'sh', ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const printed = async (count: number) => {
    const enough = new Promise<void>((resolve) => {
      child.stdout.on('data', () => lines.length >= count && resolve());
    });
    await Promise.race([enough, ended]);
  };
  return { process: child, lines, printed, ended };
}

/** Everything that was acknowledged is there, every stream is whole, and what follows from it is of its last commit. */
async function prove(store: Store, acknowledged: readonly string[]): Promise<void> {
  const streams = new Set(acknowledged.map((line) => line.split(' ')[0] ?? ''));
  const found = new Set<string>();
  for (const stream of streams) {
    const commits = await store.read('a', stream);
    expect(verifyStream(commits, (text) => createHash('sha256').update(text).digest('hex'))).toEqual({
      type: 'sound',
    });
    for (const { version, id } of commits) found.add(`${stream} ${version} ${id}`);
    const last = commits.at(-1);
    expect(await store.wakeUps('a', stream)).toMatchObject([
      { id: `${stream}/${last?.version}`, body: last?.id },
    ]);
    expect(await store.execution('a', stream)).toMatchObject({ updatedAt: last?.version });
  }
  expect(acknowledged.filter((line) => !found.has(line))).toEqual([]);
}

describe('a process that is killed', () => {
  test('has lost nothing that it acknowledged, whenever it was killed, and its file opens at once', async () => {
    const path = join(folder, 'killed.db');
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const child = start([path, `${round}`]);
      // Anywhere between the first commit and some checkpoints later.
      await child.printed(2 + Math.floor(Math.random() * 3_000));
      child.process.kill('SIGKILL');
      await child.ended;
      acknowledged.push(...child.lines.filter((line) => line !== 'open'));
      const store = await openSqliteStore({ path });
      await prove(store, acknowledged);
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(0);
  }, 60_000);

  test('holds its file until it is gone, and the refusal names its pid', async () => {
    const path = join(folder, 'held.db');
    const child = start([path, 'hold']);
    await child.printed(1);
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`is in use by process ${child.process.pid}`),
      details: { reason: 'locked', pid: child.process.pid },
    });
    child.process.kill('SIGKILL');
    await child.ended;
    await (await openSqliteStore({ path })).close();
  }, 30_000);
});

describe('a write that fails below SQLite', () => {
  test('ends the process, and what was acknowledged before is there', async () => {
    const path = join(folder, 'failing.db');
    // A limit on the size of files fails writes with EFBIG, which is none of the errors that may pass.
    const child = start([path, 'limited'], 'ulimit -f 1000;');
    expect(await child.ended).toBe(70);
    expect(child.lines.at(-1)).toMatch(/^fatal the database cannot be written any more: disk I\/O error/);
    const acknowledged = child.lines.filter((line) => line.startsWith('limited-'));
    expect(acknowledged.length).toBeGreaterThan(8);
    const store = await openSqliteStore({ path });
    await prove(store, acknowledged);
    await store.close();
  }, 30_000);
});
