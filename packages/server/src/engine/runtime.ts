/**
 * The runtime: the roles of one process, put together over the ports. What the server, the embedded engine and the
 * simulator run is this; they differ in the world, the store and the performer that they hand in.
 */
import type { Check, Limits, NodeLoad } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Performer } from '../ports/performer.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Hint, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { type Door, localDoor, remoteDoor } from '../roles/door.ts';
import { Executor } from '../roles/executor.ts';
import { startExpiry } from '../roles/expiry.ts';
import { Feed } from '../roles/feed.ts';
import { Inbox } from '../roles/inbox.ts';
import { startTail, type Tail } from '../roles/tail.ts';
import { Timer } from '../roles/timer.ts';
import { Worker } from '../roles/worker.ts';
import { type Definition, Definitions } from './definitions.ts';
import { createEngineOver } from './engine.ts';
import { createFunctionCatalog } from './functions.ts';
import { idempotencyKeys } from './idempotency.ts';
import type { Engine } from './interface.ts';
import { LargeValues } from './large-values.ts';
import { createPulses, type Pulses } from './pulses.ts';
import { Reader } from './reader.ts';

export type Role = 'api' | 'worker' | 'executor' | 'timer';

export interface RuntimeOptions {
  readonly world: World;
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
  /** How much it has to do. */
  load(): NodeLoad;
  /** Figures of the roles, for the metrics. */
  stats(): Readonly<Record<string, number>>;
}

const claimRowsMax = 500;
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
  const { world, store, blobs, roles } = options;
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
  const parts: Parts = { options, node, feed, definitions, pulses };
  // The executor and the timer hand commands to the door before there is a worker to build it from.
  const roleSet: RoleSet = { executor: undefined, timer: undefined };
  const worker = roles.has('worker') ? createWorker(parts, roleSet) : undefined;
  const elsewhere = remoteDoor(store, world);
  const door =
    worker === undefined ? elsewhere : localDoor(worker, store.features.exclusive ? undefined : elsewhere);
  roleSet.executor = roles.has('executor') ? createExecutor(parts, door, worker) : undefined;
  roleSet.timer = roles.has('timer') ? createTimer(parts, door) : undefined;
  const inbox = worker === undefined ? undefined : createInbox(parts, worker);
  const large = new LargeValues(blobs);
  const reader = new Reader({
    store,
    blobs,
    large,
    feed,
    world,
    held: (tenant, id) => (store.features.exclusive ? worker?.durableState(tenant, id) : undefined),
    phase: (tenant, id) => (store.features.exclusive ? worker?.durablePhase(tenant, id) : undefined),
  });
  const functions = createFunctionCatalog(store, world, options.functions);
  const engine = createEngineOver({ store, blobs, world, door, feed, reader, large, definitions, functions });
  let tail: Tail | undefined;
  let released = false;
  let stopHints: () => void = () => {};
  let stopExpiry: () => void = () => {};
  const drain = async () => {
    pulses.end();
    worker?.drain();
    inbox?.drain();
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
      for (const [part, role] of Object.entries({ worker: inbox, ...roleSet }))
        if (role !== undefined) pulses.beat(part);
      inbox?.start();
      roleSet.executor?.start();
      roleSet.timer?.start();
      // What another process decides is heard of from the log only.
      if (worker === undefined || !store.features.exclusive)
        tail = startTail({
          ...{ world, store, feed, pollMs: options.sweepMs, rowsMax: claimRowsMax, onError },
          swept: () => pulses.beat('tail'),
        });
      const looks = {
        commits: tail,
        command: inbox,
        resume: inbox,
        effect: roleSet.executor,
        timer: roleSet.timer,
      };
      const byHint: Readonly<Partial<Record<Hint, { look(): void } | undefined>>> = looks;
      stopHints =
        store.hints?.((hints) => {
          for (const looked of new Set(hints.map((hint) => byHint[hint]))) looked?.look();
        }) ?? stopHints;
      const keptMs = options.idempotencyMs;
      if (roles.has('timer') && keptMs !== undefined)
        stopExpiry = startExpiry({ world, store, collection: idempotencyKeys, keptMs, onError });
    },
    drain,
    async stop(graceMs) {
      await drain();
      stopHints();
      tail?.stop();
      stopExpiry();
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
    stats: () => ({
      executions_in_memory: worker?.executionsInMemory ?? 0,
      effects_running: roleSet.executor?.running ?? 0,
      timers_in_memory: roleSet.timer?.size ?? 0,
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
}

interface RoleSet {
  executor: Executor | undefined;
  timer: Timer | undefined;
}

function createWorker({ options, node, feed, definitions }: Parts, roleSet: RoleSet): Worker {
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
    executable(tenant, digest) {
      const definition = definitions.byDigest(tenant, digest);
      return definition instanceof Promise
        ? definition.then(({ executable }) => executable)
        : definition.executable;
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

function createExecutor({ options, node, pulses }: Parts, door: Door, worker: Worker | undefined): Executor {
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
    swept: () => pulses.beat('executor'),
    onError,
  });
}

function createTimer({ options, node, pulses }: Parts, door: Door): Timer {
  const { world, store, leaseMs, sweepMs, onError } = options;
  const swept = () => pulses.beat('timer');
  return new Timer({ world, store, door, node, leaseMs, sweepMs, claimRowsMax, swept, onError });
}

function createInbox({ options, node, pulses }: Parts, worker: Worker): Inbox {
  const { world, store, leaseMs, sweepMs, onError } = options;
  const swept = () => pulses.beat('worker');
  return new Inbox({ world, store, worker, node, leaseMs, sweepMs, claimRowsMax, swept, onError });
}
