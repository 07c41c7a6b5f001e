/**
 * simulate: one run of the real roles on a simulated world, made from one seed. Faults rage for a while, then they
 * stop, and everything must come to rest. What holds is checked after every step.
 */
import { hash } from 'node:crypto';
import { isTerminal } from '@millrace/core';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { openMemoryStore } from '../drivers/memory/store.ts';
import type { Store } from '../ports/store.ts';
import { Acts } from './acts.ts';
import { type Chance, createChance } from './chance.ts';
import { Clients } from './clients.ts';
import { Cluster, describe, type SimProcess } from './cluster.ts';
import { Followers } from './followers.ts';
import { checkForetold } from './foretold.ts';
import { Invariants } from './invariants.ts';
import { LeaseWatch } from './lease-watch.ts';
import { checkListened, eventFor, listeningIn } from './listening-plans.ts';
import { Mirror, type Mirrored } from './mirror.ts';
import { PlaceWatch } from './place-watch.ts';
import { type Act, checkScenario, type ExecutionPlan, type Scenario, scenarioOf } from './scenario.ts';
import { SelfStarting } from './self-starting.ts';
import { definitionsOf, publishChildren } from './sim-definitions.ts';
import { createSimPerformers, type SimPerformers } from './sim-performer.ts';
import { type Owner, SimQueue } from './sim-queue.ts';
import { observers, type SimWeather } from './sim-store.ts';
import { Violations } from './violations.ts';

/** Guards taken away on purpose, to see that the simulation misses them. */
export interface Plant {
  /** around the store that all processes share */
  readonly shared?: (store: Store) => Store;
  /** around the store as each process sees it */
  readonly around?: (store: Store) => Store;
}

/** A run that can be had again: what happens, and the seed of all that is drawn meanwhile. */
export interface SimulationCase {
  readonly seed: number;
  readonly scenario: Scenario;
}

export interface SimulateOptions {
  readonly plant?: Plant;
  /** steps after which a run that does not rest is given up */
  readonly stepsMax?: number;
}

export interface Report {
  readonly seed: number;
  /** rules that were broken; empty: all held */
  readonly violations: readonly string[];
  readonly steps: number;
  /** simulated ms */
  readonly elapsedMs: number;
  readonly commits: number;
  readonly refused: number;
  readonly crashes: number;
  readonly deeds: number;
  readonly executions: number;
  /** executions that came to what a run without faults comes to */
  readonly foretold: number;
  /** executions that had every event that was for them */
  readonly listened: number;
  /** places of limits that were given */
  readonly placed: number;
  /** acts of the scenario that happened before the run was over */
  readonly acts: readonly Act[];
  /** digest of the whole log: the same seed gives the same */
  readonly digest: string;
}

const stepsMaxDefault = 60_000;
const outside: Owner = { alive: true };

/** Runs a seed, or a case that was made from one. */
export async function simulate(of: number | SimulationCase, options: SimulateOptions = {}): Promise<Report> {
  const simulation = new Simulation(typeof of === 'number' ? caseOf(of) : of, options);
  return simulation.run();
}

export function caseOf(seed: number): SimulationCase {
  return { seed, scenario: scenarioOf(seed) };
}

class Simulation {
  readonly #seed: number;
  readonly #stepsMax: number;
  readonly #scenario: Scenario;
  readonly #queue: SimQueue;
  readonly #shared: Store;
  readonly #mirror: Mirror;
  readonly #clients: Clients;
  readonly #cluster: Cluster;
  readonly #invariants: Invariants;
  readonly #weather: SimWeather;
  readonly #chance: Chance;
  readonly #acts: Acts;
  readonly #followers: Followers;
  readonly #performers: SimPerformers;
  readonly #violations = new Violations();
  readonly #selfStarting: SelfStarting;
  readonly #places: PlaceWatch;
  /** executions that are left suspended */
  readonly #keptSuspended = new Set<string>();
  /** executions that were asked to go on */
  readonly #resumed = new Set<string>();
  #foretold = 0;
  #listened = 0;

