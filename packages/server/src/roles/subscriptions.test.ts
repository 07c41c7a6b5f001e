import { hash } from 'node:crypto';
import {
  defaultLimits,
  type Json,
  type JsonObject,
  link,
  lower,
  parse,
  scheduledConsumption,
} from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { MillraceError } from '../errors.ts';
import { createChance } from '../simulation/chance.ts';
import { SimQueue } from '../simulation/sim-queue.ts';
import { createSimWorld } from '../simulation/sim-world.ts';
import { owedMax } from './owed-sets.ts';
import { type Consumed, Subscriptions } from './subscriptions.ts';

const store = (now = () => 1) => openMemoryStore({ now, hash: (text) => hash('sha256', text) });

function open(
  on: JsonObject | ((id: string) => JsonObject),
  options: {
    readonly store?: ReturnType<typeof store>;
    readonly fails?: () => boolean;
    /** whether an error of ours keeps the owner of one from being told */
    readonly breaks?: (id: string) => boolean;
    readonly read?: 'data' | 'envelope';
    /** what is waited for before it is known what a subscription wants */
    readonly asked?: () => Promise<void>;
  } = {},
) {
  const parsed = parse("document: { dsl: '1.0.3', namespace: t, name: t, version: '1.0.0' }\ndo: []");
  if (!parsed.ok) throw new Error('the definition of this test is valid');
  const executable = link(lower(parsed.workflow));
  const calls: (Consumed & { readonly detail: Json })[] = [];
  const errors: unknown[] = [];
  const shared = options.store ?? store();
  const subscriptions = new Subscriptions({
    store: shared,
    world: createSimWorld(new SimQueue(createChance(1)), createChance(2), { alive: true }),
    limits: defaultLimits,
    wanted: async (_tenant, id) => {
      await options.asked?.();
      return {
        ...scheduledConsumption((typeof on === 'function' ? on(id) : on) as never, 'strict'),
        read: options.read ?? 'envelope',
        executable,
      };
    },
    consumed: async (_tenant, id, detail, sets) => {
      if (options.breaks?.(id) === true) throw new Error('broken rule: no run');
      for (const consumed of sets) {
        if (options.fails?.() === true) throw new MillraceError('unavailable', 'not now');
        calls.push({ ...consumed, detail });
      }
    },
    onError: (error) => void errors.push(error),
  });
  const take = async (position: number, type: string, more: JsonObject = {}) => {
    const event = { specversion: '1.0', id: `e${position}`, source: 'urn:t', type, ...more };
    subscriptions.take({ type: 'event', tenant: 'a', event, key: `k${position}`, position, index: 0 });
    return subscriptions.save();
  };
  return { subscriptions, calls, errors, take, shared };
}

/** A store that others may write to. */
function many(one: ReturnType<typeof store>, onRead: () => void = () => {}): typeof one {
  return new Proxy(one, {
    get(target, name) {
      if (name === 'features') return { ...target.features, exclusive: false };
      if (name === 'oldestDocuments') onRead();
      return Reflect.get(target, name);
    },
  });
}

const ids = (calls: readonly Consumed[]) => calls.map(({ events }) => events.map(({ id }) => id));
const pair = (type: string) => ({ with: { type }, correlate: { room: { from: '.room' } } });

