/**
 * `npm run fuzz -- --target yaml|json|jq|http --minutes N`: inputs at random, after those of the corpus. Ends with the plain
 * line `N passed, N failed, N skipped`, and with 1 when something was found.
 *
 * `--seed N` (with `--runs M`) repeats what a run printed; `--keep NAME` puts what it finds into the corpus;
 * `--oracle PATH` is the jq 1.8 to compare with: a program or a module, else `jq` or `jq-wasm`, where they are there.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { keep } from '../test/fuzz/corpus.ts';
import type { Finding } from '../test/fuzz/fuzz.ts';
import { findJqOracle } from '../test/fuzz/jq-oracle.ts';
import { type TargetName, targetNames } from '../test/fuzz/target.ts';
import type { FuzzNews, FuzzWork } from './fuzz-thread.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    keep: { type: 'string' },
    oracle: { type: 'string' },
  },
});

/** What an input may make of the heap, and for how long nothing may be heard. */
const heapMegabytesMax = 512;
const silenceMsMax = 60_000;
const findingsShownMax = 10;

const names = values.target === undefined ? targetNames : [readTarget(values.target)];
if (values.keep !== undefined && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(values.keep))
  usage('--keep takes a kebab-case name');
const startSeed =
  values.seed === undefined
    ? Math.floor(Date.now() / 86_400_000) * 1_000_000
    : readNumber('seed', values.seed);
let failed = 0;
for (const name of names) failed += (await runTarget(name)) > 0 ? 1 : 0;
console.log(`${names.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;

async function runTarget(target: TargetName): Promise<number> {
  const oracle = target === 'jq' ? await findJqOracle(values.oracle) : undefined;
  if (target === 'jq')
    console.log(
      oracle === undefined
        ? 'jq: no jq 1.8 was found to compare with'
        : `jq: compared with ${oracle.version}`,
    );
  const runs = values.runs === undefined ? Number.MAX_SAFE_INTEGER : readNumber('runs', values.runs);
  const minutes =
    values.minutes === undefined ? (values.runs === undefined ? 1 : undefined) : Number(values.minutes);
  const startedAt = performance.now();
  const { found, done } = await work({ target, seed: startSeed, runs, minutes, oracle: values.oracle });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(`${target}: ${done} inputs from seed ${startSeed} in ${seconds} s, ${found} findings`);
  return found;
}

function work(data: FuzzWork): Promise<{ readonly found: number; readonly done: number }> {
  const thread = new Worker(new URL('./fuzz-thread.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  return new Promise((resolve) => {
    let found = 0;
    let tried = 0;
    let trying: unknown;
    const take = (finding: Finding, from: string) => {
      found += 1;
      if (found <= findingsShownMax) show(data.target, finding, from);
    };
    const end = (done: number) => {
      clearTimeout(watch);
      resolve({ found, done });
    };
    const watch = setTimeout(() => {
      take(
        { message: `nothing was heard for ${silenceMsMax / 1_000} s`, input: trying },
        'an input that holds still',
      );
      thread.terminate().then(() => end(tried));
    }, silenceMsMax);
    thread.on('message', (news: FuzzNews) => {
      watch.refresh();
      if (news.type === 'found') take(news.finding, news.from);
      else if (news.type === 'done') end(news.runs);
      else {
        tried += 1;
        trying = news.input;
      }
    });
    thread.once('error', (error) => {
      take(
        { message: `the thread ended: ${error.message}`, input: trying },
        'an input that takes too much memory',
      );
      end(tried);
    });
  });
}

function show(target: TargetName, { message, input }: Finding, from: string): void {
  console.error(
    `${target}: ${message}\n  input: ${JSON.stringify(input)}\n  repeat: npm run fuzz -- --target ${target} ${from}`,
  );
  if (values.keep !== undefined && input !== null)
    console.error(`  kept as ${keep(target, { name: values.keep, why: message, input })}`);
}

function readTarget(text: string): TargetName {
  return (
    targetNames.find((name) => name === text) ??
    usage(`--target is one of ${targetNames.join(', ')}, not ${text}`)
  );
}

function readNumber(name: string, text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : usage(`--${name} is a whole number, not ${text}`);
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}
