/**
 * When a cron expression is due, in a time zone.
 *
 * 1. Times of day are those of the clock on the wall. One that the clock skips (summer time begins) is due at the moment
 *    at which it skips; one that it shows twice (summer time ends) is due once, the first time.
 * 2. An expression of all hours goes by hours that pass: nothing is made up for in the hour that is skipped, and what is
 *    due in the hour that comes twice is due twice. One with a step of hours names some, as a list of them does: cron, which
 *    takes each that begins with `*` for one of all hours, would lose what is due every second or twelfth.
 */
import type { Cron } from './cron.ts';
import { offsetAt } from './zone.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Eight years without 29 February are possible (1897 to 1903), and a weekday may not fall on it for 28; forty are enough. */
const daysMax = 366 * 40;

/** The first instant after `after` (epoch ms); undefined: there is none. */
export function nextCron(cron: Cron, zone: string, after: number): number | undefined {
  // The day of the wall, as the UTC midnight of the same date.
  let day = Math.floor((after + offsetAt(zone, after)) / dayMs) * dayMs;
  for (let turns = 0; turns < daysMax; turns++, day += dayMs) {
    if (!isDay(cron, day)) continue;
    for (const instant of instantsOf(cron, zone, day, after)) if (instant > after) return instant;
  }
  return undefined;
}

function isDay({ days, months, weekdays, eitherDay }: Cron, day: number): boolean {
  const date = new Date(day);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** The clock on the wall is put forward or back at an instant. */
interface Change {
  readonly at: number;
  /** offsets, in ms */
  readonly before: number;
  readonly after: number;
}

/**
 * The instants of one day of the wall, in order, from soon before `from` on: a day may have 86,400, and the next one is
 * asked for after each.
 */
function instantsOf(cron: Cron, zone: string, day: number, from: number): Iterable<number> {
  const before = offsetAt(zone, day - dayMs / 2);
  const after = offsetAt(zone, day + 1.5 * dayMs);
  if (before === after) return standing(cron, day, before, from);
  const at = changeBetween(zone, day - dayMs / 2, day + 1.5 * dayMs);
  return cron.everyHour
    ? passing(cron, day, { at, before, after }, from)
    : onTheWall(cron, day, { at, before, after }, from);
}

function* standing(cron: Cron, day: number, offset: number, from: number): Generator<number> {
  for (const wall of wallsOf(cron, day, from + offset)) yield wall - offset;
}

/** The times of a day of the wall, without hours and minutes that have passed at `from`. */
function* wallsOf({ hours, minutes, seconds }: Cron, day: number, from: number): Generator<number> {
  for (const hour of hours) {
    const atHour = day + hour * hourMs;
    if (atHour + hourMs <= from) continue;
    for (const minute of minutes) {
      const atMinute = atHour + minute * minuteMs;
      if (atMinute + minuteMs <= from) continue;
      for (const second of seconds) yield atMinute + second * 1000;
    }
  }
}

/** Around a change of the clock: every minute that passes, by what the wall shows in it. */
function* passing(cron: Cron, day: number, change: Change, from: number): Generator<number> {
  const { at, before, after } = change;
  const [minutes, hours] = [new Set(cron.minutes), new Set(cron.hours)];
  const first = Math.max(day - Math.max(before, after), Math.floor(from / minuteMs) * minuteMs);
  const end = day + dayMs - Math.min(before, after);
  for (let instant = first; instant < end; instant += minuteMs) {
    const wall = new Date(instant + (instant < at ? before : after));
    if (Math.floor(wall.getTime() / dayMs) * dayMs !== day) continue;
    if (!hours.has(wall.getUTCHours()) || !minutes.has(wall.getUTCMinutes())) continue;
    for (const second of cron.seconds) yield instant + second * 1000;
  }
}

/** Around a change of the clock: each time of the wall once. */
function* onTheWall(cron: Cron, day: number, change: Change, from: number): Generator<number> {
  const { at, before, after } = change;
  // What the wall showed before the change it has shown for the first time.
  const shown = from < at ? from + before : Math.max(at + before, from + after);
  let last = Number.NEGATIVE_INFINITY;
  for (const wall of wallsOf(cron, day, shown)) {
    const instant = instantOf(wall, change);
    // Several times that are skipped are due at one moment, which is one.
    if (instant > last) yield instant;
    last = Math.max(last, instant);
  }
}

/** The first instant at which the wall shows a time; where it skips it, the instant at which it does. */
function instantOf(wall: number, { at, before, after }: Change): number {
  return wall - before < at ? wall - before : Math.max(at, wall - after);
}

/** The first minute of another offset between two instants. */
function changeBetween(zone: string, from: number, to: number): number {
  let [low, high] = [Math.floor(from / minuteMs), Math.ceil(to / minuteMs)];
  const offset = offsetAt(zone, low * minuteMs);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * minuteMs) === offset) low = middle;
    else high = middle;
  }
  return high * minuteMs;
}
