/** Commits without end on eight streams of the SQLite driver: as many in flight, and as many checkpoints, as can be had. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { openSqliteStore } from '../../../packages/server/src/drivers/sqlite/store.ts';
import type { Store } from '../../../packages/server/src/ports/store.ts';
import { verifyStream } from '../../../packages/server/src/ports/verify-stream.ts';
import { here, type Load, withoutSyncs } from './lose-power.ts';

export interface PlainLoadOptions {
  /** acknowledged commits to record before the process is killed */
  readonly commits: number;
  /** nothing is synced */
  readonly weak?: boolean;
}

const fixture = here('../../../packages/server/src/drivers/sqlite/crash.fixture.ts');
const database = 'store.db';

export function plainLoad({ commits, weak = false }: PlainLoadOptions): Load {
  return {
    async record({ folder, env }) {
      const flags = weak ? ['--import', withoutSyncs] : [];
      const child = spawn(
        process.execPath,
        ['--conditions=millrace-source', ...flags, fixture, join(folder, database), 'power'],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
      );
      const closed = once(child, 'close');
      let lines = 0;
      child.stdout.on('data', (text: Buffer) => {
        for (const byte of text) if (byte === 10) lines += 1;
        if (lines > commits) child.kill('SIGKILL');
      });
      await closed;
      if (lines <= commits) throw new Error(`the recorded process ended after ${lines} lines`);
    },
    acknowledged: (said) => acknowledgedIn(said).length,
    async flawOf(folder, said) {
      const store = await openSqliteStore({ path: join(folder, database) });
      try {
        return await flawOf(store, acknowledgedIn(said));
      } finally {
        await store.close();
      }
    },
  };
}

function acknowledgedIn(said: readonly string[]): string[] {
  return said
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('power-'));
}

async function flawOf(store: Store, acknowledged: readonly string[]): Promise<string | undefined> {
  const found = new Set<string>();
  for (let stream = 0; stream < 8; stream++) {
    const name = `power-${stream}`;
    const commits = await store.read('a', name);
    const verdict = verifyStream(commits, (text) => createHash('sha256').update(text).digest('hex'));
    if (verdict.type === 'broken') return `${name} is broken at ${verdict.version}: ${verdict.reason}`;
    for (const { version, id } of commits) found.add(`${name} ${version} ${id}`);
    const last = commits.at(-1);
    const [row] = await store.wakeUps('a', name);
    if (last !== undefined && row?.id !== `${name}/${last.version}`)
      return `${name} ends with ${last.version}, and waits for ${row?.id}`;
  }
  const lost = acknowledged.filter((line) => !found.has(line));
  return lost.length === 0
    ? undefined
    : `${lost.length} of ${acknowledged.length} acknowledged commits are gone`;
}
