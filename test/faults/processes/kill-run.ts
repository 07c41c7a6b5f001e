/**
 * The server is killed again and again, as by `kill -9`, while it runs workflows of every kind; each time it is started
 * again on the same data. What was acknowledged must end as it should.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startServer } from '../../../conformance/server-process.ts';
import { type Api, connect } from '../../support/api.ts';
import { createRandom } from '../../support/random.ts';
import { openRecordingService } from '../../support/recording-service.ts';
import { type Acknowledged, countRepeated, lossesOf } from '../log-checks.ts';
import { type Kind, mixedKinds } from './mixed-kinds.ts';

export interface KillRunOptions {
  readonly executions: number;
  readonly kills: number;
  readonly seed?: number;
  /** settings of the server, as environment variables */
  readonly env?: Readonly<Record<string, string>>;
}

export interface KillRun {
  readonly seed: number;
  readonly executions: number;
  readonly kills: number;
  readonly requests: number;
  /** idempotency keys that reached the service more than once: deeds that a kill made the server repeat */
  readonly repeatedKeys: number;
  /** the longest that a start took from its process to its first answer, ms */
  readonly startMsMax: number;
  /** what was lost or wrong: empty when nothing was */
  readonly losses: readonly string[];
}

export async function killAgainAndAgain({
  executions,
  kills,
  seed,
  env = {},
}: KillRunOptions): Promise<KillRun> {
  const random = createRandom(seed);
  const service = await openRecordingService(() => random.between(20, 250));
  const kinds = mixedKinds(service.url);
  const acknowledged: Acknowledged = new Map();
  const port = await freePort();
  let server = await startServer({ port, env });
  const { data } = server;
  let startMsMax = server.startedInMs;
  try {
    const api = connect(server.url);
    for (const { definition } of kinds) await api.deploy(definition);
    for (let kill = 0; kill < kills; kill += 1) {
      const from = Math.floor((kill * executions) / kills);
      const to = Math.floor(((kill + 1) * executions) / kills);
      const starting = startSome(api, from, to, kinds, acknowledged, () => server.isAlive());
      await sleep(random.between(50, 700));
      await server.kill();
      server = await startServer({ port, data, env });
      startMsMax = Math.max(startMsMax, server.startedInMs);
      await starting;
    }
    const losses = await lossesOf(api, acknowledged, executions, service);
    const { requests } = service;
    const repeatedKeys = countRepeated(requests.map(({ key }) => key));
    return {
      seed: random.seed,
      executions,
      kills,
      requests: requests.length,
      repeatedKeys,
      startMsMax,
      losses,
    };
  } finally {
    await server.stop();
    await service.close();
  }
}

/** Starts some executions and asks again, under the same key, for as long as the server is away. */
export async function startSome(
  api: Api,
  from: number,
  to: number,
  kinds: readonly Kind[],
  acknowledged: Acknowledged,
  isAlive: () => boolean,
): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await Promise.all(
    numbers.map(async (number) => {
      const kind = kinds[number % kinds.length] as Kind;
      const request = { workflow: { namespace: 'crash', name: kind.name }, input: { number } };
      for (;;) {
        const execution = await api.start(request, { key: `crash-${number}` }).catch((error: Error) => {
          if (isAlive() && error.message.startsWith('answered with 4')) throw error;
        });
        if (execution) return acknowledged.set(execution.id, kind);
        await sleep(50);
      }
    }),
  );
}