describe('a subscription', () => {
  it('that cannot be read here is told of, and keeps no other from what comes for it', async () => {
    const others = open({ one: { with: { type: 'x' } } });
    await others.subscriptions.subscribe('a', 'broken', { workflow: 'b' });
    await others.subscriptions.subscribe('a', 's', { workflow: 's' });
    let asked = 0;
    const { subscriptions, take, calls, errors } = open(
      { one: { with: { type: 'x' } } },
      {
        store: others.shared,
        asked: async () => {
          if (asked++ === 0) throw new Error('unknown function greet');
        },
      },
    );
    await subscriptions.load();
    await take(1, 'x');
    expect([calls.map(({ detail }) => detail), errors.map(String)]).toEqual([
      [{ workflow: 's' }],
      ['Error: unknown function greet'],
    ]);
  });

  it('that is correlated by what nests too deep to be compared takes nothing, and keeps no other from an event', async () => {
    const deep = '${ reduce range(700) as $i (1; [.]) }';
    const by = (expected: string) => ({ correlate: { o: { from: '.o', expect: expected } } });
    const on = (id: string) => ({ one: { with: { type: 'x' }, ...by(id === 'deep' ? deep : 'o1') } });
    const { subscriptions, take, calls, errors } = open(on);
    await subscriptions.subscribe('a', 'deep', { workflow: 'deep' });
    await subscriptions.subscribe('a', 's', { workflow: 's' });
    await take(1, 'x', { o: 'o1' });
    expect([calls.map(({ detail }) => detail), errors]).toEqual([[{ workflow: 's' }], []]);
  });

  it('that two have matched at once is offered again what the one that wrote first has not had', async () => {
    const on = { any: [{ with: { type: 'x' } }], until: { one: { with: { type: 'end' } } } };
    const shared = store();
    const [one, other] = [open(on, { store: many(shared) }), open(on, { store: many(shared) })];
    await one.subscriptions.subscribe('a', 's', { workflow: 'w' });
    await other.subscriptions.load();
    await one.take(1, 'x');
    expect(await other.take(1, 'x')).toBe(true);
    await other.take(2, 'x');
    await one.take(2, 'y');
    const late = open(on, { store: many(shared) });
    await late.subscriptions.load();
    expect(await other.take(3, 'x')).toBe(true);
    expect(await late.take(4, 'x')).toBe(false);
    await late.take(4, 'x');
    await late.take(5, 'end');
    expect(ids(late.calls)).toEqual([['e1', 'e2', 'e3', 'e4']]);
  });

  it('that gathers while it is ended is ended all the same', async () => {
    const on = { any: [{ with: { type: 'x' } }], until: { one: { with: { type: 'end' } } } };
    const { subscriptions, take, calls } = open(on);
    await subscriptions.subscribe('a', 's', { workflow: 'w' });
    let asked = 0;
    await subscriptions.unsubscribe('a', 's', async () => {
      if (asked++ === 0) await take(1, 'x');
      return true;
    });
    await subscriptions.subscribe('a', 's', { workflow: 'w' });
    await take(2, 'end');
    expect(ids(calls)).toEqual([[]]);
  });

  it('that is made while all are read is there afterwards', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const slow = new Proxy(store(), {
      get(target, name) {
        if (name !== 'oldestDocuments') return Reflect.get(target, name);
        return async (...given: Parameters<typeof target.oldestDocuments>) => {
          const rows = await target.oldestDocuments(...given);
          await held;
          return rows;
        };
      },
    });
    const { subscriptions, take, calls } = open({ one: { with: { type: 'x' } } }, { store: slow });
    const loading = subscriptions.load();
    await subscriptions.subscribe('a', 's', { workflow: 'w' });
    release();
    await loading;
    await take(1, 'x');
    expect(ids(calls)).toEqual([['e1']]);
  });

  it('that was read before it gathered does not take the place of what it has gathered since', async () => {
    const on = { any: [{ with: { type: 'x' } }], until: { one: { with: { type: 'end' } } } };
    const one = open(on);
    await one.subscriptions.subscribe('a', 's', { workflow: 'w' });
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let asked = 0;
    const other = open(on, {
      store: many(one.shared),
      asked: () => (asked++ === 0 ? held : Promise.resolve()),
    });
    const late = other.subscriptions.load();
    await expect.poll(() => asked).toBe(1);
    await one.take(1, 'x');
    await other.subscriptions.load();
    release();
    await late;
    await other.take(2, 'end');
    expect(ids(other.calls)).toEqual([['e1']]);
  });

  it('is called with each event of `one` and of `any`, and with all of `all`, rooms apart', async () => {
    const one = open({ one: { with: { type: 'x' } } });
    await one.subscriptions.subscribe('a', 's', { workflow: 'w' });
    for (const [position, type] of [
      [1, 'x'],
      [2, 'y'],
      [3, 'x'],
    ] as const)
      await one.take(position, type);
    expect(ids(one.calls)).toEqual([['e1'], ['e3']]);
    expect(one.calls[0]?.detail).toEqual({ workflow: 'w' });
    const all = open({ all: [pair('warm'), pair('damp')] });
    await all.subscriptions.subscribe('a', 's', null);
    await all.take(1, 'warm', { room: 1 });
    await all.take(2, 'warm', { room: 2 });
    await all.take(3, 'damp', { room: 2 });
    await all.take(4, 'damp', { room: 1 });
    expect(ids(all.calls)).toEqual([
      ['e2', 'e3'],
      ['e1', 'e4'],
    ]);
  });

  it('of filters that take the same event counts it for the first that its oldest set still waits for', async () => {
    const same = open({ all: [{ with: { type: 'x' } }, { with: { type: 'x' } }] });
    await same.subscriptions.subscribe('a', 's', {});
    for (let position = 1; position <= 5; position++) await same.take(position, 'x');
    expect(ids(same.calls)).toEqual([
      ['e1', 'e2'],
      ['e3', 'e4'],
    ]);
    const wide = open({ all: [{ with: { type: 'order' } }, { with: { type: 'order', subject: 'paid' } }] });
    await wide.subscriptions.subscribe('a', 's', {});
    await wide.take(1, 'order', { subject: 'paid' });
    await wide.take(2, 'order', { subject: 'paid' });
    expect(ids(wide.calls)).toEqual([['e1', 'e2']]);
  });

  it('is ended by as many events as its `until` has filters, though they are the same', async () => {
    const end = { with: { type: 'end' } };
    const { subscriptions, take, calls } = open({
      any: [{ with: { type: 'x' } }],
      until: { all: [end, end] },
    });
    await subscriptions.subscribe('a', 's', {});
    await take(1, 'x');
    await take(2, 'end');
    await take(3, 'x');
    await take(4, 'end');
    expect(ids(calls)).toEqual([['e1', 'e3']]);
  });

  it('takes no more of what all its sets have had: it is gathered if a filter wants it, and is no near miss', async () => {
    const [a, b] = [{ with: { type: 'a' } }, { with: { type: 'b' } }];
    const { subscriptions, take, calls } = open({
      any: [{ with: { type: '[xa]' } }],
      until: { all: [a, b] },
    });
    await subscriptions.subscribe('a', 's', {});
    for (const [index, type] of ['x', 'a', 'a', 'b'].entries()) await take(index + 1, type);
    expect(ids(calls)).toEqual([['e1', 'e3']]);
    const other = open({ any: [{ with: { type: 'x' } }], until: { all: [a, b] } });
    await other.subscriptions.subscribe('a', 's', {});
    await other.take(1, 'x');
    await other.take(2, 'a');
    const event = { specversion: '1.0', id: 'e3', source: 'urn:t', type: 'a' };
    const logged = { type: 'event', tenant: 'a', event, key: 'k3', position: 3, index: 0 } as const;
    expect(other.subscriptions.take(logged)).toEqual([{ workflow: 's', outcome: 'gathered' }]);
  });

  it('goes on with what it has gathered in another process, and counts no event twice', async () => {
    const first = open({ all: [pair('warm'), pair('damp')] });
    await first.subscriptions.subscribe('a', 's', null);
    await first.take(1, 'warm', { room: 1 });
    const second = open({ all: [pair('warm'), pair('damp')] }, { store: first.shared });
    await second.subscriptions.load();
    await second.take(1, 'warm', { room: 1 });
    await second.take(2, 'damp', { room: 1 });
    expect(ids(second.calls)).toEqual([['e1', 'e2']]);
  });

  it('is read by another process when one was made or ended, and at no other time', async () => {
    let reads = 0;
    const shared = many(store(), () => reads++);
    const on = { one: { with: { type: 'x' } } };
    const [maker, matcher] = [open(on, { store: shared }), open(on, { store: shared })];
    await matcher.subscriptions.load();
    const seen = async () => {
      const before = reads;
      await matcher.subscriptions.renew();
      return { size: matcher.subscriptions.size, reads: reads - before };
    };
    expect(await seen()).toEqual({ size: 0, reads: 0 });
    await maker.subscriptions.subscribe('a', 's', null);
    expect(await seen()).toEqual({ size: 1, reads: 1 });
    expect(await seen()).toEqual({ size: 1, reads: 0 });
    await maker.subscriptions.unsubscribe('a', 's');
    expect(await seen()).toEqual({ size: 0, reads: 1 });
    expect(await seen()).toEqual({ size: 0, reads: 0 });
  });

  it('is made known by whoever makes it again, should its maker have died before it was', async () => {
    const dies = async (): Promise<never> => {
      throw new Error('died');
    };
    const shared = many(store());
    const on = { one: { with: { type: 'x' } } };
    const matcher = open(on, { store: shared });
    await matcher.subscriptions.load();
    const put: typeof shared.putDocument = (tenant, ...given) =>
      tenant === '*' && given[0] !== 'matcher' ? dies() : shared.putDocument(tenant, ...given);
    const maker = open(on, { store: { ...shared, features: shared.features, putDocument: put } });
    await expect(maker.subscriptions.subscribe('a', 's', null)).rejects.toThrow('died');
    await open(on, { store: shared }).subscriptions.subscribe('a', 's', null);
    await matcher.subscriptions.renew();
    expect(matcher.subscriptions.size).toBe(1);
  });

  it('is found at a start, however many there are', async () => {
    const { subscriptions, shared } = open({ one: { with: { type: 'x' } } });
    const body = JSON.stringify({ detail: null, from: 0, to: [0, 0], sets: [] });
    for (let number = 0; number <= 10_000; number++)
      await shared.putDocument('a', 'event-subscriptions', `s${number}`, body, 0);
    await subscriptions.load();
    expect(subscriptions.size).toBe(10_001);
  });

  it('calls again with the same id when the call failed, and with each event once', async () => {
    let failures = 1;
    const { subscriptions, calls, take } = open(
      { one: { with: { type: 'x' } } },
      { fails: () => failures-- > 0 },
    );
    await subscriptions.subscribe('a', 's', null);
    await expect(take(1, 'x')).rejects.toThrow('not now');
    await take(1, 'x');
    await take(1, 'x');
    expect(ids(calls)).toEqual([['e1']]);
  });

  it('has nothing that was published before it, nothing of another tenant, and nothing once it is ended', async () => {
    const { subscriptions, calls, take, shared } = open({ one: { with: { type: 'x' } } });
    await subscriptions.subscribe('b', 's', null);
    await take(1, 'x');
    expect(calls).toEqual([]);
    await subscriptions.subscribe('a', 's', null);
    await subscriptions.unsubscribe('a', 's');
    await take(2, 'x');
    expect(calls).toEqual([]);
    expect(await shared.document('a', 'event-subscriptions', 's')).toBeUndefined();
  });

  it('gathers until a condition over what came holds, rooms apart, and asks it of what a run reads', async () => {
    const until = '(map(.n) | add) >= 3';
    const on = { any: [pair('drop'), pair('rain')], until };
    const { subscriptions, calls, take } = open(on, { read: 'data' });
    await subscriptions.subscribe('a', 's', null);
    await take(1, 'drop', { room: 1, data: { n: 1 } });
    await take(2, 'drop', { room: 2, data: { n: 2 } });
    await take(3, 'rain', { room: 1, data: { n: 1 } });
    expect(calls).toEqual([]);
    await take(4, 'rain', { room: 2, data: { n: 1 } });
    await take(5, 'drop', { room: 1, data: { n: 5 } });
    await take(6, 'drop', { room: 1, data: { n: 3 } });
    expect(ids(calls)).toEqual([['e2', 'e4'], ['e1', 'e3', 'e5'], ['e6']]);
  });

  it('gathers until other events have come, which are not in what it is called with', async () => {
    const on = { any: [{ with: { type: 'item' } }], until: { one: { with: { type: 'end' } } } };
    const { subscriptions, calls, take } = open(on);
    await subscriptions.subscribe('a', 's', null);
    await take(1, 'item');
    await take(2, 'item');
    await take(3, 'end');
    await take(4, 'end');
    expect(ids(calls)).toEqual([['e1', 'e2'], []]);
    expect(calls.map(({ keys }) => keys)).toEqual([['k1', 'k2', 'k3'], ['k4']]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    const all = { any: [pair('item')], until: { all: [pair('paid'), pair('sent')] } };
    const pairs = open(all);
    await pairs.subscriptions.subscribe('a', 's', null);
    await pairs.take(1, 'paid', { room: 1 });
    await pairs.take(2, 'item', { room: 1 });
    await pairs.take(3, 'paid', { room: 1 });
    await pairs.take(4, 'sent', { room: 2 });
    await pairs.take(5, 'item', { room: 2 });
    await pairs.take(6, 'sent', { room: 1 });
    expect(ids(pairs.calls)).toEqual([['e2']]);
    await pairs.take(7, 'paid', { room: 2 });
    expect(ids(pairs.calls)).toEqual([['e2'], ['e5']]);
  });

  it('ends all that it gathers apart by one event that correlates with none, each once though a call failed', async () => {
    let failures = 0;
    const on = { any: [pair('item')], until: { one: { with: { type: 'end' } } } };
    const { subscriptions, calls, take } = open(on, { fails: () => calls.length === 1 && failures++ === 0 });
    await subscriptions.subscribe('a', 's', null);
    await take(1, 'item', { room: 1 });
    await take(2, 'item', { room: 2 });
    await expect(take(3, 'end')).rejects.toThrow('not now');
    await take(3, 'end');
    expect(ids(calls)).toEqual([['e1'], ['e1'], ['e2']]);
    expect(calls[0]?.id).toBe(calls[1]?.id);
  });

  it('is complete with a thousand events, though its condition fails over each of them', async () => {
    const { subscriptions, calls, take } = open({ any: [], until: '.n > 3' });
    await subscriptions.subscribe('a', 's', null);
    for (let position = 1; position <= 1_001; position++) await take(position, 'x');
    expect(calls.map(({ events }) => events.length)).toEqual([1_000]);
  });

  it('examines those that name the type of an event, or none, and no other', async () => {
    const { subscriptions, calls, take } = open((id) =>
      id === 'every' ? { any: [] } : { one: { with: { type: id } } },
    );
    for (let number = 0; number < 1_000; number++) await subscriptions.subscribe('a', `type-${number}`, null);
    await subscriptions.subscribe('a', 'every', null);
    await subscriptions.subscribe('b', 'type-7', null);
    await take(1, 'type-7');
    expect(calls.length).toBe(2);
    expect(subscriptions.examined).toBe(2);
    await subscriptions.unsubscribe('a', 'type-7');
    await take(2, 'type-7');
    expect(subscriptions.examined).toBe(3);
  });

  it('is asked of an event whose constants it names, and ten others are to tell what they miss', async () => {
    const { subscriptions, calls, take } = open((id) => ({ one: { with: { type: 'x', subject: id } } }));
    for (let number = 0; number < 100; number++) await subscriptions.subscribe('a', `s-${number}`, null);
    await take(1, 'x', { subject: 's-70' });
    expect([ids(calls), subscriptions.examined]).toEqual([[['e1']], 11]);
  });

  it('tells its owner once of all that came with a page of the log, and takes back what is not told', async () => {
    let failures = 1;
    const { subscriptions, calls, shared } = open(
      { one: { with: { type: 'x' } } },
      { fails: () => failures-- === 0 },
    );
    await subscriptions.subscribe('a', 's', null);
    const offer = () => {
      for (const position of [1, 2, 3]) {
        const event = { specversion: '1.0', id: `e${position}`, source: 'urn:t', type: 'x' };
        const key = `k${position}`;
        subscriptions.take({ type: 'event', tenant: 'a', event, key, position, index: 0 });
      }
    };
    const kept = async () => (await shared.document('a', 'event-subscriptions', 's'))?.revision;
    offer();
    // It fails with the second of them.
    await expect(subscriptions.save()).rejects.toThrow('not now');
    expect([ids(calls), await kept()]).toEqual([[['e1']], 1]);
    offer();
    expect(await subscriptions.save()).toBe(true);
    expect([ids(calls), await kept()]).toEqual([[['e1'], ['e1'], ['e2'], ['e3']], 2]);
  });
});

