import { describe, expect, it } from 'vitest';
import { byOrder, event, one, open, outputOf, start, sweepMs, tenant } from './test-support/listening.ts';

describe('what is told of an event, and of who waits for one', () => {
  it('tells what became of an event: whom it woke, and who waited for something like it', async () => {
    const harness = open();
    const woken = await start(harness, [one('paid', byOrder)], { order: 'o1' });
    const other = await start(harness, [one('paid', byOrder)], { order: 'o2' });
    const picky = await start(harness, [
      { listen: { to: { one: { with: { type: 'paid', data: '${ .amount > 100 }' } } } } },
    ]);
    const own = await start(harness, [
      { listen: { to: { one: { with: { type: 'paid', subject: '${ $input.s }' } } } } },
    ]);
    const [published] = await harness.runtime.engine.publish(tenant, [
      event('paid', '1', { subject: 'x', data: { order: 'o1', amount: 5 } }),
    ]);
    await harness.advance(3 * sweepMs);
    const matches = await harness.runtime.engine.matches(tenant, published?.key ?? '');
    expect(matches.woke).toEqual({ count: 1, executions: [{ execution: woken, task: '/do/0/t0' }] });
    const missed = matches.missed.map(({ execution, predicate }) => [execution, predicate]);
    expect(missed).toEqual(
      expect.arrayContaining([
        [other, 'correlate.order'],
        [picky, 'data'],
        [own, 'subject'],
      ]),
    );
    expect(await harness.runtime.engine.matches(tenant, '1', 'urn:test')).toEqual(matches);
    const missedOf = async (id: string) =>
      (await harness.runtime.engine.wakeUps(tenant, id)).find(({ kind }) => kind === 'event')?.listens
        ?.missed;
    expect(await missedOf(picky)).toEqual({
      ...{ id: '1', source: 'urn:test', key: published?.key, at: expect.any(String), predicate: 'data' },
    });
    expect(await missedOf(own)).toMatchObject({ id: '1', predicate: 'subject', detail: expect.any(String) });
    // That others have their own order is no news to whoever waits.
    expect(await missedOf(other)).toBeUndefined();
    await expect(harness.runtime.engine.matches(tenant, 'none')).rejects.toMatchObject({ code: 'not-found' });
    await harness.runtime.stop(0);
  });

  it('tells of a near miss also when the next event gives who waits the value that it is correlated by', async () => {
    const harness = open();
    const byFirst = { type: 'paid', data: '${ .amount > 100 }' };
    const id = await start(harness, [
      {
        listen: {
          to: {
            all: [
              { with: byFirst, correlate: { order: { from: '.data.order' } } },
              { with: { type: 'packed' }, correlate: { order: { from: '.data.order' } } },
            ],
          },
        },
      },
    ]);
    const published = await harness.runtime.engine.publish(tenant, [
      event('paid', '1', { data: { order: 'o1', amount: 5 } }),
      event('packed', '2', { data: { order: 'o1' } }),
      event('paid', '3', { data: { order: 'o2', amount: 500 } }),
    ]);
    await harness.advance(3 * sweepMs);
    const missed = await Promise.all(
      published.map(async ({ key }) => (await harness.runtime.engine.matches(tenant, key)).missed),
    );
    expect(missed).toEqual([
      [{ execution: id, task: '/do/0/t0', predicate: 'data' }],
      [],
      [
        {
          execution: id,
          task: '/do/0/t0',
          predicate: 'correlate.order',
          detail: 'it waits for another value',
        },
      ],
    ]);
    await harness.runtime.stop(0);
  });

  it('tells of a near miss also when the next event ends what listened', async () => {
    const harness = open();
    const large = { listen: { to: { one: { with: { type: 'paid', data: '${ .amount > 100 }' } } } } };
    const id = await start(harness, [large]);
    const other = await start(harness, [one('paid', byOrder)], { order: 'o9' });
    const [small, taken, late] = await harness.runtime.engine.publish(tenant, [
      event('paid', '1', { data: { order: 'o1', amount: 5 } }),
      event('paid', '2', { data: { order: 'o9', amount: 500 } }),
      event('paid', '3', { data: { order: 'o9', amount: 500 } }),
    ]);
    await harness.advance(3 * sweepMs);
    const missed = async (key = '') => (await harness.runtime.engine.matches(tenant, key)).missed;
    const predicates = (await missed(small?.key)).map(({ execution, predicate }) => [execution, predicate]);
    expect(Object.fromEntries(predicates)).toEqual({ [id]: 'data', [other]: 'correlate.order' });
    expect(await missed(taken?.key)).toEqual([]);
    const nothing = 'another that came first left it with nothing to wait for';
    expect((await missed(late?.key)).map(({ predicate, detail }) => [predicate, detail])).toEqual([
      ['taken', nothing],
      ['taken', nothing],
    ]);
    await harness.runtime.stop(0);
  });

  it('names of several correlations those that wait for another value', async () => {
    const harness = open();
    const by = (name: string, expected?: string) => ({
      [name]: { from: `.data.${name}`, ...(expected === undefined ? {} : { expect: expected }) },
    });
    const filters = ['asked', 'paid'].map((type) => ({
      with: { type },
      correlate: { ...by('order'), ...by('shop') },
    }));
    const given = await start(harness, [{ listen: { to: { all: filters } } }]);
    const expecting = await start(
      harness,
      [one('paid', { correlate: { ...by('order', '.order'), ...by('shop', '.shop') } })],
      { order: 'o1', shop: 's1' },
    );
    await harness.runtime.engine.publish(tenant, [
      event('asked', '1', { data: { order: 'o1', shop: 's2' } }),
    ]);
    await harness.advance(3 * sweepMs);
    const [published] = await harness.runtime.engine.publish(tenant, [
      event('paid', '2', { data: { order: 'o1', shop: 's3' } }),
    ]);
    await harness.advance(3 * sweepMs);
    const { missed } = await harness.runtime.engine.matches(tenant, published?.key ?? '');
    expect(Object.fromEntries(missed.map(({ execution, predicate }) => [execution, predicate]))).toEqual({
      [given]: 'correlate.shop',
      [expecting]: 'correlate.shop',
    });
    await harness.runtime.stop(0);
  });

  it('asks of the filters of a type only those whose constants an event has, and ten for near misses', async () => {
    const harness = open();
    const by = (subject: string) => ({ listen: { to: { one: { with: { type: 'paid', subject } } } } });
    const ids: string[] = [];
    for (let n = 0; n < 200; n++) ids.push(await start(harness, [by(`s${n}`)]));
    const asked = () => harness.runtime.stats().filters_examined ?? Number.NaN;
    const before = asked();
    const [published] = await harness.runtime.engine.publish(tenant, [
      event('paid', '1', { subject: 's150', data: 1 }),
    ]);
    expect(await outputOf(harness, ids[150] as string)).toEqual([1]);
    expect(asked() - before).toBe(11);
    const { woke, missed } = await harness.runtime.engine.matches(tenant, published?.key ?? '');
    expect([woke.count, missed.length]).toEqual([1, 10]);
    expect(missed[0]).toMatchObject({ predicate: 'subject' });
    await harness.runtime.stop(0);
  });

  it('names what an execution listens for when it is asked why it waits', async () => {
    const harness = open();
    const id = await start(harness, [one('paid', byOrder)], { order: 'o1' });
    expect(await harness.runtime.engine.wakeUps(tenant, id)).toMatchObject([
      { kind: 'event', listens: { task: '/do/0/t0', with: { type: 'paid' }, correlate: { order: 'o1' } } },
    ]);
    await harness.runtime.stop(0);
  });
});
