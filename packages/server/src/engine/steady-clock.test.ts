import { expect, test } from 'vitest';
import { steadyClock } from './steady-clock.ts';

function clocks() {
  const at = { wall: 1_000_000, elapsed: 0 };
  const pass = (ms: number) => {
    at.wall += ms;
    at.elapsed += ms;
  };
  const now = steadyClock(
    () => at.wall,
    () => at.elapsed,
  );
  return { at, pass, now };
}

test('a clock that nobody sets is the one on the wall', () => {
  const { at, pass, now } = clocks();
  for (const ms of [0, 1, 7, 100_000]) {
    pass(ms);
    expect(now()).toBe(at.wall);
  }
});

test('a clock that is set forward follows at once', () => {
  const { at, pass, now } = clocks();
  at.wall += 86_400_000;
  pass(10);
  expect(now()).toBe(at.wall);
});

test('a clock that is set back by an hour neither goes back nor stands still: in two hours it is the one on the wall again', () => {
  const { at, pass, now } = clocks();
  pass(1_000);
  const before = now();
  at.wall -= 3_600_000;
  expect(now()).toBe(before);
  pass(8_000);
  expect(now()).toBe(before + 4_000);
  for (let minute = 0; minute < 118; minute++) {
    pass(60_000);
    expect(now()).toBeGreaterThan(at.wall);
  }
  for (let minute = 0; minute < 2; minute++) pass(60_000);
  expect(now()).toBe(at.wall);
});

test('however often it is asked, halves of milliseconds are not lost', () => {
  const { at, pass, now } = clocks();
  const before = now();
  at.wall -= 1_000;
  for (let ms = 0; ms < 1_000; ms++) {
    pass(1);
    now();
  }
  expect(now()).toBe(before + 500);
});
