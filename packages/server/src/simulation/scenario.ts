/** What one seed stands for: who runs, under which limits, what is run, and what happens to it. Plain data. */
import { defaultLimits, type JsonObject, type Limits } from '@millrace/core';
import type { Role } from '../engine/parts.ts';
import { type Chance, createChance } from './chance.ts';
import { limitPlan } from './limit-plan.ts';
import { listeningPlans } from './listening-plans.ts';
import { type RandomWorkflow, randomWorkflow } from './random-workflow.ts';

export interface ProcessPlan {
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface Scenario {
  /** one process owns the store */
  readonly exclusive: boolean;
  readonly processes: readonly ProcessPlan[];
  readonly limits: Limits;
  readonly leaseMs: number;
  readonly sweepMs: number;
  readonly effectsMax: number;
  readonly executionsMax: number;
  readonly blobThreshold: number;
  /** how long faults go on */
  readonly stormMs: number;
  readonly weather: Weather;
  readonly acts: readonly Act[];
  readonly executions: readonly ExecutionPlan[];
  /** a workflow that is started by itself; absent: there is none */
  readonly schedule?: SchedulePlan;
  /** a workflow that events start */
  readonly bell?: true;
  /** its runs are of the events until another one */
  readonly bellGathers?: true;
  /** whoever starts an execution waits for its end */
  readonly waits?: true;
  /** how much may be under way at once, by the name of the limit; absent: as much as there is */
  readonly placesMax?: Readonly<Record<string, number>>;
}

/** What the store does to those who use it, as shares from 0 to 1. */
export interface Weather {
  /** calls that fail */
  readonly failure: number;
  /** groups of commits whose sync is slow */
  readonly slowSync: number;
  /** other calls that are answered late, beyond a lease at times */
  readonly slowCall: number;
  /** deeds whose end nobody hears of until their lease has lapsed */
  readonly hanging: number;
}

export interface SchedulePlan {
  readonly definition: JsonObject;
  readonly source: 'every' | 'after';
  readonly ms: number;
}

export interface ExecutionPlan {
  readonly tenant: string;
  readonly id: string;
  readonly workflow: RandomWorkflow;
  /** `key`: it listens, for events of this key */
  readonly input: { readonly n: number; readonly trace: readonly string[]; readonly key?: string };
}

/**
 * Something that happens once: between two steps, or at an instant. Whom it strikes is drawn from its own seed, so
 * that one act can be left out and the others stay what they are.
 */
export type Act = { readonly at: When; readonly seed: number } & (
  | { readonly type: 'start' | 'publish'; readonly execution: number }
  | { readonly type: ActType }
);

export type When = { readonly step: number } | { readonly ms: number };

export type ActType = 'crash' | 'freeze' | (typeof actTypes)[number];

/** As often as they stand here. */
const actTypes = [
  'cancel',
  'cancel',
  'suspend',
  'suspend',
  'resume',
  'resume',
  'retry',
  'again',
  'again',
  'spurious',
  'spurious',
  'follow',
  'follow',
  'rivals',
  'rivals',
  'rivals',
  'rivals',
  'jump',
  'jump back',
  'stop',
  'start again',
] as const;

const all: readonly Role[] = ['api', 'worker', 'executor', 'timer', 'events'];

const alone = { exclusive: true, processes: [{ name: 'alone', roles: all }] } as const;
const pair = {
  exclusive: false,
  processes: [
    { name: 'one', roles: all },
    { name: 'two', roles: all },
  ],
} as const;
const apart = {
  exclusive: false,
  processes: [
    { name: 'api', roles: ['api'] },
    { name: 'worker', roles: ['worker', 'timer', 'events'] },
    { name: 'executor', roles: ['executor'] },
  ],
} as const;

/** Seeds that follow each other share their definitions: to read one costs as much as to run it some ten times. */
const seedsPerBlock = 32;
const workflowsPerBlock = 8;
/** Drawn freely a block has three workflows whose result is foretold, or none: then a run of seeds would check little. */
const foretoldPerBlock = 3;

/** The scenario of a seed: the same on every machine. */
export function scenarioOf(seed: number): Scenario {
  const chance = createChance(seed);
  const { exclusive, processes } = chance.pick([alone, alone, pair, pair, apart]);
  const leaseMs = chance.between(150, 1_500);
  const stormMs = chance.between(200, 2_000);
  const workflows = workflowsOf(Math.floor(seed / seedsPerBlock));
  const executions = executionPlans(chance, workflows);
  const listening = listeningPlans(seed, executions.length, stormMs);
  const scenario: Scenario = {
    exclusive,
    processes,
    limits: limitsOf(chance),
    leaseMs,
    sweepMs: chance.between(250, 1_000),
    effectsMax: chance.pick([1, 2, 8, 64]),
    executionsMax: chance.pick([2, 4, 1_000]),
    blobThreshold: chance.pick([150, 100_000, 100_000]),
    stormMs,
    weather: {
      failure: chance.pick([0, 0, 0.01, 0.05]),
      slowSync: chance.pick([0, 0.05, 0.3]),
      slowCall: chance.pick([0, 0, 0.02, 0.1]),
      hanging: chance.pick([0, 0.04, 0.15]),
    },
    acts: [
      ...startsOf(chance, executions, stormMs),
      ...actsOf(chance, stormMs),
      ...blowsOf(chance),
      ...listening.acts,
    ],
    executions: [...executions, ...listening.executions],
    ...schedulePlan(chance),
    ...(listening.bell ? { bell: true } : {}),
    ...(listening.bell && listening.bellGathers ? { bellGathers: true } : {}),
    // Drawn apart from all else, so that the other seeds go on meaning what they meant.
    ...(createChance(Math.imul(seed, 0x2c1b3c6d) ^ 0x297a2d39).happens(0.5) ? { waits: true } : {}),
  };
  return { ...scenario, ...limitPlan(seed, scenario) };
}

/** An hour that the clock jumps is some runs that are all made up for: a period of seconds would be thousands. */
function schedulePlan(chance: Chance): { readonly schedule?: SchedulePlan } {
  if (!chance.happens(0.4)) return {};
  const source = chance.pick(['every', 'every', 'after'] as const);
  const ms = source === 'every' ? chance.pick([700, 90_000, 400_000]) : chance.between(20, 300);
  const misfire = ms < 60_000 ? 'skip' : 'all';
  const definition = {
    document: {
      ...{ dsl: '1.0.3', namespace: 'simulation', name: 'clock', version: '1.0.0' },
      metadata: { schedule: { misfire } },
    },
    schedule: { [source]: { milliseconds: ms } },
    do: [{ rest: { wait: { milliseconds: chance.between(0, 60) } } }],
  };
  return { schedule: { definition, source, ms } };
}

/** Throws for one whose acts name executions that it has not, or send events to what does not listen. */
export function checkScenario({ acts, executions }: Scenario): void {
  for (const act of acts) {
    if (!('execution' in act)) continue;
    const plan = executions[act.execution];
    if (plan === undefined) throw new Error(`the scenario has no execution ${act.execution} to ${act.type}`);
    if (act.type === 'publish' && plan.input.key === undefined)
      throw new Error(`the execution ${plan.id} of the scenario listens for nothing`);
  }
}

let lastBlock: { readonly block: number; readonly workflows: readonly RandomWorkflow[] } | undefined;

function workflowsOf(block: number): readonly RandomWorkflow[] {
  if (lastBlock?.block === block) return lastBlock.workflows;
  const chance = createChance(Math.imul(block, 0x9e3779b1) ^ 0x5bd1e995);
  const names = Array.from({ length: workflowsPerBlock }, (_, index) => `w${index}`);
  const leaf = randomWorkflow(chance, 'leaf', { tasksMax: 4 });
  const branch = randomWorkflow(chance, 'branch', { tasksMax: 5, children: [leaf] });
  const draw = (name: string) => randomWorkflow(chance, name, { children: [leaf, branch] });
  const workflows = names.map(draw);
  // In the place of others, so that blocks that have enough stay what they are.
  for (let place = 0, missing = foretoldPerBlock - workflows.filter(isForetold).length; missing > 0; ) {
    const other = draw(`w${place}`);
    if (workflows[place]?.foretold === true) place += 1;
    else if (other.foretold) {
      workflows[place] = other;
      missing -= 1;
    }
  }
  lastBlock = { block, workflows };
  return workflows;
}

function isForetold({ foretold }: RandomWorkflow): boolean {
  return foretold;
}

function limitsOf(chance: Chance): Limits {
  if (chance.happens(0.5)) return defaultLimits;
  return { ...defaultLimits, decisionEventsMax: chance.between(1, 20) };
}

/** Few definitions for several executions, as in life; the same ids in two tenants. */
function executionPlans(chance: Chance, block: readonly RandomWorkflow[]): ExecutionPlan[] {
  const workflows = Array.from({ length: chance.between(1, 2) }, () => chance.pick(block));
  const plans = Array.from({ length: chance.between(1, 6) }, (_, index) => ({
    tenant: 'default',
    id: `e${index}`,
    workflow: chance.pick(workflows),
    input: { n: chance.between(0, 6), trace: [] },
  }));
  const [first] = plans;
  return first !== undefined && chance.happens(0.3)
    ? [...plans, { ...first, tenant: 'other', workflow: chance.pick(workflows) }]
    : plans;
}

function startsOf(chance: Chance, executions: readonly ExecutionPlan[], stormMs: number): Act[] {
  return executions.map((_, execution) => ({
    at: { ms: chance.between(0, stormMs / 2) },
    seed: seedFrom(chance),
    type: 'start',
    execution,
  }));
}

function actsOf(chance: Chance, stormMs: number): Act[] {
  return Array.from({ length: chance.between(0, 24) }, () => ({
    // Time passes in leaps between bursts of steps: by instants alone most moments would never be struck.
    at: chance.happens(0.5) ? { step: chance.between(1, 160) } : { ms: chance.between(0, stormMs) },
    seed: seedFrom(chance),
    type: chance.pick(actTypes),
  }));
}

const stepsStruckMax = 600;

/** Crashes, and processes that stand still for a while and go on as if nothing had been. */
function blowsOf(chance: Chance): Act[] {
  const gap = chance.pick([0, 150, 60, 20]);
  const freezes = chance.pick([0, 0, 0.2, 0.5]);
  const blows: Act[] = [];
  if (gap === 0) return blows;
  for (let step = 0; ; ) {
    step += 1 + Math.floor(-Math.log(1 - chance.next()) * gap);
    if (step > stepsStruckMax) return blows;
    blows.push({
      at: { step },
      seed: seedFrom(chance),
      type: chance.happens(freezes) ? 'freeze' : 'crash',
    });
  }
}

function seedFrom(chance: Chance): number {
  return Math.floor(chance.next() * 4_294_967_296);
}
