/**
 * Two servers on a PostgreSQL with a streaming standby run workflows of every kind; the primary is killed under load, the
 * standby promoted, and the port that the servers know moved to it. With synchronous replication nothing that was acknowledged
 * may be lost. With asynchronous the standby is behind, and something is: then the servers have to notice, end, and go on
 * from what there is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type ServerProcess, startServer } from '../../../conformance/server-process.ts';
import { startPostgres } from '../../../scripts/postgres.js';
import { type Api, connect } from '../../support/api.ts';
import { createRandom } from '../../support/random.ts';
import { openRecordingService } from '../../support/recording-service.ts';
import { type Acknowledged, leftInLedger, wrongEffects, wrongEndings } from '../log-checks.ts';
import { deployKinds, mixedKinds } from '../processes/mixed-kinds.ts';
import { brokenChains, startSome, untilRecovered } from './cluster-run.ts';
import { openMovingPort } from './moving-port.ts';
import { startStandby } from './standby.ts';

export interface FailoverRun {
  readonly seed: number;
  /** of executions that were acknowledged, those that the promoted standby does not know */
  readonly forgotten: number;
  /** servers that ended by themselves, since their database had gone back */
  readonly ended: number;
  /** from the promotion until both servers had done an execution from start to end, ms */
  readonly recoveryMs: number;
  /** what was lost or wrong, beside what was forgotten */
  readonly losses: readonly string[];
}

/** What `runFailovers` tries: the primary fails, and a standby takes its place. */
export const failoverFaults = {
  failover: 'the primary is killed by kill -9, and its synchronous standby is promoted',
  'failover-behind':
    'the primary is killed by kill -9, and an asynchronous standby that is behind is promoted',
} as const;

export type FailoverFault = keyof typeof failoverFaults;

export interface Failovers extends Pick<FailoverRun, 'seed' | 'forgotten' | 'losses'> {
  readonly recoveryMs: readonly number[];
}

const endMsMax = 20_000;
/** For so long the port leads to a standby that takes no writes yet. */
const tooEarlyMs = 1_000;

/** One after the other, each with a primary, a standby and a share of the executions of its own. */
export async function runFailovers({
  fault,
  executions,
  times,
  seed,
}: {
  readonly fault: FailoverFault;
  readonly executions: number;
  readonly times: number;
  readonly seed?: number;
}): Promise<Failovers> {
  const { seed: first } = createRandom(seed);
  const runs: FailoverRun[] = [];
  for (let time = 0; time < times; time += 1) {
    const replication = fault === 'failover' ? 'synchronous' : 'asynchronous';
    runs.push(await runFailover(replication, Math.ceil(executions / times), first + time));
  }
  return {
    seed: first,
    forgotten: runs.reduce((sum, { forgotten }) => sum + forgotten, 0),
    recoveryMs: runs.map(({ recoveryMs }) => recoveryMs),
    losses: runs.flatMap((run) => [
      ...run.losses.map((loss) => `seed ${run.seed}: ${loss}`),
      // Then nothing was tried.
      ...(fault === 'failover-behind' && run.forgotten === 0
        ? [`seed ${run.seed}: the standby was not behind`]
        : []),
    ]),
  };
}

export async function runFailover(
  replication: 'synchronous' | 'asynchronous',
  executions: number,
  seed?: number,
): Promise<FailoverRun> {
  const random = createRandom(seed);
  const isSynchronous = replication === 'synchronous';
  const service = await openRecordingService(() => random.between(20, 250));
  const primary = await startPostgres();
  const standby = await startStandby(primary, isSynchronous);
  const way = await openMovingPort(Number(new URL(primary.url).port));
  const address = new URL(primary.url);
  address.port = String(way.port);
  const ports = [await freePort(), await freePort()];
  const env = { MILLRACE_LEASE_MS: '1s', MILLRACE_STORE: address.href };
  const start = (at: number) => startServer({ port: ports[at] ?? 0, env });
  const servers: ServerProcess[] = [];
  try {
    servers.push(await start(0), await start(1));
    const apis = servers.map(({ url }) => connect(url));
    const kinds = mixedKinds(service.url);
    await deployKinds(apis[0] as Api, kinds);
    const acknowledged: Acknowledged = new Map();
    const half = Math.floor(executions / 2);
    await startSome(apis, 0, half, kinds, acknowledged);
    if (!isSynchronous) await standby.cutOff();
    const late = startSome(apis, half, executions, kinds, acknowledged);
    if (isSynchronous) await sleep(random.between(50, 300));
    else await late;
    await primary.stop('kill');
    way.moveTo(standby.port);
    await sleep(tooEarlyMs);
    await standby.promote();
    const promotedAt = performance.now();
    let ended = 0;
    if (!isSynchronous) {
      for (const at of servers.keys()) {
        const server = servers[at] as ServerProcess;
        await untilEnded(server);
        await server.stop();
        ended += 1;
        servers[at] = await start(at);
      }
    }
    await untilRecovered(apis, `${random.seed}`);
    const recoveryMs = performance.now() - promotedAt;
    await late;
    const known: Acknowledged = new Map();
    for (const [id, kind] of acknowledged)
      if (isSynchronous || (await isKnown(apis[0] as Api, id))) known.set(id, kind);
    return {
      seed: random.seed,
      forgotten: acknowledged.size - known.size,
      ended,
      recoveryMs,
      losses: [
        ...(await wrongEndings(apis[1] as Api, known, isSynchronous ? executions : known.size)),
        // What is done again for a fact that was lost has a key that stood for another deed before: that is told in 0029.
        ...(isSynchronous ? await wrongEffects(apis[0] as Api, known, service) : []),
        ...(await leftInLedger(servers[0]?.url ?? '')),
        ...(await brokenChains(address.href)),
        ...servers
          .filter((server) => !server.isAlive())
          .map((server) => `a server ended: ${server.output()}`),
      ],
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await way.close();
    await standby.remove();
    await primary.remove();
    await service.close();
  }
}

async function untilEnded(server: ServerProcess): Promise<void> {
  for (const until = performance.now() + endMsMax; server.isAlive(); await sleep(50))
    if (performance.now() > until) throw new Error(`a server goes on: ${server.output()}`);
  if (!server.output().includes('has gone back'))
    throw new Error(`a server ended for another reason: ${server.output()}`);
}

async function isKnown(api: Api, id: string): Promise<boolean> {
  try {
    await api.execution(id);
    return true;
  } catch (error) {
    if (/answered with 404/.test(String(error))) return false;
    throw error;
  }
}
