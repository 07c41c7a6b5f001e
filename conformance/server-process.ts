/** Starts a real Millrace server as a process of its own, and ends it in the ways that a server can end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../scripts/build.js';

export interface ServerOptions {
  /** absent: a free one */
  readonly port?: number;
  /** folder of its data; absent: a new one that goes when the server is stopped */
  readonly data?: string;
  /** settings as environment variables, such as `MILLRACE_ORIGIN_MAP` */
  readonly env?: Readonly<Record<string, string>>;
  /** a shell's commands that come before it, such as `ulimit -n 64;` */
  readonly before?: string;
  /** the program that starts it; absent: this one's */
  readonly launcher?: string;
  /** how long it may take to answer `/ready`, default 20 s */
  readonly startMsMax?: number;
}

export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  readonly pid: number;
  /** ms from the start of the process to the first answer of `/ready` */
  readonly startedInMs: number;
  /** what it has printed so far */
  output(): string;
  /** Ends it as an operator does; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`, with nothing saved. */
  kill(): Promise<void>;
  /** Whether the process is still there. */
  isAlive(): boolean;
}

const ownLauncher = fileURLToPath(new URL('../packages/server/bin/millrace.js', import.meta.url));

/** Resolves when the server is ready; rejects with what it printed when it ends or takes too long. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  await ensureBuilt();
  const port = options.port ?? (await freePort());
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'millrace-'));
  const startedAt = performance.now();
  const command = [process.execPath, options.launcher ?? ownLauncher, 'start'];
  const [program = '', ...args] =
    options.before === undefined
      ? command
      : ['/bin/sh', '-c', `${options.before} exec "$@"`, 'sh', ...command];
  const child = spawn(program, args, {
    env: { ...inheritedEnvironment(), MILLRACE_PORT: String(port), MILLRACE_DATA: data, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      printed = (printed + text).slice(-100_000);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const removeData = () => options.data === undefined && rmSync(data, { recursive: true, force: true });
  try {
    await untilReady(url, child, options.startMsMax ?? 20_000);
  } catch (error) {
    await end(child, 'SIGKILL');
    removeData();
    throw new Error(`${(error as Error).message}; it printed:\n${printed}`);
  }
  return {
    url,
    port,
    data,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - startedAt,
    output: () => printed,
    isAlive: () => isRunning(child),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
    stop: async () => {
      const code = await end(child, 'SIGTERM');
      removeData();
      return code;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Settings of whoever runs the tests must not reach the server under test. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const names = new Set([
    ...['PORT', 'LOG_LEVEL', 'LOG_FORMAT', 'API_KEYS', 'DATABASE_URL', 'DB_MAX_CONNECTIONS'],
    ...['NODE_OPTIONS', 'NODE_ENV'],
  ]);
  const isKept = (name: string) =>
    !names.has(name) && !name.startsWith('MILLRACE_') && !name.startsWith('VITEST');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isKept(name)));
}

async function untilReady(url: string, child: ChildProcess, msMax: number): Promise<void> {
  const until = performance.now() + msMax;
  while (performance.now() < until) {
    if (!isRunning(child))
      throw new Error(`the server ended with ${child.exitCode ?? child.signalCode} before it was ready`);
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the server was not ready after ${msMax} ms`);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && child.pid !== undefined;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (isRunning(child)) {
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}
