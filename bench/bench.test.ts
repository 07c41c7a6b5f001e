import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bars, isFailure, judge } from './bars.ts';
import { measureLoad } from './measure/closed-loop.ts';
import { describeMachine } from './measure/machine.ts';
import { doubtsOf, measureNoise } from './measure/noise.ts';
import { usageOf } from './measure/processes.ts';
import { median, quantile } from './measure/quantile.ts';
import { readOptions, UsageError } from './options.ts';
import { writePlots } from './report/plot.ts';
import { formatProfiles } from './report/profile.ts';
import { formatTable } from './report/table.ts';
import type { Results, Row } from './row.ts';
import { ratiosOf } from './run-work.ts';
import { works } from './works/works.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quiet = { loopMs: 5, loopMaxMs: 5, syncMs: 0.2, syncP99Ms: 0.3, load: 0.1 };

function rowOf(given: Partial<Row> & Pick<Row, 'work'>): Row {
  const figures = given.figures ?? {};
  return {
    ...{ by: 'millrace', subject: 'Millrace 1.2.3', noise: { before: quiet, after: quiet }, doubts: [] },
    ...given,
    figures,
    bars: given.by === undefined ? judge(given.work, given.inFlight, figures) : [],
  };
}

describe('every work', () => {
  for (const { name, inFlight, measure } of works) {
    it(`${name} runs at a small size, and has every figure that a bar is about`, {
      timeout: 60_000,
    }, async () => {
      const own = join(folder, name);
      mkdirSync(own);
      const { figures, subject } = await measure({
        ...{ subject: 'millrace', inFlight: Math.min(4, inFlight?.at(-1) ?? 4), warmUpMs: 50, windows: 2 },
        ...{ windowMs: 100, scale: 0.001, folder: own, peersFolder: '' },
      });
      expect(subject).toMatch(/^Millrace \d/);
      const wanted = bars.filter((bar) => bar.work === name);
      expect(wanted.length > 0 || isReported(name), 'a work without a bar').toBe(true);
      for (const bar of wanted) expect(figures[bar.figure], bar.figure).toBeGreaterThanOrEqual(0);
      if (figures.early !== undefined) expect(figures.early).toBe(0);
    });
  }
});

describe('bars', () => {
  it('a bar that is missed is said, beside what was measured, and makes a strict run fail', () => {
    const row = rowOf({ work: 'W1a', inFlight: 64, figures: { perSec: 11_999 } });
    expect(formatTable([row], [])).toMatch(/W1a +64 +per s +11,999 +≥ 12,000 +MISSED\n0 bars met, 1 missed/);
    expect(isFailure(row, true)).toBe(true);
    expect(isFailure(row, false)).toBe(false);
  });

  it('a bar that is just met is met', () => {
    const row = rowOf({ work: 'W1a', inFlight: 64, figures: { perSec: 12_000 } });
    expect(formatTable([row], [])).toMatch(/≥ 12,000 +met\n1 bars met, 0 missed/);
    expect(isFailure(row, true)).toBe(false);
    expect(judge('api', 4, { p95Ms: 100 })).toMatchObject([{ met: false }]);
    expect(judge('W5', undefined, { startMs: 350, idleMb: 131 }).map(({ met }) => met)).toEqual([
      true,
      false,
    ]);
  });

  it('what could not be measured has missed its bars, and is a failure', () => {
    const row = rowOf({ work: 'W3', inFlight: 1, failure: 'Error: no disk' });
    expect(row.bars.map(({ met }) => met)).toEqual([false]);
    expect(formatTable([row], [])).toMatch(/FAILED: Error: no disk[\s\S]*– +≤ 5 +MISSED/);
    expect(isFailure(row, false)).toBe(true);
  });
});

describe('measuring', () => {
  it('a closed loop of four that take 10 ms each ends at most 400 a second', async () => {
    let most = 0;
    let now = 0;
    const run = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now -= 1;
    };
    const options = {
      inFlight: 4,
      warmUpMs: 20,
      windows: 3,
      windowMs: 60,
      engine: [process.pid],
      others: [],
    };
    const { total, figures } = await measureLoad(run, options);
    expect(most).toBe(4);
    expect(total).toBeGreaterThan(8);
    expect(figures.perSec).toBeLessThan(450);
    expect(figures.p50Ms).toBeGreaterThanOrEqual(9);
    expect(figures.cpuMsPer).toBeGreaterThan(0);
  });

  it('the first execution that fails ends the measurement with its error', async () => {
    const options = { inFlight: 2, warmUpMs: 5_000, windows: 1, windowMs: 5_000, engine: [], others: [] };
    const run = () => Promise.reject(new Error('it broke'));
    await expect(measureLoad(run, options)).rejects.toThrow('it broke');
  });

  it('bytes that this process writes to a disk are counted', () => {
    if (!describeMachine(folder).durable) return;
    const before = usageOf([process.pid]).writtenBytes;
    writeFileSync(join(folder, 'bytes'), Buffer.alloc(1_000_000, 1));
    expect(usageOf([process.pid]).writtenBytes - before).toBeGreaterThanOrEqual(1_000_000);
  });

  it('quantiles are values that were there; the median of an even number lies between two', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual(
      [1, 51, 100, 100],
    );
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('a machine that was busy with other things is doubted, a quiet one is not', () => {
    expect(doubtsOf(quiet, quiet, 0.02)).toEqual([]);
    expect(doubtsOf(quiet, { ...quiet, loopMs: 6 }, 0.5)).toEqual([
      'other programs used 50 % of a core meanwhile',
      'the same loop took 5.0 ms before and 6.0 ms after',
    ]);
    expect(measureNoise(folder).syncMs).toBeGreaterThan(0);
  });
});

