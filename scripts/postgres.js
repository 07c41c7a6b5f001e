/**
 * A PostgreSQL for tests and trials: `npm run postgres -- start|stop|install`. Its data lie in a temporary folder, it
 * listens on a free port of the loopback, syncs what it commits, and is stopped by its process id. Debian's is installed
 * when there is none and this is root. Plain JavaScript for Node 20.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { installVersion } from './postgres-versions.js';

const installMsMax = 10 * 60_000;
const startMsMax = 60_000;
const stopMsMax = 30_000;
const launchesMax = 3;
const debianFolder = '/usr/lib/postgresql';

/** The folder of PostgreSQL's programs, `POSTGRES_BIN` before all others; `undefined` when there is none. */
export function findPostgres() {
  const chosen = process.env.POSTGRES_BIN;
  if (chosen) return isServer(chosen) ? chosen : undefined;
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const installed = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debianFolder, version, 'bin'));
  const inPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...installed, ...inPath].find(isServer);
}

/** One sentence that says how to come by one. */
export function howToInstallPostgres() {
  const chosen = process.env.POSTGRES_BIN;
  if (chosen) return `POSTGRES_BIN names ${chosen}, which has no initdb and postgres that can be run.`;
  return 'There is no PostgreSQL: install one (Debian: "apt-get install postgresql" as root, or "npm run postgres -- install") or name the folder of its programs in POSTGRES_BIN.';
}

/** As `findPostgres`, after Debian's was installed if none was there and this is root on Debian. */
export function ensurePostgres() {
  if (findPostgres() === undefined && !process.env.POSTGRES_BIN && mayInstall()) install();
  return findPostgres();
}

/**
 * Makes a cluster in a new folder and starts a server on it. `restart()` starts it again on the same port after a
 * `stop()`; `remove()` stops it and removes its data.
 */
export async function startPostgres() {
  const programs = findPostgres();
  if (programs === undefined) throw new Error(howToInstallPostgres());
  const user = userToRunAs();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  chmodSync(folder, 0o755);
  const password = randomBytes(12).toString('hex');
  giveTo(folder, user);
  makeCluster({ programs, folder, password, user });
  return handleOf(await launchOnFreePort({ programs, folder, password, user }));
}

/** A server that another process started, from what `describe()` said of it. */
export function handleOf(described) {
  const server = { ...described };
  return {
    get pid() {
      return server.pid;
    },
    url: `postgres://postgres:${server.password}@127.0.0.1:${server.port}/postgres`,
    describe: () => ({ ...server }),
    /**
     * `fast` ends connections and shuts down; `immediate` is a crash that leaves the log to be replayed; `kill` is `kill -9`
     * of the postmaster, whose children end by themselves.
     */
    stop: (how = 'fast') => stop(server.pid, stopSignals[how] ?? 'SIGQUIT'),
    /** Stands still: connections are taken by the kernel, and nothing is answered. */
    freeze: () => signalAll(server.pid, 'SIGSTOP'),
    thaw: () => signalAll(server.pid, 'SIGCONT'),
    async restart() {
      server.pid = await launch(server);
    },
    async remove() {
      signalAll(server.pid, 'SIGCONT');
      await stop(server.pid, 'SIGINT');
      rmSync(server.folder, { recursive: true, force: true });
    },
  };
}

const stopSignals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' };

