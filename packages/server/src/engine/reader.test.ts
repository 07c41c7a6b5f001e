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

describe('what a follower holds in memory is bounded', () => {
  const size = 60_000;
  const loud = (steps: number) => Array.from({ length: steps }, () => step);

  it('by the size of what it reads of the log at a time', async () => {
    const pages: number[] = [];
    const around = (store: Harness['store']): Harness['store'] => ({
      ...store,
      async read(...asked: Parameters<typeof store.read>) {
        const page = await store.read(...asked);
        pages.push(page.reduce((sum, { body }) => sum + body.length, 0));
        return page;
      },
    });
    const harness = openHarness({
      around,
      perform: async () => ({ type: 'completed', output: texts(size) }),
    });
    harness.runtime.start();
    const { execution } = await harness.runtime.engine.start('default', {
      definition: workflow(loud(120)),
      input: { n: 1 },
    });
    await harness.advance(1_000);
    const { events, ended } = follow(harness, execution.id, 0);
    await ended;
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.fact.type).toBe('execution.completed');
    expect(pages.reduce((sum, characters) => sum + characters, 0)).toBeGreaterThan(100 * size);
    expect(Math.max(...pages)).toBeLessThan(1024 * 1024 + 2 * size);
  });

  it('by the size of what it has not taken: then it is let go, and goes on after the last that it has seen', async () => {
    const harness: Harness = openHarness({
      perform: () =>
        new Promise((resolve) =>
          harness.world.after(10, () => resolve({ type: 'completed', output: texts(size) })),
        ),
    });
    harness.runtime.start();
    const { execution } = await harness.runtime.engine.start('default', {
      definition: workflow(loud(400)),
      input: { n: 1 },
    });
    const followed = harness.runtime.engine.follow('default', execution.id, 0, never)[Symbol.asyncIterator]();
    const seen = [(await followed.next()).value?.version];
    await harness.advance(60_000);
    expect((await harness.runtime.engine.execution('default', execution.id)).status).toBe('completed');
    for (let next = await followed.next(); !next.done; next = await followed.next())
      seen.push(next.value.version);
    const last = seen.at(-1) ?? 0;
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    const { events, ended } = follow(harness, execution.id, last);
    await ended;
    expect(events[0]?.version).toBe(last + 1);
    expect(events.at(-1)?.fact.type).toBe('execution.completed');
  });
});

/** Many small ones: none is kept beside the log. */
function texts(characters: number) {
  return { n: 1, texts: Array.from({ length: 60 }, () => 'x'.repeat(characters / 60)) };
}

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
