/**
 * The roles of one process, put together: which of them there are, and what each hands to the others. Data goes one way,
 * from the doors by the worker to the store, but what a commit releases goes to roles that hand commands to the worker:
 * they find each other in the set, which is whole before any of them starts.
 */
import { type Executable, isTerminal } from '@millrace/core';
import type { Admission } from '../roles/admission.ts';
import { Courier } from '../roles/courier.ts';
import { type Door, localDoor, remoteDoor } from '../roles/door.ts';
import { Executor } from '../roles/executor.ts';
import { Inbox } from '../roles/inbox.ts';
import { Matcher } from '../roles/matcher.ts';
import { Subscriptions } from '../roles/subscriptions.ts';
import { Timer } from '../roles/timer.ts';
import { Worker } from '../roles/worker.ts';
import type { Definition } from './definitions.ts';
import { claimRowsMax, type Parts } from './parts.ts';
import { createAdmission, lookingForPlaces } from './placing.ts';
import { Reader } from './reader.ts';
import { resolveChild } from './resolve-child.ts';
import { Schedules } from './schedules.ts';

/** The roles that a process has; an absent one is played by others on the store. */
export interface RoleSet {
  /** decides commands */
  readonly worker?: Worker | undefined;
  /** claims the commands that others left, and what a worker left half-way */
  readonly inbox?: Inbox | undefined;
  /** gives places to executions of workflows that are limited in number */
  readonly admission?: Admission | undefined;
  /** tells other executions, and schedules, of what concerns them */
  readonly courier?: Courier | undefined;
  readonly executor?: Executor | undefined;
  readonly timer?: Timer | undefined;
  readonly matcher?: Matcher | undefined;
}

/** The roles, and what commands and questions of callers go through. */
export interface Composed {
  readonly roles: RoleSet;
  readonly door: Door;
  readonly reader: Reader;
  readonly schedules: Schedules;
}

type Growing = { -readonly [Role in keyof RoleSet]: RoleSet[Role] };

export function composeRoles(parts: Parts): Composed {
  const { options, definitions, node, places } = parts;
  const { world, store, limits, onError, roles: names } = options;
  const roles: Growing = {};
  const worker = names.has('worker') ? createWorker(parts, roles) : undefined;
  const elsewhere = remoteDoor(store, world);
  const door =
    worker === undefined ? elsewhere : localDoor(worker, store.features.exclusive ? undefined : elsewhere);
  const reader = createReader(parts, worker);
  const subscriptions: Subscriptions = new Subscriptions({
    ...{ store, world, limits },
    wanted: (tenant, id, detail) => schedules.wanted(tenant, id, detail),
    consumed: (tenant, id, detail, consumed) => schedules.consumed(tenant, id, detail, consumed),
    onError,
  });
  const schedules: Schedules = new Schedules({
    ...{ store, world, door, definitions, subscriptions, onError },
    remind: (tenant, stream, due) => roles.timer?.set(tenant, stream, due),
  });
  roles.executor = names.has('executor') ? createExecutor(parts, door, worker) : undefined;
  roles.timer = names.has('timer') ? createTimer(parts, door, schedules) : undefined;
  roles.matcher = names.has('events') ? createMatcher(parts, door, subscriptions) : undefined;
  if (worker !== undefined) {
    roles.worker = worker;
    roles.inbox = createInbox(parts, worker);
    roles.admission = createAdmission({ ...options, worker, node, claimRowsMax, places });
    roles.courier = createCourier(parts, { worker, reader, schedules });
  }
  return { roles, door, reader, schedules };
}

function createWorker(parts: Parts, set: RoleSet): Worker {
  const { options, node, feed } = parts;
  const { world, store, blobs, leaseMs, blobThreshold, limits, onError, roles } = options;
  return new Worker({
    world,
    store,
    blobs,
    feed,
    node,
    leaseMs,
    blobThreshold,
    executionsMax: options.executionsMax,
    liveBytesMax: options.liveBytesMax,
    limits,
    onError,
    executable: (tenant, digest) => executableOf(parts, tenant, digest),
    ...lookingForPlaces(parts.places, {
      admission: () => set.admission?.look(),
      executor: () => set.executor?.look(),
    }),
    sends: {
      reserve: () => set.courier?.reserve() === true,
      unreserve: (places) => set.courier?.unreserve(places),
      take: (task) => set.courier?.takeReserved(task),
    },
    ...(roles.has('executor')
      ? {
          effects: {
            reserve: () => set.executor?.reserve() === true,
            revoke: (tenant, id, effects) => set.executor?.revoke(tenant, id, effects),
            unreserve: (places) => set.executor?.unreserve(places),
            take: (task) => set.executor?.takeReserved(task),
            leave: (effect) => set.executor?.leave(effect),
          },
        }
      : {}),
    ...(roles.has('timer')
      ? {
          timers: {
            set: (tenant, id, due) => set.timer?.set(tenant, id, due),
            clear: (tenant, id) => set.timer?.clear(tenant, id),
          },
        }
      : {}),
  });
}

