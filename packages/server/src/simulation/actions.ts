/** What happens to a simulation while it is stormy: requests of clients, duplicates, clocks that jump, restarts. */
import type { Command } from '@millrace/core';
import type { Worker } from '../roles/worker.ts';
import type { Chance } from './chance.ts';
import type { Clients } from './clients.ts';
import type { Cluster, SimProcess } from './cluster.ts';
import { describe, isOutage } from './cluster.ts';
import type { Followers } from './followers.ts';
import type { Mirror, Mirrored } from './mirror.ts';
import type { Scenario } from './scenario.ts';
import type { SimPerformers } from './sim-performer.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

export interface ActionsOptions {
  readonly scenario: Scenario;
  readonly queue: SimQueue;
  readonly chance: Chance;
  readonly cluster: Cluster;
  readonly clients: Clients;
  readonly followers: Followers;
  readonly mirror: Mirror;
  readonly performers: SimPerformers;
  readonly violations: Violations;
}

/** Whoever acts from outside never dies. */
const outside: Owner = { alive: true };

/** Schedules the starts of all executions, and as many other actions as the scenario has. */
export function scheduleActions(options: ActionsOptions): void {
  const { scenario, queue, chance } = options;
  for (const plan of scenario.executions) {
    queue.schedule(outside, chance.between(0, scenario.stormMs / 2), () =>
      withClient(options, (process) => options.clients.start(process, plan)),
    );
  }
  for (let index = 0; index < scenario.actions; index++)
    queue.schedule(outside, chance.between(0, scenario.stormMs), () => act(options));
}

function act(options: ActionsOptions): void {
  const { chance, clients } = options;
  const kinds = [
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
  ];
  switch (chance.pick([...kinds, 'follow', 'follow', 'rivals', 'rivals', 'jump', 'stop', 'start'])) {
    case 'cancel':
      return onStream(options, (process, { tenant, id }) => clients.cancel(process, tenant, id));
    case 'suspend':
      return onStream(options, (process, { tenant, id }) => clients.suspend(process, tenant, id));
    case 'resume':
      return onStream(options, (process, { tenant, id }) => clients.resume(process, tenant, id));
    case 'retry':
      return onStream(options, (process, { tenant, id, state }) => {
        if (state.phase === 'faulted') clients.retry(process, tenant, id);
      });
    case 'again':
      return deliverAgain(options);
    case 'spurious':
      return spurious(options);
    case 'rivals':
      return onStream(options, (_, { tenant, id }) => rivals(options, tenant, id));
    case 'follow':
      return onStream(options, (process, stream) => options.followers.follow(process, stream));
    case 'jump':
      return options.queue.jump(chance.pick([1, 50, 500, 5_000, 3_600_000]));
    case 'stop':
      return stop(options);
    default:
      return withClient(options, (process) =>
        clients.start(process, chance.pick(options.scenario.executions)),
      );
  }
}

/** Delivers the outcome of a deed that has ended, once more or too late. */
function deliverAgain(options: ActionsOptions): void {
  const { chance, performers } = options;
  if (performers.ended.length === 0) return;
  const { deed, outcome } = chance.pick(performers.ended);
  const effect = Number(deed.effect.slice(deed.effect.lastIndexOf('/') + 1));
  submit(options, deed.tenant, deed.execution, { type: 'effect.complete', effect, outcome });
}

/** A command that nobody had a reason for: it wins versions from those who have. */
function spurious(options: ActionsOptions): void {
  const type = options.chance.pick(['timers.fire', 'execution.continue'] as const);
  onStream(options, (_, { tenant, id }) => submit(options, tenant, id, { type }));
}

/**
 * Every worker is given commands for one execution at once: the first a single one, the others a run of them, which
 * they pipeline. All want the same version, and whoever loses it must lose all that was decided on it.
 */
function rivals(options: ActionsOptions, tenant: string, id: string): void {
  const { chance, cluster } = options;
  for (const [index, worker] of [...cluster.workers()].entries()) {
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

function submit(options: ActionsOptions, tenant: string, id: string, command: Command): void {
  for (const worker of options.cluster.workers())
    if (!options.chance.happens(0.3)) ask(options, worker, tenant, id, command);
}

function ask(
  { violations }: ActionsOptions,
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
function stop({ cluster, chance, queue, violations }: ActionsOptions): void {
  const running = cluster.processes.filter(({ stopping }) => !stopping);
  if (running.length === 0) return;
  const process = chance.pick(running);
  cluster.stop(process, chance.pick([0, 20, 500])).catch((error: unknown) => {
    violations.add('a process stops in good order', describe(error));
  });
  bootLater({ cluster, queue, chance }, process);
}

/** Brings back a process that has ended, after a while. */
export function bootLater(
  { cluster, queue, chance }: Pick<ActionsOptions, 'cluster' | 'queue' | 'chance'>,
  process: SimProcess,
): void {
  const boot = () => {
    if (process.alive) queue.schedule(outside, 100, boot);
    else cluster.boot(process.plan);
  };
  queue.schedule(outside, chance.pick([0, 10, 300, 3_000]), boot);
}

function onStream(options: ActionsOptions, run: (process: SimProcess, stream: Mirrored) => void): void {
  const streams = [...options.mirror.streams];
  if (streams.length > 0) withClient(options, (process) => run(process, options.chance.pick(streams)));
}

function withClient({ cluster, chance }: ActionsOptions, run: (process: SimProcess) => void): void {
  const { open } = cluster;
  if (open.length > 0) run(chance.pick(open));
}
