/** What happens to a simulation while it is stormy: requests of clients, duplicates, clocks that jump, ends and pauses of processes. */
import { type Command, isTerminal, unreachable } from '@millrace/core';
import type { Worker } from '../roles/worker.ts';
import { type Chance, createChance } from './chance.ts';
import type { Clients } from './clients.ts';
import { type Cluster, describe, isOutage, type SimProcess } from './cluster.ts';
import type { Followers } from './followers.ts';
import { eventFor } from './listening-plans.ts';
import type { Mirror, Mirrored } from './mirror.ts';
import type { Act, ExecutionPlan, Scenario } from './scenario.ts';
import type { SimPerformers } from './sim-performer.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

export interface ActsOptions {
  readonly scenario: Scenario;
  readonly queue: SimQueue;
  readonly cluster: Cluster;
  readonly clients: Clients;
  readonly followers: Followers;
  readonly mirror: Mirror;
  readonly performers: SimPerformers;
  readonly violations: Violations;
}

/** Whoever acts from outside never dies. */
const outside: Owner = { alive: true };

export class Acts {
  readonly #options: ActsOptions;
  /** those that strike between steps, the next one last */
  readonly #bySteps: { readonly step: number; readonly act: Act }[];
  /** acts that have happened */
  readonly done = new Set<Act>();

  constructor(options: ActsOptions) {
    this.#options = options;
    this.#bySteps = options.scenario.acts
      .flatMap((act) => ('step' in act.at ? [{ step: act.at.step, act }] : []))
      .sort((a, b) => b.step - a.step);
  }

