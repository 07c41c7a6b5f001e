/**
 * Two servers on one PostgreSQL run workflows of every kind while something fails again and again. What either of them
 * acknowledged must end as it should, and the log is read for what must never be in it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, type ServerProcess, startServer } from '../../../conformance/server-process.ts';
import { startPostgres } from '../../../scripts/postgres.js';
import { type Api, connect } from '../../support/api.ts';
import { createRandom } from '../../support/random.ts';
import { openRecordingService } from '../../support/recording-service.ts';
import { type Acknowledged, countRepeated, leftInLedger, wrongEffects, wrongEndings } from '../log-checks.ts';
import { deployKinds, type Kind, mixedKinds } from '../processes/mixed-kinds.ts';
import { openCuttingProxy } from './cutting-proxy.ts';

/** What fails: a server or the database, and how. */
export const clusterFaults = {
  kill: 'one of two servers is killed by kill -9, and started again',
  freeze: 'one of two servers is stopped by SIGSTOP past its leases, and goes on',
  restart: 'PostgreSQL is shut down, and started again',
  crash: 'the postmaster of PostgreSQL is killed by kill -9, and started again',
  standstill: 'PostgreSQL is stopped by SIGSTOP until it was given up, and goes on',
  cut: 'connections to PostgreSQL are cut between a question and its answer',
} as const;

export type ClusterFault = keyof typeof clusterFaults;

export interface ClusterRunOptions {
  readonly fault: ClusterFault;
  readonly executions: number;
  /** how often it fails */
  readonly times: number;
  readonly seed?: number;
  /** with `synchronous_commit=off`, which a crash of the database must be seen to lose something by */
  readonly weak?: boolean;
}

export interface ClusterRun {
  readonly seed: number;
  readonly requests: number;
  /** idempotency keys that reached the service more than once */
  readonly repeatedKeys: number;
  /** answers of the database that nobody heard */
  readonly swallowed: number;
  /** from the end of each fault until the servers had done an execution from start to end, ms */
  readonly recoveryMs: readonly number[];
  /** what was lost or wrong: empty when nothing was */
  readonly losses: readonly string[];
}

type Postgres = Awaited<ReturnType<typeof startPostgres>>;

const leaseMs = 1_000;
const restartMsMax = 30_000;
/** Servers give a silent database up after 4 s. */
const standstillMs = { least: 5_000, most: 8_000 };
const recoveryMsMax = 60_000;
const launcher = fileURLToPath(new URL('../../../packages/server/bin/millrace.js', import.meta.url));

export async function runCluster({
  fault,
  executions,
  times,
  seed,
  weak,
}: ClusterRunOptions): Promise<ClusterRun> {
  const random = createRandom(seed);
  const service = await openRecordingService(() => random.between(20, 250));
  const postgres = await startPostgres();
  const proxy = await openCuttingProxy(Number(new URL(postgres.url).port));
  const direct = new URL(postgres.url);
  if (weak === true) direct.searchParams.set('options', '-c synchronous_commit=off');
  const through = new URL(direct);
  through.port = String(proxy.port);
  const env = { MILLRACE_LEASE_MS: `${leaseMs}ms` };
  const ports = [await freePort(), await freePort()];
  const start = (at: number) =>
    startServer({
      port: ports[at] ?? 0,
      env: { ...env, MILLRACE_STORE: at === 0 ? through.href : direct.href },
    });
  const servers: ServerProcess[] = [];
  try {
    servers.push(await start(0), await start(1));
    const apis = servers.map(({ url }) => connect(url));
    const kinds = mixedKinds(service.url);
    await deployKinds(apis[0] as Api, kinds);
    const acknowledged: Acknowledged = new Map();
    const recoveryMs: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const from = Math.floor((time * executions) / times);
      const to = Math.floor(((time + 1) * executions) / times);
      const starting = startSome(apis, from, to, kinds, acknowledged);
      await sleep(random.between(50, 700));
      await fail(fault, { servers, start, postgres, cut: proxy.cut, at: time % 2, random });
      recoveryMs.push(await untilRecovered(apis, `${random.seed}-${time}`));
      await starting;
    }
    return {
      seed: random.seed,
      requests: service.requests.length,
      repeatedKeys: countRepeated(service.requests.map(({ key }) => key)),
      swallowed: proxy.swallowed,
      recoveryMs,
      losses: [
        ...(await wrongEndings(apis[1] as Api, acknowledged, executions)),
        ...(await wrongEffects(apis[0] as Api, acknowledged, service)),
        ...(await leftInLedger(servers[0]?.url ?? '')),
        ...(await brokenChains(postgres.url)),
        ...servers
          .filter((server) => !server.isAlive())
          .map((server) => `a server ended: ${server.output()}`),
      ],
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await proxy.close();
    await postgres.remove();
    await service.close();
  }
}

