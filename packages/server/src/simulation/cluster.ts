/** The processes of a simulation: started, crashed, stopped and started again over one store. */
import type { Definition } from '../engine/definitions.ts';
import { createRuntime, type Runtime } from '../engine/runtime.ts';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import type { Worker } from '../roles/worker.ts';
import type { Chance } from './chance.ts';
import type { Mirror } from './mirror.ts';
import type { ProcessPlan, Scenario } from './scenario.ts';
import { openSimBlobs } from './sim-blobs.ts';
import { functionNames, type SimPerformers } from './sim-performer.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import { openSimStore, type SimWeather, type StoreObserver, voidLeases } from './sim-store.ts';
import { createSimWorld } from './sim-world.ts';
import type { Violations } from './violations.ts';

export interface SimProcess extends Owner {
  readonly plan: ProcessPlan;
  readonly runtime: Runtime;
  stopping: boolean;
}

export interface ClusterOptions {
  readonly scenario: Scenario;
  readonly queue: SimQueue;
  readonly chance: Chance;
  readonly shared: Store;
  readonly blobs: BlobStore;
  readonly performers: SimPerformers;
  readonly observer: StoreObserver;
  readonly mirror: Mirror;
  readonly weather: SimWeather;
  /** the definitions of the scenario, read */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly violations: Violations;
  /** what stands between a process and its store */
  readonly around: (store: Store) => Store;
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #running = new Map<ProcessPlan, SimProcess>();
  crashes = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  get processes(): readonly SimProcess[] {
    return [...this.#running.values()];
  }

  /** Processes that take requests. */
  get open(): readonly SimProcess[] {
    return this.processes.filter(({ plan, stopping }) => !stopping && plan.roles.includes('api'));
  }

  *workers(): Generator<Worker> {
    for (const { runtime } of this.#running.values()) if (runtime.worker !== undefined) yield runtime.worker;
  }

  /** Whether a process has an execution in memory. */
  holds(by: Owner, tenant: string, execution: string): boolean {
    const process = this.processes.find((one) => one === by);
    for (const live of process?.runtime.worker?.inspect() ?? [])
      if (live.tenant === tenant && live.id === execution) return true;
    return false;
  }

  async bootAll(): Promise<void> {
    for (const plan of this.#options.scenario.processes) if (!this.#running.has(plan)) await this.boot(plan);
  }

  async boot(plan: ProcessPlan): Promise<void> {
    const { scenario, queue, chance, shared, blobs, performers, observer, weather, violations } =
      this.#options;
    if (this.#running.has(plan)) return;
    const owner: Owner = { alive: true };
    if (scenario.exclusive) {
      queue.openClock();
      const streams = [...this.#options.mirror.streams].map(({ tenant, id }) => ({ tenant, stream: id }));
      await voidLeases(shared, streams);
    }
    const simulated = openSimStore({
      queue,
      chance,
      owner,
      shared,
      exclusive: scenario.exclusive,
      weather,
      slowMsMax: scenario.leaseMs * 2,
      observer,
    });
    const runtime = createRuntime({
      world: createSimWorld(queue, chance, owner),
      store: this.#options.around(simulated),
      blobs: openSimBlobs({ queue, chance, owner, shared: blobs, weather }),
      performer: performers.of(owner),
      roles: new Set(plan.roles),
      functions: functionNames,
      definitions: this.#options.definitions,
      limits: scenario.limits,
      ...(scenario.placesMax === undefined ? {} : { placesMax: scenario.placesMax }),
      leaseMs: scenario.leaseMs,
      effectsMax: scenario.effectsMax,
      sweepMs: scenario.sweepMs,
      blobThreshold: scenario.blobThreshold,
      executionsMax: scenario.executionsMax,
      liveBytesMax: 64 * 1024 * 1024,
      onError: (error, execution) => {
        if (!isOutage(error))
          violations.add('roles meet no error but an outage', `${execution}: ${describe(error)}`);
      },
    });
    const process: SimProcess = Object.assign(owner, { plan, runtime, stopping: false });
    this.#running.set(plan, process);
    runtime.start();
  }

  /** Ends a process between two steps: nothing that it had begun goes on. */
  crash(process: SimProcess): void {
    process.alive = false;
    this.crashes += 1;
    this.#gone(process);
  }

  /** Ends a process as an operator does. */
  async stop(process: SimProcess, graceMs: number): Promise<void> {
    if (process.stopping) return;
    process.stopping = true;
    try {
      await process.runtime.stop(graceMs);
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    process.alive = false;
    this.#gone(process);
  }

  #gone(process: SimProcess): void {
    if (this.#running.get(process.plan) === process) this.#running.delete(process.plan);
    if (this.#options.scenario.exclusive) this.#options.observer.forget(process);
  }
}

export function isOutage(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'unavailable';
}

export function describe(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ')
    : String(error);
}
