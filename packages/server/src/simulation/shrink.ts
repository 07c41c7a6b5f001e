/** Makes a failing case smaller: fewer acts, calmer weather, fewer executions, smaller definitions, and the same rule broken. */
import type { Json, JsonObject } from '@millrace/core';
import { defaultLimits, isJsonObject } from '@millrace/core';
import type { Act, ExecutionPlan, Scenario } from './scenario.ts';
import { type SimulateOptions, type SimulationCase, simulate } from './simulate.ts';

export interface ShrinkOptions extends SimulateOptions {
  /** runs that may be spent; the smallest case found by then is the answer */
  readonly runsMax: number;
}

export interface Shrunk {
  readonly found: SimulationCase;
  /** the rule that is broken, without its details */
  readonly rule: string;
  readonly runs: number;
}

/** Faults fall elsewhere when anything is left out, so each attempt is made under some seeds: with four of them twice as much was left. */
const seedsPerAttempt = 16;

/** Answers a case that breaks the same rule; `undefined` when the case given breaks none. */
export async function shrink(given: SimulationCase, options: ShrinkOptions): Promise<Shrunk | undefined> {
  const first = await simulate(given, options);
  const [violation] = first.violations;
  if (violation === undefined) return undefined;
  const search = new Search(
    { seed: given.seed, scenario: { ...given.scenario, acts: first.acts } },
    ruleOf(violation),
    options,
  );
  await search.run();
  return { found: search.found, rule: ruleOf(violation), runs: search.runs };
}

/** The rule of a violation, which stands before its first colon. */
export function ruleOf(violation: string): string {
  return violation.slice(0, violation.indexOf(':'));
}

class Search {
  readonly #rule: string;
  readonly #options: ShrinkOptions;
  found: SimulationCase;
  runs = 0;

  constructor(given: SimulationCase, rule: string, options: ShrinkOptions) {
    this.found = given;
    this.#rule = rule;
    this.#options = options;
  }

  async run(): Promise<void> {
    for (let before: SimulationCase | undefined; before !== this.found && this.#hasRuns; ) {
      before = this.found;
      await this.#dropActs();
      await this.#tryAll(smallerScenarios);
    }
  }

