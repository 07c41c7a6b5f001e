import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { Store } from '../ports/store.ts';
import { settled } from '../simulation/sim-queue.ts';
import { keepEarlier } from './earlier-events.ts';
import { keyOf, shapeOf } from './listen-key.ts';
import { openHarness } from './test-support/harness.ts';
import {
  behind,
  byOrder,
  event,
  leaseMs,
  one,
  open,
  outputOf,
  shared,
  start,
  sweepMs,
  tenant,
} from './test-support/listening.ts';

describe('the matcher', () => {
  it('wakes the executions that an event is for, and only those', async () => {
    const harness = open();
    const [first, second] = [
      await start(harness, [one('paid', byOrder)], { order: 'o1' }),
      await start(harness, [one('paid', byOrder)], { order: 'o2' }),
    ];
    await harness.runtime.engine.publish(tenant, [event('paid', '1', { data: { order: 'o1' } })]);
    expect(await outputOf(harness, first)).toEqual([{ order: 'o1' }]);
    expect(await outputOf(harness, second)).toBe('waiting');
    expect(harness.errors).toEqual([]);
    await harness.runtime.stop(0);
  });

  it('goes on past a definition whose correlation yields what nests too deep to be compared', async () => {
    const harness = open();
    const deep = { correlate: { o: { from: '.data | reduce range(700) as $i (1; [.])' } } };
    const never = await start(harness, [one('deep', deep)]);
    const other = await start(harness, [one('paid')]);
    await harness.runtime.engine.publish(tenant, [event('deep', '1', { data: 1 }), event('paid', '2')]);
    expect(await outputOf(harness, other)).toEqual([null]);
    expect(await outputOf(harness, never)).toBe('waiting');
    expect(harness.errors).toEqual([]);
    await harness.runtime.stop(0);
  });

  it('brings events that executions emit to those that listen, within one execution as well', async () => {
    const harness = open();
    const listener = await start(harness, [one('said')]);
    const emit = { emit: { event: { with: { type: 'said', data: { n: 1 } } } } };
    const branches = [{ l: one('said') }, { e: emit }] as unknown as JsonObject[];
    const self = await start(harness, [{ fork: { branches } }]);
    expect(await outputOf(harness, listener)).toEqual([{ n: 1 }]);
    expect(await outputOf(harness, self)).toMatchObject([[{ n: 1 }], { type: 'said' }]);
    await harness.runtime.stop(0);
  });

  it('gives a listener nothing that was published before it listened, unless it is correlated', async () => {
    const harness = open();
    await start(harness, [one('paid', byOrder)], { order: 'other' });
    await harness.runtime.engine.publish(tenant, [
      event('late', '1'),
      event('paid', '2', { data: { order: 'o1' } }),
    ]);
    await harness.advance(3 * sweepMs);
    expect(await outputOf(harness, await start(harness, [one('late')]))).toBe('waiting');
    // It began before the event did not, whatever its correlation says.
    expect(await outputOf(harness, await start(harness, [one('paid', byOrder)], { order: 'o1' }))).toBe(
      'waiting',
    );
    await harness.runtime.stop(0);
  });

  it('keeps a correlated event for an execution that has begun and listens only later', async () => {
    const harness = open();
    const id = await start(harness, [
      { wait: { seconds: 10 } },
      { set: { order: 'o1' } },
      one('paid', byOrder),
    ]);
    await harness.runtime.engine.publish(tenant, [
      event('paid', '1', { data: { order: 'o1', n: 1 } }),
      event('paid', '2', { data: { order: 'o2' } }),
    ]);
    await harness.advance(5_000);
    expect(await outputOf(harness, id)).toBe('waiting');
    await harness.advance(5_000);
    expect(await outputOf(harness, id)).toEqual([{ order: 'o1', n: 1 }]);
    await harness.runtime.stop(0);
  });

  it('gives a listener what its own execution emitted before, in its first commit too', async () => {
    const harness = open();
    const emit = { emit: { event: { with: { type: 'paid', source: 'urn:own', data: { order: 'o1' } } } } };
    const order = { set: { order: 'o1' } };
    const ids = [
      await start(harness, [emit, order, one('paid', byOrder)]),
      await start(harness, [emit, { wait: { seconds: 1 } }, order, one('paid', byOrder)]),
    ];
    await harness.advance(5_000);
    for (const id of ids) expect(await outputOf(harness, id)).toEqual([{ order: 'o1' }]);
    await harness.runtime.stop(0);
  });

  it('reads of what is kept under a value only what an execution could be meant by', async () => {
    let read = 0;
    const around = (store: Store): Store =>
      new Proxy(store, {
        get(target, name) {
          if (name !== 'documents') return Reflect.get(target, name);
          return async (...given: Parameters<Store['documents']>) => {
            const page = await target.documents(...given);
            if (given[1] === 'earlier-events') read += page.rows.length;
            return page;
          };
        },
      });
    const harness = open({ around });
    const tasks = [{ wait: { seconds: 10 } }, { set: { order: 'o1' } }, one('paid', byOrder)];
    await start(harness, tasks);
    const paid = (n: number) => event('paid', String(n), { data: { order: 'o1', n } });
    await harness.runtime.engine.publish(
      tenant,
      Array.from({ length: 300 }, (_, n) => paid(n)),
    );
    await harness.advance(15_000);
    read = 0;
    const id = await start(harness, tasks);
    await harness.runtime.engine.publish(tenant, [paid(300)]);
    await harness.advance(15_000);
    expect({ output: await outputOf(harness, id), read }).toEqual({
      output: [{ order: 'o1', n: 300 }],
      read: 1,
    });
    await harness.runtime.stop(0);
  });

  it('asks once what the filters of many definitions ask alike, and keeps an event once for all of them', async () => {
    const harness = open();
    const kept = async () => (await harness.store.oldestDocuments('earlier-events', 1_000)).length;
    const asked = () => harness.runtime.stats().filters_examined ?? Number.NaN;
    const early = (n: number) => [{ set: { n } }, { wait: { seconds: 10 } }, { set: { order: 'o1' } }];
    const ids: string[] = [];
    for (let n = 0; n < 50; n++)
      ids.push(await start(harness, [{ set: { order: `o${n}` } }, one('paid', byOrder)]));
    const late = await start(harness, [...early(1), one('paid', byOrder)]);
    const other = await start(harness, [
      ...early(2),
      one('paid', { correlate: { order: { from: '.data.x' } } }),
    ]);
    const before = asked();
    await harness.runtime.engine.publish(tenant, [event('paid', '1', { data: { order: 'o1', n: 1 } })]);
    expect(await outputOf(harness, ids[1] as string)).toEqual([{ order: 'o1', n: 1 }]);
    // The other question misses, and is asked as one that is near.
    expect([asked() - before, await kept()]).toEqual([2, 1]);
    await harness.advance(10_000);
    expect(await outputOf(harness, late)).toEqual([{ order: 'o1', n: 1 }]);
    expect(await outputOf(harness, other)).toBe('waiting');
    await harness.runtime.stop(0);
  });

  it('finds what an earlier version has kept for each filter by itself', async () => {
    const harness = open();
    const tasks = [{ wait: { seconds: 10 } }, { set: { order: 'o1' } }, one('paid', byOrder)];
    const id = await start(harness, tasks);
    const [row] = await harness.store.read(tenant, id);
    const { definition } = await harness.runtime.engine.execution(tenant, id);
    const hash = (text: string) => harness.world.hash(text);
    const place = `${shapeOf(definition, '/do/2/t2', 0)}/${keyOf([['order', 'o1']], hash)}`;
    await harness.runtime.engine.publish(tenant, [event('nobody', '0')]);
    const position = (row?.position ?? 0) + 1;
    const paid = event('paid', '1', { data: { order: 'o1', n: 1 } });
    await keepEarlier(harness.store, place, {
      type: 'event',
      tenant,
      event: paid,
      key: 'k',
      position,
      index: 0,
    });
    await harness.advance(10_000);
    expect(await outputOf(harness, id)).toEqual([{ order: 'o1', n: 1 }]);
    await harness.runtime.stop(0);
  });

  it('loses none between the beginning of a listener and the match, whenever it is published', async () => {
    // Published at every step of the way from the start of the execution to its listening.
    for (let steps = 0; steps < 40; steps++) {
      const harness = open();
      const tasks = [{ call: 'step', with: { n: 1 } }, { set: { order: 'o1' } }, one('paid', byOrder)];
      await start(harness, [one('paid', byOrder)], { order: 'x' });
      const id = await start(harness, tasks);
      for (let step = 0; step < steps; step++) await harness.queue.step();
      const published = harness.runtime.engine.publish(tenant, [
        event('paid', '1', { data: { order: 'o1' } }),
      ]);
      expect({ steps, output: await outputOf(harness, id) }).toEqual({ steps, output: [{ order: 'o1' }] });
      await published;
      await harness.runtime.stop(0);
    }
  });

  it('publishes an event once, and an execution consumes it once though it is matched again', async () => {
    const harness = open();
    const id = await start(harness, [{ listen: { to: { any: [], until: 'length == 3' } } }]);
    const publish = (n: string) => harness.runtime.engine.publish(tenant, [event('x', n, { data: n })]);
    expect(await publish('1')).toMatchObject([{ id: '1', duplicate: false }]);
    expect(await publish('1')).toMatchObject([{ id: '1', duplicate: true }]);
    await harness.advance(3 * sweepMs);
    // The place in the log goes back, as it does when a process ends before it has kept it.
    await harness.store.putDocument(
      '*',
      'matcher',
      'cursor',
      JSON.stringify({ cursor: '', owner: '', until: 0 }),
      undefined,
    );
    const next = openHarness({ sweepMs, shared: { queue: harness.queue, store: harness.store } });
    await harness.runtime.stop(0);
    next.runtime.start();
    await settled();
    for (const n of ['2', '3']) await next.runtime.engine.publish(tenant, [event('x', n, { data: n })]);
    expect(await outputOf(next, id)).toEqual(['1', '2', '3']);
    await next.runtime.stop(0);
  });

  it('brings what was published before the first value is known to those that correlate by it', async () => {
    const harness = open();
    const pair = (type: string) => ({ with: { type }, correlate: { room: { from: '.room' } } });
    const id = await start(harness, [{ listen: { to: { all: [pair('warm'), pair('damp')] } } }]);
    // All three stand in the log before the first of them is consumed.
    await harness.runtime.engine.publish(tenant, [
      event('warm', '1', { room: 'a', data: 1 }),
      event('damp', '2', { room: 'b', data: 2 }),
      event('damp', '3', { room: 'a', data: 3 }),
    ]);
    expect(await outputOf(harness, id)).toEqual([1, 3]);
    await harness.runtime.stop(0);
  });

  it('gives an execution its events in the order of the log, though one of them is for very many', async () => {
    const harness = open();
    const many = {
      listen: {
        to: { any: [{ with: { type: 'all' } }, { with: { type: 'own' }, ...byOrder }], until: 'length == 2' },
      },
    };
    const ids = await Promise.all(
      Array.from({ length: 2_100 }, (_, n) => start(harness, [many], { order: `o${n}` })),
    );
    await harness.runtime.engine.publish(tenant, [
      event('all', '1', { data: 0 }),
      event('own', '2', { data: { order: 'o7' } }),
    ]);
    expect(await outputOf(harness, ids[7] as string)).toEqual([0, { order: 'o7' }]);
    await harness.runtime.stop(0);
  });

  it('reaches executions of another process, which decide by a row', async () => {
    const harness = open({ roles: ['api', 'worker', 'executor', 'timer'], around: shared });
    const id = await start(harness, [one('paid')]);
    const matching = openHarness({
      roles: ['events'],
      sweepMs,
      around: shared,
      shared: { queue: harness.queue, store: harness.store },
    });
    matching.runtime.start();
    await harness.advance(2 * sweepMs);
    await harness.runtime.engine.publish(tenant, [event('paid', '1', { data: 1 })]);
    await harness.advance(5 * sweepMs);
    expect(await outputOf(harness, id)).toEqual([1]);
    await matching.runtime.stop(0);
    await harness.runtime.stop(0);
  });

  it('knows what has begun to listen while another process led, when it leads again', async () => {
    const link = { isCut: false };
    const main = open({ roles: ['api', 'worker', 'executor', 'timer'], around: shared });
    const both = { queue: main.queue, store: main.store };
    const around = (store: Store) => behind(link, shared(store));
    const first = open({ roles: ['events'], around, shared: both });
    await main.advance(5 * sweepMs);
    link.isCut = true;
    const second = open({ roles: ['events'], around: shared, shared: both });
    // Until the term of the first is over.
    await main.advance(60 * sweepMs);
    const id = await start(main, [one('paid')]);
    await main.advance(5 * sweepMs);
    await second.runtime.stop(0);
    link.isCut = false;
    await main.advance(60 * sweepMs);
    await main.runtime.engine.publish(tenant, [event('paid', '1', { data: 1 })]);
    await main.advance(60 * sweepMs);
    expect(await outputOf(main, id)).toEqual([1]);
    await first.runtime.stop(0);
    await main.runtime.stop(0);
  });

  it('lets go of definitions that nothing open could wait by, and finds one again when an execution of it begins', async () => {
    const harness = open();
    const { store, runtime } = harness;
    const kept = async () => (await store.oldestDocuments('listening-definitions', 1_000)).length;
    const held = () => runtime.stats().listening_definitions;
    const texts = Array.from({ length: 150 }, (_, n) => [one('paid'), { set: { n } }]);
    const waiting = await start(harness, [{ wait: { hours: 1 } }, one('other')]);
    await Promise.all(texts.map((tasks) => start(harness, tasks)));
    expect([held(), await kept()]).toEqual([151, 151]);
    await harness.advance(10 * leaseMs);
    expect([held(), await kept()]).toEqual([151, 151]);
    await runtime.engine.publish(tenant, [event('paid', '1')]);
    await harness.advance(10 * leaseMs);
    // One is left: its execution does not listen yet, and will.
    expect([held(), await kept()]).toEqual([1, 1]);
    const again = await start(harness, texts[7] as JsonObject[]);
    await runtime.engine.publish(tenant, [event('paid', '2')]);
    expect(await outputOf(harness, again)).toEqual({ n: 7 });
    await harness.advance(3_600_000);
    await runtime.engine.publish(tenant, [event('other', '3', { data: 3 })]);
    expect(await outputOf(harness, waiting)).toEqual([3]);
    await runtime.stop(0);
  });

  it('finds in the log what it had forgotten, though the process that runs it has not been told', async () => {
    const main = open({ roles: ['api', 'worker', 'executor', 'timer'], around: shared });
    const both = { queue: main.queue, store: main.store };
    const first = open({ roles: ['events'], around: shared, shared: both });
    const ended = await start(main, [one('paid')]);
    await main.advance(5 * sweepMs);
    await main.runtime.engine.publish(tenant, [event('paid', '1', { data: 1 })]);
    expect(await outputOf(main, ended)).toEqual([1]);
    const kept = async () => (await main.store.oldestDocuments('listening-definitions', 10)).length;
    await main.advance(10 * leaseMs);
    expect(await kept()).toBe(0);
    await first.runtime.stop(0);
    const id = await start(main, [one('paid')]);
    expect(await kept()).toBe(0);
    await main.runtime.engine.publish(tenant, [event('paid', '2', { data: 2 })]);
    const second = open({ roles: ['events'], around: shared, shared: both });
    await main.advance(10 * leaseMs);
    expect(await outputOf(main, id)).toEqual([2]);
    await second.runtime.stop(0);
    await main.runtime.stop(0);
  });

  it('takes a batch without events, and answers with none', async () => {
    const harness = open();
    expect(await harness.runtime.engine.publish(tenant, [])).toEqual([]);
    await harness.runtime.stop(0);
  });

  it('refuses what is no CloudEvent, with every fault', async () => {
    const harness = open();
    const publish = (given: JsonObject) => harness.runtime.engine.publish(tenant, [given]);
    await expect(publish({ type: 'x' })).rejects.toMatchObject({
      code: 'bad-request',
      details: { errors: [{ pointer: '/specversion' }, { pointer: '/id' }, { pointer: '/source' }] },
    });
    // The JSON format of CloudEvents has null for what is not there.
    expect(await publish(event('x', '0', { subject: null }))).toMatchObject([{ id: '0', duplicate: false }]);
    await expect(publish(event('x', '1', { camelCase: 1 }))).rejects.toMatchObject({ code: 'bad-request' });
    await harness.runtime.stop(0);
  });
});