  /** Schedules those that happen at an instant. */
  schedule(): void {
    const { scenario, queue } = this.#options;
    for (const act of scenario.acts)
      if ('ms' in act.at) queue.schedule(outside, act.at.ms, () => this.#perform(act));
  }

  /** Between two steps. */
  betweenSteps(): void {
    const { steps } = this.#options.queue;
    for (let next = this.#bySteps.at(-1); next !== undefined; next = this.#bySteps.at(-1)) {
      if (next.step > steps) return;
      this.#bySteps.pop();
      this.#perform(next.act);
    }
  }

  #perform(act: Act): void {
    this.done.add(act);
    perform(this.#options, act, createChance(act.seed));
  }
}

function perform(options: ActsOptions, act: Act, chance: Chance): void {
  const { clients, queue, scenario, cluster } = options;
  const onStream = (run: (process: SimProcess, stream: Mirrored) => void) => withStream(options, chance, run);
  switch (act.type) {
    case 'start':
      return startOne(options, chance, scenario.executions[act.execution]);
    case 'publish':
      return publish(options, chance, scenario.executions[act.execution]);
    case 'start again':
      return startOne(options, chance, chance.pick(scenario.executions));
    case 'cancel':
      return onStream((process, { tenant, id }) => clients.cancel(process, tenant, id));
    case 'suspend':
      return onStream((process, { tenant, id }) => clients.suspend(process, tenant, id));
    case 'resume':
      return onStream((process, { tenant, id }) => clients.resume(process, tenant, id));
    case 'retry':
      return retry(options, chance);
    case 'again':
      return deliverAgain(options, chance);
    case 'spurious':
      return spurious(options, chance);
    case 'rivals':
      return onStream((_, { tenant, id }) => rivals(options, chance, tenant, id));
    case 'follow':
      return onStream((process, stream) => options.followers.follow(process, stream));
    case 'jump':
      return queue.jump(chance.pick([1, 50, 500, 5_000, 3_600_000]));
    case 'jump back':
      return queue.jump(-chance.pick([1, 50, 500, 2_000]));
    case 'stop':
      return stop(options, chance);
    case 'crash':
      return withAlive(options, chance, (process) => {
        cluster.crash(process);
        bootLater(options, chance, process);
      });
    case 'freeze':
      return withAlive(options, chance, (process) => {
        process.frozenUntil = queue.elapsed + chance.between(1, scenario.leaseMs * 3);
      });
    default:
      return unreachable(act);
  }
}

function startOne(options: ActsOptions, chance: Chance, plan: ExecutionPlan | undefined): void {
  if (plan === undefined) return;
  withClient(options, chance, (process) => options.clients.start(process, plan));
}

/** Publishes an event for an execution that listens, at times twice, by whoever is there. */
function publish(options: ActsOptions, chance: Chance, plan: ExecutionPlan | undefined): void {
  const key = plan?.input.key;
  if (plan === undefined || key === undefined) return;
  const event = eventFor(key, 'tick', `tick-${Math.floor(chance.next() * 1_000_000)}`);
  for (let times = chance.pick([1, 1, 2]); times > 0; times--)
    withClient(options, chance, (process) => options.clients.publish(process, plan.tenant, event));
}

/** Retries what has faulted, and now and then what has not. */
function retry(options: ActsOptions, chance: Chance): void {
  const streams = [...options.mirror.streams];
  const faulted = streams.filter(({ state }) => state.phase === 'faulted');
  const choice = faulted.length > 0 && !chance.happens(0.2) ? faulted : streams;
  if (choice.length === 0) return;
  const { tenant, id } = chance.pick(choice);
  withClient(options, chance, (process) => options.clients.retry(process, tenant, id));
}

/** Delivers the outcome of a deed that has ended, once more or too late. */
function deliverAgain(options: ActsOptions, chance: Chance): void {
  const { performers } = options;
  if (performers.ended.length === 0) return;
  const { deed, outcome } = chance.pick(performers.ended);
  const effect = Number(deed.effect.slice(deed.effect.lastIndexOf('/') + 1));
  submit(options, chance, deed.tenant, deed.execution, { type: 'effect.complete', effect, outcome });
}

/** A command that nobody had a reason for: it wins versions from those who have. */
function spurious(options: ActsOptions, chance: Chance): void {
  const type = chance.pick(['timers.fire', 'execution.continue'] as const);
  withStream(options, chance, (_, { tenant, id }) => submit(options, chance, tenant, id, { type }));
}

/**
 * Every worker is given commands for one execution at once: the first a single one, the others a run of them, which
 * they pipeline. All want the same version, and whoever loses it must lose all that was decided on it.
 */
function rivals(options: ActsOptions, chance: Chance, tenant: string, id: string): void {
  for (const [index, worker] of [...options.cluster.workers()].entries()) {
    const reason = `rival ${index}`;
    const count = index === 0 ? 1 : chance.between(2, 4);
    for (let turn = 0; turn < count; turn++)
      ask(
        options,
        worker,
        tenant,
        id,
        turn % 2 === 0 ? { type: 'execution.suspend', reason } : { type: 'execution.resume' },
      );
  }
}

function submit(options: ActsOptions, chance: Chance, tenant: string, id: string, command: Command): void {
  for (const worker of options.cluster.workers())
    if (!chance.happens(0.3)) ask(options, worker, tenant, id, command);
}

function ask(
  { violations }: ActsOptions,
  worker: Worker,
  tenant: string,
  id: string,
  command: Command,
): void {
  worker.submit(tenant, id, command).catch((error: unknown) => {
    if (!isOutage(error)) violations.add('roles meet no error but an outage', `${id}: ${describe(error)}`);
  });
}

/** Stops a process in good order; it comes back later. */
function stop(options: ActsOptions, chance: Chance): void {
  const { cluster, violations } = options;
  const running = cluster.processes.filter(({ stopping }) => !stopping);
  if (running.length === 0) return;
  const process = chance.pick(running);
  cluster.stop(process, chance.pick([0, 20, 500])).catch((error: unknown) => {
    violations.add('a process stops in good order', describe(error));
  });
  bootLater(options, chance, process);
}

/** Brings back a process that has ended, after a while. */
function bootLater({ cluster, queue }: ActsOptions, chance: Chance, process: SimProcess): void {
  const boot = () => {
    if (process.alive) queue.schedule(outside, 100, boot);
    else cluster.boot(process.plan);
  };
  queue.schedule(outside, chance.pick([0, 10, 300, 3_000]), boot);
}

/** An execution that is open rather than one that has ended: there most acts come to nothing. */
function withStream(
  options: ActsOptions,
  chance: Chance,
  run: (process: SimProcess, stream: Mirrored) => void,
): void {
  const streams = [...options.mirror.streams];
  const open = streams.filter(({ state }) => !isTerminal(state.phase));
  const choice = open.length > 0 && !chance.happens(0.25) ? open : streams;
  if (choice.length > 0) withClient(options, chance, (process) => run(process, chance.pick(choice)));
}

function withClient({ cluster }: ActsOptions, chance: Chance, run: (process: SimProcess) => void): void {
  const { open } = cluster;
  if (open.length > 0) run(chance.pick(open));
}

function withAlive({ cluster }: ActsOptions, chance: Chance, run: (process: SimProcess) => void): void {
  const alive = cluster.processes;
  if (alive.length > 0) run(chance.pick(alive));
}
