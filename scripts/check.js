/**
 * `npm run check`: types, lint and format, house rules, and all tests, with a line of timing for each step.
 * `--only types,lint` runs some of the steps. Ends with the plain line `N passed, N failed, N skipped`, where a step
 * that is no test run counts as one.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.js';
import { ensureInstalled } from './install.js';
import { root, runNode } from './runtime.js';
import { formatCounts, runTests } from './vitest.js';

const projects = [
  ...['jq', 'core', 'server', 'sdk', 'web'].map((name) => `packages/${name}`),
  'tsconfig.tests.json',
];

const steps = {
  types: () => asCounts(checkTypes()),
  lint: () =>
    asCounts(
      runNode([join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'ci', '--reporter=summary']),
    ),
  house: async () => (await runTests(['test/house'])).counts,
  tests: async () => (await runTests([])).counts,
};
/** They run side by side, and what the tests need is built meanwhile; the house rules are among the tests. */
const sideBySide = ['types', 'lint'];

await ensureInstalled();
process.exitCode = await check(chosenSteps(process.argv.slice(2)));

async function check(names) {
  const [results] = await Promise.all([
    Promise.all(names.filter((name) => sideBySide.includes(name)).map(timed)),
    names.includes('tests') ? ensureBuilt() : undefined,
  ]);
  for (const name of names) if (!sideBySide.includes(name)) results.push(await timed(name));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const { name, counts, ms } of results) {
    for (const key of Object.keys(total)) total[key] += counts[key];
    lines.push(
      `${counts.failed === 0 ? '✓' : '✗'} ${name.padEnd(6)} ${(ms / 1000).toFixed(1).padStart(6)} s`,
    );
  }
  console.log(`\n${lines.join('\n')}\n${formatCounts(total)}`);
  return total.failed === 0 ? 0 : 1;
}

async function timed(name) {
  const startedAt = Date.now();
  const counts = await steps[name]();
  return { name, counts, ms: Date.now() - startedAt };
}

function chosenSteps(args) {
  const all = Object.keys(steps);
  if (args.length === 0) return ['types', 'lint', 'tests'];
  const names = args[0] === '--only' ? (args[1] ?? '').split(',') : [];
  if (args.length === 2 && names.every((name) => all.includes(name))) return names;
  console.error(`usage: npm run check [-- --only ${all.join(',')}]`);
  return process.exit(2);
}

/** One compiler per project, as many at a time as there are cores: several checkers in one would each do much again. */
async function checkTypes() {
  const waiting = [...projects];
  let failures = 0;
  const work = async () => {
    for (let project = waiting.shift(); project; project = waiting.shift()) {
      const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
      if ((await runNode([tsc, '-p', project, '--noEmit', '--checkers', '1'])) !== 0) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), projects.length) }, work));
  return failures;
}

async function asCounts(result) {
  return (await result) === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}
