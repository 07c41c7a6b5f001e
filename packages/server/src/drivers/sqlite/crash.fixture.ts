/**
 * A process to be killed or starved, started by tests:
 * `FILE hold` opens the store, prints `open` and waits; `FILE ROUND` commits without end on eight streams, and prints a
 * line `stream version id` for each commit that was acknowledged. A fatal store ends it with code 70.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { commitContent } from '../../ports/commit-content.ts';
import type { Entry, Store } from '../../ports/store.ts';
import { openSqliteStore } from './store.ts';

const [path = '', round = 'hold'] = process.argv.slice(2);
const pause = new Int32Array(new SharedArrayBuffer(4));
const store = await openSqliteStore({ path, onFatal: endFatally });
print('open');
if (round === 'hold') setInterval(() => {}, 60_000);
else await Promise.all(Array.from({ length: 8 }, (_, at) => drive(store, `${round}-${at}`)));

async function drive(into: Store, stream: string): Promise<never> {
  let after = { version: 0, commit: '' };
  for (;;) {
    const entry = entryOf(stream, after);
    const [result] = await into.commit([entry]);
    if (result?.type !== 'accepted' || entry.commit === undefined)
      throw new Error(`refused: ${JSON.stringify(result)}`);
    after = { version: entry.commit.version + 1, commit: entry.commit.id };
    print(`${stream} ${entry.commit.version} ${entry.commit.id}`);
  }
}

/** Two facts, and one wake-up that replaces the one before. */
function entryOf(stream: string, after: { readonly version: number; readonly commit: string }): Entry {
  const body = JSON.stringify([
    { type: 'noted', note: 'x'.repeat(after.version % 3_000) },
    { type: 'noted' },
  ]);
  const commit = { version: after.version + 1, count: 2, time: 1, cause: 'crash', body };
  const id = createHash('sha256')
    .update(commitContent(after.commit, 'a', stream, commit))
    .digest('hex');
  const base = {
    execution: stream,
    kind: 'timer',
    due: 1,
    attempt: 0,
    lease: null,
    unsafe: false,
    doubt: false,
  } as const;
  const row = { ...base, id: `${stream}/${commit.version}`, body: id };
  const changes = [
    { type: 'remove', id: `${stream}/${after.version - 1}` },
    { type: 'put', row },
  ] as const;
  const names = { namespace: 'crash', name: 'crash', version: '1.0.0', definition: 'sha256:d' };
  const times = { startedAt: 1, updatedAt: commit.version, endedAt: null };
  const execution = { id: stream, ...names, status: 'running', ...times, error: null } as const;
  return { tenant: 'a', stream, after, commit: { ...commit, id }, execution, wakeUps: changes };
}

/** Written at once, so that what was acknowledged is told before the next can happen; who reads may be slower. */
function print(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function endFatally(error: Error): void {
  print(`fatal ${error.message}`);
  process.exit(70);
}
