import { describe, expect, it } from 'vitest';
import { dueAfter, duesAt, type Timetable } from './timetable.ts';

const second = 1_000;
const every = (misfire: Timetable['misfire'], ms = 10 * second): Timetable => ({
  every: ms,
  timeZone: 'UTC',
  misfire,
});

describe('a schedule', () => {
  it('that recurs counts from when it began to hold, whenever it is asked', () => {
    expect(dueAfter(every('once'), 'every', 5_000, 5_000)).toBe(15_000);
    expect(dueAfter(every('once'), 'every', 14_999, 5_000)).toBe(15_000);
    expect(dueAfter(every('once'), 'every', 15_000, 5_000)).toBe(25_000);
    expect(dueAfter(every('once'), 'every', 0, 5_000)).toBe(15_000);
  });

  it('makes every run that is late by no more than a minute, whatever its policy', () => {
    for (const misfire of ['once', 'skip', 'all'] as const)
      expect(duesAt(every(misfire), 'every', 10_000, 40_500, 0)).toEqual({
        fire: [10_000, 20_000, 30_000, 40_000],
        next: 50_000,
      });
  });

  it('makes one run, none or all of those that were missed', () => {
    const now = 200 * second;
    const missed = [70, 80, 90, 100, 110, 120, 130, 140].map((at) => at * second);
    const late = [150, 160, 170, 180, 190, 200].map((at) => at * second);
    const next = 210 * second;
    const at = (misfire: Timetable['misfire']) => duesAt(every(misfire), 'every', 70 * second, now, 0);
    // 140 is late by exactly a minute, which is not missed yet.
    expect(at('skip')).toEqual({ fire: late, next });
    expect(at('once')).toEqual({ fire: [70 * second, ...late], next });
    expect(at('all')).toEqual({ fire: [...missed, ...late], next });
  });

  it('that has missed more than can be made in one go says that there is more', () => {
    const { fire, next } = duesAt(every('all', 100), 'every', 100, 3_600_000, 0);
    expect(fire).toHaveLength(32);
    expect(next).toBe(3_300);
  });

  it('of a cron expression is due by the clock of its zone', () => {
    const timetable: Timetable = { cron: '0 9 * * *', timeZone: 'Europe/Berlin', misfire: 'once' };
    const due = Date.parse('2026-03-01T08:00:00Z');
    expect(dueAfter(timetable, 'cron', Date.parse('2026-03-01T00:00:00Z'), 0)).toBe(due);
    const now = Date.parse('2026-03-05T10:00:00Z');
    expect(duesAt(timetable, 'cron', due, now, 0)).toEqual({
      fire: [due],
      next: Date.parse('2026-03-06T08:00:00Z'),
    });
  });
});
