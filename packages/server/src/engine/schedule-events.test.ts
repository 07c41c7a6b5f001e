import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Door, remoteDoor } from '../roles/door.ts';
import { type Harness, openHarness } from '../roles/test-support/harness.ts';
import { Definitions } from './definitions.ts';
import { Schedules } from './schedules.ts';

const tenant = 'default';
const id = { namespace: 'tests', name: 'react' };
const second = 1_000;

function react(on: JsonObject, more: { version?: string; read?: string; dsl?: string } = {}) {
  const { version = '1.0.0', read, dsl = '1.0.3' } = more;
  return JSON.stringify({
    document: { dsl, ...id, version },
    schedule: { on, ...(read === undefined ? {} : { read }) },
    do: [{ got: { set: { got: '${ $workflow.input }' } } }],
  });
}

const open = (options: Parameters<typeof openHarness>[0] = {}) => {
  const harness = openHarness({ sweepMs: 500, leaseMs: 5_000, ...options });
  harness.runtime.start();
  return harness;
};

const event = (type: string, n: number, more: JsonObject = {}): JsonObject => ({
  ...{ specversion: '1.0', id: `${type}-${n}`, source: 'urn:test', type, data: { n } },
  ...more,
});

async function publish(harness: Harness, ...events: readonly JsonObject[]): Promise<void> {
  await harness.runtime.engine.publish(tenant, events);
  await harness.advance(2 * second);
}

async function runs({ runtime }: Harness) {
  const { rows } = await runtime.engine.executions(tenant, { workflow: 'tests/react', limit: 1_000 });
  return Promise.all(rows.map((row) => runtime.engine.execution(tenant, row.id)));
}

/** The events that each run had for its input, as `TYPE-N`, in the order of these texts. */
async function inputs(harness: Harness): Promise<string[]> {
  const found = (await runs(harness)).map(({ input }) => input as readonly JsonObject[]);
  return found.map((events) => events.map((each) => each.id).join(' ')).sort();
}

const room = { correlate: { room: { from: '.room' } } };

