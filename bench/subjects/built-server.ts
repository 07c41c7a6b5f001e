/** The built server as users start it: a process of its own, on a port that the system gives. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../scripts/build.js';
import { type Child, startChild } from './child-process.ts';

export interface BuiltServer {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  close(): Promise<void>;
}

export interface BuiltServerOptions {
  /** a folder that is there; the server's data get one of their own inside */
  readonly parent: string;
  /** folder for the server's CPU profiles, which it writes when it ends */
  readonly profiles?: string;
}

const launcher = fileURLToPath(new URL('../../packages/server/bin/millrace.js', import.meta.url));

/** Resolves when it has said where it listens. Call `ensureBuilt` before, if the time matters. */
export async function startBuiltServer({ parent, profiles }: BuiltServerOptions): Promise<BuiltServer> {
  const folder = mkdtempSync(join(parent, 'server-'));
  const flags = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const env = { ...withoutSettings(), MILLRACE_PORT: '0', MILLRACE_DATA: folder };
  const child: Child = startChild(process.execPath, [...flags, launcher, 'start'], { env });
  const [, url = ''] = await child.printed(/(http:\/\/[\w.:]+)\s/);
  return { url, pid: child.pid, folder, close: () => child.end() };
}

export { ensureBuilt };

/** Settings of whoever measures must not reach the server. */
function withoutSettings(): NodeJS.ProcessEnv {
  const names = new Set([
    'PORT',
    'LOG_LEVEL',
    'LOG_FORMAT',
    'API_KEYS',
    'NODE_OPTIONS',
    'NODE_COMPILE_CACHE',
  ]);
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !names.has(name) && !name.startsWith('MILLRACE_')),
  );
}
