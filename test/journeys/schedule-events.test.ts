/** Events that start workflows, through a real server that is killed at any moment between their acknowledgement and the run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../conformance/server-process.ts';
import { type Api, connect } from '../support/api.ts';
import { createRandom } from '../support/random.ts';
import { journeyStores } from '../support/stores.ts';

const correlate = '{ order: { from: .data.order } }';
const paired = `document: { dsl: '1.0.3', namespace: journeys, name: paired, version: '1.0.0' }
schedule:
  on:
    all:
      - { with: { type: paid }, correlate: ${correlate} }
      - { with: { type: packed }, correlate: ${correlate} }
  read: data
do:
  - got: { set: { got: '\${ [$workflow.input[].order] }' } }
`;
const single = `document: { dsl: '1.0.3', namespace: journeys, name: single, version: '1.0.0' }
schedule: { on: { one: { with: { type: paid } } }, read: data }
do:
  - got: { set: { got: '\${ $workflow.input[0].order }' } }
`;

/** Gathers what was paid until it was packed. */
const gathered = `document: { dsl: '1.0.3', namespace: journeys, name: gathered, version: '1.0.0' }
schedule:
  on:
    any: [{ with: { type: paid }, correlate: ${correlate} }]
    until: { one: { with: { type: packed }, correlate: ${correlate} } }
  read: data
do:
  - got: { set: { got: '\${ [$workflow.input[].order] }' } }
`;

const ordersMax = 60;
const kills = 8;

async function publish(api: Api, type: string, order: string): Promise<boolean> {
  const event = { specversion: '1.0', source: 'urn:journeys', type, id: `${type}-${order}`, data: { order } };
  try {
    return (await api.call('POST', '/api/v1/events', event)).status === 202;
  } catch {
    return false;
  }
}

/** Each is sent until it is acknowledged, and the second after the first: with a kill under way one may be stored, or not. */
async function publishBoth(api: Api, order: string): Promise<void> {
  for (const type of ['paid', 'packed']) while (!(await publish(api, type, order))) await sleep(20);
}

interface Row {
  readonly id: string;
  readonly status: string;
}

async function rowsOf(api: Api, name: string): Promise<readonly Row[]> {
  const { body } = await api.call('GET', `/api/v1/executions?workflow=journeys/${name}&limit=500`);
  return (body as { readonly items: readonly Row[] }).items;
}

/** What the runs of a workflow came to, when as many have ended as there are to be, or the time is over. */
async function outputsOf(api: Api, name: string, wanted: number): Promise<readonly unknown[]> {
  const until = Date.now() + 30_000;
  let rows = await rowsOf(api, name);
  const isDone = () => rows.length >= wanted && rows.every(({ status }) => status === 'completed');
  while (!isDone() && Date.now() < until) {
    await sleep(50);
    rows = await rowsOf(api, name);
  }
  return Promise.all(rows.map(async ({ id }) => (await api.execution(id)).output));
}

describe('kill -9 between the acknowledgement of an event and the run that it starts', () => {
  it.for(journeyStores)(
    'loses no run, and starts none twice, on $name',
    { timeout: 240_000 },
    async ({ missing, open }, { skip }) => {
      skip(missing !== undefined, missing);
      const { env, end } = await open();
      const random = createRandom();
      const port = await freePort();
      let server = await startServer({ port, env });
      const { data } = server;
      try {
        const api = connect(server.url);
        await api.deploy(paired);
        await api.deploy(single);
        await api.deploy(gathered);
        const orders = Array.from({ length: ordersMax }, (_, n) => `o${n}`);
        let killed = 0;
        for (const [n, order] of orders.entries()) {
          const sending = publishBoth(api, order);
          if (killed < kills && n % Math.floor(ordersMax / kills) === 3) {
            await sleep(random.between(0, 12));
            await server.kill();
            killed += 1;
            server = await startServer({ port, data, env });
          }
          await sending;
        }
        await server.kill();
        server = await startServer({ port, data, env });
        const texts = async (name: string) =>
          (await outputsOf(api, name, ordersMax)).map((each) => JSON.stringify(each));
        const pairs = orders.map((order) => JSON.stringify({ got: [order, order] }));
        expect([...(await texts('paired'))].sort()).toEqual(pairs.sort());
        expect([...(await texts('gathered'))].sort()).toEqual(
          orders.map((order) => JSON.stringify({ got: [order] })).sort(),
        );
        const singles = orders.map((order) => JSON.stringify({ got: order }));
        expect([...(await texts('single'))].sort()).toEqual(singles.sort());
        expect(killed).toBe(kills);
      } finally {
        await server.stop();
        await end();
      }
    },
  );
});
