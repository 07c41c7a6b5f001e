/** How quiet the machine is: the same small work, timed before and after. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { median, quantile } from './quantile.ts';

export interface Noise {
  /** a fixed loop of arithmetic on one core: median and worst of 15 */
  readonly loopMs: number;
  readonly loopMaxMs: number;
  /** 4 KiB appended to a file and synced to the disk: median and 99th percentile of 100 */
  readonly syncMs: number;
  readonly syncP99Ms: number;
  /** processes that wanted a core, averaged over a minute */
  readonly load: number;
}

/** Takes about 0.3 s. `folder` is where the databases of the workloads are. */
export function measureNoise(folder: string): Noise {
  timeLoop(); // compiled first
  const loops = Array.from({ length: 15 }, timeLoop);
  const syncs = timeSyncs(folder);
  return {
    loopMs: median(loops),
    loopMaxMs: Math.max(...loops),
    syncMs: median(syncs),
    syncP99Ms: quantile(syncs, 0.99),
    load: loadavg()[0] ?? 0,
  };
}

/** Sentences about what should keep a reader from trusting the figures; none on a quiet machine. */
export function doubtsOf(before: Noise, after: Noise, foreignCpu: number): string[] {
  const drift = Math.max(after.loopMs / before.loopMs, before.loopMs / after.loopMs);
  const found: string[] = [];
  if (foreignCpu > foreignCpuMax)
    found.push(`other programs used ${(foreignCpu * 100).toFixed(0)} % of a core meanwhile`);
  if (drift > driftMax)
    found.push(
      `the same loop took ${before.loopMs.toFixed(1)} ms before and ${after.loopMs.toFixed(1)} ms after`,
    );
  return found;
}

const foreignCpuMax = 0.1;
const driftMax = 1.1;
const syncs = 100;
const loopSteps = 5_000_000;

function timeLoop(): number {
  const startedAt = performance.now();
  let sum = 1;
  for (let at = 0; at < loopSteps; at += 1) sum = (Math.imul(sum, 1_103_515_245) + 12_345) | 0;
  const ms = performance.now() - startedAt;
  // the sum is used, so that no compiler leaves the loop out
  return sum === 0 ? ms + 1e-9 : ms;
}

function timeSyncs(folder: string): number[] {
  const path = join(folder, 'sync-probe');
  const block = Buffer.alloc(4096, 1);
  const file = openSync(path, 'w');
  try {
    return Array.from({ length: syncs }, () => {
      const startedAt = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return performance.now() - startedAt;
    });
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