describe('the command line', () => {
  it('takes works, numbers in flight and peers', () => {
    expect(
      readOptions(['W1a', '--in-flight', '64,512', '--seconds', '0.5', '--peers', 'dbos']),
    ).toMatchObject({
      ...{ works: ['W1a'], inFlight: [64, 512], windowMs: 500, windows: 5, peers: ['dbos'], scale: 1 },
    });
    expect(readOptions([]).works).toEqual(works.map(({ name }) => name));
  });

  it('refuses what it does not know', () => {
    for (const args of [['W9'], ['--fast'], ['--in-flight', '0'], ['--peers', 'abacus'], ['--seconds', '-1']])
      expect(() => readOptions(args), args.join(' ')).toThrow(UsageError);
  });
});

describe('the report', () => {
  const rows = [
    rowOf({ work: 'W1a', inFlight: 64, figures: { perSec: 9_000 } }),
    rowOf({ work: 'W1b', inFlight: 64, figures: { perSec: 3_000 } }),
    rowOf({ work: 'W1b', inFlight: 64, by: 'dbos', subject: 'DBOS 5.3.0', figures: { perSec: 200 } }),
    rowOf({ work: 'W3', inFlight: 1, figures: { p50Ms: 4 } }),
    rowOf({ work: 'W3', inFlight: 1, by: 'dbos', subject: 'DBOS 5.3.0', figures: { p50Ms: 100 } }),
    rowOf({ work: 'W1b', inFlight: 512, by: 'dbos', subject: 'DBOS 5.3.0', figures: { perSec: 250 } }),
  ];

  it('a ratio is above one when Millrace is better, for rates and for times', () => {
    const told = ratiosOf(rows, 1).map(({ work, peer, ratio }) => [work, peer, ratio]);
    expect(told).toEqual([
      ['W1a', 'dbos', 45],
      ['W1b', 'dbos', 15],
      ['W3', 'dbos', 25],
    ]);
    expect(formatTable(rows, ratiosOf(rows, 1))).toMatch(/W3 +1 +p50 ms +dbos +4\.00 +100\.00 +25\.0 ×/);
  });

  it('what is promised beside a peer is judged by the ratio of one run, at full scale', () => {
    const slow = [
      rowOf({ work: 'W1b', inFlight: 64, figures: { perSec: 3_000 } }),
      rowOf({ work: 'W1b', inFlight: 512, figures: { perSec: 3_000 } }),
      rowOf({ work: 'W1b', inFlight: 64, by: 'bullmq', subject: 'BullMQ', figures: { perSec: 700 } }),
      rowOf({ work: 'W1b', inFlight: 512, by: 'bullmq', subject: 'BullMQ', figures: { perSec: 2_900 } }),
    ];
    const table = formatTable(slow, ratiosOf(slow, 1));
    expect(table).toMatch(/W1b +64 +per s +bullmq +3,000 +700 +4\.3 × +≥ 3\.8 × +met/);
    expect(table).toMatch(/W1b +512 +per s +bullmq +3,000 +2,900 +1\.0 × +≥ 1\.7 × +MISSED/);
    expect(ratiosOf(slow, 0.1).every(({ wanted }) => wanted === undefined)).toBe(true);
  });

  it('a plot has a bar for each figure, in proportion, and colours for dark pages', () => {
    const results: Results = {
      ...{ version: '1.2.3', measuredAt: '2026-01-02T00:00:00.000Z', machine: describeMachine(folder) },
      ...{ setting: { windows: 1, windowMs: 1, warmUpMs: 1, scale: 1 }, rows, ratios: [], notMeasured: [] },
    };
    const [throughput = '', latency = ''] = writePlots(results, join(folder, 'plots'));
    const widths = [
      ...readFileSync(throughput, 'utf8').matchAll(/class="(\w+)" x="\d+" y="\d+" width="([\d.]+)"/g),
    ];
    expect(widths.map((match) => match[1])).toEqual(['millrace', 'peer', 'peer']);
    expect(Number(widths[0]?.[2]) / Number(widths[1]?.[2])).toBeCloseTo(15, 0);
    expect(readFileSync(latency, 'utf8')).toContain('prefers-color-scheme: dark');
    expect(readFileSync(latency, 'utf8')).toContain('DBOS 5.3.0');
  });

  it('a profile tells the own time of functions and files within the measured windows', () => {
    const own = join(folder, 'profiles');
    mkdirSync(own);
    const frame = (functionName: string) => ({ functionName, url: 'node:fs', lineNumber: 6 });
    const profile = {
      nodes: ['busy', '(idle)'].map((name, at) => ({ id: at + 1, callFrame: frame(name) })),
      ...{ startTime: 0, samples: [1, 1, 2, 1], timeDeltas: [300_000, 200_000, 500_000, 900_000] },
    };
    writeFileSync(join(own, 'CPU.20260102.030405.77.0.001.cpuprofile'), JSON.stringify(profile));
    expect(formatProfiles(own)).toContain('process 77, main thread: busy 1400 ms, idle 500 ms');
    writeFileSync(join(own, 'measured.json'), JSON.stringify({ fromMicros: 400_000, toMicros: 1_000_000 }));
    const text = formatProfiles(own);
    expect(text).toContain('busy 200 ms, idle 500 ms');
    expect(text).toMatch(/200 ms 100\.0 % {2}busy {2}node:fs:7/);
  });
});

/** What costs by its nature as much as there is of it: told beside the works that have a bar. */
function isReported(name: string): boolean {
  return name === 'listeners-unbound' || name === 'listeners-correlations';
}
