import { setTimeout as after } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AwakeChannel, makeChannel, openChannel } from './awake-channel.ts';

const channels: AwakeChannel<number>[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const channel of channels.splice(0)) channel.close();
});

/** Both ends in this thread; what comes to each is handed on to what the test says. */
function open(
  awakeMs: number,
  take: { here?: (n: number) => void; there?: (n: number) => void },
  hasCores = true,
) {
  const [one, other] = makeChannel();
  let count = 0;
  const takeHere = (n: number) => {
    count++;
    take.here?.(n);
  };
  const here = openChannel<number, number>(one, awakeMs, takeHere, hasCores);
  const there = openChannel<number, number>(other, awakeMs, (n) => take.there?.(n), hasCores);
  channels.push(here, there);
  /** Settles when so many have come here. */
  const taken = (wanted: number) => vi.waitFor(() => expect(count).toBe(wanted), { interval: 1 });
  return { here, there, taken };
}

/** What comes within a test comes soon. */
const soon = 1_000;

/** How often an end has gone on looking for its message. */
function watchTurns(): () => number {
  const { mock } = vi.spyOn(globalThis, 'setImmediate');
  return () => mock.calls.filter(([run]) => run.name === 'turn').length;
}

/** Time passes when it is looked at, and when a test says so. */
function ownClock(): { now: number } {
  const clock = { now: 1_000 };
  vi.spyOn(performance, 'now').mockImplementation(() => (clock.now += 0.01));
  return clock;
}

describe('a channel', () => {
  test.each([
    ['is slept for', 0],
    ['is awaited awake', soon],
  ])('gives every message once and in order where the next %s', async (_, awakeMs) => {
    const got: number[] = [];
    const answers: number[] = [];
    const { here, there } = open(awakeMs, {
      there: (n) => {
        got.push(n);
        there.post(-n);
        there.expect();
      },
      here: (n) => {
        answers.push(n);
        if (n <= -200) return;
        // Two at once, of which one is expected.
        here.post(1 - n);
        here.expect();
      },
    });
    here.post(1);
    here.expect();
    await vi.waitFor(() => expect(answers).toHaveLength(200));
    expect(got).toEqual(Array.from({ length: 200 }, (_none, at) => at + 1));
    expect(answers).toEqual(got.map((n) => -n));
  });

  test('is awake for the next message only when the last that was expected came soon', async () => {
    const turns = watchTurns();
    const { here, there, taken } = open(soon, {});
    here.expect();
    expect(turns()).toBe(0);
    there.post(1);
    await taken(1);
    here.expect();
    expect(turns()).toBe(1);
  });

  test('is never awake on a single core', async () => {
    const turns = watchTurns();
    const { here, there, taken } = open(soon, {}, false);
    for (let n = 1; n <= 3; n++) {
      here.expect();
      there.post(n);
      await taken(n);
    }
    expect(turns()).toBe(0);
  });

  test('lets everything else have its turn while it is awake', async () => {
    const { here, there, taken } = open(soon, {});
    here.expect();
    there.post(1);
    await taken(1);
    const from = performance.now();
    here.expect();
    await after(5);
    expect(performance.now() - from).toBeLessThan(soon / 2);
  });

  test('is awake no longer than it was told to', async () => {
    const turns = watchTurns();
    const clock = ownClock();
    const { here, there, taken } = open(30, {});
    here.expect();
    there.post(1);
    await taken(1);
    const from = clock.now;
    here.expect();
    await vi.waitFor(() => expect(clock.now - from).toBeGreaterThan(30), { timeout: 10_000 });
    await after(20);
    const until = turns();
    expect(until).toBeGreaterThan(0);
    await after(20);
    expect(turns()).toBe(until);
    expect(clock.now - from).toBeLessThan(31);
  });

  test('and sleeps when the last that was expected came late', async () => {
    const turns = watchTurns();
    const clock = ownClock();
    const { here, there, taken } = open(30, {});
    here.expect();
    clock.now += 40;
    there.post(1);
    await taken(1);
    here.expect();
    await after(5);
    expect(turns()).toBe(0);
  });

  test('and for a while whatever comes, when it was awake in vain too often', async () => {
    const turns = watchTurns();
    const clock = ownClock();
    const { here, there, taken } = open(30, {});
    let count = 0;
    const expectIt = async (comesAfterMs: number) => {
      const before = turns();
      here.expect();
      const isAwake = turns() > before;
      clock.now += comesAfterMs;
      there.post(1);
      await taken(++count);
      return isAwake;
    };
    for (let times = 0; times < 6; times++) {
      await expectIt(0);
      await expectIt(45);
    }
    let sleptFor = 0;
    while (sleptFor < 200 && !(await expectIt(0))) sleptFor++;
    expect(sleptFor).toBeGreaterThan(50);
    expect(sleptFor).toBeLessThan(100);
  });
});
