/** Runs feature files against a runtime, and says what passed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missingNeeds, optionalFeatures } from './features.ts';
import { type Feature, readFeature, type Scenario, type Step } from './gherkin.ts';
import type { Runtime } from './runtime.ts';
import type { Situation } from './steps/situation.ts';
import { runStep } from './steps/vocabulary.ts';
import type { RequestLog } from './world/request-log.ts';

export interface ScenarioResult {
  readonly feature: string;
  readonly file: string;
  readonly scenario: string;
  readonly tags: readonly string[];
  /** `file:line` of the scenario, or of the step that failed */
  readonly place: string;
  /** why it failed; absent with `skipped` absent: it passed */
  readonly failure?: string;
  /** why it was not run */
  readonly skipped?: string;
  readonly elapsedMs: number;
}

export interface RunOptions {
  /** scenarios at a time, default 16 */
  readonly concurrencyMax?: number;
  /** what the stand-ins were asked */
  readonly requests?: RequestLog;
  /** how long a step waits for what it expects, default 10 s */
  readonly patienceMs?: number;
}

/** Reads every `.feature` file at the given paths; a folder is read with what is in it, in order of names. */
export function readFeatures(paths: readonly string[]): Feature[] {
  return paths.flatMap(listFeatures).map((file) => readFeature(readFileSync(file, 'utf8'), file));
}

/** Runs every scenario, many at a time, and answers in the order of the files. */
export async function runFeatures(
  features: readonly Feature[],
  runtime: Runtime,
  options: RunOptions = {},
): Promise<ScenarioResult[]> {
  const scenarios = features.flatMap((feature) =>
    feature.scenarios.map((scenario) => ({ feature, scenario })),
  );
  return inParallel(scenarios, options.concurrencyMax ?? 16, ({ feature, scenario }) =>
    runScenario(feature, scenario, runtime, options),
  );
}

export async function inParallel<T, R>(
  items: readonly T[],
  concurrencyMax: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const one = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: concurrencyMax }, one));
  return results;
}

export async function runScenario(
  feature: Feature,
  scenario: Scenario,
  runtime: Runtime,
  options: RunOptions = {},
): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const answer = (line: number, rest: { failure?: string; skipped?: string } = {}): ScenarioResult => ({
    feature: feature.name,
    file: feature.file,
    scenario: scenario.name,
    tags: scenario.tags,
    place: `${feature.file}:${line}`,
    ...rest,
    elapsedMs: performance.now() - startedAt,
  });
  if (!scenario.steps.some(({ keyword }) => keyword === 'Then'))
    return answer(scenario.line, { failure: 'it checks nothing' });
  const missing = missingNeeds(scenario.tags, runtime.features);
  if (missing.length > 0) {
    const reason = missing.map((need) => optionalFeatures[need] ?? need).join('; ');
    return answer(scenario.line, { skipped: `not claimed: ${reason}` });
  }
  const situation = newSituation(runtime, options);
  try {
    for (const step of withToken(scenario.steps, situation.token)) {
      try {
        await runStep(situation, step);
      } catch (error) {
        return answer(step.line, { failure: error instanceof Error ? error.message : String(error) });
      }
    }
    return answer(scenario.line);
  } finally {
    await leaveNothing(situation);
  }
}

/**
 * What has not ended, and schedules that were published, would go on beside the scenarios that follow, and hold their
 * connections.
 */
export async function leaveNothing({ runtime, execution, result, published }: Situation): Promise<void> {
  const isOpen = result === undefined || result.ending.status === 'unfinished';
  // It may have ended meanwhile.
  if (isOpen) await execution?.cancel().catch(() => undefined);
  // It may have been refused, or changed to one that has no name.
  for (const definition of published) await runtime.unpublish?.(definition).catch(() => undefined);
}

const firstRun = Date.now().toString(36);
let runs = 0;

export function newSituation(runtime: Runtime, options: RunOptions): Situation {
  runs += 1;
  return {
    runtime,
    token: `r${firstRun}-${runs}`,
    published: [],
    patienceMs: options.patienceMs ?? 10_000,
    ...(options.requests === undefined ? {} : { requests: options.requests }),
  };
}

/** `<run>` tells one run of a scenario from all others, in names, paths and events. */
export function withToken(steps: readonly Step[], token: string): Step[] {
  const fill = (text: string) => text.replaceAll('<run>', token);
  return steps.map((step) => ({
    ...step,
    text: fill(step.text),
    ...(step.document === undefined
      ? {}
      : { document: { ...step.document, text: fill(step.document.text) } }),
  }));
}

function listFeatures(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`${path}: there is no such file, or folder of scenarios`);
  if (!found.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.feature'))
    .sort()
    .map((name) => join(path, name));
}
