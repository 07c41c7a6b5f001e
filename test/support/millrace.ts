import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../scripts/build.js';

/** The built program. */
export const launcher = fileURLToPath(new URL('../../packages/server/bin/millrace.js', import.meta.url));

/** The command line as a process of its own, to its end. */
export async function millrace(...args: readonly string[]): Promise<{
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}> {
  await ensureBuilt();
  const child = spawn(process.execPath, [launcher, ...args]);
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, out, error };
}
