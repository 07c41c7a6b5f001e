/**
 * Which Node runs Millrace, and how a command is run on it. Plain JavaScript for Node 20, since this is what starts
 * before the newer Node is known.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const versionMin = [24, 15];

/** Compiled sources, kept between processes: a thread or a command of a test starts in half the time. */
const compileCache = join(root, 'node_modules', '.cache', 'compiled');

/** Whether a Node version such as `24.21.0` can run Millrace. */
export function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]);
}

/**
 * Path of a Node that can run Millrace: this one when it is recent, else the one that came from the registry;
 * `undefined` when there is neither.
 */
export function findNode() {
  if (isRecent(process.versions.node)) return process.execPath;
  if (!hasPackagedNode()) return undefined;
  const packaged = `node-linux-${process.arch}/package.json`;
  try {
    return join(dirname(createRequire(join(root, 'package.json')).resolve(packaged)), 'bin', 'node');
  } catch {
    return undefined;
  }
}

/** Whether the registry has a Node for this machine: Linux with glibc, on x64 or arm64. */
export function hasPackagedNode() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return false;
  process.report.excludeNetwork = true; // with it the report looks up host names, which takes a fifth of a second
  return process.report.getReport().header.glibcVersionRuntime !== undefined;
}

/** As `findNode`, but ends the process with one sentence when there is none. */
export function requireNode() {
  const found = findNode();
  if (found) return found;
  const machine = `${process.platform}-${process.arch}`;
  console.error(
    `Millrace needs Node ${versionMin.join('.')} or newer, this is ${process.versions.node}, and the registry has no Node for ${machine}: please install Node ${versionMin[0]} and run this again.`,
  );
  process.exit(1);
}

/**
 * Runs Node (the recent one) with `args` in the foreground; resolves to its exit code, 128 + the signal's number
 * when a signal ended it. Child processes of the command find the same Node first in their PATH.
 */
export function runNode(args, options = {}) {
  const node = requireNode();
  const env = { NODE_COMPILE_CACHE: compileCache, ...process.env, ...options.env };
  env.PATH = [dirname(node), join(root, 'node_modules', '.bin'), env.PATH].join(delimiter);
  return run(node, args, { ...options, env });
}

/** Runs a command in the foreground and passes signals on; resolves to its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const stop = passSignals(child);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      stop();
      resolve(code ?? 128 + (signalNumbers[signal] ?? 0));
    });
  });
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** A terminal sends its interrupt to the child as well: passing it on would make two of one. */
function passSignals(child) {
  const onSignal = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
