/** The composition root: drivers behind their ports, and the roles of this process over them. */
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { defaultLimits, factSchema, type Limits, type Readiness, version } from '@millrace/core';
import { openSecrets } from '../drivers/environment/secrets.ts';
import { openFileBlobs } from '../drivers/files/blobs.ts';
import { makeFolder } from '../drivers/files/make-folder.ts';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { isPostgres } from '../drivers/postgres/address.ts';
import { openPostgresBlobs } from '../drivers/postgres/blobs.ts';
import { openDatabase } from '../drivers/postgres/database.ts';
import { openPostgresStore } from '../drivers/postgres/store.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import type { HostFunction } from '../effects/function-effect.ts';
import { createPerformer } from '../effects/performer.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../http-client/http-client.ts';
import { createThreadedClient } from '../http-client/threaded-client.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store } from '../ports/store.ts';
import type { StoreCounts } from '../ports/store-counts.ts';
import type { World } from '../ports/world.ts';
import { startRegistry } from '../roles/registry.ts';
import { checkingWhatIsAsked } from './asked.ts';
import { refusingStarts, watchDiskRoom } from './disk-room.ts';
import { type EventSinkOptions, startEventSink } from './event-sink.ts';
import type { Engine } from './interface.ts';
import { startLeaps, watchStore } from './leaps.ts';
import type { Role } from './parts.ts';
import { readinessOf } from './readiness.ts';
import { type Retention, startRetention } from './retention.ts';
import { createRuntime } from './runtime.ts';
import { systemView } from './system.ts';
import { systemWorld } from './system-world.ts';
import { verifyOpenExecutions } from './verify-store.ts';
import { virtualWorld } from './virtual-world.ts';
import { within } from './within.ts';

export interface ComposeOptions {
  /** `memory:`, `sqlite:PATH` or `postgres://…` */
  readonly store: string;
  /** connections to a PostgreSQL store; default 20 */
  readonly connectionsMax?: number;
  /** folder for large values, when the store is a file */
  readonly data: string;
  readonly roles: readonly Role[];
  /** functions that `call: name` runs */
  readonly functions?: ReadonlyMap<string, HostFunction>;
  readonly secrets: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly file?: string;
  };
  readonly http: HttpClientOptions;
  /** where lifecycle events are sent; absent: nowhere */
  readonly eventSink?: Pick<EventSinkOptions, 'uri' | 'statusChanged'>;
  /** folder of `file:` and relative URIs in definitions; absent: they are refused */
  readonly resources?: string;
  readonly limits: Limits;
  readonly leaseMs: number;
  readonly effectsMax: number;
  /** how much is under way at once over all processes, by the name of the limit: `workflow:shop/order`, `task:call:http` */
  readonly placesMax?: Readonly<Record<string, number>>;
  readonly blobThresholdBytes: number;
  readonly overdueMs: number;
  /** how long idempotency keys are kept */
  readonly idempotencyMs: number;
  /** how long executions are kept that have ended; absent or 0: for ever. Only where the store can drop them */
  readonly retentionMs?: number;
  readonly world?: World;
  /** the clock leaps to the next wake-up when nothing else is to do: for trying workflows */
  readonly virtualTime?: boolean;
  /** told of the roles that no running process on the store has, and of none when all are there again */
  readonly onMissingRoles?: (roles: readonly string[]) => void;
  /** something that no caller waits for went wrong; the server goes on */
  readonly onError: (error: unknown, execution: string) => void;
  /** the store cannot be trusted any more; the process must end */
  readonly onFatal: (error: Error) => void;
}

export interface Composition {
  readonly engine: Engine;
  readonly store: Store;
  /** the instant by the clock that executions go by */
  now(): number;
  readiness(): Promise<Readiness>;
  /** `counts` are absent when the store does not give them in time; what is known without it is told all the same. */
  figures(): Promise<{ readonly counts?: StoreCounts; readonly stats: Readonly<Record<string, number>> }>;
  /** Takes nothing new, gives back what is not under way, and says so to the other processes. */
  drain(): Promise<void>;
  /** Waits up to `graceMs` for deeds under way, then closes what was opened. */
  close(graceMs: number): Promise<void>;
}