describe('a schedule of events', () => {
  it('starts nothing for what was gathered by another filter than it has by now', async () => {
    const { runtime, store, world } = open();
    const detailOf = async () => {
      const [subscription] = await store.oldestDocuments('event-subscriptions', 10);
      return JSON.parse(subscription?.body ?? '{}').detail as string;
    };
    await runtime.engine.deploy(tenant, react({ one: { with: { type: 'low' } } }));
    const before = await detailOf();
    await runtime.engine.deploy(tenant, react({ one: { with: { type: 'high' } } }, { version: '2.0.0' }));
    const schedules = new Schedules({
      ...{ store, world, door: remoteDoor(store, world), remind: () => {} },
      definitions: new Definitions({ store, world, functions: new Set(), definitionsMax: 10 }),
      subscriptions: { subscribe: async () => {}, unsubscribe: async () => {} },
      onError: (error) => {
        throw error;
      },
    });
    const consumed = (id: string) => [{ id, keys: [id], events: [event('low', 1)] }];
    const started = async (id: string) => (await store.wakeUps(tenant, `tests.react~on-${id}`)).length;
    await schedules.consumed(tenant, 'tests/react', before, consumed('old'));
    await schedules.consumed(tenant, 'tests/react', await detailOf(), consumed('new'));
    expect([await started('old'), await started('new')]).toEqual([0, 1]);
  });

  it('whose runs an error of ours keeps from being started holds up nobody, and starts them all when it can', async () => {
    let isBroken = false;
    const around = (store: Harness['store']): Harness['store'] => ({
      ...store,
      async document(...asked: Parameters<typeof store.document>) {
        if (isBroken && asked[1] === 'schedules' && asked[2] === 'tests/react')
          throw new Error('broken rule: no record');
        return store.document(...asked);
      },
    });
    const harness = open({ around });
    const { engine } = harness.runtime;
    const on = { one: { with: { type: 'low' } } };
    await engine.deploy(tenant, react(on));
    await engine.deploy(tenant, react(on).replace('"react"', '"other"'));
    const runsOfOther = async () =>
      (await engine.executions(tenant, { workflow: 'tests/other', limit: 9 })).rows.length;
    isBroken = true;
    await publish(harness, event('low', 1));
    await publish(harness, event('low', 2), event('low', 3));
    expect([await inputs(harness), await runsOfOther()]).toEqual([[], 3]);
    expect(harness.errors.filter((error) => /cannot start its runs/.test(String(error)))).toHaveLength(1);
    isBroken = false;
    await harness.advance(10 * second);
    expect([await inputs(harness), await runsOfOther()]).toEqual([['low-1', 'low-2', 'low-3'], 3]);
  });

  it('begins the runs of a page in the order of the log, a hundred at once, and reads and notes its record once', async () => {
    const harness = open();
    const { runtime, world } = harness;
    await runtime.engine.deploy(tenant, react({ one: { with: { type: 'low' } } }));
    const [subscription] = await harness.store.oldestDocuments('event-subscriptions', 10);
    const asked: string[] = [];
    const store = new Proxy(harness.store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name !== 'document' && name !== 'putDocument') return member;
        return (...given: unknown[]) => {
          asked.push(name);
          return Reflect.apply(member as () => unknown, target, given);
        };
      },
    });
    const begun: string[] = [];
    let underWay = 0;
    let most = 0;
    const door: Door = {
      ...remoteDoor(store, world),
      async submit(_, execution) {
        begun.push(execution);
        most = Math.max(most, ++underWay);
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        underWay--;
        return undefined;
      },
    };
    const schedules = new Schedules({
      ...{ store, world, door, remind: () => {}, onError: () => {} },
      definitions: new Definitions({ store, world, functions: new Set(), definitionsMax: 10 }),
      subscriptions: { subscribe: async () => {}, unsubscribe: async () => {} },
    });
    const sets = Array.from({ length: 250 }, (_, n) => ({ id: `${n}`, keys: [], events: [event('low', n)] }));
    const detail = JSON.parse(subscription?.body ?? '{}').detail as string;
    await schedules.consumed(tenant, 'tests/react', detail, sets);
    expect(begun).toEqual(sets.map((set) => `tests.react~on-${set.id}`));
    expect({ most, asked }).toEqual({ most: 100, asked: ['document', 'putDocument'] });
    const { last } = await runtime.engine.schedule(tenant, id, {});
    expect(last?.execution).toBe('tests.react~on-249');
    await runtime.stop(0);
  });

  it('starts a run for each event that one filter takes, which says what started it', async () => {
    const harness = open();
    await harness.runtime.engine.deploy(tenant, react({ one: { with: { type: 'low' } } }));
    await publish(harness, event('low', 1), event('high', 2), event('low', 3));
    expect(await inputs(harness)).toEqual(['low-1', 'low-3']);
    const [run] = await runs(harness);
    expect(run).toMatchObject({ status: 'completed', cause: { type: 'schedule', source: 'on' } });
    const [key = ''] = run?.cause?.events ?? [];
    const { event: told } = await harness.runtime.engine.matches(tenant, key);
    expect(told.type).toBe('low');
    expect(await harness.runtime.engine.schedule(tenant, id, {})).toMatchObject({
      ...{ status: 'active', on: { one: { with: { type: 'low' } } }, read: 'envelope', next: [] },
      last: { source: 'on' },
    });
    expect(harness.errors).toEqual([]);
  });

  it('starts a run for any of its filters, and for all of them when they have come, by what correlates', async () => {
    const any = open();
    const filters = [{ with: { type: 'a' } }, { with: { type: 'b' } }];
    await any.runtime.engine.deploy(tenant, react({ any: filters }));
    await publish(any, event('a', 1), event('b', 2), event('c', 3));
    expect(await inputs(any)).toEqual(['a-1', 'b-2']);
    const all = open();
    await all.runtime.engine.deploy(tenant, react({ all: filters.map((each) => ({ ...each, ...room })) }));
    await publish(all, event('a', 1, { room: 'x' }), event('a', 2, { room: 'y' }));
    await publish(all, event('b', 3, { room: 'y' }), event('b', 4, { room: 'z' }));
    await publish(all, event('b', 5, { room: 'x' }));
    expect(await inputs(all)).toEqual(['a-1 b-5', 'a-2 b-3']);
  });

  it('tells of an event whether it started a run, is kept for one, or what kept it from that', async () => {
    const harness = open();
    const { engine } = harness.runtime;
    const filters = [{ with: { type: 'a', data: '${ .n > 1 }' } }, { with: { type: 'b' } }];
    await engine.deploy(tenant, react({ all: filters }));
    await publish(harness, event('a', 1), event('a', 2), event('b', 3), event('c', 4));
    const told = await Promise.all(
      ['a-1', 'a-2', 'b-3', 'c-4'].map(
        async (name) => (await engine.matches(tenant, name, 'urn:test')).schedules,
      ),
    );
    const workflow = 'tests/react';
    expect(told).toEqual([
      [{ workflow, outcome: 'missed', predicate: 'data' }],
      [{ workflow, outcome: 'gathered' }],
      [{ workflow, outcome: 'started' }],
      undefined,
    ]);
  });

  it('names of several correlations the one that expects another value', async () => {
    const harness = open();
    const { engine } = harness.runtime;
    const correlate = { room: { from: '.room', expect: 'kitchen' }, floor: { from: '.floor', expect: '1' } };
    await engine.deploy(tenant, react({ one: { with: { type: 'a' }, correlate } }));
    await publish(harness, event('a', 1, { room: 'kitchen', floor: '2' }));
    const workflow = 'tests/react';
    expect((await engine.matches(tenant, 'a-1', 'urn:test')).schedules).toEqual([
      { workflow, outcome: 'missed', predicate: 'correlate.floor' },
    ]);
  });

  it('takes only events whose correlation is what it expects', async () => {
    const harness = open();
    const correlate = { room: { from: '.room', expect: 'kitchen' } };
    await harness.runtime.engine.deploy(tenant, react({ one: { with: { type: 'a' }, correlate } }));
    await publish(harness, event('a', 1, { room: 'cellar' }), event('a', 2, { room: 'kitchen' }));
    expect(await inputs(harness)).toEqual(['a-2']);
  });

  it.each([
    [{ read: 'data' }, { n: 1 }],
    [{ read: 'envelope' }, event('a', 1)],
    [{ read: 'raw' }, '{"n":1}'],
    [{}, event('a', 1)],
    [{ dsl: '1.0.0' }, event('a', 1)],
  ])('of %j gives a run of each event what it reads', async (more, expected) => {
    const harness = open();
    await harness.runtime.engine.deploy(tenant, react({ one: { with: { type: 'a' } } }, more));
    await publish(harness, event('a', 1));
    expect((await runs(harness)).map(({ input }) => input)).toEqual([[expected]]);
  });

  it('starts nothing while it is held, makes up for nothing, and ends with its last version', async () => {
    const harness = open();
    const { engine } = harness.runtime;
    await engine.deploy(tenant, react({ one: { with: { type: 'a' } } }));
    await engine.pauseSchedule(tenant, id, 'closed');
    await publish(harness, event('a', 1));
    await engine.resumeSchedule(tenant, id);
    await publish(harness, event('a', 2));
    expect(await inputs(harness)).toEqual(['a-2']);
    await engine.undeploy(tenant, id, { force: true });
    await publish(harness, event('a', 3));
    expect(await inputs(harness)).toEqual(['a-2']);
    expect(await harness.store.oldestDocuments('event-subscriptions', 10)).toEqual([]);
  });

  it('keeps what it has gathered when a newer version says the same, and runs that version', async () => {
    const harness = open();
    const both = { all: [{ with: { type: 'a' } }, { with: { type: 'b' } }] };
    await harness.runtime.engine.deploy(tenant, react(both));
    await publish(harness, event('a', 1));
    await harness.runtime.engine.deploy(tenant, react(both, { version: '1.1.0' }));
    await publish(harness, event('b', 2));
    expect(await inputs(harness)).toEqual(['a-1 b-2']);
    expect((await runs(harness))[0]?.workflow.version).toBe('1.1.0');
    // What it says otherwise is a new beginning.
    await harness.runtime.engine.deploy(
      tenant,
      react({ one: { with: { type: 'c' } } }, { version: '2.0.0' }),
    );
    await publish(harness, event('a', 3), event('b', 4), event('c', 5));
    expect(await inputs(harness)).toEqual(['a-1 b-2', 'c-5']);
  });

  it('goes on in the next process with what it has gathered, and starts no run twice', async () => {
    const one = open();
    const both = { all: [{ with: { type: 'a' } }, { with: { type: 'b' } }] };
    await one.runtime.engine.deploy(tenant, react(both));
    await publish(one, event('a', 1), event('a', 2));
    await one.runtime.stop(0);
    await one.runtime.engine.publish(tenant, [event('b', 3)]);
    const two = open({ shared: one });
    await two.advance(2 * second);
    expect(await inputs(two)).toEqual(['a-1 b-3']);
    // The place in the log goes back, as it does when a process ends before it has kept it.
    await two.runtime.stop(0);
    const start = JSON.stringify({ cursor: '', owner: '', until: 0 });
    await two.store.putDocument('*', 'matcher', 'cursor', start, undefined);
    const three = open({ shared: two });
    await publish(three, event('b', 4));
    expect(await inputs(three)).toEqual(['a-1 b-3', 'a-2 b-4']);
  });

  it('is matched by another process, whichever of several, where the store is shared', async () => {
    const shared = (store: Parameters<NonNullable<Parameters<typeof openHarness>[0]>['around'] & {}>[0]) => ({
      ...store,
      features: { ...store.features, exclusive: false },
    });
    const api = open({ roles: ['api'], around: shared });
    const workers = [1, 2].map(() => open({ around: shared, shared: api }));
    await api.advance(2 * second);
    await api.runtime.engine.deploy(tenant, react({ one: { with: { type: 'a' } } }));
    await publish(api, event('a', 1));
    await workers[0]?.runtime.stop(0);
    await api.advance(10 * second);
    await publish(api, event('a', 2), event('b', 3));
    // A newer version by a process that matches nothing.
    await api.runtime.engine.deploy(tenant, react({ one: { with: { type: 'b' } } }, { version: '2.0.0' }));
    await publish(api, event('a', 4), event('b', 5));
    await api.advance(10 * second);
    expect(await inputs(api)).toEqual(['a-1', 'a-2', 'b-5']);
  });

  it('gathers until a condition holds, or until other events have come, through a restart', async () => {
    const one = open();
    const until = { one: { with: { type: 'end' } } };
    await one.runtime.engine.deploy(tenant, react({ any: [{ with: { type: 'a' } }], until }));
    await publish(one, event('a', 1), event('a', 2));
    await one.runtime.stop(0);
    await one.runtime.engine.publish(tenant, [event('a', 3), event('end', 4)]);
    const two = open({ shared: one });
    await two.advance(2 * second);
    expect(await inputs(two)).toEqual(['a-1 a-2 a-3']);
    expect((await runs(two))[0]?.cause).toMatchObject({ source: 'on' });
    expect((await runs(two))[0]?.cause?.events).toHaveLength(4);
    await two.runtime.engine.deploy(
      tenant,
      react({ any: [{ with: { type: 'a' } }], until: '${ map(.data.n) | add > 10 }' }, { version: '2.0.0' }),
    );
    await publish(two, event('a', 5), event('a', 6), event('a', 7));
    expect(await inputs(two)).toEqual(['a-1 a-2 a-3', 'a-5 a-6']);
    expect(two.errors).toEqual([]);
  });
});
