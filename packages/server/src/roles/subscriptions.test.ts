import { hash } from 'node:crypto';
import { defaultLimits, eventStrategy, type Json, type JsonObject, link, lower, parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { createChance } from '../simulation/chance.ts';
import { SimQueue } from '../simulation/sim-queue.ts';
import { createSimWorld } from '../simulation/sim-world.ts';
import { type Consumed, Subscriptions } from './subscriptions.ts';

const store = () => openMemoryStore({ now: () => 1, hash: (text) => hash('sha256', text) });

function open(
  on: JsonObject,
  options: { readonly store?: ReturnType<typeof store>; readonly fails?: () => boolean } = {},
) {
  const parsed = parse("document: { dsl: '1.0.3', namespace: t, name: t, version: '1.0.0' }\ndo: []");
  if (!parsed.ok) throw new Error('the definition of this test is valid');
  const executable = link(lower(parsed.workflow));
  const calls: (Consumed & { readonly detail: Json })[] = [];
  const shared = options.store ?? store();
  const subscriptions = new Subscriptions({
    store: shared,
    world: createSimWorld(new SimQueue(createChance(1)), createChance(2), { alive: true }),
    limits: defaultLimits,
    wanted: async () => ({ strategy: eventStrategy(on as never, '/schedule/on', 'strict'), executable }),
    consumed: async (_tenant, _id, detail, consumed) => {
      if (options.fails?.() === true) throw new Error('not now');
      calls.push({ ...consumed, detail });
    },
  });
  const take = async (position: number, type: string, more: JsonObject = {}) => {
    const event = { specversion: '1.0', id: `e${position}`, source: 'urn:t', type, ...more };
    await subscriptions.take({ type: 'event', tenant: 'a', event, key: `k${position}`, position, index: 0 });
    await subscriptions.save();
  };
  return { subscriptions, calls, take, shared };
}

const ids = (calls: readonly Consumed[]) => calls.map(({ events }) => events.map(({ id }) => id));
const pair = (type: string) => ({ with: { type }, correlate: { room: { from: '.room' } } });

describe('a subscription', () => {
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
});
