/**
 * Millrace inside a program of yours, without a server. The engine itself is the package `millrace`; it is loaded
 * when the first engine is opened, so that a program with a client alone does not carry it.
 */
import type { Millrace } from '../interface.ts';
import { type Functions, toHostFunctions } from '../task/host-function.ts';
import { embeddedEvents } from './events.ts';
import { embeddedExecutions } from './executions.ts';
import { createGate } from './gate.ts';
import { embeddedWorkflows } from './workflows.ts';

export interface EngineOptions {
  /** `memory:` (the default; lost with the process), `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  readonly store?: string;
  /** connections to a PostgreSQL store; default 20 */
  readonly connectionsMax?: number;
  /** folder for large values beside a SQLite store; default: the folder `.millrace` */
  readonly data?: string;
  /** what workflows call by name (`call: name`): functions by their names, or tasks that have one */
  readonly functions?: Functions;
  /** values of `MILLRACE_SECRET_<NAME>`; default: none */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** non-public addresses that workflows may call: `loopback`, `private`, or a range such as `10.1.0.0/16` */
  readonly allow?: readonly string[];
  /** functions and calls at once; default 256 */
  readonly effectsMax?: number;
  /**
   * how much is under way at once over all processes on the store: `{ 'workflow:shop/order': 5 }` executions of a workflow,
   * `{ 'task:call:http': 20 }` calls of a type (`http`, `openapi`, or the name of a function)
   */
  readonly limits?: Readonly<Record<string, number>>;
  /** how long `close` waits for what is under way; default 10,000 */
  readonly graceMs?: number;
  /** Told of what no caller waits for; default: it is thrown, uncaught. */
  readonly onError?: (error: unknown, execution: string) => void;
}

/**
 * Opens an engine in this process. Throws when the package `millrace` is not installed, or the store cannot be opened.
 *
 * @example
 * const millrace = await createEngine({ store: 'sqlite:orders.db', functions: [charge] });
 * const { output } = await millrace.executions.run({ definition: text, input: { amount: 5 } });
 * await millrace.close();
 */
export async function createEngine(options: EngineOptions = {}): Promise<Millrace> {
  const { functions = {}, graceMs, ...rest } = options;
  const host = toHostFunctions(functions);
  const millrace = await load();
  const gate = createGate(millrace.errorTable);
  const engine = await gate.open(millrace.createEngine({ ...rest, functions: host }));
  let closing: Promise<void> | undefined;
  return {
    workflows: embeddedWorkflows(engine, gate),
    executions: embeddedExecutions(engine, gate),
    events: embeddedEvents(engine, gate),
    system: (call = {}) => gate.pass(call, () => engine.system()),
    nodes: (call = {}) => gate.pass(call, () => engine.nodes()),
    close() {
      gate.close();
      closing ??= engine.close(graceMs);
      return closing;
    },
  };
}

async function load(): Promise<typeof import('millrace')> {
  try {
    // The package's own name for it: a bundler for browsers finds `no-engine.ts` there, and carries no engine.
    return await import('#millrace');
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new Error('an embedded engine needs the package millrace: npm install millrace', { cause: error });
  }
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes("'millrace'")
  );
}
