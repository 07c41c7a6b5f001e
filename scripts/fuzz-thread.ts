/** The thread that tries inputs: its memory is bounded, and the thread that started it sees when it holds still. */
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from '../test/fuzz/corpus.ts';
import { type Finding, fuzz, tryOne } from '../test/fuzz/fuzz.ts';
import { openTarget } from '../test/fuzz/open-target.ts';
import type { TargetName } from '../test/fuzz/target.ts';

export interface FuzzWork {
  readonly target: TargetName;
  readonly seed: number;
  /** inputs, the corpus not counted */
  readonly runs: number;
  readonly minutes: number | undefined;
  readonly oracle: string | undefined;
}

export type FuzzNews =
  | { readonly type: 'trying'; readonly input: unknown }
  | { readonly type: 'found'; readonly finding: Finding; readonly from: string }
  | { readonly type: 'done'; readonly runs: number };

/** Inputs that one seed draws. */
export const runsPerSeed = 100;

const { target: name, seed, runs, minutes, oracle } = workerData as FuzzWork;
const tell = (news: FuzzNews) => parentPort?.postMessage(news);
const target = await openTarget(name, oracle);
const until = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000;
let done = 0;
try {
  for (const { name: kept, input } of readCorpus(name)) {
    tell({ type: 'trying', input });
    const message = await tryOne(target, input);
    if (message !== undefined)
      tell({ type: 'found', finding: { message, input }, from: `the corpus' ${kept}` });
  }
  for (let at = seed; done < runs && performance.now() < until; at += 1) {
    const count = Math.min(runsPerSeed, runs - done);
    const finding = await fuzz(target, {
      seed: at,
      runs: count,
      onInput: (input) => tell({ type: 'trying', input }),
    });
    if (finding !== undefined) tell({ type: 'found', finding, from: `--seed ${at} --runs ${count}` });
    done += count;
  }
  const message = await target.closing?.();
  if (message !== undefined) tell({ type: 'found', finding: { message, input: null }, from: 'the end' });
} finally {
  await target.close?.();
}
tell({ type: 'done', runs: done });
