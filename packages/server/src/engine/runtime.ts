/**
 * The runtime: the roles of one process, put together over the ports. What the server, the embedded engine and the
 * simulator run is this; they differ in the world, the store and the performer that they hand in.
 */
import { type Check, type Executable, isTerminal, type Limits, type NodeLoad } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Performer } from '../ports/performer.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Hint, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Admission } from '../roles/admission.ts';
import type { Courier } from '../roles/courier.ts';
import { type Door, localDoor, remoteDoor } from '../roles/door.ts';
import { earlierEvents } from '../roles/earlier-events.ts';
import { Executor } from '../roles/executor.ts';
import { startExpiry } from '../roles/expiry.ts';
import { Feed } from '../roles/feed.ts';
import { Inbox } from '../roles/inbox.ts';
import { ListeningDefinitions } from '../roles/listening-definitions.ts';
import { matchRecords, nearMissRecords } from '../roles/match-record.ts';
import { Matcher } from '../roles/matcher.ts';
import type { LimitSettings, Places } from '../roles/places.ts';
import { Subscriptions } from '../roles/subscriptions.ts';
import { startTail, type Tail } from '../roles/tail.ts';
import { Timer } from '../roles/timer.ts';
import { Worker } from '../roles/worker.ts';
import { createCourier } from './create-courier.ts';
import { type Definition, Definitions } from './definitions.ts';
import { createEngineOver } from './engine.ts';
import { createFunctionCatalog } from './functions.ts';
import { idempotencyKeys } from './idempotency.ts';
import type { Engine } from './interface.ts';
import { LargeValues } from './large-values.ts';
import { createAdmission, lookingForPlaces, placesOf } from './placing.ts';
import { createPulses, type Pulses } from './pulses.ts';
import { Reader } from './reader.ts';
import { Schedules } from './schedules.ts';

export type Role = 'api' | 'worker' | 'executor' | 'timer' | 'events';

export interface RuntimeOptions {
  readonly world: World;
  /** the world of those who wait for answers, when that is another; absent: it is the same */
  readonly callers?: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly performer: Performer;
  /** reads functions and schemas that definitions name; absent: none can be read */
  readonly resources?: ResourceReader;
  readonly roles: ReadonlySet<Role>;
  /** names of the functions that the performer knows: `call: name` finds them at load */
  readonly functions: ReadonlySet<string>;
  /** definitions that were read before, by digest */
  readonly definitions?: ReadonlyMap<string, Definition>;
  readonly limits: Limits;
  /** how long a row is held by the process that took it */
  readonly leaseMs: number;
  /** deeds at once */
  readonly effectsMax: number;
  /** how much is under way at once over all processes, by the name of the limit; absent: as much as there is */
  readonly placesMax?: LimitSettings;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  /** characters of JSON from which a value leaves the log */
  readonly blobThreshold: number;
  /** executions kept in memory */
  readonly executionsMax: number;
  /** of their states together, approximately */
  readonly liveBytesMax: number;
  /** how long idempotency keys are kept; absent: for ever */
  readonly idempotencyMs?: number;
  /** something that no caller waits for went wrong */
  readonly onError: (error: unknown, execution: string) => void;
}

export interface Runtime {
  readonly engine: Omit<Engine, 'system' | 'nodes'>;
  /** shows values that are too large to be sent */
  readonly large: LargeValues;
  /** id of this process among those on the store */
  readonly node: string;
  readonly feed: Feed;
  /** absent: this process decides nothing */
  readonly worker: Worker | undefined;
  /** Looks for work that was left, and takes part in what comes. */
  start(): void;
  /** Takes nothing new, and gives back at once what is not under way. */
  drain(): Promise<void>;
  /** Takes nothing new, waits for deeds under way, and gives back what it holds. */
  stop(graceMs: number): Promise<void>;
  /** Whether each role of this process is at work. */
  checks(): Readonly<Record<string, Check>>;
  /** Whether deeds or sends are under way in this process. */
  isBusy(): boolean;
  /** The next instant that a timer of this process, or a row that any may take, waits for. */
  nextTimer(): Promise<{ readonly due: number; readonly isSchedule: boolean } | undefined>;
  /** How much it has to do. */
  load(): NodeLoad;
  /** Figures of the roles, for the metrics. */
  stats(): Readonly<Record<string, number>>;
}