  constructor(
    { seed, scenario }: SimulationCase,
    { plant = {}, stepsMax = stepsMaxDefault }: SimulateOptions,
  ) {
    checkScenario(scenario);
    const chance = createChance(seed);
    const violations = this.#violations;
    const queue = new SimQueue(chance.fork());
    const memory = openMemoryStore({ now: () => queue.now, hash: (text) => hash('sha256', text) });
    const shared = plant.shared?.(memory) ?? memory;
    const blobs = openMemoryBlobs();
    const leases: LeaseWatch = new LeaseWatch({
      queue,
      violations,
      mirror: () => mirror,
      exclusive: scenario.exclusive,
      holds: (process, tenant, execution) => this.#cluster.holds(process, tenant, execution),
      cancelledAt: (tenant, execution) => this.#clients.cancelled.get(`${tenant}/${execution}`),
    });
    const performers = createSimPerformers({
      queue,
      chance: chance.fork(),
      hanging: scenario.weather.hanging,
      slowMsMax: scenario.leaseMs * 3,
      begun: (deed) => leases.begun(deed),
      mayBeUnknown: (tenant, execution) => planOf(scenario, tenant, execution)?.workflow.foretold !== true,
    });
    const mirror = new Mirror({
      shared,
      blobs,
      queue,
      violations,
      yielded: (effect) =>
        performers.ended
          .filter(({ deed }) => `${deed.tenant}/${deed.effect}` === effect)
          .map(({ outcome }) => outcome),
    });
    const places = new PlaceWatch({ scenario, queue, mirror, violations });
    const weather: SimWeather = { ...scenario.weather };
    const cluster = new Cluster({
      scenario,
      queue,
      chance: chance.fork(),
      shared,
      blobs,
      performers,
      observer: observers(leases, places),
      mirror,
      weather,
      definitions: definitionsOf(scenario),
      violations,
      around: plant.around ?? ((store) => store),
    });
    const waits = scenario.waits === true;
    const clients = new Clients({ queue, cluster, mirror, violations, waits });
    this.#seed = seed;
    this.#stepsMax = stepsMax;
    this.#scenario = scenario;
    this.#queue = queue;
    this.#shared = shared;
    this.#mirror = mirror;
    this.#clients = clients;
    this.#cluster = cluster;
    this.#weather = weather;
    this.#places = places;
    const followers = new Followers({ cluster, mirror, violations });
    this.#chance = chance.fork();
    this.#followers = followers;
    this.#performers = performers;
    this.#acts = new Acts({ scenario, queue, cluster, clients, followers, mirror, performers, violations });
    const seen = { shared: memory, queue, cluster, mirror, violations };
    this.#selfStarting = new SelfStarting(scenario, seen);
    this.#invariants = new Invariants({
      shared,
      exclusive: scenario.exclusive,
      mirror,
      leases,
      violations,
      workers: () => cluster.workers(),
    });
  }

  async run(): Promise<Report> {
    const unhandled = (error: unknown) =>
      this.#violations.add('no failure is left unhandled, which would end a real process', describe(error));
    process.on('unhandledRejection', unhandled);
    try {
      await publishChildren(this.#shared, this.#scenario);
      await this.#cluster.bootAll();
      this.#acts.schedule();
      this.#selfStarting.publish();
      await this.#storm();
      await this.#calm();
      if (!this.#violations.any) await this.#checkEnd();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    return this.#report();
  }

  async #storm(): Promise<void> {
    while (this.#queue.elapsed < this.#scenario.stormMs) {
      if (!(await this.#step())) return;
      this.#acts.betweenSteps();
    }
  }

  async #calm(): Promise<void> {
    Object.assign(this.#weather, { failure: 0, slowSync: 0, slowCall: 0 });
    this.#performers.calm();
    this.#places.calm();
    this.#queue.thaw(this.#cluster.processes);
    await this.#cluster.bootAll();
    this.#settleLater();
    this.#holdLater(this.#serving);
    if (!(await this.#rest())) return;
    // Late answers and leases that lapse must not bring anything back to life that has ended.
    const until = this.#queue.elapsed + this.#scenario.leaseMs * 2 + 100;
    while (this.#queue.elapsed < until) if (!(await this.#step())) return;
    if (!(await this.#rest())) return;
    const told = this.#queue.elapsed + this.#scenario.sweepMs * 3;
    while (!this.#haveHeard() && this.#queue.elapsed < told) if (!(await this.#step())) return;
  }

  /** Holds what starts by itself when all processes have run for so long that whoever is to look at it had the time for it. */
  #holdLater(before: readonly SimProcess[]): void {
    const { leaseMs, sweepMs, processes } = this.#scenario;
    this.#queue.schedule(outside, leaseMs * 2 + sweepMs * 3, () => {
      const serving = this.#serving;
      const haveRun = serving.length === processes.length && serving.every((one) => before.includes(one));
      if (haveRun) this.#selfStarting.hold();
      else this.#holdLater(serving);
    });
  }

  get #serving(): readonly SimProcess[] {
    return this.#cluster.processes.filter(({ stopping }) => !stopping);
  }

  #haveHeard(): boolean {
    return this.#followers.haveSeenAll && this.#clients.haveHeardAll;
  }

  /** Steps until everything rests; false: there is no use in going on. */
  async #rest(): Promise<boolean> {
    while (!(await this.#isAtRest())) if (!(await this.#step())) return false;
    return true;
  }

  /** One step and its checks; false: there is no use in going on. */
  async #step(): Promise<boolean> {
    if (!(await this.#queue.step()))
      this.#violations.add('something is always scheduled', 'the queue is empty');
    await this.#invariants.afterStep();
    this.#places.afterStep();
    this.#clients.afterStep();
    if (this.#queue.steps > this.#stepsMax)
      this.#violations.add('everything comes to rest', await this.#describeOpen());
    return !this.#violations.any;
  }

  /** Asks those that are suspended to go on, but for a few, and ends those that stay in doubt. */
  #settleLater(): void {
    this.#queue.schedule(outside, 200, () => {
      for (const stream of this.#mirror.streams) this.#settle(stream).catch(() => {});
      this.#endListening();
      this.#followers.followAgain();
      this.#clients.waitAgain();
      this.#settleLater();
    });
  }

  /** Publishes the event that ends the listening of each, until that is durable. */
  #endListening(): void {
    const [process] = this.#cluster.open;
    if (process === undefined) return;
    for (const { tenant, id, key } of listeningIn(this.#scenario, this.#mirror)) {
      if (this.#ended.has(id)) continue;
      this.#clients.publish(
        process,
        tenant,
        eventFor(key, 'end', `end-${id}`),
        () => void this.#ended.add(id),
      );
    }
  }

  /** executions whose end of listening is published */
  readonly #ended = new Set<string>();

  async #settle({ tenant, id, state }: Mirrored): Promise<void> {
    const [process] = this.#cluster.open;
    if (process === undefined || isTerminal(state.phase)) return;
    const key = `${tenant}/${id}`;
    // A child that is left suspended would keep its parent for ever, and one that has a place those who wait for it.
    const isNeeded = state.parent !== undefined || state.place?.held === true;
    if (state.phase === 'suspended' && (isNeeded || !this.#keptSuspended.has(key))) {
      if (!isNeeded && !this.#resumed.has(key) && this.#chance.happens(0.2)) this.#keptSuspended.add(key);
      else this.#clients.resume(process, tenant, id);
      this.#resumed.add(key);
    }
    const rows = (await this.#shared.wakeUps(tenant, id)).filter(({ kind }) => kind !== 'place');
    if (state.phase === 'running' && rows.length > 0 && rows.every(({ doubt }) => doubt))
      this.#clients.cancel(process, tenant, id);
  }

  async #isAtRest(): Promise<boolean> {
    for (const { tenant, id, state } of this.#mirror.streams) {
      if (isTerminal(state.phase)) continue;
      // One that others resumed meanwhile may have been given a place since, which it is asked to give back.
      const isLeft = this.#keptSuspended.has(`${tenant}/${id}`) && state.place?.held !== true;
      if (state.phase !== 'suspended' || !isLeft) return false;
    }
    if (!this.#selfStarting.isDone) return false;
    return (await this.#shared.nextDue(['command', 'send'])) === undefined;
  }

  async #checkEnd(): Promise<void> {
    await this.#invariants.atRest();
    this.#places.atRest();
    this.#followers.atRest();
    this.#clients.atRest();
    await this.#selfStarting.atRest();
    for (const key of this.#clients.acknowledged) {
      const at = key.indexOf('/');
      const stored = this.#mirror.get(key.slice(0, at), key.slice(at + 1));
      this.#violations.expect(stored !== undefined, 'an acknowledged execution is never missing', () => key);
    }
    for (const plan of this.#scenario.executions) {
      if (checkForetold(this.#mirror, this.#violations, plan)) this.#foretold += 1;
      if (checkListened(this.#mirror, this.#violations, plan)) this.#listened += 1;
    }
  }

  async #describeOpen(): Promise<string> {
    const open: string[] = [];
    for (const { tenant, id, state } of this.#mirror.streams) {
      if (isTerminal(state.phase)) continue;
      const rows = await this.#shared.wakeUps(tenant, id);
      open.push(`${tenant}/${id} ${state.phase} ${JSON.stringify(rows)}`);
    }
    return `after ${this.#queue.steps} steps: ${open.join('; ')}`;
  }

  #report(): Report {
    const streams = [...this.#mirror.streams];
    const { commits = 0, refused = 0 } = this.#shared.stats();
    return {
      seed: this.#seed,
      violations: this.#violations.found,
      steps: this.#queue.steps,
      elapsedMs: this.#queue.elapsed,
      commits,
      refused,
      crashes: this.#cluster.crashes,
      deeds: this.#performers.deeds.length,
      executions: streams.length,
      foretold: this.#foretold,
      listened: this.#listened,
      placed: this.#places.given,
      acts: this.#scenario.acts.filter((act) => this.#acts.done.has(act)),
      digest: hash('sha256', streams.map(({ tenant, id, head }) => `${tenant}/${id} ${head}`).join('\n')),
    };
  }
}

function planOf(scenario: Scenario, tenant: string, execution: string): ExecutionPlan | undefined {
  // A child is as foretold as the execution that runs it.
  const [root] = execution.split('~');
  return scenario.executions.find((plan) => plan.tenant === tenant && plan.id === root);
}
