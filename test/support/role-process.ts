/** A process that has some roles and does not serve the API: it is at work when it says so. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../../conformance/server-process.ts';
import { ensureBuilt } from '../../scripts/build.js';

const launcher = fileURLToPath(new URL('../../packages/server/bin/millrace.js', import.meta.url));

export interface RoleProcess {
  readonly pid: number;
  /** what it has printed so far */
  output(): string;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export async function startRoles(roles: string, env: Readonly<Record<string, string>>): Promise<RoleProcess> {
  await ensureBuilt();
  const data = mkdtempSync(join(tmpdir(), 'millrace-roles-'));
  const child = spawn(process.execPath, [launcher, 'start', '--roles', roles], {
    env: { ...inheritedEnvironment(), MILLRACE_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        printed = (printed + text).slice(-100_000);
        if (/\bstarted\b/.test(printed)) resolve();
      });
    }
    child.once('close', (code) => reject(new Error(`it ended with ${code} and printed:\n${printed}`)));
  });
  await ready;
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (isRunning(child)) {
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
    }
    rmSync(data, { recursive: true, force: true });
    return child.exitCode;
  };
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