/** A scrape is over after ten seconds, and is to tell what it can by then. */
const countsMsMax = 3_000;
const executionsMax = 20_000;
/** Whose executions a start holds against their logs. */
const defaultTenant = 'default';
/** What executions in memory may take of the heap: the rest is for what is under way. */
const liveHeapShare = 0.25;
const liveBytesMax = 256 * 1024 * 1024;
/**
 * In one process hints reach everyone; roles apart meet in the store only, and look there more often, unless the store
 * tells them when to. Each role looks once or twice: an idle process asks its database less than once a second.
 */
export const sweepMs = { together: 2_000, apart: 25, hinted: 12_000 };
const connectionsMaxDefault = 20;
const allRoles: readonly Role[] = ['worker', 'executor', 'timer', 'events'];

/** Opens the drivers, and starts the roles. Throws a coded error when a driver cannot be opened. */
export async function composeEngine(options: ComposeOptions): Promise<Composition> {
  const real = options.world ?? systemWorld();
  const virtual = options.virtualTime === true ? virtualWorld(real) : undefined;
  const world = virtual ?? real;
  const { store: opened, blobs, secrets, http, close } = await openDrivers(options, world);
  const watched = virtual === undefined ? undefined : watchStore(opened, real);
  const store = watched ?? opened;
  const functions = options.functions ?? new Map<string, HostFunction>();
  const performer = createPerformer({
    ...{ http, secrets, functions, now: () => world.now(), documents: blobs },
    ...(options.resources === undefined ? {} : { resourcesRoot: options.resources }),
  });
  const runtime = createRuntime({
    world,
    callers: real,
    store,
    blobs,
    performer,
    resources: performer.resources,
    roles: new Set(options.roles),
    functions: new Set(functions.keys()),
    limits: options.limits,
    leaseMs: options.leaseMs,
    effectsMax: options.effectsMax,
    ...(options.placesMax === undefined ? {} : { placesMax: options.placesMax }),
    sweepMs: sweepMsFor(store, options.roles),
    blobThreshold: options.blobThresholdBytes,
    executionsMax,
    liveBytesMax: Math.min(liveBytesMax, getHeapStatistics().heap_size_limit * liveHeapShare),
    idempotencyMs: options.idempotencyMs,
    onError: options.onError,
  });
  runtime.start();
  // Of several processes on a store each may have another clock.
  const startedAt = store.now();
  const registry = startRegistry({
    ...{ world, store, load: () => runtime.load(), onError: options.onError },
    onMissing: (roles) => options.onMissingRoles?.(roles),
    self: {
      ...{ id: runtime.node, version, factSchema, roles: options.roles },
      ...{ host: hostname(), pid: process.pid, startedAt: new Date(startedAt).toISOString() },
      limits: options.placesMax ?? {},
    },
  });
  await registry.begun;
  const sink = await openEventSink(options, { store, blobs, world, large: runtime.large });
  const retention = openRetention(options, store, world);
  const endLeaps =
    virtual === undefined || watched === undefined
      ? () => {}
      : startLeaps({
          ...{ real, world: virtual, runtime, store: watched },
          onError: (error) => options.onError(error, ''),
        });
  const room = watchDiskRoom(options.store, world);
  const readiness = () => readinessOf(store, runtime.checks());
  const system = {
    ...{
      store,
      node: runtime.node,
      roles: options.roles,
      startedAt,
      now: () => store.now(),
      readiness,
    },
    overdueMs: options.overdueMs,
    limits: limitsOf(options),
  };
  return {
    engine: {
      ...refusingStarts(checkingWhatIsAsked(runtime.engine), room),
      system: (tenant) => systemView(system, tenant),
      nodes: () => registry.nodes(),
    },
    store,
    now: () => store.now(),
    readiness,
    async figures() {
      // First: a question that waits for a connection would be among those that wait.
      const stats = { ...store.stats(), ...runtime.stats(), ...sink?.stats(), ...retention?.stats() };
      const counts = await within(countsMsMax, store.counts(options.overdueMs)).catch(() => undefined);
      return { ...(counts === undefined ? {} : { counts }), stats };
    },
    async drain() {
      await Promise.all([registry.drain(), runtime.drain()]);
    },
    async close(graceMs) {
      endLeaps();
      retention?.stop();
      room.close();
      await runtime.stop(graceMs);
      await registry.close();
      await sink?.close();
      await close();
    },
  };
}