describe('an owner that cannot be told of what has come, by an error of ours', () => {
  const on = { one: { with: { type: 'x' } } };

  /** Two subscriptions, of which the owner of the first cannot be told for as long as it is broken. */
  async function broken() {
    const state = { isBroken: true, now: 1 };
    const breaks = (id: string) => id === 'first' && state.isBroken;
    const all = open(on, { store: store(() => state.now), breaks });
    await all.subscriptions.subscribe('a', 'first', { of: 'first' });
    await all.subscriptions.subscribe('a', 'other', { of: 'other' });
    const told = (of: string) => ids(all.calls.filter(({ detail }) => (detail as { of: string }).of === of));
    return { state, ...all, told };
  }

  it('keeps no other from its runs, is told of once, and has all in its order when it can be told', async () => {
    const { state, take, told, errors, subscriptions } = await broken();
    for (const position of [1, 2, 3]) expect(await take(position, 'x')).toBe(true);
    expect([told('first'), told('other')]).toEqual([[], [['e1'], ['e2'], ['e3']]]);
    expect(errors.map(String)).toEqual([
      'Error: the schedule of first cannot start its runs of events, and is tried again until it can: broken rule: no run',
    ]);
    state.isBroken = false;
    state.now += 1_000;
    await subscriptions.settle();
    expect(told('first')).toEqual([['e1'], ['e2'], ['e3']]);
    expect(await subscriptions.settle()).toBe(Number.POSITIVE_INFINITY);
    await take(4, 'x');
    expect(told('first')).toHaveLength(4);
  });

  it('is tried again after pauses that grow to a minute', async () => {
    const { state, take, subscriptions } = await broken();
    await take(1, 'x');
    const pauses: number[] = [];
    for (let tries = 0; tries < 8; tries++) {
      const waitMs = await subscriptions.settle();
      pauses.push(waitMs);
      state.now += waitMs;
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('is told by the process that goes on, when the one that could not tell it has died', async () => {
    const { take, shared, told } = await broken();
    await take(1, 'x');
    await take(2, 'x');
    expect(told('first')).toEqual([]);
    const next = open(on, { store: shared });
    await next.subscriptions.load();
    await next.subscriptions.settle();
    expect(ids(next.calls)).toEqual([['e1'], ['e2']]);
  });

  it('is owed a bounded number of runs: beyond it nothing is matched until it can be told', async () => {
    const { state, take, told } = await broken();
    for (let position = 1; position <= owedMax; position++) await take(position, 'x');
    await expect(take(owedMax + 1, 'x')).rejects.toThrow('broken rule: no run');
    state.isBroken = false;
    await take(owedMax + 1, 'x');
    expect(told('first')).toHaveLength(owedMax + 1);
  });
});
