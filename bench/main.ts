/**
 * `npm run bench -- [WORK…] [OPTION…]`: measures Millrace, and peers beside it. JSON lines go to stdout, one for each
 * measurement, and then one for each ratio; the table for people goes to stderr.
 */
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFailure } from './bars.ts';
import { describeMachine } from './measure/machine.ts';
import { type Options, readOptions, UsageError, usage } from './options.ts';
import { installPeer } from './peers/install.ts';
import { writePlots } from './report/plot.ts';
import { formatProfiles } from './report/profile.ts';
import { collectResults, readResults, writeResults } from './report/results.ts';
import { formatTable } from './report/table.ts';
import type { Results, Row } from './row.ts';
import { ratiosOf, runWorks } from './run-work.ts';
import { endWithParent } from './subjects/child-process.ts';

endWithParent(); // an interrupted run stops its servers and removes its databases
try {
  if (process.argv.includes('--help')) console.log(usage);
  else process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

async function main(options: Options): Promise<number> {
  const profiles = options.profile ? profilesFolder() : undefined;
  const results = options.from === undefined ? await measure(options, profiles) : readResults(options.from);
  console.error(`\n${describe(results)}\n\n${formatTable(results.rows, results.ratios)}`);
  for (const name of profiles === undefined ? [] : readdirSync(profiles))
    console.error(`\n${formatProfiles(join(profiles ?? '', name))}`);
  if (options.save) console.error(`\nwritten: ${await writeResults(results)}`);
  if (options.plot) for (const path of writePlots(results)) console.error(`written: ${path}`);
  return results.rows.some((row) => isFailure(row, options.strict)) ? 1 : 0;
}

async function measure(options: Options, profiles: string | undefined): Promise<Results> {
  for (const peer of options.peers) await installPeer(peer, options.peersFolder);
  const machine = describeMachine(options.data);
  if (!machine.durable)
    console.error(`${options.data} is in memory: a sync is no sync there. Choose a disk with --data.`);
  const rows = await runWorks(options, profiles, tell);
  const ratios = ratiosOf(rows, options.scale);
  for (const ratio of ratios) console.log(JSON.stringify(ratio));
  return collectResults(options, machine, rows, ratios);
}

function tell(row: Row): void {
  console.log(JSON.stringify(row));
  if (row.failure !== undefined) console.error(`${row.work} by ${row.by}: ${row.failure}`);
}

function describe({ version, commit, machine, setting }: Results): string {
  const { cpu, cores, memoryGb, kernel, node, sqlite, fileSystem } = machine;
  return [
    `Millrace ${version}${commit === undefined ? '' : ` (${commit})`} on Node ${node}, SQLite ${sqlite} (WAL, synchronous=FULL)`,
    `${cores} cores of ${cpu}, ${memoryGb} GB, ${kernel}, ${fileSystem}`,
    `${setting.windows} windows of ${setting.windowMs / 1000} s after ${setting.warmUpMs / 1000} s, the median of them; maxima of all${setting.scale === 1 ? '' : `; scale ${setting.scale}, so no bar is judged`}`,
  ].join('\n');
}

function profilesFolder(): string {
  const parent = fileURLToPath(new URL('.profiles', import.meta.url));
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(`${parent}/run-`);
}