/** The program of a definition: when it listens, not before whoever matches events knows of it. */
function executableOf(
  { definitions, listening }: Parts,
  tenant: string,
  digest: string,
): Executable | Promise<Executable> {
  const ready = ({ executable }: Definition): Executable | Promise<Executable> =>
    listening.note(tenant, digest, executable)?.then(() => executable) ?? executable;
  const definition = definitions.byDigest(tenant, digest);
  return definition instanceof Promise ? definition.then(ready) : ready(definition);
}

function createReader({ options, feed, large }: Parts, worker: Worker | undefined): Reader {
  const { world, callers = world, store, blobs } = options;
  // Where others decide as well, what is in memory may be behind; but an end is never taken back.
  const isCertain = (tenant: string, id: string) =>
    store.features.exclusive || isTerminal(worker?.durablePhase(tenant, id));
  return new Reader({
    ...{ store, blobs, large, feed, world: callers },
    held: (tenant, id) => (isCertain(tenant, id) ? worker?.durableState(tenant, id) : undefined),
    phase: (tenant, id) => (isCertain(tenant, id) ? worker?.durablePhase(tenant, id) : undefined),
    isDecidedHere: (tenant, id) => !isCertain(tenant, id) && worker?.durablePhase(tenant, id) !== undefined,
  });
}

function createMatcher(
  { options, node, feed, definitions, pulses, listening }: Parts,
  door: Door,
  subscriptions: Subscriptions,
): Matcher {
  const { world, store, blobs, leaseMs, sweepMs, limits, onError } = options;
  return new Matcher({
    ...{ world, store, blobs, door, feed, node, leaseMs, sweepMs, limits, subscriptions, onError },
    definitions: listening,
    executable: async (tenant, digest) => (await definitions.byDigest(tenant, digest)).executable,
    swept: () => pulses.beat('events'),
  });
}

function createExecutor(
  { options, node, pulses, places }: Parts,
  door: Door,
  worker: Worker | undefined,
): Executor {
  const { world, store, blobs, performer, leaseMs, effectsMax, sweepMs, onError } = options;
  const wants = (tenant: string, id: string, effect: number) => worker?.wants(tenant, id, effect) !== false;
  return new Executor({
    world,
    store,
    blobs,
    door,
    performer,
    node,
    leaseMs,
    effectsMax,
    sweepMs,
    wants,
    ...(places === undefined ? {} : { limits: places.ofTasks }),
    swept: () => pulses.beat('executor'),
    onError,
  });
}

function createTimer({ options, node, pulses }: Parts, door: Door, schedules: Schedules): Timer {
  const { world, store, leaseMs, sweepMs, onError } = options;
  const swept = () => pulses.beat('timer');
  return new Timer({
    ...{ world, store, door, node, leaseMs, sweepMs, claimRowsMax, swept, onError },
    advanceSchedule: (tenant, workflow) => schedules.advance(tenant, workflow),
  });
}

function createInbox({ options, node, pulses }: Parts, worker: Worker): Inbox {
  const { world, store, leaseMs, sweepMs, onError } = options;
  const swept = () => pulses.beat('worker');
  return new Inbox({ world, store, worker, node, leaseMs, sweepMs, claimRowsMax, swept, onError });
}

function createCourier(
  { options, node, definitions }: Parts,
  { worker, reader, schedules }: { worker: Worker; reader: Reader; schedules: Schedules },
): Courier {
  const { world, store, blobs, leaseMs, sweepMs, onError } = options;
  return new Courier({
    ...{ world, store, blobs, node, leaseMs, sweepMs, claimRowsMax, onError },
    submit: (tenant, id, command) => worker.submit(tenant, id, command),
    state: (tenant, id) => reader.state(tenant, id),
    resolve: (tenant, workflow) => resolveChild(definitions, tenant, workflow),
    runEnded: (tenant, id, state) => schedules.runEnded(tenant, id, state),
  });
}