function sweepMsFor(store: Store, roles: readonly Role[]): number {
  if (store.hints !== undefined) return sweepMs.hinted;
  return allRoles.every((role) => roles.includes(role)) ? sweepMs.together : sweepMs.apart;
}

interface OpenSink {
  stats(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Events go out where timers are: one role of them is in every installation, and the api may be many. */
async function openEventSink(
  { eventSink, roles, onError }: ComposeOptions,
  parts: Pick<EventSinkOptions, 'store' | 'blobs' | 'world' | 'large'>,
): Promise<OpenSink | undefined> {
  if (eventSink === undefined || !roles.includes('timer')) return undefined;
  // The operator names the sink, who may call an address of the own network where a workflow may not.
  const http = createHttpClient({ allow: ['loopback', 'private'] });
  const userAgent = `millrace/${version}`;
  const sink = await startEventSink({ ...eventSink, ...parts, http, userAgent, onError });
  return {
    stats: () => sink.stats(),
    async close() {
      await sink.stop();
      await http.close();
    },
  };
}

function openRetention(
  { retentionMs: keptMs = 0, roles, onError }: ComposeOptions,
  store: Store,
  world: World,
): Retention | undefined {
  if (keptMs === 0 || !roles.includes('timer')) return undefined;
  return startRetention({ world, store, keptMs, onError });
}

/** The bounds that an operator can set, by the name of the setting. */
function limitsOf(options: ComposeOptions): Readonly<Record<string, number>> {
  const { leaseMs, effectsMax, blobThresholdBytes, overdueMs, idempotencyMs } = options;
  const limits = Object.keys(defaultLimits).map((name) => [name, options.limits[name as keyof Limits]]);
  const { responseBytesMax } = options.http;
  return {
    ...Object.fromEntries(limits),
    ...{ leaseMs, effectsMax, blobThresholdBytes, overdueMs, idempotencyMs },
    ...(responseBytesMax === undefined ? {} : { responseBytesMax }),
    ...options.placesMax,
  };
}

interface Drivers {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly secrets: Secrets;
  readonly http: HttpClient;
  close(): Promise<void>;
}

/** Opens all or nothing: what was opened before a failure is closed again, the last first. */
async function openDrivers(options: ComposeOptions, world: World): Promise<Drivers> {
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const driver of opened.reverse()) await driver.close();
  };
  const open = async <D extends { close(): Promise<void> }>(driver: D | Promise<D>): Promise<D> => {
    const ready = await driver;
    opened.push(ready);
    return ready;
  };
  try {
    return {
      ...(await openStoreAndBlobs(options, world, open)),
      secrets: await open(openSecrets({ environment: options.secrets.environment, ...fileOf(options) })),
      http: await open(createThreadedClient(options.http)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Open = <D extends { close(): Promise<void> }>(driver: D | Promise<D>) => Promise<D>;

async function openStoreAndBlobs(
  options: ComposeOptions,
  world: World,
  open: Open,
): Promise<Pick<Drivers, 'store' | 'blobs'>> {
  const { store: address, connectionsMax = connectionsMaxDefault, onFatal } = options;
  if (!isPostgres(address))
    return { store: await open(openStore(options, world)), blobs: await open(openBlobs(options)) };
  const database = await openDatabase({ address, connectionsMax, onFatal });
  const store = await open(openPostgresStore({ database }));
  return { store, blobs: openPostgresBlobs(database) };
}

async function openStore({ store, onFatal }: ComposeOptions, world: World): Promise<Store> {
  if (store === 'memory:')
    return openMemoryStore({ now: () => world.now(), hash: (text) => world.hash(text) });
  const path = resolve(store.slice('sqlite:'.length));
  makeFolder(dirname(path));
  const opened = await openSqliteStore({ path, now: () => world.now(), onFatal });
  try {
    await verifyOpenExecutions(opened, defaultTenant, (text) => world.hash(text));
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openBlobs({ store, data }: ComposeOptions): Promise<BlobStore> {
  if (store === 'memory:') return openMemoryBlobs();
  const folder = join(resolve(data), 'blobs');
  makeFolder(folder);
  return openFileBlobs({ folder });
}

function fileOf({ secrets }: ComposeOptions): { file?: string } {
  return secrets.file === undefined ? {} : { file: secrets.file };
}
