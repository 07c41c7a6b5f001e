/** Schedules of time, through a real server that is killed at any moment: each instant has one run, late or not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../conformance/server-process.ts';
import { type Api, connect } from '../support/api.ts';
import { createRandom } from '../support/random.ts';
import { journeyStores } from '../support/stores.ts';

const workflow = (name: string, schedule: string) =>
  `document: { dsl: '1.0.3', namespace: journeys, name: ${name}, version: '1.0.0' }
schedule: ${schedule}
do: [{ rest: { wait: { milliseconds: 50 } } }]
`;

const everyMs = 250;
const afterMs = 150;
const kills = 8;

interface Run {
  readonly id: string;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly cause: { readonly source: string; readonly due: string };
}

/** The runs of a workflow by the instants that they were started for, when all of them have ended. */
async function runsOf(api: Api, name: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await api.call<{ items: { id: string }[]; cursor?: string }>(
      'GET',
      `/api/v1/executions?workflow=journeys/${name}&limit=200${cursor}`,
    );
    for (const { id } of body.items) runs.push((await api.execution(id, '30s')) as unknown as Run);
    if (body.cursor === undefined) break;
    cursor = `&cursor=${encodeURIComponent(body.cursor)}`;
  }
  return runs.sort((a, b) => Date.parse(a.cause.due) - Date.parse(b.cause.due));
}

const instantsOf = (runs: readonly Run[]) => runs.map(({ cause }) => Date.parse(cause.due));

/** Resolves when nothing is late any more. */
async function upToDate(api: Api, name: string): Promise<void> {
  const nextOf = async () => {
    const path = `/api/v1/workflows/journeys/${name}/schedule?count=1`;
    const { body } = await api.call<{ next: { due: string }[] }>('GET', path);
    return Date.parse(body.next[0]?.due ?? '');
  };
  await expect.poll(async () => (await nextOf()) > Date.now() - 100, { timeout: 60_000 }).toBe(true);
}

/** From the first to the last of them, one for each period. */
function allOf(instants: readonly number[], periodMs: number): number[] {
  const [first = 0] = instants;
  const last = instants.at(-1) ?? 0;
  return Array.from({ length: Math.round((last - first) / periodMs) + 1 }, (_, n) => first + n * periodMs);
}

describe('kill -9 while schedules are due', () => {
  it.for(journeyStores)(
    'loses no instant, and gives none two runs, on $name',
    {
      timeout: 240_000,
    },
    async ({ missing, open }, { skip, annotate }) => {
      skip(missing !== undefined, missing);
      const { env, end } = await open();
      const random = createRandom();
      const port = await freePort();
      let server = await startServer({ port, env });
      const { data } = server;
      try {
        const api = connect(server.url);
        await api.deploy(workflow('every', `{ every: { milliseconds: ${everyMs} } }`));
        await api.deploy(workflow('cron', `{ cron: '* * * * * *' }`));
        await api.deploy(workflow('after', `{ after: { milliseconds: ${afterMs} } }`));
        for (let kill = 0; kill < kills; kill += 1) {
          await sleep(random.between(200, 1_500));
          await server.kill();
          // Some are missed meanwhile.
          await sleep(random.between(0, 800));
          server = await startServer({ port, data, env });
        }
        for (const name of ['every', 'cron']) await upToDate(api, name);
        const heldAt = Date.now();
        for (const name of ['every', 'cron', 'after'])
          await api.call('POST', `/api/v1/workflows/journeys/${name}/schedule/pause`, {});
        const [every, cron, after] = await Promise.all(
          ['every', 'cron', 'after'].map((name) => runsOf(api, name)),
        );
        for (const runs of [every, cron, after])
          expect(runs?.every(({ status }) => status === 'completed')).toBe(true);
        for (const [runs = [], periodMs] of [
          [every, everyMs],
          [cron, 1_000],
        ] as const) {
          const instants = instantsOf(runs);
          expect(instants).toEqual(allOf(instants, periodMs));
          expect(instants.at(-1)).toBeGreaterThan(heldAt - 5_000);
          expect(runs.length).toBeGreaterThan(10_000 / periodMs);
        }
        const chain = after ?? [];
        expect(chain.length).toBeGreaterThan(10);
        for (const [index, run] of chain.entries()) {
          const before = chain[index - 1];
          if (before !== undefined)
            expect(Date.parse(run.cause.due)).toBe(Date.parse(before.endedAt) + afterMs);
        }
        await annotate(
          `seed ${random.seed}: ${kills} kills, ${every?.length} runs of every, ${cron?.length} of cron, ${chain.length} of after`,
        );
      } finally {
        await server.stop();
        await end();
      }
    },
  );
});
