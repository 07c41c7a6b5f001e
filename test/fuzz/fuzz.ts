/** Runs a target on inputs drawn by a seed. */
import fc from 'fast-check';
import type { Target } from './target.ts';

export interface Finding {
  /** what is wrong, in one sentence */
  readonly message: string;
  readonly input: unknown;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** called before an input is tried, for whoever watches from outside */
  readonly onInput?: (input: unknown) => void;
}

/** How long a failing input is made smaller, ms. */
const shrinkMsMax = 20_000;

/** The first input that shows a fault, as small as it could be made; undefined: none did. */
export async function fuzz(
  target: Target,
  { seed, runs, onInput }: FuzzOptions,
): Promise<Finding | undefined> {
  let shrinkUntil = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(target.inputs, async (input) => {
    if (performance.now() > shrinkUntil) return;
    onInput?.(input);
    const message = await tryOne(target, input);
    if (message === undefined) return;
    shrinkUntil = Math.min(shrinkUntil, performance.now() + shrinkMsMax);
    throw new Error(message);
  });
  const { failed, counterexample } = await fc.check(property, { seed, numRuns: runs });
  if (!failed || counterexample === null) return undefined;
  const [input] = counterexample;
  return { input, message: (await tryOne(target, input)) ?? 'it showed a fault once, and then no more' };
}

/** What is wrong with the answer to one input. */
export async function tryOne(target: Target, input: unknown): Promise<string | undefined> {
  try {
    return await target.check(input);
  } catch (error) {
    return `throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
