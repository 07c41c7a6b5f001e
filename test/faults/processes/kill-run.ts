/**
 * The server is killed again and again, as by `kill -9`, while it runs workflows of every kind; each time it is started
 * again on the same data. What was acknowledged must end as it should.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startServer } from '../../../conformance/server-process.ts';
import { type Api, connect, type Execution, type StoredEvent } from '../../support/api.ts';
import { createRandom } from '../../support/random.ts';
import { openRecordingService, type RecordingService } from '../../support/recording-service.ts';
import { deployKinds, type Kind, mixedKinds, ticks } from './mixed-kinds.ts';

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

/** What was acknowledged, by its id. */
type Acknowledged = Map<string, Kind>;

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
      ...(await wrongEndings(api, acknowledged, executions)),
      ...(await wrongEffects(api, acknowledged, service)),
      ...wrongChildren(acknowledged, service),
      ...ticked,
      ...(await leftInLedger(server.url)),
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

/** Starts some executions and asks again, under the same key, for as long as the server is away. */
async function startSome(
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

async function wrongEndings(api: Api, acknowledged: Acknowledged, executions: number): Promise<string[]> {
  const losses =
    acknowledged.size === executions ? [] : [`${acknowledged.size} of ${executions} executions were started`];
  for (const [id, { name, output }] of acknowledged) {
    const found = await api.execution(id, '60s').catch((error: Error) => error);
    if (found instanceof Error) losses.push(`${id} (${name}): ${found.message}`);
    else if (found.status !== 'completed' || JSON.stringify(found.output) !== JSON.stringify(output))
      losses.push(`${id} (${name}) is ${found.status} with ${JSON.stringify(found.output ?? found.error)}`);
  }
  return losses;
}

/** One result for each effect, one key for each deed, however often it was sent. */
async function wrongEffects(
  api: Api,
  acknowledged: Acknowledged,
  service: RecordingService,
): Promise<string[]> {
  const losses: string[] = [];
  const sentBy = Map.groupBy(service.requests, ({ execution }) => execution);
  for (const id of acknowledged.keys()) {
    const events = await api.events(id);
    const expect = (holds: boolean, rule: string) => holds || losses.push(`${id}: ${rule}`);
    expect(
      events.every(({ version }, index) => version === index + 1),
      'its versions have gaps',
    );
    const requested = events.flatMap(({ version, fact }) =>
      fact.type === 'effect.requested' ? [version] : [],
    );
    const answered = events.flatMap((event) => (isOutcome(event) ? [event.fact.effect ?? 0] : []));
    expect(
      String(answered.toSorted((a, b) => a - b)) === String(requested),
      `effects ${requested} have the results ${answered}`,
    );
    const sent = sentBy.get(id) ?? [];
    const keys = Map.groupBy(sent, ({ key }) => key);
    expect(!keys.has(undefined), 'a deed was sent without a key');
    expect(keys.size === requested.length, `${requested.length} effects have ${keys.size} keys`);
    for (const [key, each] of keys)
      expect(new Set(each.map(({ step }) => step)).size === 1, `the key ${key} stands for two deeds`);
  }
  return losses;
}

/** Each child of a parent is one execution, however often its parent was killed while it started it. */
function wrongChildren(acknowledged: Acknowledged, { requests }: RecordingService): string[] {
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
async function endTicks(api: Api): Promise<string[]> {
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
  const losses = runs.length < 2 ? [`the schedule has ${runs.length} runs`] : [];
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

/** When everything has ended nothing may be left to do. */
async function leftInLedger(url: string): Promise<string[]> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^millrace_orphans(\{[^}]*\})? 0$/m.test(metrics) ? [] : ['there are orphans'];
}

function isOutcome({ fact: { type } }: StoredEvent): boolean {
  return type === 'effect.completed' || type === 'effect.failed' || type === 'effect.abandoned';
}

/** Of a run that a schedule started: its id ends with its instant, as in `20261129T213000000Z`. */
function instantOf(id: string): number {
  const [, date = '', time = '', ms = ''] = /-(\d{8})T(\d{6})(\d{3})Z$/.exec(id) ?? [];
  return Date.parse(
    `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}.${ms}Z`,
  );
}

function countRepeated(keys: readonly (string | undefined)[]): number {
  return [...Map.groupBy(keys, (key) => key).values()].filter(({ length }) => length > 1).length;
}
