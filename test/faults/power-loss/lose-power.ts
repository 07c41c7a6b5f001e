/** Records what a load makes a process ask of its disk, cuts the power at many points, and looks at what is left. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '../../support/random.ts';
import { DiskModel, type DiskOperation, type Loss, readRecord } from './disk-model.ts';

export interface Load {
  /** Runs a process under the recording library, and ends it by `kill -9`. */
  record(recording: Recording, random: Random): Promise<void>;
  /** How often something was acknowledged. */
  acknowledged(said: readonly string[]): number;
  /** What is wrong with the files that are left in a folder, given all that was said by then. */
  flawOf(folder: string, said: readonly string[]): Promise<string | undefined>;
}

export interface Recording {
  /** whose files are recorded */
  readonly folder: string;
  /** of the process that is recorded */
  readonly env: Readonly<Record<string, string>>;
  /** where `note` of disk-model adds to */
  readonly record: string;
}

export interface PowerLossOptions {
  /** times that the power is cut */
  readonly losses: number;
  readonly seed?: number;
}

export interface PowerLossReport {
  readonly seed: number;
  readonly acknowledged: number;
  readonly operations: number;
  readonly syncs: number;
  readonly losses: number;
  /** losses of power after which something that was acknowledged was gone, or broken */
  readonly broken: readonly string[];
}

export const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Loaded before the recorded program, so that nothing is synced: what must be seen to lose something. */
export const withoutSyncs: string = here('synchronous-off.js');

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

export async function losePower(load: Load, { losses, seed }: PowerLossOptions): Promise<PowerLossReport> {
  const random = createRandom(seed);
  const chance = () => random.between(0, 2 ** 30 - 1) / 2 ** 30;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-power-'));
  try {
    const operations = await recordRun(folder, load, random);
    const points = pointsOf(operations, losses, random);
    const disk = new DiskModel();
    const said: string[] = [];
    const broken: string[] = [];
    for (const [at, operation] of operations.entries()) {
      disk.apply(operation);
      if (operation.type === 'said') said.push(operation.text);
      if (!points.has(at)) continue;
      const loss = (['none', 'some', 'some', 'first'] as const)[random.between(0, 3)] as Loss;
      const flaw = await lookAt(folder, disk.afterLoss(loss, chance), (found) => load.flawOf(found, said));
      if (flaw !== undefined)
        broken.push(`after operation ${at} with ${loss} of what was not synced: ${flaw}`);
    }
    return {
      seed: random.seed,
      acknowledged: load.acknowledged(said),
      operations: operations.length,
      syncs: operations.filter(({ type }) => type === 'sync ended').length,
      losses: points.size,
      broken,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recordRun(folder: string, load: Load, random: Random): Promise<DiskOperation[]> {
  const library = join(folder, 'recording-disk.so');
  execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, here('recording-disk.c'), '-ldl']);
  const watched = join(folder, 'recorded');
  mkdirSync(watched);
  const record = join(folder, 'record');
  const env = { LD_PRELOAD: library, RECORD_FOLDER: watched, RECORD_FILE: record };
  await load.record({ folder: watched, env, record }, random);
  return readRecord(readFileSync(record));
}

/** Half of them right after something was said, when there is most to lose; the others anywhere. */
function pointsOf(operations: readonly DiskOperation[], losses: number, random: Random): ReadonlySet<number> {
  const said = operations.flatMap(({ type }, at) => (type === 'said' ? [at] : []));
  const points = new Set<number>();
  const wanted = Math.min(losses, operations.length);
  while (points.size < wanted) {
    const afterWord = points.size % 2 === 0 ? said[random.between(0, said.length - 1)] : undefined;
    points.add(afterWord ?? random.between(0, operations.length - 1));
  }
  return points;
}

/** Lays out what is left in a folder of its own; answers what is wrong with it. */
async function lookAt(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  look: (found: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const found = mkdtempSync(join(folder, 'found-'));
  for (const [name, content] of files) {
    mkdirSync(dirname(join(found, name)), { recursive: true });
    writeFileSync(join(found, name), content);
  }
  try {
    return await look(found);
  } catch (error) {
    return String(error);
  } finally {
    rmSync(found, { recursive: true });
  }
}
