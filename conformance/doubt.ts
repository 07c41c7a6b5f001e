/**
 * Doubts every scenario: a check that cannot fail shows nothing. First each thing that it says is falsified, in the
 * same situation in which it has passed, and must fail. Then its definition is changed in one place, and the scenario
 * must notice it.
 */
import { parse as readDefinition } from '@millrace/core';
import { missingNeeds } from './features.ts';
import type { Feature, Scenario, Step } from './gherkin.ts';
import { mutations } from './mutations.ts';
import { inParallel, leaveNothing, newSituation, type RunOptions, runScenario, withToken } from './runner.ts';
import type { Runtime, Value } from './runtime.ts';
import type { Situation } from './steps/situation.ts';
import { readYaml } from './steps/values.ts';
import { falsify, runStep } from './steps/vocabulary.ts';

export interface Doubts {
  readonly scenarios: number;
  /** things said, falsified, and seen to fail */
  readonly falsified: number;
  /** scenarios that failed with one place of their definition changed */
  readonly mutated: number;
  /** scenarios about what is missing from a definition, which failed with a definition that misses nothing */
  readonly replaced: number;
  /** what still passed, as sentences; there should be none */
  readonly survivors: readonly string[];
}

/** So long is waited for what is false. */
const patienceMs = 150;

/** So long in a definition that was changed: a machine that is busy must not look like a change that is noticed. */
const changedPatienceMs = 1_000;

/** Changed definitions that are tried before a scenario counts as one that notices nothing. */
const mutationsMax = 60;

export async function doubt(
  features: readonly Feature[],
  runtime: Runtime,
  options: RunOptions = {},
): Promise<Doubts> {
  const scenarios = features.flatMap((feature) =>
    feature.scenarios
      .filter(({ tags }) => missingNeeds(tags, runtime.features).length === 0)
      .map((scenario) => ({ feature, scenario })),
  );
  const results = await inParallel(scenarios, options.concurrencyMax ?? 16, async ({ feature, scenario }) => {
    const said = await doubtSaid(scenario, runtime, options);
    const definition = await doubtDefinition(feature, scenario, runtime, options);
    const place = `${feature.file}:${scenario.line}: ${scenario.name}`;
    return { ...said, definition, survivors: said.survivors.map((each) => `${place}: ${each}`), place };
  });
  const unnoticed = results.filter(({ definition }) => definition === 'unnoticed');
  return {
    scenarios: scenarios.length,
    falsified: results.reduce((sum, { falsified }) => sum + falsified, 0),
    mutated: results.filter(({ definition }) => definition === 'mutated').length,
    replaced: results.filter(({ definition }) => definition === 'replaced').length,
    survivors: [
      ...results.flatMap(({ survivors }) => survivors),
      ...unnoticed.map(({ place }) => `${place}: no change of its definition is noticed`),
    ],
  };
}

async function doubtSaid(
  scenario: Scenario,
  runtime: Runtime,
  options: RunOptions,
): Promise<{ falsified: number; survivors: string[] }> {
  const situation = newSituation(runtime, options);
  try {
    return await doubtSteps(scenario, situation);
  } finally {
    await leaveNothing(situation);
  }
}

async function doubtSteps(
  scenario: Scenario,
  situation: Situation,
): Promise<{ falsified: number; survivors: string[] }> {
  const survivors: string[] = [];
  let falsified = 0;
  for (const step of withToken(scenario.steps, situation.token)) {
    try {
      await runStep(situation, step);
    } catch (error) {
      return { falsified, survivors: [...survivors, `it fails as it is: ${(error as Error).message}`] };
    }
    for (const other of falsify(step)) {
      if (await passes({ ...situation, patienceMs }, other))
        survivors.push(`\`${print(other)}\` passes as well`);
      else falsified += 1;
    }
  }
  if (falsified === 0) survivors.push('nothing in it could be falsified');
  return { falsified, survivors };
}

async function passes(situation: Situation, step: Step): Promise<boolean> {
  try {
    await runStep(situation, step);
    return true;
  } catch {
    return false;
  }
}

async function doubtDefinition(
  feature: Feature,
  scenario: Scenario,
  runtime: Runtime,
  options: RunOptions,
): Promise<'mutated' | 'replaced' | 'unnoticed'> {
  // The workflow of the scenario first, then those that it publishes: a schedule says everything in one of them.
  const places = scenario.steps
    .flatMap(({ text, document }, index) =>
      text.endsWith('workflow with definition:') && document !== undefined
        ? [{ index, own: !text.endsWith('published workflow with definition:'), text: document.text }]
        : [],
    )
    .sort((one, other) => Number(other.own) - Number(one.own));
  const isNoticed = async (index: number, text: string): Promise<boolean> => {
    const document = { mediaType: 'json', text };
    const steps = scenario.steps.with(index, { ...(scenario.steps[index] as Step), document });
    const { failure } = await runScenario(feature, { ...scenario, steps }, runtime, {
      ...options,
      patienceMs: changedPatienceMs,
    });
    return failure !== undefined;
  };
  for (const { index, text } of places)
    for (const changed of candidates(scenario, text)) if (await isNoticed(index, changed)) return 'mutated';
  const [first] = places;
  return first !== undefined && (await isNoticed(first.index, minimal)) ? 'replaced' : 'unnoticed';
}

const minimal = JSON.stringify({
  document: { dsl: '1.0.3', namespace: 'conformance', name: 'minimal', version: '1.0.0' },
  do: [],
});

/**
 * Definitions that are changed in one place and still valid, so that a scenario notices what they do and not that
 * they are refused; for one that says no more than that a definition is valid, those that are not.
 */
function candidates(scenario: Scenario, text: string): string[] {
  const saysValid = scenario.steps.some((step) => step.text === 'the definition should be valid');
  let definition: Value;
  try {
    definition = readYaml(text);
  } catch {
    return [];
  }
  const changed = mutations(definition).map((each) => JSON.stringify(each));
  return changed
    .filter((each) => readDefinition(each.replaceAll('<run>', 'run')).ok !== saysValid)
    .slice(0, mutationsMax);
}

function print({ text, document }: Step): string {
  return document === undefined ? text : `${text} ${document.text.trim().slice(0, 200)}`;
}
