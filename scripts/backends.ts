/**
 * `npm run backends`: runs the contract suites of every driver, and writes what they showed into `docs/backends.md`. It
 * fails when a driver does not keep its contract, or when there is no PostgreSQL to hold one to it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openMemoryStore } from '../packages/server/src/drivers/memory/store.ts';
import { openDatabase } from '../packages/server/src/drivers/postgres/database.ts';
import { openPostgresStore } from '../packages/server/src/drivers/postgres/store.ts';
import { openSqliteStore } from '../packages/server/src/drivers/sqlite/store.ts';
import type { Store, StoreFeatures } from '../packages/server/src/ports/store.ts';
import { fillBetween, toCell } from './document-parts.ts';
import { ensurePostgres, howToInstallPostgres, startPostgres } from './postgres.js';
import { root, runNode } from './runtime.js';

const page = join(root, 'docs', 'backends.md');
const ports = join(root, 'packages', 'server', 'src', 'ports');
const drivers = 'packages/server/src/drivers';

interface Shown {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

interface Driver {
  readonly name: string;
  readonly form: string;
  readonly features: Pick<StoreFeatures, 'durability' | 'exclusive' | 'globalOrder'>;
  readonly store: Shown;
  readonly blobs: Shown;
}

const suites = [
  { name: 'memory', form: '`memory:`', blobs: 'memory' },
  { name: 'sqlite', form: '`sqlite:PATH`', blobs: 'files' },
  { name: 'postgres', form: '`postgres://…`', blobs: 'postgres' },
] as const;

/** What the table is true of: another contract needs another run. */
export function contractDigest(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(ports).sort())
    if (file.endsWith('.contract.ts')) hash.update(readFileSync(join(ports, file)));
  return hash.digest('hex').slice(0, 12);
}

/** Each driver's features, as it says them of itself when it is opened. */
export async function featuresOf(postgres: string | undefined): Promise<ReadonlyMap<string, StoreFeatures>> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-backends-'));
  const opened: Store[] = [openMemoryStore({ now: Date.now, hash: (text) => text })];
  try {
    opened.push(await openSqliteStore({ path: join(folder, 'store.db') }));
    if (postgres !== undefined) {
      const database = await openDatabase({ address: postgres, connectionsMax: 4 });
      opened.push(await openPostgresStore({ database }));
    }
    return new Map(opened.map(({ features }) => [features.driver, features]));
  } finally {
    for (const store of opened) await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The columns that a driver says itself. */
export function promiseCells({ durability, exclusive, globalOrder }: Driver['features']): readonly string[] {
  const survives = {
    memory: 'nothing: it ends with the process',
    'process-crash': 'a crash of the process',
    'power-loss': 'a crash of the process and a loss of power',
  }[durability];
  return [survives, exclusive ? 'one' : 'any number', globalOrder ? 'of all commits' : 'of each stream'];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (ensurePostgres() === undefined) throw new Error(howToInstallPostgres());
  const results = await runSuites();
  const server = await startPostgres();
  try {
    const features = await featuresOf(server.url);
    const rows = suites.map(({ name, form, blobs }) => {
      const own = features.get(name);
      if (own === undefined) throw new Error(`there is no driver ${name}`);
      const shown = (file: string) => results.get(`${drivers}/${file}.test.ts`) ?? nothing;
      return { name, form, features: own, store: shown(`${name}/store`), blobs: shown(`${blobs}/blobs`) };
    });
    writeFileSync(page, fillBetween(readFileSync(page, 'utf8'), 'drivers', table(rows)));
    const bad = rows.filter(({ store, blobs }) => store.failed + blobs.failed > 0 || store.passed === 0);
    for (const { name } of bad) console.error(`${name} does not keep its contract`);
    process.exitCode = bad.length === 0 ? 0 : 1;
  } finally {
    await server.remove();
  }
}

const nothing: Shown = { passed: 0, failed: 0, skipped: [] };

async function runSuites(): Promise<ReadonlyMap<string, Shown>> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-backends-'));
  const output = join(folder, 'results.json');
  const files = suites.flatMap(({ name, blobs }) => [
    `${drivers}/${name}/store.test.ts`,
    `${drivers}/${blobs}/blobs.test.ts`,
  ]);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  await runNode(
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${output}`,
      '-t',
      '(store|blobs): ',
      ...files,
    ],
    { env: { TEST_POSTGRES: 'required' } },
  );
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as {
    testResults: { name: string; assertionResults: { fullName: string; title: string; status: string }[] }[];
  };
  rmSync(folder, { recursive: true, force: true });
  return new Map(
    testResults.map(({ name, assertionResults }) => {
      const contract = assertionResults.filter(({ fullName }) => /(store|blobs): /.test(fullName));
      const count = (status: string) => contract.filter((each) => each.status === status).length;
      const skipped = contract.filter(({ status }) => status === 'skipped' || status === 'pending');
      return [
        name.slice(name.indexOf(drivers)),
        { passed: count('passed'), failed: count('failed'), skipped: skipped.map(({ title }) => title) },
      ] as const;
    }),
  );
}

function table(rows: readonly Driver[]): string {
  const lines = rows.map(({ name, form, features, store, blobs }) => {
    const cells = [form, ...promiseCells(features), told(store), told(blobs)];
    return `| **${name}** | ${cells.map(toCell).join(' | ')} |`;
  });
  const skipped = rows.flatMap(({ name, store, blobs }) =>
    [...store.skipped, ...blobs.skipped].map((title) => `- ${name}: ${title}`),
  );
  return [
    `Contract \`${contractDigest()}\`.`,
    '',
    '| Driver | Store | What was acknowledged survives | Processes | Order | Contract of stores | Contract of large values |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
    'Skipped, since they ask for what the driver does not claim:',
    '',
    ...skipped,
    '',
  ].join('\n');
}

function told({ passed, failed, skipped }: Shown): string {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return parts.join(', ');
}
