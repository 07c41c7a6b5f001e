/**
 * The server is killed again and again, as by `kill -9`, while it runs workflows of every kind; each time it is started
 * again on the same data. What was acknowledged must end as it should.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startServer } from '../../../conformance/server-process.ts';
import { type Api, connect, type Execution } from '../../support/api.ts';
import { createRandom } from '../../support/random.ts';
import { openRecordingService, type RecordingService } from '../../support/recording-service.ts';
import { type Acknowledged, countRepeated, lossesOf } from '../log-checks.ts';
import { deployKinds, type Kind, mixedKinds, ticks } from './mixed-kinds.ts';
import { steeredKinds } from './steered-kinds.ts';

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
  const kinds = [...mixedKinds(service.url), ...steeredKinds];
  const acknowledged: Acknowledged = new Map();
  const port = await freePort();
  let server = await startServer({ port, env });
  const { data } = server;
  let startMsMax = server.startedInMs;
  try {
    const api = connect(server.url);
    await deployKinds(api, kinds);
    await api.deploy(ticks);
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
    const ticked = await endTicks(api);
    const losses = [
      ...(await lossesOf(api, acknowledged, executions, service)),
      ...wrongChildren(acknowledged, service),
      ...ticked,
    ];
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

/** Starts some executions, steers them, and asks again, under the same key, for as long as the server is away. */
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
      const { id } = await insist(() => api.start(request, { key: `crash-${number}` }), isAlive);
      acknowledged.set(id, kind);
      const { steer } = kind;
      if (steer !== undefined) await insist(() => steer(api, id), isAlive);
    }),
  );
}

/** Asks until there is an answer. What a server that is there finds wrong is wrong. */
async function insist<T>(ask: () => Promise<T>, isAlive: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isAlive() && String((error as Error).message).startsWith('answered with 4')) throw error;
    }
    await sleep(50);
  }
}

/** Each child of a parent is one execution, however often its parent was killed while it started it. */
export function wrongChildren(acknowledged: Acknowledged, { requests }: RecordingService): string[] {
  const children = new Map<string, Set<string>>();
  for (const { execution } of requests) {
    const [parent = '', rest] = execution.split('~');
    if (rest !== undefined) children.set(parent, (children.get(parent) ?? new Set()).add(execution));
  }
  return [...acknowledged].flatMap(([id, { output, child }]) => {
    const wanted = child === undefined ? 0 : (output as readonly unknown[]).length;
    const found = children.get(id)?.size ?? 0;
    return found === wanted ? [] : [`${id} has ${found} children, not ${wanted}`];
  });
}

/** Holds the schedule; then every second since it was published has one run, which has ended. */
export async function endTicks(api: Api, runsMin = 2): Promise<string[]> {
  await api.call('POST', '/api/v1/workflows/crash/ticks/schedule/pause', {});
  const runs: Execution[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const query: string = `workflow=crash/ticks&limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body } = await api.call<{ items: Execution[]; cursor?: string }>(
      'GET',
      `/api/v1/executions?${query}`,
    );
    runs.push(...body.items);
    cursor = body.cursor;
  }
  const losses = runs.length < runsMin ? [`the schedule has ${runs.length} runs`] : [];
  const instants: number[] = [];
  for (const { id } of runs) {
    const { status } = await api.execution(id, '60s');
    if (status !== 'completed') losses.push(`${id} is ${status}`);
    instants.push(instantOf(id));
  }
  const sorted = instants.toSorted((a, b) => a - b);
  for (const [index, instant] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined && instant - before !== 1_000)
      losses.push(`the schedule ran ${instant - before} ms after ${new Date(before).toISOString()}`);
  }
  return losses;
}

/** Of a run that a schedule started: its id ends with its instant, as in `20261129T213000000Z`. */
function instantOf(id: string): number {
  const [, date = '', time = '', ms = ''] = /-(\d{8})T(\d{6})(\d{3})Z$/.exec(id) ?? [];
  return Date.parse(
    `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}.${ms}Z`,
  );
}
