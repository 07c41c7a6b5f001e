/** Results of a release, kept beside the sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from '../bars.ts';
import { type Machine, sourceCommit } from '../measure/machine.ts';
import { type Options, UsageError } from '../options.ts';
import type { Ratio, Results, Row } from '../row.ts';
import { ratiosOf } from '../run-work.ts';
import { readVersion } from '../subjects/embedded.ts';

export const resultsFolder = fileURLToPath(new URL('../results', import.meta.url));

/** What nobody should read out of the figures. */
const notMeasured: readonly string[] = [
  'several machines, and a network between client, engine and database: all parts share the cores and the loopback',
  'power loss: a sync is trusted to reach the disk, as the operating system says',
  'other disks, file systems and numbers of cores than those of the machine described',
  'workflows with large values, and histories beyond 100,000 iterations',
  'the memory and speed of peers in other settings than those that bench/README.md names',
];

export function collectResults(
  { windows, windowMs, warmUpMs, scale }: Options,
  machine: Machine,
  rows: readonly Row[],
  ratios: readonly Ratio[],
): Results {
  const commit = sourceCommit();
  return {
    version: readVersion(),
    ...(commit === undefined ? {} : { commit }),
    measuredAt: new Date().toISOString(),
    machine,
    setting: { windows, windowMs, warmUpMs, scale },
    rows,
    ratios,
    notMeasured,
  };
}

/** Writes `results/VERSION.json`, or `VERSION-postgres.json` when that was measured as well, as the formatter would, with four digits of each figure; answers its path. */
export function writeResults(results: Results): string {
  mkdirSync(resultsFolder, { recursive: true });
  const isOnPostgres = results.rows.some(({ by }) => by === 'postgres');
  const path = join(resultsFolder, `${results.version}${isOnPostgres ? '-postgres' : ''}.json`);
  writeFileSync(path, `${JSON.stringify(results, rounded, 2)}\n`);
  const biome = fileURLToPath(new URL('../../node_modules/@biomejs/biome/bin/biome', import.meta.url));
  execFileSync(process.execPath, [biome, 'format', '--write', path], {
    cwd: dirname(resultsFolder),
    stdio: 'pipe',
  });
  return path;
}

/** Results that were written before, held against the bars of today. */
export function readResults(path: string): Results {
  if (!existsSync(path)) throw new UsageError(`There are no results in ${path}.`);
  const results = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const { scale } = results.setting;
  const isJudged = (row: Row) => row.by === 'millrace' && scale === 1;
  const rows = results.rows.map((row) =>
    isJudged(row) ? { ...row, bars: judge(row.work, row.inFlight, row.figures) } : row,
  );
  return { ...results, rows, ratios: ratiosOf(rows, scale) };
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
