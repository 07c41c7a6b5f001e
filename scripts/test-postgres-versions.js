/**
 * `npm run test:postgres-versions`: every test that uses a PostgreSQL, on each version that is promised, one after the other;
 * and that the version before the oldest is refused. `--versions 13,18` for some, `--contract` for the contract of stores and the
 * plans of its statements alone; what is left goes to vitest. A version that cannot be had counts as skipped. Ends with
 * the plain line `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.js';
import { ensureInstalled } from './install.js';
import { findPostgres, startPostgres } from './postgres.js';
import { installVersion, postgresVersions } from './postgres-versions.js';
import { requireNode, root } from './runtime.js';
import { formatCounts, runTests } from './vitest.js';

const tooOld = '12';
const contract = ['store', 'blobs', 'plans'].map(
  (name) => `packages/server/src/drivers/postgres/${name}.test.ts`,
);

const { values, positionals } = parseArgs({
  options: { versions: { type: 'string' }, contract: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = values.versions?.split(',') ?? Object.keys(postgresVersions);
await ensureInstalled();
await ensureBuilt();
process.env.TEST_POSTGRES = 'required';
const files = values.contract ? contract : testsWithPostgres();
const total = { passed: 0, failed: 0, skipped: 0 };
const told = [];
for (const version of chosen) {
  const counts = await tryVersion(version);
  for (const name of Object.keys(total)) total[name] += counts[name];
}
for (const line of told) console.log(line);
console.log(formatCounts(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function tryVersion(version) {
  const startedAt = performance.now();
  try {
    process.env.POSTGRES_BIN = await installVersion(version);
  } catch (error) {
    told.push(`PostgreSQL ${version}: skipped: ${error.message}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const server = spawnSync(join(findPostgres() ?? '', 'postgres'), ['--version'], { encoding: 'utf8' });
  const isTooOld = version === tooOld;
  const counts = isTooOld ? await expectRefusal() : (await runTests([...files, ...positionals])).counts;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  told.push(
    `${server.stdout.trim()}${isTooOld ? ', which is to be refused' : ''}: ${formatCounts(counts)}, in ${seconds} s`,
  );
  return counts;
}

/** By a command that needs the store: it ends with 4 and says what to do. */
async function expectRefusal() {
  const server = await startPostgres();
  try {
    const args = [join(root, 'packages', 'server', 'bin', 'millrace.js'), 'verify', '--store', server.url];
    const { status, stderr } = spawnSync(requireNode(), args, { encoding: 'utf8', timeout: 60_000 });
    console.log(stderr.trim());
    const isRefused = status === 4 && /PostgreSQL 12\.\d+ is too old: .* needs 13 or newer\./.test(stderr);
    return { passed: Number(isRefused), failed: Number(!isRefused), skipped: 0 };
  } finally {
    await server.remove();
  }
}

/** Whoever asks why there is none, and whoever makes a journey on each store. */
function testsWithPostgres() {
  return ['packages', 'scripts', 'test']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
    )
    .filter((file) => !/[/](node_modules|dist)[/]/.test(file))
    .filter((file) => /\b(whyNoPostgres|journeyStores)\b/.test(readFileSync(file, 'utf8')))
    .map((file) => relative(root, file));
}
