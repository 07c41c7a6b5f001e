/** Events through a real server that is killed at any moment between their acknowledgement and their match. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../conformance/server-process.ts';
import { type Api, connect } from '../support/api.ts';
import { createRandom } from '../support/random.ts';
import { journeyStores } from '../support/stores.ts';

const definition = (name: string, tasks: string) =>
  `document: { dsl: '1.0.3', namespace: journeys, name: ${name}, version: '1.0.0' }\ndo:\n${tasks}`;

const correlated = 'correlate: { order: { from: .data.order, expect: .order } }';
const collects = definition(
  'collects',
  `  - wait:
      listen:
        to:
          any: [{ with: { type: item }, ${correlated} }]
          until: { one: { with: { type: end }, ${correlated} } }
`,
);

const ordersMax = 40;
const eventsPerOrder = 5;
const kills = 8;

async function publish(api: Api, type: string, id: string, data: object): Promise<boolean> {
  const event = { specversion: '1.0', source: 'urn:journeys', type, id, data };
  try {
    return (await api.call('POST', '/api/v1/events', event)).status === 202;
  } catch {
    return false;
  }
}

describe('kill -9 between the acknowledgement of an event and its match', () => {
  it.for(journeyStores)(
    'loses no event, and no execution consumes one twice, on $name',
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
        await api.deploy(collects);
        const ids: string[] = [];
        for (let order = 0; order < ordersMax; order++) {
          const workflow = { namespace: 'journeys', name: 'collects' };
          ids.push((await api.start({ workflow, input: { order: `o${order}` } })).id);
        }
        const events = Array.from({ length: ordersMax * eventsPerOrder }, (_, n) => n);
        let killed = 0;
        // Each is sent until it is acknowledged: with a kill under way it may be stored, or not.
        for (const n of events) {
          const order = `o${n % ordersMax}`;
          const sending = publish(api, 'item', `item-${n}`, { order, n });
          if (killed < kills && n % Math.floor(events.length / kills) === 3) {
            await sleep(random.between(0, 12));
            await server.kill();
            killed += 1;
            server = await startServer({ port, data, env });
          }
          while (!(await sending) && !(await publish(api, 'item', `item-${n}`, { order, n })))
            await sleep(20);
        }
        for (let order = 0; order < ordersMax; order++)
          while (!(await publish(api, 'end', `end-${order}`, { order: `o${order}` }))) await sleep(20);
        await server.kill();
        server = await startServer({ port, data, env });
        for (const [order, id] of ids.entries()) {
          const { status, output } = await api.execution(id, '30s');
          const wanted = events
            .filter((n) => n % ordersMax === order)
            .map((n) => ({ order: `o${order}`, n }));
          expect({ order, status, output }).toEqual({ order, status: 'completed', output: wanted });
        }
        expect(killed).toBe(kills);
      } finally {
        await server.stop();
        await end();
      }
    },
  );
});