function makeCluster({ programs, folder, password, user }) {
  const file = join(folder, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  giveTo(file, user);
  const args = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${file}`];
  const made = spawnSync(join(programs, 'initdb'), [...args, '-E', 'UTF8', '--no-locale', '--no-sync'], {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(file);
  if (made.status !== 0)
    throw new Error(`initdb failed: ${made.stderr ?? made.error?.message ?? made.status}`);
}

/** Another process may take the port between its choice and its use. */
async function launchOnFreePort(made) {
  for (let attempt = 1; ; attempt++) {
    const server = { ...made, port: await freePort() };
    try {
      return { ...server, pid: await launch(server) };
    } catch (error) {
      if (attempt === launchesMax || !/Address already in use/.test(error.message)) throw error;
    }
  }
}

async function launch({ programs, folder, port, user }) {
  const log = openSync(join(folder, 'log'), 'a');
  const settings = [
    'fsync=on',
    'synchronous_commit=on',
    'full_page_writes=on',
    'max_connections=200',
    // What is measured is the store, not how this machine shares its disk with checkpoints.
    'max_wal_size=2GB',
  ].flatMap((setting) => ['-c', setting]);
  const args = ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder];
  const child = spawn(join(programs, 'postgres'), [...args, ...settings], {
    ...user,
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
  });
  child.unref();
  const until = performance.now() + startMsMax;
  while (performance.now() < until && child.exitCode === null) {
    if (isReady(folder, child.pid)) return child.pid;
    await sleep(20);
  }
  throw new Error(`PostgreSQL did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2_000)}`);
}

/**
 * Whether it takes connections, from the note that it keeps in its data: its process id first, its state in the eighth
 * line. There is not a pg_isready to every server.
 */
function isReady(folder, pid) {
  try {
    const lines = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

async function stop(pid, signal) {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const until = performance.now() + stopMsMax;
  while (isAlive(pid)) {
    if (performance.now() > until) throw new Error(`PostgreSQL ${pid} did not stop within ${stopMsMax} ms`);
    await sleep(20);
  }
}

/** The postmaster first: stopped, it makes no further children. */
function signalAll(pid, signal) {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  const processes = existsSync('/proc') ? readdirSync('/proc') : [];
  for (const child of processes.filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid))
        process.kill(Number(child), signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** A child that has ended and was not waited for is gone, too. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    const state = existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/\) [ZX] /.test(state);
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root: Debian's user for it, or else the one that owns nothing. */
function userToRunAs() {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users);
    if (found) return { uid: Number(found[1]), gid: Number(found[2]) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody');
}

function giveTo(path, { uid, gid }) {
  if (uid !== undefined) chownSync(path, uid, gid);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function mayInstall() {
  return process.getuid?.() === 0 && isDebian() && isProgram('/usr/bin/apt-get');
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** What apt says goes to stderr: the only line of stdout is what was asked for. */
function install() {
  console.error('Installing PostgreSQL (once, half a minute) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args) =>
    spawnSync('apt-get', args, { env, stdio: ['ignore', 2, 2], timeout: installMsMax }).status === 0;
  const args = ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'];
  return run(args) || (run(['update', '-qq']) && run(args));
}

function isServer(folder) {
  return ['initdb', 'postgres'].every((name) => isProgram(join(folder, name)));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where `start` tells `stop` of the server. */
const noteFile = join(tmpdir(), `millrace-postgres-${process.getuid?.() ?? 0}.json`);

const commands = {
  async install() {
    const { values } = parseArgs({ args: process.argv.slice(3), options: { version: { type: 'string' } } });
    if (values.version !== undefined) return console.log(await installVersion(values.version));
    const found = ensurePostgres();
    if (found === undefined) throw new Error(howToInstallPostgres());
    console.log(found);
  },
  async start() {
    if (ensurePostgres() === undefined) throw new Error(howToInstallPostgres());
    if (existsSync(noteFile) && isAlive(JSON.parse(readFileSync(noteFile, 'utf8')).pid))
      throw new Error('It runs already; stop it first: npm run postgres -- stop');
    const server = await startPostgres();
    writeFileSync(noteFile, JSON.stringify(server.describe()), { mode: 0o600 });
    console.log(server.url);
  },
  async stop() {
    if (!existsSync(noteFile)) throw new Error('None was started with: npm run postgres -- start');
    await handleOf(JSON.parse(readFileSync(noteFile, 'utf8'))).remove();
    rmSync(noteFile);
  },
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const command = Object.hasOwn(commands, process.argv[2] ?? '') ? commands[process.argv[2]] : undefined;
  try {
    if (command === undefined)
      throw new Error('usage: npm run postgres -- start|stop|install [--version 17]');
    await command();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