  get #hasRuns(): boolean {
    return this.runs < this.#options.runsMax;
  }

  /** Leaves out runs of acts: half of them, a quarter, … one at a time. */
  async #dropActs(): Promise<void> {
    for (let size = Math.ceil(this.found.scenario.acts.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < this.found.scenario.acts.length && this.#hasRuns; ) {
        const { acts } = this.found.scenario;
        const fewer = { ...this.found.scenario, acts: acts.toSpliced(from, size) };
        if (!(await this.#accepts(fewer))) from += size;
      }
    }
  }

  /** Takes every smaller scenario that breaks the rule, and goes on from it. */
  async #tryAll(smaller: (scenario: Scenario) => Iterable<Scenario>): Promise<void> {
    for (let took = true; took && this.#hasRuns; ) {
      took = false;
      for (const scenario of smaller(this.found.scenario)) {
        if (!this.#hasRuns) return;
        took = await this.#accepts(scenario);
        if (took) break;
      }
    }
  }

  async #accepts(scenario: Scenario): Promise<boolean> {
    for (let turn = 0; turn < seedsPerAttempt && this.#hasRuns; turn++) {
      const attempt = { seed: this.found.seed + turn, scenario };
      this.runs += 1;
      if (!(await this.#breaks(attempt))) continue;
      this.found = attempt;
      return true;
    }
    return false;
  }

  async #breaks(attempt: SimulationCase): Promise<boolean> {
    try {
      const { violations } = await simulate(attempt, this.#options);
      return violations.some((violation) => ruleOf(violation) === this.#rule);
    } catch {
      // A definition that lost what it needs does not run at all.
      return false;
    }
  }
}

/** Every scenario that is smaller by one step, acts apart. */
export function* smallerScenarios(scenario: Scenario): Iterable<Scenario> {
  yield* calmer(scenario);
  yield* withSmallerWorkflows(scenario);
}

function* calmer(scenario: Scenario): Iterable<Scenario> {
  const named = scenario.executions.filter((_, index) => isNamed(scenario, index));
  if (named.length < scenario.executions.length) yield withExecutions(scenario, named);
  for (const part of ['placesMax', 'waits', 'schedule', 'bell', 'bellGathers'] as const)
    if (scenario[part] !== undefined) yield without(scenario, part);
  const { weather, limits, executionsMax, blobThreshold, stormMs, effectsMax } = scenario;
  for (const share of ['failure', 'slowSync', 'slowCall', 'hanging'] as const)
    if (weather[share] > 0) yield { ...scenario, weather: { ...weather, [share]: 0 } };
  if (limits.decisionEventsMax !== defaultLimits.decisionEventsMax)
    yield { ...scenario, limits: defaultLimits };
  if (executionsMax < 1_000) yield { ...scenario, executionsMax: 1_000 };
  if (blobThreshold < 100_000) yield { ...scenario, blobThreshold: 100_000 };
  if (effectsMax < 64) yield { ...scenario, effectsMax: 64 };
  if (stormMs > 100) yield { ...scenario, stormMs: Math.floor(stormMs / 2) };
}

function without(
  scenario: Scenario,
  part: 'placesMax' | 'waits' | 'schedule' | 'bell' | 'bellGathers',
): Scenario {
  const { [part]: _, ...left } = scenario;
  if (part !== 'bell') return left;
  const { bellGathers: __, ...silent } = left as Scenario;
  return silent;
}

/** An event may ring the bell, also when nobody starts the execution that it is for. */
function isNamed({ acts }: Scenario, index: number): boolean {
  return acts.some((act) => 'execution' in act && act.execution === index);
}

/** Only these executions, and acts that name them by their new places. */
function withExecutions(scenario: Scenario, executions: readonly ExecutionPlan[]): Scenario {
  const acts = scenario.acts.flatMap((act): readonly Act[] => {
    if (!('execution' in act)) return [act];
    const plan = scenario.executions[act.execution];
    return plan === undefined ? [] : [{ ...act, execution: executions.indexOf(plan) }];
  });
  return { ...scenario, executions, acts };
}

/** Every scenario with one workflow made smaller by one step. */
function* withSmallerWorkflows(scenario: Scenario): Iterable<Scenario> {
  // What has listened is checked against what its definition says as it was drawn: a smaller one would break the same rule
  // for another reason.
  const plans = scenario.executions.filter(({ input }) => input.key === undefined);
  for (const workflow of new Set(plans.map((plan) => plan.workflow))) {
    for (const definition of smallerDefinitions(workflow.definition)) {
      const replaced = { ...workflow, definition };
      const executions = scenario.executions.map(
        (plan): ExecutionPlan => (plan.workflow === workflow ? { ...plan, workflow: replaced } : plan),
      );
      yield { ...scenario, executions };
    }
  }
}

/** Keys that a task can do without. */
const optional = new Set([
  'if',
  'input',
  'output',
  'export',
  'timeout',
  'then',
  'metadata',
  'retry',
  'errors',
  'when',
  'while',
  'do',
  'catch',
]);

/** The value with one element of a list, or one optional key, left out; outer ones first. */
function* smallerValues(value: Json): Iterable<Json> {
  if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.toSpliced(index, 1);
    for (const [index, item] of value.entries())
      for (const smaller of smallerValues(item)) yield value.with(index, smaller);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value))
      if (optional.has(key)) yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    for (const [key, item] of Object.entries(value))
      for (const smaller of smallerValues(item)) yield { ...value, [key]: smaller };
  }
}

function* smallerDefinitions(definition: JsonObject): Iterable<JsonObject> {
  for (const smaller of smallerValues(definition)) if (isJsonObject(smaller)) yield smaller;
}
