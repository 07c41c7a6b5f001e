/** What a workflow's schedule says, and when it is due. */
import type { EventConsumption, EventReading } from '../language/document.ts';
import type { ExpressionMode } from '../language/expression.ts';
import type { TimedSource } from '../model/facts.ts';
import { unreachable } from '../model/unreachable.ts';
import { readCron } from './cron.ts';
import { nextCron } from './next-cron.ts';

/** What becomes of runs that are missed while no server is there: one for all of them, none, or each. */
export type Misfire = 'once' | 'skip' | 'all';

export const misfires: readonly Misfire[] = ['once', 'skip', 'all'];

/** Plain data, so that two can be compared. */
export interface Timetable {
  readonly cron?: string;
  /** ms */
  readonly every?: number;
  /** ms from the end of a run to the next */
  readonly after?: number;
  readonly on?: ScheduledEvents;
  /** an IANA name: where the clock hangs that `cron` speaks of */
  readonly timeZone: string;
  readonly misfire: Misfire;
}

/** Events that start runs, as they are written. */
export interface ScheduledEvents {
  readonly to: EventConsumption;
  readonly mode: ExpressionMode;
  /** what a run has of each event */
  readonly read: EventReading;
}

export const everyMsMin = 100;

/** By which instants a schedule starts runs, in the order in which they are told. */
export function sourcesOf(timetable: Timetable): readonly TimedSource[] {
  return (['cron', 'every', 'after'] as const).filter((source) => timetable[source] !== undefined);
}

/**
 * The first instant after `from` at which a source is due; undefined: there is none.
 *
 * @param anchor when the schedule began to hold: from there `every` counts
 */
export function dueAfter(
  timetable: Timetable,
  source: TimedSource,
  from: number,
  anchor: number,
): number | undefined {
  switch (source) {
    case 'cron': {
      const read = readCron(timetable.cron ?? '');
      if (!read.ok)
        throw new Error(`broken rule: a schedule that was read holds a cron expression: ${read.message}`);
      return nextCron(read.cron, timetable.timeZone, from);
    }
    case 'every': {
      const every = timetable.every ?? everyMsMin;
      return anchor + every * (Math.floor(Math.max(0, from - anchor) / every) + 1);
    }
    case 'after':
      // A run may end in the millisecond that it was due at, and its id is made of that: the next has another.
      return from + Math.max(1, timetable.after ?? 1);
    default:
      return unreachable(source);
  }
}

/** Later than this a run has been missed; what comes within it is late, and comes. */
export const missedMs = 60_000;

export interface Dues {
  /** instants to start runs for, in order */
  readonly fire: readonly number[];
  /** the next instant; it is past when there is more to do than in one go */
  readonly next: number | undefined;
}

/**
 * Runs that one look at a schedule starts. What was started is noted when all of them are durable: with many, a process that
 * is killed soon after each start would begin with the same ones again and again, and fall behind for ever.
 */
const firesMax = 32;

/** What is to be started at `now`, when `due` is the first instant that nothing was started for. */
export function duesAt(
  timetable: Timetable,
  source: Exclude<TimedSource, 'after'>,
  due: number,
  now: number,
  anchor: number,
): Dues {
  const fire: number[] = [];
  let next: number | undefined = due;
  if (due < now - missedMs && timetable.misfire !== 'all') {
    if (timetable.misfire === 'once') fire.push(due);
    next = dueAfter(timetable, source, Math.max(due, now - missedMs), anchor);
  }
  while (next !== undefined && next <= now && fire.length < firesMax) {
    fire.push(next);
    next = dueAfter(timetable, source, next, anchor);
  }
  return { fire, next };
}