const claimRowsMax = 500;
/** How long events are kept for executions that listen later, and what is told of their matches. */
const eventsKeptMs = 7 * 86_400_000;
const definitionsMax = 1_000;
/** Roles look at least every sweep; one that has not for so long hangs, or its store does. */
const silentMsMin = 10_000;

export function createRuntime(given: RuntimeOptions): Runtime {
  let ended = false;
  const onError: RuntimeOptions['onError'] = (error, execution) => {
    // A sweep that is still reading when the store closes is refused, which nobody needs to hear of.
    if (!ended) given.onError(error, execution);
  };
  const options = { ...given, onError };
  const { world, callers = world, store, blobs, roles } = options;
  const node = world.id();
  const feed = new Feed();
  const definitions = new Definitions({
    store,
    world,
    functions: options.functions,
    definitionsMax,
    ...(options.resources === undefined ? {} : { resources: options.resources }),
    ...(options.definitions === undefined ? {} : { known: options.definitions }),
  });
  const pulses = createPulses(() => world.elapsed(), Math.max(silentMsMin, options.sweepMs * 5));
  const listening = new ListeningDefinitions(store);
  const places = placesOf(options.placesMax);
  const parts: Parts = { options, node, feed, definitions, pulses, listening, places };
  // The executor and the timer hand commands to the door before there is a worker to build it from.
  const roleSet: RoleSet = {};
  const worker = roles.has('worker') ? createWorker(parts, roleSet) : undefined;
  const elsewhere = remoteDoor(store, world);
  const door =
    worker === undefined ? elsewhere : localDoor(worker, store.features.exclusive ? undefined : elsewhere);
  roleSet.executor = roles.has('executor') ? createExecutor(parts, door, worker) : undefined;
  const { limits } = options;
  const subscriptions: Subscriptions = new Subscriptions({
    ...{ store, world, limits },
    wanted: (tenant, id, detail) => schedules.wanted(tenant, id, detail),
    consumed: (tenant, id, _detail, consumed) => schedules.consumed(tenant, id, consumed),
  });
  const matcher = roles.has('events') ? createMatcher(parts, door, subscriptions) : undefined;
  roleSet.events = matcher;
  const large = new LargeValues(blobs);
  // Where others decide as well, what is in memory may be behind; but an end is never taken back.
  const isCertain = (tenant: string, id: string) =>
    store.features.exclusive || isTerminal(worker?.durablePhase(tenant, id));
  const reader = new Reader({
    store,
    blobs,
    large,
    feed,
    world: callers,
    held: (tenant, id) => (isCertain(tenant, id) ? worker?.durableState(tenant, id) : undefined),
    phase: (tenant, id) => (isCertain(tenant, id) ? worker?.durablePhase(tenant, id) : undefined),
  });
  const functions = createFunctionCatalog(store, world, options.functions);
  const schedules: Schedules = new Schedules({
    ...{ store, world, door, definitions, subscriptions, onError },
    remind: (tenant, stream, due) => roleSet.timer?.set(tenant, stream, due),
  });
  roleSet.timer = roles.has('timer') ? createTimer(parts, door, schedules) : undefined;
  const inbox = worker === undefined ? undefined : createInbox(parts, worker);
  roleSet.admission =
    worker === undefined ? undefined : createAdmission({ ...options, worker, node, claimRowsMax, places });
  roleSet.courier =
    worker === undefined
      ? undefined
      : createCourier({ ...options, node, claimRowsMax }, { definitions, worker, reader, schedules });
  const engine = createEngineOver({
    ...{ store, blobs, world: callers, door, feed, reader, large, definitions },
    ...{ functions, schedules },
    published: () => matcher?.look(),
  });
  let tail: Tail | undefined;
  let released = false;
  let stopHints: () => void = () => {};
  const expiries: (() => void)[] = [];
  const drain = async () => {
    pulses.end();
    worker?.drain();
    inbox?.drain();
    roleSet.admission?.stop();
    roleSet.executor?.drain();
    roleSet.timer?.stop();
    // Leases on a store of this process alone are void when the next one opens it.
    if (store.features.exclusive || released) return;
    released = true;
    await roleSet.timer?.release().catch((error: unknown) => onError(error, ''));
  };
  return {
    engine,
    large,
    node,
    feed,
    worker,
    start() {
      for (const [part, role] of Object.entries({
        worker: inbox,
        executor: roleSet.executor,
        timer: roleSet.timer,
      }))
        if (role !== undefined) pulses.beat(part);
      inbox?.start();
      roleSet.admission?.start();
      roleSet.courier?.start();
      roleSet.executor?.start();
      roleSet.timer?.start();
      matcher?.start();
      // What another process decides is heard of from the log only.
      if (worker === undefined || !store.features.exclusive)
        tail = startTail({
          ...{ world, store, feed, pollMs: options.sweepMs, rowsMax: claimRowsMax, onError },
          holds: () => (worker?.executionsInMemory ?? 0) + (roleSet.executor?.running ?? 0) > 0,
          moved: (heads) => roleSet.executor?.recheck(worker?.supersede(heads) ?? heads),
          swept: () => pulses.beat('tail'),
        });
      const looks: Readonly<Partial<Record<Hint, readonly ({ look(): void } | undefined)[]>>> = {
        commits: [tail, matcher],
        command: [inbox],
        resume: [inbox],
        send: [roleSet.courier],
        effect: [roleSet.executor],
        timer: [roleSet.timer],
        place: [roleSet.admission],
      };
      stopHints =
        store.hints?.((hints) => {
          for (const role of new Set(hints.flatMap((hint) => looks[hint] ?? []))) role?.look();
          if (hints.includes('answer')) feed.answered();
        }) ?? stopHints;
      if (roles.has('events'))
        for (const collection of [earlierEvents, matchRecords, nearMissRecords])
          expiries.push(startExpiry({ world, store, collection, keptMs: eventsKeptMs, onError }));
      const keptMs = options.idempotencyMs;
      if (roles.has('timer') && keptMs !== undefined)
        expiries.push(startExpiry({ world, store, collection: idempotencyKeys, keptMs, onError }));
    },
    drain,
    async stop(graceMs) {
      await drain();
      stopHints();
      tail?.stop();
      for (const stopExpiry of expiries) stopExpiry();
      roleSet.courier?.stop();
      await matcher?.stop();
      await Promise.all([inbox?.stop(graceMs), roleSet.executor?.stop(graceMs)]);
      ended = true;
    },
    load: () => ({
      executionsInMemory: worker?.executionsInMemory ?? 0,
      effectsRunning: roleSet.executor?.running ?? 0,
      effectsMax: roleSet.executor === undefined ? 0 : options.effectsMax,
      lagMs: Math.max(inbox?.lagMs ?? 0, roleSet.executor?.lagMs ?? 0, roleSet.timer?.lagMs ?? 0),
    }),
    checks: () => pulses.checks(),
    isBusy: () => (roleSet.executor?.running ?? 0) + (roleSet.courier?.underWay ?? 0) > 0,
    nextTimer: async () => roleSet.timer?.next(),
    stats: () => ({
      executions_in_memory: worker?.executionsInMemory ?? 0,
      effects_running: roleSet.executor?.running ?? 0,
      timers_in_memory: roleSet.timer?.size ?? 0,
      ...matcher?.stats(),
      followers: feed.listeners,
    }),
  };
}

