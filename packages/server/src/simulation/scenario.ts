/** What one seed stands for: who runs, under which limits, and what is run. */
import { defaultLimits, type Limits } from '@millrace/core';
import type { Role } from '../engine/runtime.ts';
import type { Chance } from './chance.ts';
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
  /** share of steps after which a process crashes */
  readonly crashShare: number;
  readonly failureShare: number;
  readonly slowSyncShare: number;
  readonly actions: number;
  readonly executions: readonly ExecutionPlan[];
}

export interface ExecutionPlan {
  readonly tenant: string;
  readonly id: string;
  readonly workflow: RandomWorkflow;
  readonly input: { readonly n: number; readonly trace: readonly string[] };
}

const all: readonly Role[] = ['api', 'worker', 'executor', 'timer'];

const layouts: readonly { readonly exclusive: boolean; readonly processes: readonly ProcessPlan[] }[] = [
  { exclusive: true, processes: [{ name: 'alone', roles: all }] },
  {
    exclusive: false,
    processes: [
      { name: 'one', roles: all },
      { name: 'two', roles: all },
    ],
  },
  {
    exclusive: false,
    processes: [
      { name: 'api', roles: ['api'] },
      { name: 'worker', roles: ['worker', 'timer'] },
      { name: 'executor', roles: ['executor'] },
    ],
  },
];

export function randomScenario(chance: Chance): Scenario {
  const { exclusive, processes } = chance.pick([
    layouts[0],
    layouts[0],
    layouts[1],
    layouts[1],
    layouts[2],
  ] as typeof layouts);
  const leaseMs = chance.between(200, 4_000);
  return {
    exclusive,
    processes,
    limits: limitsOf(chance),
    leaseMs,
    sweepMs: chance.between(100, 1_000),
    effectsMax: chance.pick([1, 2, 8, 64]),
    executionsMax: chance.pick([2, 4, 1_000]),
    blobThreshold: chance.pick([150, 100_000, 100_000]),
    stormMs: chance.between(300, 5_000),
    crashShare: chance.pick([0, 0.002, 0.006, 0.02]),
    failureShare: chance.pick([0, 0, 0.01, 0.05]),
    slowSyncShare: chance.pick([0, 0.02, 0.2]),
    actions: chance.between(0, 24),
    executions: executionPlans(chance),
  };
}

function limitsOf(chance: Chance): Limits {
  if (chance.happens(0.5)) return defaultLimits;
  return { ...defaultLimits, decisionEventsMax: chance.between(1, 20) };
}

/** Few definitions for several executions, as in life; the same ids in two tenants. */
function executionPlans(chance: Chance): ExecutionPlan[] {
  const workflows = Array.from({ length: chance.between(1, 2) }, (_, index) =>
    randomWorkflow(chance, `w${index}`),
  );
  const plans = Array.from({ length: chance.between(1, 5) }, (_, index) => ({
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
