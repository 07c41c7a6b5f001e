/** Runs feature files against a runtime, and says what passed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Feature, readFeature, type Scenario } from './gherkin.ts';
import type { Runtime } from './runtime.ts';
import { runStep, type Situation } from './steps.ts';

export interface ScenarioResult {
  readonly feature: string;
  readonly scenario: string;
  /** `file:line` of the scenario, or of the step that failed */
  readonly place: string;
  /** absent: it passed */
  readonly failure?: string;
  readonly elapsedMs: number;
}

/** Reads every `.feature` file at the given paths; a folder is read with what is in it, in order of names. */
export function readFeatures(paths: readonly string[]): Feature[] {
  return paths.flatMap(listFeatures).map((file) => readFeature(readFileSync(file, 'utf8'), file));
}

/** Runs every scenario, a few at a time, and answers in the order of the files. */
export async function runFeatures(
  features: readonly Feature[],
  runtime: Runtime,
  options: { readonly concurrencyMax?: number } = {},
): Promise<ScenarioResult[]> {
  const scenarios = features.flatMap((feature) =>
    feature.scenarios.map((scenario) => ({ feature, scenario })),
  );
  const results: ScenarioResult[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < scenarios.length; index = next++) {
      const { feature, scenario } = scenarios[index] as (typeof scenarios)[number];
      results[index] = await runScenario(feature, scenario, runtime);
    }
  };
  await Promise.all(Array.from({ length: options.concurrencyMax ?? 4 }, work));
  return results;
}

async function runScenario(feature: Feature, scenario: Scenario, runtime: Runtime): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const situation: Situation = { runtime };
  const answer = (line: number, failure?: string): ScenarioResult => ({
    feature: feature.name,
    scenario: scenario.name,
    place: `${feature.file}:${line}`,
    ...(failure === undefined ? {} : { failure }),
    elapsedMs: performance.now() - startedAt,
  });
  if (!scenario.steps.some(({ keyword }) => keyword === 'Then'))
    return answer(scenario.line, 'it checks nothing');
  for (const step of scenario.steps) {
    try {
      await runStep(situation, step);
    } catch (error) {
      return answer(step.line, error instanceof Error ? error.message : String(error));
    }
  }
  return answer(scenario.line);
}

/** The report of a run: a line for each scenario, and at the end `N passed, N failed`. */
export function formatResults(results: readonly ScenarioResult[]): string {
  const lines: string[] = [];
  let feature = '';
  for (const result of results) {
    if (result.feature !== feature) lines.push(`${lines.length > 0 ? '\n' : ''}${result.feature}`);
    feature = result.feature;
    lines.push(
      `  ${result.failure === undefined ? '✓' : '✗'} ${result.scenario} (${Math.round(result.elapsedMs)} ms)`,
    );
    if (result.failure !== undefined) lines.push(`      ${result.place}: ${result.failure}`);
  }
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  return `${lines.join('\n')}\n\n${results.length - failed} passed, ${failed} failed`;
}

function listFeatures(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.feature'))
    .sort()
    .map((name) => join(path, name));
}