interface Scene {
  readonly servers: ServerProcess[];
  readonly start: (at: number) => Promise<ServerProcess>;
  readonly postgres: Postgres;
  readonly cut: () => void;
  /** whose turn it is */
  readonly at: number;
  readonly random: { between(least: number, most: number): number };
}

/** Answers when what failed is there again. */
async function fail(
  fault: ClusterFault,
  { servers, start, postgres, cut, at, random }: Scene,
): Promise<void> {
  const server = servers[at] as ServerProcess;
  switch (fault) {
    case 'kill':
      await server.kill();
      servers[at] = await start(at);
      return;
    case 'freeze':
      process.kill(server.pid, 'SIGSTOP');
      await sleep(leaseMs * 2 + random.between(0, 500));
      process.kill(server.pid, 'SIGCONT');
      return;
    case 'restart':
      await postgres.stop('fast');
      return restarted(postgres);
    case 'crash':
      await postgres.stop('kill');
      return restarted(postgres);
    case 'standstill':
      postgres.freeze();
      await sleep(random.between(standstillMs.least, standstillMs.most));
      postgres.thaw();
      return;
    case 'cut':
      // Every connection has something to answer for a while: each is cut at its first.
      for (let turn = 0; turn < 5; turn += 1) {
        cut();
        await sleep(random.between(20, 100));
      }
  }
}

/** Children of a postmaster that was killed hold its memory until they have noticed. */
async function restarted(postgres: Postgres): Promise<void> {
  for (const until = performance.now() + restartMsMax; ; ) {
    try {
      return await postgres.restart();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(100);
    }
  }
}

/** Asks again, of one server and the other, under the same key, until one has acknowledged it. */
export async function startSome(
  apis: readonly Api[],
  from: number,
  to: number,
  kinds: readonly Kind[],
  acknowledged: Acknowledged,
): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await Promise.all(
    numbers.map(async (number) => {
      const kind = kinds[number % kinds.length] as Kind;
      const request = { workflow: { namespace: 'crash', name: kind.name }, input: { number } };
      for (let turn = number; ; turn += 1) {
        const api = apis[turn % apis.length] as Api;
        const execution = await api.start(request, { key: `cluster-${number}` }).catch((error: Error) => {
          if (error.message.startsWith('answered with 4')) throw error;
        });
        if (execution) return acknowledged.set(execution.id, kind);
        await sleep(50);
      }
    }),
  );
}

const quick = `document: { dsl: '1.0.3', namespace: crash, name: quick, version: '1.0.0' }
do: [{ note: { set: { done: true } } }]`;

/** Each server has taken an execution and seen its end. */
export async function untilRecovered(apis: readonly Api[], key: string): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    apis.map(async (api, at) => {
      const request = { definition: quick };
      while (true) {
        const ended = await api
          .start(request, { key: `quick-${key}-${at}`, wait: '30s' })
          .catch(() => undefined);
        if (ended?.status === 'completed') return;
        if (performance.now() - begun > recoveryMsMax)
          throw new Error(`a server did not recover within ${recoveryMsMax} ms`);
        await sleep(20);
      }
    }),
  );
  return performance.now() - begun;
}

/** What `millrace verify` says of every chain. */
export async function brokenChains(url: string): Promise<string[]> {
  const child = spawn(process.execPath, [launcher, 'verify', '--store', url]);
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return code === 0 ? [] : [`verify ended with ${code}: ${out}${error}`];
}
