/** A thread of the simulation: runs the seeds that it is given, and tells what each lot came to. */
import { parentPort } from 'node:worker_threads';
import { simulate } from '../packages/server/src/simulation/simulate.ts';

/** Seeds from `from` on. */
export interface Lot {
  readonly from: number;
  readonly count: number;
}

export interface LotResult {
  readonly runs: number;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly figures: Figures;
}

export type Figures = Record<(typeof figureNames)[number], number>;

export const figureNames = [
  'steps',
  'commits',
  'refused',
  'crashes',
  'deeds',
  'executions',
  'foretold',
  'placed',
] as const;

export function noFigures(): Figures {
  return { steps: 0, commits: 0, refused: 0, crashes: 0, deeds: 0, executions: 0, foretold: 0, placed: 0 };
}

parentPort?.on('message', (lot: Lot) => {
  run(lot).then(
    (result) => parentPort?.postMessage(result),
    (error: unknown) => setImmediate(() => Promise.reject(error)),
  );
});

async function run({ from, count }: Lot): Promise<LotResult> {
  const figures = noFigures();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const report = await simulate(seed);
    for (const name of figureNames) figures[name] += report[name];
    if (report.violations.length > 0) failures.push({ seed, violations: report.violations });
  }
  return { runs: count, failures, figures };
}
