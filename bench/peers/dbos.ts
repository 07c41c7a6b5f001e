/** DBOS on PostgreSQL with its stock settings: the library in this process, one database row a step. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../subjects/child-process.ts';
import { forkWidth, type Sleep, type Subject } from '../subjects/subject.ts';
import { freePort } from './free-port.ts';
import { caller, type PeerGiven } from './given.ts';
import { findPostgres, resolveFrom } from './install.ts';

interface Dbos {
  registerWorkflow<A extends readonly unknown[], R>(
    run: (...args: A) => Promise<R>,
    options: { readonly name: string },
  ): (...args: A) => Promise<R>;
  startWorkflow<A extends readonly unknown[], R>(
    workflow: (...args: A) => Promise<R>,
  ): (...args: A) => Promise<{ getResult(): Promise<R> }>;
  runStep<R>(run: () => Promise<R>, options: { readonly name: string }): Promise<R>;
  sleep(ms: number): Promise<void>;
  setConfig(config: object): void;
  launch(): Promise<void>;
  shutdown(): Promise<void>;
}

export async function openDbos(given: PeerGiven): Promise<Subject> {
  const { postgres, url, preparedMs } = await startPostgres(given);
  resolveFrom(given.peersFolder, 'dbos');
  const name: string = '@dbos-inc/dbos-sdk';
  const { DBOS } = (await import(name)) as { DBOS: Dbos };
  const call = caller(given.service);
  const inSteps = (count: number, step: (n: number) => Promise<number>) => async () => {
    let state: Readonly<Record<string, number>> = {};
    for (let n = 0; n < count; n += 1) {
      const before = state;
      const run = async () => ({ ...before, [`step${n}`]: await step(n) });
      state = await DBOS.runStep(run, { name: `step${n}` });
    }
    return state;
  };
  const steps = DBOS.registerWorkflow(
    inSteps(5, async (n) => n),
    { name: 'steps' },
  );
  const calls = DBOS.registerWorkflow(
    inSteps(3, async () => (await call()).n),
    { name: 'calls' },
  );
  const fork = DBOS.registerWorkflow(() => runFork(DBOS), { name: 'fork' });
  const sleep = DBOS.registerWorkflow(sleepOn(DBOS), { name: 'sleep' });
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, logLevel: 'error' });
  await DBOS.launch();
  return {
    title: `DBOS 5.3.0 in this process; PostgreSQL ${readPostgresVersion()}, stock settings`,
    engine: [process.pid, postgres.pid],
    others: given.service === undefined ? [] : [given.service.pid],
    steps: async () => void (await steps()),
    calls: async () => void (await calls()),
    fork: async () => void (await fork()),
    sleep(ms) {
      const accepted = DBOS.startWorkflow(sleep)(ms);
      return { accepted, ended: accepted.then((handle) => handle.getResult()) };
    },
    preparedMs,
    async close() {
      await DBOS.shutdown();
      await postgres.end('SIGINT'); // a fast stop
    },
  };
}

async function runFork(DBOS: Dbos): Promise<number> {
  const branch = (n: number) => DBOS.runStep(async () => ({ n }), { name: `branch${n}` });
  return (await Promise.all(Array.from({ length: forkWidth }, (_, n) => branch(n)))).length;
}

function sleepOn(DBOS: Dbos): (ms: number) => Promise<Sleep> {
  return async (ms) => {
    const due = Date.now() + ms;
    await DBOS.sleep(ms);
    const lateMs = Date.now() - due;
    return { lateMs, early: lateMs < 0 };
  };
}

/** PostgreSQL refuses to run as root, so it runs as the user that Debian makes for it. */
async function startPostgres({
  folder,
}: PeerGiven): Promise<{ postgres: Child; url: string; preparedMs: number }> {
  const begun = performance.now();
  const programs = findPostgres();
  const data = mkdtempSync(join(folder, 'postgres-'));
  const user = process.getuid?.() === 0 ? idsOf('postgres') : {};
  if (user.uid !== undefined) openTo(data, folder, user);
  const options = { ...user, cwd: data };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'bench'], {
    ...options,
    stdio: 'pipe',
  });
  const preparedMs = performance.now() - begun;
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: data };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const postgres = startChild(join(programs, 'postgres'), ['-D', data, ...flags], options);
  await postgres.printed(/ready to accept connections/);
  const admin = ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench', 'bench'];
  execFileSync(join(programs, 'createdb'), admin, { ...options, stdio: 'pipe' });
  return { postgres, url: `postgresql://bench@127.0.0.1:${port}/bench`, preparedMs };
}

/** The folders above it were made for one user only. */
function openTo(data: string, folder: string, { uid = 0, gid = 0 }: { uid?: number; gid?: number }): void {
  chownSync(data, uid, gid);
  execFileSync('chmod', ['o+x', folder, join(folder, '..')]);
}

function idsOf(name: string): { uid?: number; gid?: number } {
  const line = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+)`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
  if (line === null) throw new Error(`PostgreSQL does not run as root, and there is no user ${name}`);
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

function readPostgresVersion(): string {
  const told = execFileSync(join(findPostgres(), 'postgres'), ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)*/.exec(told)?.[0] ?? '';
}
