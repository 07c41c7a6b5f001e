/**
 * The embedded engine: Millrace inside a program of yours, without a server. What it runs is what the server runs.
 */
import { defaultLimits, type Json } from '@millrace/core';
import type { HostFunction } from './effects/function-effect.ts';
import { toJson } from './effects/host-json.ts';
import { composeEngine } from './engine/compose.ts';
import type { Engine, ExecutionView, StartRequest } from './engine/interface.ts';
import { MillraceError } from './errors.ts';
import type { AllowedAddress } from './http-client/address-policy.ts';
import { withoutPassword } from './without-password.ts';

export interface EngineOptions {
  /** `memory:` (the default; lost with the process), `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  readonly store?: string;
  /** connections to a PostgreSQL store; default 20 */
  readonly connectionsMax?: number;
  /** folder for large values beside a SQLite store; default: the folder `.millrace` */
  readonly data?: string;
  /** functions that workflows call by name: `call: name` */
  readonly functions?: Readonly<Record<string, HostFunction | HostFunction['run']>>;
  /** values of `MILLRACE_SECRET_<NAME>`; default: none */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** non-public addresses that workflows may call */
  readonly allow?: readonly AllowedAddress[];
  /** origins that calls are led to instead, such as a stand-in: `{ "https://api.example.com": "http://127.0.0.1:4010" }` */
  readonly originMap?: Readonly<Record<string, string>>;
  /** functions and calls at once; default 256 */
  readonly effectsMax?: number;
  /**
   * how much is under way at once over all processes on the store: `{ 'workflow:shop/order': 5 }` executions of a workflow,
   * `{ 'task:call:http': 20 }` calls of a type (`http`, `openapi`, or the name of a function)
   */
  readonly limits?: Readonly<Record<string, number>>;
  /** for tests: the clock leaps to the next wake-up when nothing else is to do */
  readonly virtualTime?: boolean;
  /** Told of what no caller waits for; default: it is thrown, uncaught. */
  readonly onError?: (error: unknown, execution: string) => void;
}

/** Operations without their tenant: a program has one. */
type Bound<E> = {
  readonly [K in keyof E]: E[K] extends (tenant: string, ...args: infer A) => infer R
    ? (...args: A) => R
    : never;
};

export interface EmbeddedEngine extends Bound<Engine> {
  /** Starts an execution and answers when it has ended, however long that takes, with its input and output whole. */
  run(request: StartRequest): Promise<ExecutionView>;
  /** Figures of the roles and of the store, as the metrics of a server have them. */
  figures(): Promise<Readonly<Record<string, number>>>;
  /** Waits up to `graceMs` (default 10 000) for what is under way, and closes the store. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Opens an engine in this process.
 *
 * @example
 * const engine = await createEngine({ functions: { double: (input) => ({ n: input.n * 2 }) } });
 * const { output } = await engine.run({ definition: text, input: { n: 21 } });
 * await engine.close();
 */
export async function createEngine(options: EngineOptions = {}): Promise<EmbeddedEngine> {
  const { engine, figures, close } = await composeEngine({
    store: checkStore(options.store ?? 'memory:'),
    data: options.data ?? '.millrace',
    ...(options.connectionsMax === undefined ? {} : { connectionsMax: options.connectionsMax }),
    roles: ['worker', 'executor', 'timer', 'events'],
    functions: functionsOf(options.functions ?? {}),
    secrets: { environment: options.environment ?? {} },
    http: { allow: options.allow ?? [], ...(options.originMap && { origins: options.originMap }) },
    limits: defaultLimits,
    leaseMs: 30_000,
    effectsMax: options.effectsMax ?? 256,
    ...(options.limits === undefined ? {} : { placesMax: options.limits }),
    blobThresholdBytes: 65_536,
    overdueMs: 10_000,
    idempotencyMs: 86_400_000,
    ...(options.virtualTime === true ? { virtualTime: true } : {}),
    onError: options.onError ?? rethrow,
    onFatal: rethrow,
  });
  const bound = bindTenant(engine, 'default');
  const start = (request: StartRequest) => bound.start(copied(request));
  return {
    ...bound,
    start,
    async run(request) {
      let { execution } = await start(request);
      while (execution.endedAt === undefined)
        execution = await bound.wait(execution.id, Number.POSITIVE_INFINITY);
      return execution.large === undefined ? execution : bound.execution(execution.id, { whole: true });
    },
    figures: async () => (await figures()).stats,
    close: (graceMs = 10_000) => close(graceMs),
  };
}

function checkStore(store: string): string {
  if (/^(memory:|sqlite:.+|postgres(ql)?:\/\/.+)$/.test(store)) return store;
  throw new MillraceError(
    'bad-request',
    `store: expected memory:, sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE but found "${withoutPassword(store)}"`,
  );
}

function functionsOf(given: NonNullable<EngineOptions['functions']>): ReadonlyMap<string, HostFunction> {
  return new Map(
    Object.entries(given).map(([name, run]) => [name, typeof run === 'function' ? { run } : run]),
  );
}

function bindTenant(engine: Engine, tenant: string): Bound<Engine> {
  const entries = Object.entries(engine) as [string, (tenant: string, ...args: unknown[]) => unknown][];
  const bound = entries.map(([name, operation]) => [
    name,
    (...args: unknown[]) => operation(tenant, ...args),
  ]);
  return Object.fromEntries(bound) as Bound<Engine>;
}

/** The engine keeps its input; a program may go on changing what it handed in. */
function copied(request: StartRequest): StartRequest {
  return request.input === undefined ? request : { ...request, input: toJson(request.input) as Json };
}

function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
