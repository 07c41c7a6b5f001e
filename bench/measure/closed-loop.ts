/** The load: so many executions in flight at all times, told apart by windows of time. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineTime, usageOf } from './processes.ts';
import { median, quantile } from './quantile.ts';
import { watchStalls } from './stalls.ts';

export interface LoadOptions {
  /** executions under way at any time */
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly windows: number;
  readonly windowMs: number;
  /** processes that the engine is made of; their descendants are counted with them */
  readonly engine: readonly number[];
  /** processes that make the load or answer calls, whose CPU is told apart */
  readonly others: readonly number[];
  /** folder of the CPU profiles, in which the time of the windows is noted */
  readonly profiles?: string;
}

/** What was measured: names carry their units, `Per` is per execution. */
export type Figures = Readonly<Record<string, number>>;

export interface LoadResult {
  /** executions that ended, warm-up included */
  readonly total: number;
  readonly figures: Figures;
}

/**
 * Keeps `run` going `inFlight` times at once through the warm-up and all windows, without a pause between them, and
 * answers with the median of the windows: `perSec` (with its least and most), `p50Ms`, `p95Ms`, `p99Ms` and `maxMs` from the
 * start of an execution to its end, `cpuMsPer`, `otherCpuMsPer`, `writtenBytesPer`, `stallMs` and `stallCpuMs` (the longest of all),
 * and `foreignCpu`, the share of the machine that strangers used. The first error of `run` ends it.
 */
export async function measureLoad(run: () => Promise<unknown>, options: LoadOptions): Promise<LoadResult> {
  const stalls = watchStalls();
  let latencies: number[] = [];
  let total = 0;
  let open = true;
  const work = async () => {
    while (open) {
      const startedAt = performance.now();
      await run();
      latencies.push(performance.now() - startedAt);
      total += 1;
    }
  };
  const loops = Promise.all(Array.from({ length: options.inFlight }, work));
  const windows: Figures[] = [];
  const watch = async () => {
    await sleep(options.warmUpMs);
    const fromMicros = monotonicMicros();
    let before = sample(options);
    for (let at = 0; at < options.windows; at += 1) {
      latencies = [];
      stalls.take();
      await sleep(options.windowMs);
      // an execution that takes longer than a window still counts, in a longer window
      for (let waitedMs = 0; latencies.length === 0; waitedMs += pollMs) {
        if (waitedMs > endMsMax) throw new Error(`no execution ended within ${endMsMax / 1000} s`);
        await sleep(pollMs);
      }
      const after = sample(options);
      windows.push({ ...figuresOf(latencies, before, after), ...stalls.take() });
      before = sample(options);
    }
    if (options.profiles !== undefined)
      writeFileSync(
        join(options.profiles, measuredFile),
        JSON.stringify({ fromMicros, toMicros: monotonicMicros() }),
      );
  };
  try {
    await Promise.race([watch(), loops]);
  } finally {
    open = false;
    stalls.stop();
  }
  await loops;
  return { total, figures: medianOf(windows) };
}

/** Holds the span of the windows on the machine's monotonic clock, which CPU profiles are told in as well. */
export const measuredFile = 'measured.json';

function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

const pollMs = 10;
const endMsMax = 60_000;

interface Sample {
  readonly at: number;
  readonly engineCpuMs: number;
  readonly otherCpuMs: number;
  readonly writtenBytes: number;
  readonly busyMs: number;
  readonly stolenMs: number;
}

function sample({ engine, others }: LoadOptions): Sample {
  const { cpuMs, writtenBytes } = usageOf(engine);
  const otherCpuMs = usageOf(others).cpuMs;
  return { at: performance.now(), engineCpuMs: cpuMs, otherCpuMs, writtenBytes, ...machineTime() };
}

function figuresOf(latencies: readonly number[], before: Sample, after: Sample): Figures {
  const ms = after.at - before.at;
  const count = latencies.length;
  const engineMs = after.engineCpuMs - before.engineCpuMs;
  const otherMs = after.otherCpuMs - before.otherCpuMs;
  const foreignMs = after.busyMs - before.busyMs - engineMs - otherMs;
  return {
    perSec: (count / ms) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    cpuMsPer: engineMs / count,
    otherCpuMsPer: otherMs / count,
    writtenBytesPer: (after.writtenBytes - before.writtenBytes) / count,
    foreignCpu: Math.max(0, foreignMs) / ms,
    stolenCpu: (after.stolenMs - before.stolenMs) / ms,
  };
}

const worst = new Set(['maxMs', 'stallMs', 'stallCpuMs']);

/** Of all windows: the median, but the worst of what is a worst already. */
function medianOf(windows: readonly Figures[]): Figures {
  const names = Object.keys(windows[0] ?? {});
  const valuesOf = (name: string) => windows.map((window) => window[name] ?? Number.NaN);
  const figures = names.map((name) => {
    const values = valuesOf(name);
    return [name, worst.has(name) ? Math.max(...values) : median(values)];
  });
  const rates = valuesOf('perSec');
  return {
    ...Object.fromEntries(figures),
    perSecMin: Math.min(...rates),
    perSecMax: Math.max(...rates),
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
