import { describe, expect, it } from 'vitest';
import { durationMsMax, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    [{ seconds: 30 }, 30_000],
    [{ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }, 93_784_005],
    [{ seconds: 0 }, 0],
    ['PT30S', 30_000],
    ['P1DT2H3.5S', 93_603_500],
    ['P2W', 1_209_600_000],
    ['PT0,5H', 1_800_000],
    ['PT0.3S', 300],
    ['PT0.0001S', 1],
    ['P36500D', durationMsMax],
  ])('%j lasts %i ms', (value, milliseconds) => {
    expect(parseDuration(value)).toEqual({ ok: true, milliseconds });
  });

  it.each([
    [{}, 'at least one of days'],
    [{ seconds: 1.5 }, 'expected a whole number of seconds, 0 or more'],
    [{ seconds: -1 }, 'expected a whole number of seconds, 0 or more'],
    [{ seconds: '1' }, 'expected a whole number of seconds'],
    [{ weeks: 1 }, "unknown unit 'weeks'"],
    [{ constructor: 1 }, "unknown unit 'constructor'"],
    ['P1Y', 'has years or months, whose length is undefined'],
    ['P1M', 'has years or months, whose length is undefined'],
    ['P', 'is not an ISO 8601 duration'],
    ['PT', 'is not an ISO 8601 duration'],
    ['P1DT', 'is not an ISO 8601 duration'],
    ['-PT1S', 'is not an ISO 8601 duration'],
    ['30s', 'is not an ISO 8601 duration'],
    ['P36501D', '100 years'],
    [{ days: Number.MAX_SAFE_INTEGER }, '100 years'],
    [`PT${'9'.repeat(400)}S`, 'is not an ISO 8601 duration'],
    [`PT${'9'.repeat(200)}S`, '100 years'],
    [30, 'expected a duration'],
    [null, 'expected a duration'],
    [[], 'expected a duration'],
  ])('%j is refused: %s', (value, message) => {
    expect(parseDuration(value)).toEqual({ ok: false, message: expect.stringContaining(message) });
  });
});
