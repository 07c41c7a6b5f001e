import { describe, expect, it } from 'vitest';
import { type Harness, openHarness, step, workflow } from '../roles/test-support/harness.ts';
import type { ExecutionEvent } from './interface.ts';

const never = new AbortController().signal;

/** Collects what a follower is given; `ended` settles when the stream ends. */
function follow(
  { runtime }: Harness,
  id: string,
  after: number,
  signal = never,
): { events: ExecutionEvent[]; ended: Promise<void> } {
  const events: ExecutionEvent[] = [];
  const run = async () => {
    for await (const event of runtime.engine.follow('default', id, after, signal)) events.push(event);
  };
  return { events, ended: run() };
}

const slow = (harness: () => Harness) => () =>
  new Promise<{ type: 'completed'; output: { n: number } }>((resolve) =>
    harness().world.after(100, () => resolve({ type: 'completed', output: { n: 1 } })),
  );

async function running(): Promise<{ harness: Harness; id: string }> {
  const harness: Harness = openHarness({ perform: slow(() => harness) });
  harness.runtime.start();
  const { execution } = await harness.runtime.engine.start('default', {
    definition: workflow([step, step, step]),
    input: { n: 1 },
  });
  return { harness, id: execution.id };
}

describe('a follower', () => {
  it('is given every event once and in order, from the log and then as they come, until the end', async () => {
    const { harness, id } = await running();
    await harness.advance(150);
    const { events, ended } = follow(harness, id, 0);
    await harness.advance(1_000);
    await ended;
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.fact.type).toBe('execution.completed');
  });

  it('goes on after the version that it names', async () => {
    const { harness, id } = await running();
    await harness.advance(150);
    const { events, ended } = follow(harness, id, 4);
    await harness.advance(1_000);
    await ended;
    expect(events[0]?.version).toBe(5);
    expect(events.at(-1)?.fact.type).toBe('execution.completed');
  });

  it('that has seen the end is not kept waiting', async () => {
    const { harness, id } = await running();
    await harness.advance(1_000);
    const all = follow(harness, id, 0);
    await all.ended;
    const { events, ended } = follow(harness, id, all.events.length);
    await ended;
    expect(events).toEqual([]);
  });

  it('leaves when its signal says so', async () => {
    const { harness, id } = await running();
    const leaving = new AbortController();
    const { events, ended } = follow(harness, id, 0, leaving.signal);
    await harness.advance(10);
    leaving.abort();
    await ended;
    expect(events.length).toBeGreaterThan(0);
    expect(harness.runtime.feed.listeners).toBe(0);
  });

  it('of an execution that is not there is told so', async () => {
    await expect(follow(openHarness(), 'nobody', 0).ended).rejects.toMatchObject({ code: 'not-found' });
  });

  it('hears of what another process decides', async () => {
    const around = (store: Harness['store']) => ({
      ...store,
      features: { ...store.features, exclusive: false },
    });
    const one: Harness = openHarness({ around, sweepMs: 50, perform: slow(() => one) });
    const two = openHarness({ around, shared: one, sweepMs: 50, roles: ['api', 'worker'] });
    one.runtime.start();
    two.runtime.start();
    const { execution } = await one.runtime.engine.start('default', {
      definition: workflow([step, step]),
      input: { n: 1 },
    });
    const { events, ended } = follow(two, execution.id, 0);
    const waited = two.runtime.engine.wait('default', execution.id, 30_000, never);
    await one.advance(5_000);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.fact.type).toBe('execution.completed');
    expect(await Promise.race([waited, one.advance(0)])).toMatchObject({ status: 'completed' });
    await ended;
  });
});

describe('waiting for an execution', () => {
  it('is answered when it ends, or with how it stands when the time is over', async () => {
    const { harness, id } = await running();
    const early = harness.runtime.engine.wait('default', id, 50, never);
    const late = harness.runtime.engine.wait('default', id, 10_000, never);
    await harness.advance(60);
    expect((await early).status).toBe('running');
    await harness.advance(1_000);
    expect((await late).status).toBe('completed');
  });
});
