/** Records what the SQLite driver asks of its disk, cuts the power at many points, and looks at what is left. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../../packages/server/src/drivers/sqlite/store.ts';
import type { Store } from '../../../packages/server/src/ports/store.ts';
import { verifyStream } from '../../../packages/server/src/ports/verify-stream.ts';
import { createRandom } from '../../support/random.ts';
import { DiskModel, type DiskOperation, type Loss, readRecord } from './disk-model.ts';

export interface PowerLossOptions {
  /** acknowledged commits to record before the process is killed */
  readonly commits: number;
  /** times that the power is cut */
  readonly losses: number;
  /** with `synchronous = off`: what it must be seen to lose */
  readonly withoutSyncs?: boolean;
  readonly seed?: number;
}

export interface PowerLossReport {
  readonly seed: number;
  readonly commits: number;
  readonly operations: number;
  readonly syncs: number;
  readonly losses: number;
  /** losses of power after which something that was acknowledged was gone, or broken */
  readonly broken: readonly string[];
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const fixture = here('../../../packages/server/src/drivers/sqlite/crash.fixture.ts');
const database = 'store.db';

/** Why this machine cannot record what a process asks of its disk; undefined: it can. */
export function cannotRecord(): string | undefined {
  if (process.platform !== 'linux') return `recording needs Linux, this is ${process.platform}`;
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'recording needs gcc, which is not there';
  }
}

export async function losePower(options: PowerLossOptions): Promise<PowerLossReport> {
  const random = createRandom(options.seed);
  const chance = () => random.between(0, 2 ** 30 - 1) / 2 ** 30;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-power-'));
  try {
    const operations = await recordRun(folder, options);
    const points = pointsOf(operations, options.losses, random);
    const disk = new DiskModel();
    const said: string[] = [];
    const broken: string[] = [];
    for (const [at, operation] of operations.entries()) {
      disk.apply(operation);
      if (operation.type === 'said') said.push(operation.text);
      if (!points.has(at)) continue;
      const loss = (['none', 'some', 'some', 'first'] as const)[random.between(0, 3)] as Loss;
      const flaw = await lookAt(folder, disk.afterLoss(loss, chance), acknowledgedIn(said));
      if (flaw !== undefined)
        broken.push(`after operation ${at} with ${loss} of what was not synced: ${flaw}`);
    }
    return {
      seed: random.seed,
      commits: acknowledgedIn(said).length,
      operations: operations.length,
      syncs: operations.filter(({ type }) => type === 'sync ended').length,
      losses: points.size,
      broken,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recordRun(
  folder: string,
  { commits, withoutSyncs = false }: PowerLossOptions,
): Promise<DiskOperation[]> {
  const library = join(folder, 'recording-disk.so');
  execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, here('recording-disk.c'), '-ldl']);
  const watched = join(folder, 'recorded');
  mkdirSync(watched);
  const record = join(folder, 'record');
  const flags = withoutSyncs ? ['--import', here('synchronous-off.js')] : [];
  const child = spawn(
    process.execPath,
    ['--conditions=millrace-source', ...flags, fixture, join(watched, database), 'power'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, LD_PRELOAD: library, RECORD_FOLDER: watched, RECORD_FILE: record },
    },
  );
  const closed = once(child, 'close');
  let lines = 0;
  child.stdout.on('data', (text: Buffer) => {
    for (const byte of text) if (byte === 10) lines += 1;
    if (lines > commits) child.kill('SIGKILL');
  });
  await closed;
  if (lines <= commits) throw new Error(`the recorded process ended after ${lines} lines`);
  return readRecord(readFileSync(record));
}

/** Half of them right after something was acknowledged, when there is most to lose; the others anywhere. */
function pointsOf(
  operations: readonly DiskOperation[],
  losses: number,
  random: ReturnType<typeof createRandom>,
): ReadonlySet<number> {
  const said = operations.flatMap(({ type }, at) => (type === 'said' ? [at] : []));
  const points = new Set<number>();
  const wanted = Math.min(losses, operations.length);
  while (points.size < wanted) {
    const afterWord = points.size % 2 === 0 ? said[random.between(0, said.length - 1)] : undefined;
    points.add(afterWord ?? random.between(0, operations.length - 1));
  }
  return points;
}

function acknowledgedIn(said: readonly string[]): string[] {
  return said
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('power-'));
}

/** Opens what is left with the driver itself; answers what is wrong with it. */
async function lookAt(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  acknowledged: readonly string[],
): Promise<string | undefined> {
  const found = mkdtempSync(join(folder, 'found-'));
  for (const [name, content] of files) writeFileSync(join(found, name), content);
  try {
    const store = await openSqliteStore({ path: join(found, database) });
    try {
      return await flawOf(store, acknowledged);
    } finally {
      await store.close();
    }
  } catch (error) {
    return String(error);
  } finally {
    rmSync(found, { recursive: true });
  }
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
