/**
 * Runs the simulation: `npm run simulate -- --seed N` repeats one seed, `--runs N` runs seeds from a start that
 * changes daily (or from `--seed`), `--minutes M` runs for as long. Ends with 1 when a rule was broken.
 */
import { parseArgs } from 'node:util';
import { type Report, simulate } from '../packages/server/src/simulation/simulate.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, minutes: { type: 'string' } },
});
const first =
  values.seed === undefined
    ? Math.floor(Date.now() / 86_400_000) * 1_000_000
    : wholeNumber('seed', values.seed);
const runsMax =
  values.runs === undefined
    ? values.minutes === undefined && values.seed !== undefined
      ? 1
      : Number.MAX_SAFE_INTEGER
    : wholeNumber('runs', values.runs);
const until =
  Date.now() +
  (values.minutes === undefined
    ? values.runs === undefined
      ? 60_000
      : Number.MAX_SAFE_INTEGER / 2
    : Number(values.minutes) * 60_000);

let failed = 0;
let runs = 0;
for (let seed = first; runs < runsMax && (runs === 0 || Date.now() < until); seed += 1, runs += 1) {
  const report = await simulate(seed);
  if (runsMax === 1) console.log(JSON.stringify(report, null, 2));
  if (report.violations.length === 0) continue;
  failed += 1;
  console.error(describe(report));
}
console.log(`${runs - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function describe({ seed, violations }: Report): string {
  return [
    `seed ${seed}:`,
    ...violations.slice(0, 5).map((line) => `  ${line}`),
    `  repeat: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number, not ${text}`);
  process.exit(2);
}
