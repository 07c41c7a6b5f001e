/** Runs feature files against Millrace in the loopback world: a server of their own, or the engine in this process. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentOf, openEmbedded } from './embedded.ts';
import { checkClaims } from './features.ts';
import type { Feature } from './gherkin.ts';
import { connectMillrace } from './millrace.ts';
import { type RunOptions, readFeatures, runFeatures, type ScenarioResult } from './runner.ts';
import type { Runtime, WorldOptions } from './runtime.ts';
import { secretsOf } from './secrets.ts';
import { startServer } from './server-process.ts';
import { openStandIn, originMapTo, type StandIn } from './world/stand-in.ts';

export interface KitOptions extends RunOptions {
  /** `server` (the default) starts one process for all scenarios; `embedded` is the engine in this process */
  readonly place?: 'server' | 'embedded';
  /** of the server or the engine, as `MILLRACE_STORE` takes it; absent: SQLite in a folder of its own */
  readonly store?: string;
  /** how long the end of an execution is waited for, default 30 s */
  readonly waitSeconds?: number;
  /** where the stand-ins listen; absent: on a free port */
  readonly worldPort?: number;
  /** beside those that scenarios name */
  readonly secrets?: WorldOptions['secrets'];
  /** opens another runtime instead */
  readonly connect?: (world: WorldOptions) => Promise<Runtime>;
}

/** Our own scenarios. */
export const ownFeatures = fileURLToPath(new URL('features', import.meta.url));

/** Where the scenarios of the specification are looked for: beside the repository. */
export const officialFeatures = fileURLToPath(new URL('../../shared/dsl/ctk', import.meta.url));

export function hasOfficialFeatures(): boolean {
  return existsSync(officialFeatures);
}

export async function runKit(paths: readonly string[], options: KitOptions = {}): Promise<ScenarioResult[]> {
  const features = readFeatures(paths);
  return inWorld(features, options, (runtime, standIn) =>
    runFeatures(features, runtime, { ...options, requests: standIn.requests }),
  );
}

/** What the environment of a Millrace has to say that is started by somebody else. */
export function worldSettings(paths: readonly string[], port: number): Record<string, string> {
  const originMap = originMapTo(`http://127.0.0.1:${port}`);
  return {
    MILLRACE_ORIGIN_MAP: JSON.stringify(originMap),
    ...environmentOf(secretsOf(readFeatures(paths))),
  };
}

/** Opens the stand-ins and the runtime, does something with them, and closes both. */
export async function inWorld<T>(
  features: readonly Feature[],
  options: KitOptions,
  act: (runtime: Runtime, standIn: StandIn) => Promise<T>,
): Promise<T> {
  const standIn = await openStandIn(options.worldPort);
  try {
    const world = { originMap: standIn.originMap, secrets: { ...options.secrets, ...secretsOf(features) } };
    const runtime = await openRuntime(world, options);
    try {
      checkClaims(runtime.features);
      return await act(runtime, standIn);
    } finally {
      await runtime.close();
    }
  } finally {
    await standIn.close();
  }
}

async function openRuntime(world: WorldOptions, options: KitOptions): Promise<Runtime> {
  const store = options.store === undefined ? {} : { store: options.store };
  const patience = options.waitSeconds === undefined ? {} : { waitSeconds: options.waitSeconds };
  if (options.connect) return options.connect(world);
  if (options.place === 'embedded') return openEmbedded({ ...world, ...store, ...patience });
  const server = await startServer({
    env: {
      ...environmentOf(world.secrets),
      MILLRACE_ORIGIN_MAP: JSON.stringify(world.originMap),
      MILLRACE_LOG_LEVEL: 'error',
      ...(options.store === undefined ? {} : { MILLRACE_STORE: options.store }),
    },
  });
  return {
    ...connectMillrace({ url: server.url, ...patience }),
    close: async () => void (await server.stop()),
  };
}
