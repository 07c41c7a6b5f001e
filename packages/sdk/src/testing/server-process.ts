/** For tests: the real server in a process of its own, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerSettings {
  /** default: a free one */
  readonly port?: number;
  /** default: memory: */
  readonly store?: string;
  readonly data?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const cli = join(import.meta.dirname, '../../../server/src/cli/main.ts');

export async function startServer(settings: ServerSettings = {}): Promise<ServerProcess> {
  const { port = 0, store = 'memory:', data, environment = {} } = settings;
  const flags = ['--port', String(port), '--store', store, ...(data === undefined ? [] : ['--data', data])];
  const child = spawn(process.execPath, ['--conditions=millrace-source', cli, 'start', ...flags], {
    // Away from the repository, so that no configuration file of it is read.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await listening(child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return { url, port: Number(new URL(url).port), kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

async function listening(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  if (child.stdout === null) throw new Error('the server has no output to read its address from');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/[\w.:[\]-]+:\d+/.exec(line)?.[0];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error(`the server did not start:\n${errors}`);
}
