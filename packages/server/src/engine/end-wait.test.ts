import { emptyState, type Phase } from '@millrace/core';
import { expect, it } from 'vitest';
import { Feed } from '../roles/feed.ts';
import { untilEnded } from './end-wait.ts';
import { systemWorld } from './system-world.ts';

const ended = { ...emptyState(), phase: 'completed' as const };

/** A wait for an execution whose phases, as they are stored, are told one for each look; the last one stays. */
function waiting(
  phases: readonly (Phase | Promise<Phase> | Error)[],
  {
    feed = new Feed(),
    isDecidedHere = false,
    ms = Number.POSITIVE_INFINITY,
    signal = undefined as AbortSignal | undefined,
  } = {},
) {
  const looks: number[] = [];
  const options = {
    feed,
    world: systemWorld(),
    phase: () => {
      const phase = phases[Math.min(looks.push(1), phases.length) - 1] as Phase | Promise<Phase> | Error;
      if (phase instanceof Error) throw phase;
      return phase;
    },
    isDecidedHere: () => isDecidedHere,
  };
  return { feed, looks, end: untilEnded(options, { tenant: 'a', id: 'e', ms, signal }) };
}

it('a wait is answered with what the feed tells of the end, and leaves the feed', async () => {
  const { feed, end } = waiting(['running']);
  feed.end('b', 'e', ended);
  expect(feed.listeners).toBe(1);
  feed.end('a', 'e', ended);
  expect(await end).toMatchObject({ phase: 'completed' });
  expect(feed.listeners).toBe(0);
});

it('a wait for what has ended, as the store says at once or later, is answered without a state', async () => {
  for (const phase of ['faulted', Promise.resolve<Phase>('faulted')] as const) {
    const { feed, end } = waiting([phase]);
    expect(await end).toBeUndefined();
    expect(feed.listeners).toBe(0);
  }
});

it('a wait ends with its time, or when its signal aborts, before or meanwhile', async () => {
  const controller = new AbortController();
  const meanwhile = waiting(['running'], { signal: controller.signal });
  controller.abort();
  const waits = [
    waiting(['running'], { ms: 5 }),
    meanwhile,
    waiting(['running'], { signal: AbortSignal.abort() }),
  ];
  for (const { feed, end } of waits) {
    expect(await end).toBeUndefined();
    expect(feed.listeners).toBe(0);
  }
});

it('a wait fails with what the look at the store fails with', async () => {
  const gone = new Error('gone');
  for (const phase of [gone, Promise.reject<Phase>(gone)]) {
    const { feed, end } = waiting([phase]);
    await expect(end).rejects.toBe(gone);
    expect(feed.listeners).toBe(0);
  }
});

it('an end that a worker of this process is about to tell is waited for before the store is asked', async () => {
  const { looks, end } = waiting(['completed'], { isDecidedHere: true });
  expect(looks).toHaveLength(0);
  // It was another process that ended it.
  expect(await end).toBeUndefined();
  expect(looks).toHaveLength(1);
});

it('who waits for a worker of this process looks, and hears the log, when another has gone on', async () => {
  const { feed, looks, end } = waiting(['running', 'completed'], { isDecidedHere: true });
  expect(feed.needsLog).toBe(false);
  feed.moved('a', 'e');
  expect(looks).toHaveLength(1);
  expect(feed.needsLog).toBe(true);
  feed.end('a', 'e', ended);
  expect(await end).toMatchObject({ phase: 'completed' });
  expect(feed.needsLog).toBe(false);
});

it('what came before the feed was open is looked for once it is, even behind a look that is under way', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const { promise: first, resolve: answer } = Promise.withResolvers<Phase>();
  const feed = new Feed();
  feed.opensWith(opened);
  const { looks, end } = waiting([first, 'completed'], { feed });
  open();
  await opened;
  await Promise.resolve();
  expect(looks).toHaveLength(1);
  answer('running');
  expect(await end).toBeUndefined();
  expect(looks).toHaveLength(2);
});