interface Parts {
  readonly options: RuntimeOptions;
  readonly node: string;
  readonly feed: Feed;
  readonly definitions: Definitions;
  readonly pulses: Pulses;
  readonly listening: ListeningDefinitions;
  readonly places: Places | undefined;
}

interface RoleSet {
  executor?: Executor | undefined;
  timer?: Timer | undefined;
  courier?: Courier | undefined;
  admission?: Admission | undefined;
  events?: Matcher | undefined;
}

function createWorker(parts: Parts, roleSet: RoleSet): Worker {
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
      admission: () => roleSet.admission?.look(),
      executor: () => roleSet.executor?.look(),
    }),
    sends: {
      reserve: () => roleSet.courier?.reserve() === true,
      unreserve: (places) => roleSet.courier?.unreserve(places),
      take: (task) => roleSet.courier?.takeReserved(task),
    },
    ...(roles.has('executor')
      ? {
          effects: {
            reserve: () => roleSet.executor?.reserve() === true,
            revoke: (tenant, id, effects) => roleSet.executor?.revoke(tenant, id, effects),
            unreserve: (places) => roleSet.executor?.unreserve(places),
            take: (task) => roleSet.executor?.takeReserved(task),
          },
        }
      : {}),
    ...(roles.has('timer')
      ? {
          timers: {
            set: (tenant, id, due) => roleSet.timer?.set(tenant, id, due),
            clear: (tenant, id) => roleSet.timer?.clear(tenant, id),
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
