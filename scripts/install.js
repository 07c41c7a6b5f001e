/** Installs the dependencies when they are missing or not those of the lockfile. Plain JavaScript for Node 20. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNode, hasPackagedNode, root, run } from './runtime.js';

const lockfile = join(root, 'package-lock.json');
/** npm writes it last, so a broken install has none. */
const installed = join(root, 'node_modules', '.package-lock.json');
const guard = join(root, '.installing');
const waitMsMax = 10 * 60_000;

/** Resolves when what the lockfile asks for is in `node_modules`; ends the process when that cannot be had. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  const release = await acquireGuard();
  try {
    if (isInstalled()) return;
    console.error('Installing dependencies (once, a minute or two) …');
    const code = await npm([
      'ci',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
    if (code !== 0) {
      console.error('npm ci failed: nothing was started. Its message is above.');
      process.exitCode = 1;
      release();
      process.exit(1);
    }
  } finally {
    release();
  }
}

/** Whether `node_modules` holds every package of the lockfile that this machine needs, in its version. */
export function isInstalled() {
  if (!existsSync(installed)) return false;
  const wanted = packagesOf(lockfile);
  const present = packagesOf(installed);
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') || entry.link || entry.optional || entry.devOptional) continue;
    if (present[path]?.version !== entry.version) return false;
  }
  return findNode() !== undefined || !hasPackagedNode();
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** npm says where it is when it started us; without it, the one in the PATH. What it prints goes to stderr. */
function npm(args) {
  const options = { stdio: ['ignore', 2, 2] };
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args], options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** One install at a time: a second one waits for the first, and takes over when its process is gone. */
async function acquireGuard() {
  const until = Date.now() + waitMsMax;
  for (;;) {
    try {
      mkdirSync(guard);
      writeFileSync(join(guard, 'pid'), String(process.pid));
      return () => rmSync(guard, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isGuardHeld() || Date.now() > until) rmSync(guard, { recursive: true, force: true });
    else await sleep(200);
  }
}

function isGuardHeld() {
  try {
    process.kill(Number(readFileSync(join(guard, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // no pid file yet: the holder has just made the folder
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}
