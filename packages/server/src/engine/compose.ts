/** The composition root: drivers behind their ports, and the roles of this process over them. */
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Limits } from '@millrace/core';
import { openSecrets } from '../drivers/environment/secrets.ts';
import { openFileBlobs } from '../drivers/files/blobs.ts';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { openSqliteStore } from '../drivers/sqlite/store.ts';
import type { HostFunction } from '../effects/function-effect.ts';
import { createPerformer } from '../effects/performer.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../http-client/http-client.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Store, StoreCounts } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Engine } from './interface.ts';
import { createRuntime, type Role } from './runtime.ts';
import { systemWorld } from './system-world.ts';

export interface ComposeOptions {
  /** `memory:` or `sqlite:PATH` */
  readonly store: string;
  /** folder for large values, when the store is not in memory */
  readonly data: string;
  readonly roles: readonly Role[];
  /** functions that `call: name` runs */
  readonly functions?: ReadonlyMap<string, HostFunction>;
  readonly secrets: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly file?: string;
  };
  readonly http: HttpClientOptions;
  readonly limits: Limits;
  readonly leaseMs: number;
  readonly effectsMax: number;
  readonly blobThresholdBytes: number;
  readonly overdueMs: number;
  readonly world?: World;
  /** something that no caller waits for went wrong; the server goes on */
  readonly onError: (error: unknown, execution: string) => void;
  /** the store cannot be trusted any more; the process must end */
  readonly onFatal: (error: Error) => void;
}

export interface Composition {
  readonly engine: Engine;
  readonly store: Store;
  readiness(): Promise<{
    readonly ready: boolean;
    readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
  }>;
  figures(): Promise<{ readonly counts: StoreCounts; readonly stats: Readonly<Record<string, number>> }>;
  /** Waits up to `graceMs` for deeds under way, then closes what was opened. */
  close(graceMs: number): Promise<void>;
}

const executionsMax = 20_000;
/** In one process hints reach everyone; roles apart meet in the store only, and look there more often. */
const sweepMs = { together: 2_000, apart: 25 };
const allRoles: readonly Role[] = ['worker', 'executor', 'timer'];

/** Opens the drivers, and starts the roles. Throws a coded error when a driver cannot be opened. */
export async function composeEngine(options: ComposeOptions): Promise<Composition> {
  const world = options.world ?? systemWorld();
  const { store, blobs, secrets, http, close } = await openDrivers(options, world);
  const functions = options.functions ?? new Map<string, HostFunction>();
  const performer = createPerformer({ http, secrets, functions, now: () => world.now(), documents: blobs });
  const runtime = createRuntime({
    world,
    store,
    blobs,
    performer,
    roles: new Set(options.roles),
    functions: new Set(functions.keys()),
    limits: options.limits,
    leaseMs: options.leaseMs,
    effectsMax: options.effectsMax,
    sweepMs: allRoles.every((role) => options.roles.includes(role)) ? sweepMs.together : sweepMs.apart,
    blobThreshold: options.blobThresholdBytes,
    executionsMax,
    onError: options.onError,
  });
  runtime.start();
  return {
    engine: runtime.engine,
    store,
    readiness: () => readiness(store),
    figures: async () => ({
      counts: await store.counts(options.overdueMs),
      stats: { ...store.stats(), ...runtime.stats() },
    }),
    async close(graceMs) {
      await runtime.stop(graceMs);
      await close();
    },
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
      store: await open(openStore(options, world)),
      blobs: await open(openBlobs(options)),
      secrets: await open(openSecrets({ environment: options.secrets.environment, ...fileOf(options) })),
      http: await open(createHttpClient(options.http)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStore({ store, onFatal }: ComposeOptions, world: World): Promise<Store> {
  if (store === 'memory:')
    return openMemoryStore({ now: () => world.now(), hash: (text) => world.hash(text) });
  const path = resolve(store.slice('sqlite:'.length));
  mkdirSync(dirname(path), { recursive: true });
  return openSqliteStore({ path, now: () => world.now(), onFatal });
}

async function openBlobs({ store, data }: ComposeOptions): Promise<BlobStore> {
  if (store === 'memory:') return openMemoryBlobs();
  const folder = join(resolve(data), 'blobs');
  mkdirSync(folder, { recursive: true });
  return openFileBlobs({ folder });
}

function fileOf({ secrets }: ComposeOptions): { file?: string } {
  return secrets.file === undefined ? {} : { file: secrets.file };
}

/** How long a store may take to answer and still be called ready. */
const readyMsMax = 2_000;

/** Ready: the store answers a read, and its writer takes an entry that changes nothing. */
async function readiness(store: Store): ReturnType<Composition['readiness']> {
  try {
    await within(
      readyMsMax,
      Promise.all([
        store.nextDue(['command']),
        store.commit([{ tenant: 'default', stream: 'readiness', wakeUps: [] }]),
      ]),
    );
    return { ready: true, checks: { store: { ok: true } } };
  } catch (error) {
    return {
      ready: false,
      checks: { store: { ok: false, detail: error instanceof Error ? error.message : String(error) } },
    };
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms);
  const given = new Promise<never>((_, reject) =>
    late.signal.addEventListener('abort', () => reject(late.signal.reason)),
  );
  return Promise.race([promise, given]).finally(() => clearTimeout(timer));
}
