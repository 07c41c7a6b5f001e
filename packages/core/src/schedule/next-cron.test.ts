import { describe, expect, it } from 'vitest';
import { readCron } from './cron.ts';
import { nextCron } from './next-cron.ts';
import { isTimeZone } from './zone.ts';

function due(text: string, zone: string, from: string, count: number): string[] {
  const read = readCron(text);
  if (!read.ok) throw new Error(read.message);
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < count; ) {
    const next = nextCron(read.cron, zone, at);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace('.000Z', 'Z'));
    at = next;
  }
  return found;
}

describe('a cron expression', () => {
  it.each([
    ['0 0 * * *', '2026-02-27T12:00:00Z', ['2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z']],
    [
      '*/20 * * * *',
      '2026-01-01T00:00:00Z',
      ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z', '2026-01-01T01:00:00Z'],
    ],
    [
      '5/25 3 * * *',
      '2026-01-01T00:00:00Z',
      ['2026-01-01T03:05:00Z', '2026-01-01T03:30:00Z', '2026-01-01T03:55:00Z'],
    ],
    ['30 9 * * mon-fri', '2026-05-01T10:00:00Z', ['2026-05-04T09:30:00Z', '2026-05-05T09:30:00Z']],
    ['0 12 * * 7', '2026-05-01T00:00:00Z', ['2026-05-03T12:00:00Z', '2026-05-10T12:00:00Z']],
    ['0 12 * * fri-sun', '2026-05-02T13:00:00Z', ['2026-05-03T12:00:00Z', '2026-05-08T12:00:00Z']],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['0 0 31 * *', '2026-03-31T00:00:00Z', ['2026-05-31T00:00:00Z', '2026-07-31T00:00:00Z']],
    ['15,45 30 6 1 jan,jul *', '2026-01-01T07:00:00Z', ['2026-07-01T06:30:15Z', '2026-07-01T06:30:45Z']],
    // Both days restricted: either is enough.
    [
      '0 0 13 * fri',
      '2026-02-01T00:00:00Z',
      ['2026-02-06T00:00:00Z', '2026-02-13T00:00:00Z', '2026-02-20T00:00:00Z'],
    ],
  ])('%s is due after %s at the instants that it names', (text, from, wanted) => {
    expect(due(text, 'UTC', from, wanted.length)).toEqual(wanted);
  });

  it('is due at the times of the clock on the wall of its zone', () => {
    expect(due('0 9 * * *', 'America/New_York', '2026-01-15T00:00:00Z', 1)).toEqual(['2026-01-15T14:00:00Z']);
    expect(due('0 9 * * *', 'America/New_York', '2026-07-15T00:00:00Z', 1)).toEqual(['2026-07-15T13:00:00Z']);
    expect(due('0 0 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T18:30:00Z']);
  });

  it('is due at the moment of the change when the clock skips its time', () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC.
    expect(due('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(due('0,30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:00:00Z',
    ]);
    // Lord Howe Island changes by half an hour.
    expect(due('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 1)).toEqual([
      '2026-10-03T15:30:00Z',
    ]);
  });

  it('is due once when the clock shows its time twice, the first time', () => {
    // Berlin, 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC.
    expect(due('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  it.each([
    ['0 */2 * * *', '0 0,2,4,6,8,10,12,14,16,18,20,22 * * *'],
    ['30 */12 * * *', '30 0,12 * * *'],
    ['0 */24 * * *', '0 0 * * *'],
    ['0 2/3 * * *', '0 2,5,8,11,14,17,20,23 * * *'],
    ['15 0-23 * * *', '15 * * * *'],
    ['15 */1 * * *', '15 * * * *'],
  ])('%s is due when %s is, at each change of the clock', (stepped, listed) => {
    for (const [zone, from] of [
      ['Europe/Berlin', '2026-03-28T20:00:00Z'],
      ['Europe/Berlin', '2026-10-24T20:00:00Z'],
      ['Asia/Beirut', '2026-03-28T12:00:00Z'],
    ] as const)
      expect(due(stepped, zone, from, 20)).toEqual(due(listed, zone, from, 20));
  });

  it('with a step of hours is due at the moment of the change when the clock skips one of them, and once when it comes twice', () => {
    expect(due('0 */2 * * *', 'Europe/Berlin', '2026-03-28T22:30:00Z', 4)).toEqual([
      '2026-03-28T23:00:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-29T02:00:00Z',
      '2026-03-29T04:00:00Z',
    ]);
    expect(due('0 */2 * * *', 'Europe/Berlin', '2026-10-24T21:30:00Z', 4)).toEqual([
      '2026-10-24T22:00:00Z',
      '2026-10-25T00:00:00Z',
      '2026-10-25T03:00:00Z',
      '2026-10-25T05:00:00Z',
    ]);
    // A day has its run where midnight is skipped.
    expect(due('0 */24 * * *', 'Asia/Beirut', '2026-03-28T00:00:00Z', 1)).toEqual(['2026-03-28T22:00:00Z']);
  });

  it('goes by hours that pass when it leaves the hour open', () => {
    const fall = due('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 4);
    expect(fall).toEqual([
      '2026-10-24T23:30:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-25T02:30:00Z',
    ]);
    const spring = due('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3);
    expect(spring).toEqual(['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', '2026-03-29T02:30:00Z']);
    expect(due('* * * * *', 'Europe/Berlin', '2026-10-25T00:58:00Z', 4)).toEqual([
      '2026-10-25T00:59:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T01:01:00Z',
      '2026-10-25T01:02:00Z',
    ]);
  });

  it('is due at midnight where the clock skips it', () => {
    // Beirut, 29 March 2026: 00:00 becomes 01:00, at 22:00 UTC of the day before.
    expect(due('0 0 * * *', 'Asia/Beirut', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T22:00:00Z',
      '2026-03-29T21:00:00Z',
    ]);
  });

  it('is found for every second of the day of a change in well under a second', () => {
    const started = performance.now();
    for (const from of ['2026-10-25T00:59:30Z', '2026-10-25T22:00:00Z'])
      for (const text of ['* * 0-22 * * *', '* * * * * *']) due(text, 'Europe/Berlin', from, 100);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('never comes twice for one instant, nor goes back, through a year of any zone', () => {
    for (const zone of ['Europe/London', 'America/St_Johns', 'Pacific/Apia', 'Africa/Casablanca']) {
      const read = readCron('17 */5 * * *');
      if (!read.ok) throw new Error(read.message);
      let at = Date.parse('2026-01-01T00:00:00Z');
      for (let turn = 0; turn < 1_800; turn++) {
        const next = nextCron(read.cron, zone, at) ?? 0;
        expect(next).toBeGreaterThan(at);
        expect(next - at).toBeLessThanOrEqual(6 * 3_600_000);
        at = next;
      }
    }
  });

  it.each([
    ['0 0 * *', 'expected a cron expression of 5 fields'],
    ['@daily', 'expected a cron expression of 5 fields'],
    ['60 * * * *', "'60' cannot be the minute"],
    ['0 0 * * * * *', 'or of 6 with the second first'],
    ['0 0 0 * * 8', "'8' cannot be the day of week"],
    ['0 0 30 2 *', 'names a day that no year has'],
    ['*/0 * * * *', "'*/0' cannot be the minute"],
  ])('%s is refused', (text, message) => {
    const read = readCron(text);
    expect(read.ok ? 'ok' : read.message).toContain(message);
  });
});

describe('a time zone', () => {
  it('is one that the machine knows', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Base', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
