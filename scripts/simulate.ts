/**
 * Runs the simulation. Ends with the plain line `N passed, N failed, N skipped`, and with 1 when a rule was broken.
 *
 * `npm run simulate -- --seed N` repeats one seed and prints its report; with `--shrink` it makes a failing one smaller
 * and prints that; with `--keep NAME` the smaller case becomes a file that the tests run from then on.
 * `--runs N` and `--minutes M` run seeds on every core, from a start that changes daily or from `--seed`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type ShrinkOptions, shrink } from '../packages/server/src/simulation/shrink.ts';
import { caseOf, simulate } from '../packages/server/src/simulation/simulate.ts';
import { type Figures, figureNames, type Lot, type LotResult, noFigures } from './simulate-thread.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    minutes: { type: 'string' },
    threads: { type: 'string' },
    shrink: { type: 'boolean' },
    keep: { type: 'string' },
  },
});

const shrinkOptions: ShrinkOptions = { runsMax: 4_000 };
/** Seeds that a thread takes at once: neighbours share definitions. */
const seedsPerLot = 64;
const failuresShownMax = 10;
const keptFolder = new URL('../packages/server/src/simulation/kept/', import.meta.url);

const seed = values.seed === undefined ? undefined : wholeNumber('seed', values.seed);
const isOne = seed !== undefined && values.runs === undefined && values.minutes === undefined;
process.exitCode = isOne
  ? await runOne(seed)
  : await runMany(seed ?? Math.floor(Date.now() / 86_400_000) * 1_000_000);

async function runOne(one: number): Promise<number> {
  const { acts, ...report } = await simulate(one);
  console.log(JSON.stringify({ ...report, acts: acts.map(({ type, at }) => ({ type, ...at })) }, null, 2));
  const failed = report.violations.length > 0;
  if (failed && (values.shrink === true || values.keep !== undefined)) await shrinkOne(one);
  console.log(counts(failed ? 0 : 1, failed ? 1 : 0));
  return failed ? 1 : 0;
}

async function shrinkOne(one: number): Promise<void> {
  const shrunk = await shrink(caseOf(one), shrinkOptions);
  if (shrunk === undefined) return;
  const { found, rule, runs } = shrunk;
  const text = `${JSON.stringify({ rule, ...found }, null, 2)}\n`;
  console.log(`shrunk in ${runs} runs:\n${text}`);
  if (values.keep === undefined) return;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(values.keep))
    return usage(`--keep takes a kebab-case name, not ${values.keep}`);
  writeFileSync(new URL(`${values.keep}.json`, keptFolder), text);
  console.log(`kept as packages/server/src/simulation/kept/${values.keep}.json`);
}

async function runMany(first: number): Promise<number> {
  const runsMax = values.runs === undefined ? Number.MAX_SAFE_INTEGER : wholeNumber('runs', values.runs);
  const minutes =
    values.minutes === undefined ? (values.runs === undefined ? 1 : undefined) : Number(values.minutes);
  const threads =
    values.threads === undefined ? availableParallelism() : wholeNumber('threads', values.threads);
  const startedAt = performance.now();
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : startedAt + minutes * 60_000;
  const total = { runs: 0, failed: 0, figures: noFigures() };
  let next = 0;
  const nextLot = (): Lot | undefined => {
    if (next >= runsMax || performance.now() >= until) return undefined;
    const count = Math.min(seedsPerLot, runsMax - next);
    next += count;
    return { from: first + next - count, count };
  };
  await Promise.all(Array.from({ length: threads }, () => drive(nextLot, (result) => take(total, result))));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage();
  console.log(
    `${total.runs} runs from seed ${first} in ${seconds.toFixed(1)} s on ${threads} threads (${((user + system) / 1e6).toFixed(0)} s of CPU): ${figureNames.map((name) => `${total.figures[name]} ${name}`).join(', ')}`,
  );
  console.log(counts(total.failed === 0 ? 1 : 0, total.failed));
  return total.failed === 0 ? 0 : 1;
}

/** Feeds one thread until there is nothing left. */
function drive(nextLot: () => Lot | undefined, take: (result: LotResult) => void): Promise<void> {
  const worker = new Worker(new URL('./simulate-thread.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const feed = () => {
      const lot = nextLot();
      if (lot !== undefined) return worker.postMessage(lot);
      worker.terminate().then(() => resolve(), reject);
    };
    worker.on('message', (result: LotResult) => {
      take(result);
      feed();
    });
    worker.once('error', reject);
    feed();
  });
}

function take(total: { runs: number; failed: number; figures: Figures }, result: LotResult): void {
  total.runs += result.runs;
  for (const name of figureNames) total.figures[name] += result.figures[name];
  for (const { seed: failing, violations } of result.failures) {
    total.failed += 1;
    if (total.failed > failuresShownMax) continue;
    const lines = violations.slice(0, 5).map((line) => `  ${line}`);
    console.error(
      `seed ${failing}:\n${lines.join('\n')}\n  repeat: npm run simulate -- --seed ${failing} --shrink`,
    );
  }
}

function counts(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed, 0 skipped`;
}

function wholeNumber(name: string, text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : usage(`--${name} is a whole number, not ${text}`);
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}
