import { describe, expect, it } from 'vitest';
import { type Bar, isFlat, type Point, trendOf } from './flatness.ts';

const bar: Bar = { shareMax: 0.05, riseMax: 8, of: 'least' };

/** A sample a second for ten minutes. */
function sample(value: (at: number) => number): Point[] {
  return Array.from({ length: 600 }, (_, at) => ({ at, value: value(at) }));
}

describe('what is flat', () => {
  it.each([
    ['what stays', () => 100],
    ["a collector's teeth", (at: number) => 100 + (at % 17) * 5],
    ['what rises only while it warms up', (at: number) => Math.min(200, at)],
    ['what falls', (at: number) => 1_000 - at],
    ['what rises less than the bar', (at: number) => 100 + at / 60],
  ])('%s', (_what, value) => {
    expect(isFlat(trendOf(sample(value), bar.of), bar)).toBe(true);
  });

  it.each([
    ['a leak', (at: number) => 100 + at / 20],
    ['a leak below teeth', (at: number) => 100 + at / 20 + (at % 17) * 5],
    ['a leak that begins late', (at: number) => 100 + Math.max(0, at - 400) / 4],
  ])('is not %s', (_what, value) => {
    expect(isFlat(trendOf(sample(value), bar.of), bar)).toBe(false);
  });

  it('the rise is what came on in the last two thirds', () => {
    const { rise, mean } = trendOf(
      sample((at) => at),
      'median',
    );
    expect(rise).toBeCloseTo(400, -1);
    expect(mean).toBeCloseTo(400, -1);
  });
});
