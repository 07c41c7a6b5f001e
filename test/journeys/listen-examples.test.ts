/** The specification's own examples of `listen`, run to their end by the events that they wait for. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine, type EmbeddedEngine } from 'millrace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = new URL('../../../shared/dsl/examples/', import.meta.url);
const absent = !existsSync(folder);

const hospital = 'com.fake-hospital.vitals.measurements';
const hot = { type: `${hospital}.temperature`, data: { temperature: 39 } };
const cool = { type: `${hospital}.temperature`, data: { temperature: 37 } };
const racing = { type: `${hospital}.bpm`, data: { bpm: 120 } };
const out = { type: 'com.fake-hospital.patient.checked-out', data: { out: true } };
const any = (n: number) => ({ type: `whatever-${n}`, data: n });

interface Told {
  readonly name: string;
  readonly events: readonly {
    readonly type: string;
    readonly data: unknown;
    readonly [name: string]: unknown;
  }[];
  readonly input?: object;
  readonly output?: unknown;
}

const told: readonly Told[] = [
  { name: 'listen-to-all', events: [cool, racing, hot], output: [racing.data, hot.data] },
  { name: 'listen-to-all read-envelope', events: [racing, hot] },
  { name: 'listen-to-any', events: [any(1)], output: [1] },
  { name: 'listen-to-any-filter', events: [cool, racing], output: [racing.data] },
  {
    name: 'listen-to-any-until-condition',
    events: [any(1), any(2), any(3), any(4)],
    output: [1, 2, 3, 4],
  },
  { name: 'listen-to-any-until-consumed', events: [hot, cool, racing, out], output: [hot.data, racing.data] },
  {
    name: 'listen-to-one',
    events: [{ type: 'com.virtual-wf-powered-race.events.race.started.v1', data: { carId: 7 } }],
  },
];

describe.skipIf(absent)('the official examples of `listen` (skipped without ../shared/dsl)', () => {
  let engine: EmbeddedEngine;
  const service = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"started":true}');
  });
  let address = '';
  let published = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    engine = await createEngine({ allow: ['loopback'] });
  });
  afterAll(async () => {
    await engine.close();
    service.close();
  });

  const start = async (name: string, input: object = {}) => {
    const text = readFileSync(new URL(`${encodeURIComponent(name)}.yaml`, folder), 'utf8');
    // Hosts of the examples are made up: calls go to the stand-in.
    const definition = text.replace(/https:\/\/(virtual-wf-powered-race|fake-chat-api)\.com/g, address);
    return (await engine.start({ definition, input: input as never })).execution.id;
  };
  const publish = (event: object) =>
    engine.publish([
      { specversion: '1.0', id: `e${published++}`, source: 'urn:examples', ...event } as never,
    ]);

  it.each(told)('$name', async ({ name, events, output, input }) => {
    const id = await start(name, input);
    for (const event of events) await publish(event);
    const ended = await engine.wait(id, 10_000);
    expect(ended).toMatchObject({ status: 'completed', ...(output === undefined ? {} : { output }) });
    if (name.endsWith('read-envelope'))
      expect(ended.output).toMatchObject([{ type: racing.type, data: racing.data }, { type: hot.type }]);
  });

  it('listen-to-any-forever-foreach goes on for ever, and posts each event', async () => {
    const id = await start('listen-to-any-forever-foreach', { roomId: 5 });
    for (const n of [1, 2, 3]) await publish(any(n));
    await expect
      .poll(async () => (await engine.events(id, { limit: 500 })).rows.map(({ fact }) => fact.type))
      .toEqual(expect.arrayContaining(['iteration.completed']));
    await expect
      .poll(async () =>
        (await engine.events(id, { limit: 500 })).rows.filter(
          ({ fact }) => fact.type === 'iteration.completed',
        ),
      )
      .toHaveLength(3);
    expect(await engine.cancel(id)).toMatchObject({ status: 'cancelled' });
  });

  it('accumulate-room-readings correlates by the room that comes first, and takes its output from the list', async () => {
    const id = await start('accumulate-room-readings');
    const sensor = { source: 'https://my.home.com/sensor' };
    await publish({ ...sensor, type: 'my.home.sensors.temperature', roomid: 'a', data: 1 });
    await publish({ ...sensor, type: 'my.home.sensors.humidity', roomid: 'b', data: 2 });
    await publish({ ...sensor, type: 'my.home.sensors.humidity', roomid: 'a', data: 3 });
    await expect
      .poll(async () => {
        const { rows } = await engine.events(id, { limit: 500 });
        return rows.flatMap(({ fact }) => (fact.type === 'event.consumed' ? [fact.event.data] : []));
      })
      .toEqual([1, 3]);
    // Its `.data.reading` is asked of a list, which no reading of the text makes one: the example faults there.
    expect(await engine.wait(id, 10_000)).toMatchObject({
      status: 'faulted',
      error: { instance: '/do/0/consumeReading' },
    });
  });
});
