/**
 * When a cron expression is due, in a time zone.
 *
 * 1. Times of day are those of the clock on the wall. One that the clock skips (summer time begins) is due at the moment
 *    at which it skips; one that it shows twice (summer time ends) is due once, the first time.
 * 2. An expression that leaves the hour open goes by hours that pass: nothing is made up for in the hour that is skipped,
 *    and what is due in the hour that comes twice is due twice.
 */
import type { Cron } from './cron.ts';
import { offsetAt } from './zone.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Eight years without 29 February are possible (1897 to 1903), and a weekday may not fall on it for 28; forty are enough. */
const daysMax = 366 * 40;

/** The first instant after `after` (epoch ms); undefined: there is none. */
export function nextCron(cron: Cron, zone: string, after: number): number | undefined {
  // The day of the wall, as the UTC midnight of the same date.
  let day = Math.floor((after + offsetAt(zone, after)) / dayMs) * dayMs;
  for (let turns = 0; turns < daysMax; turns++, day += dayMs) {
    if (!isDay(cron, day)) continue;
    for (const instant of instantsOf(cron, zone, day)) if (instant > after) return instant;
  }
  return undefined;
}

function isDay({ days, months, weekdays, eitherDay }: Cron, day: number): boolean {
  const date = new Date(day);
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** The instants of one day of the wall, in order. */
function* instantsOf(cron: Cron, zone: string, day: number): Generator<number> {
  const before = offsetAt(zone, day - dayMs / 2);
  const after = offsetAt(zone, day + 1.5 * dayMs);
  if (before === after) {
    for (const wall of wallsOf(cron, day)) yield wall - before;
    return;
  }
  yield* cron.everyHour ? passing(cron, zone, day, before, after) : onTheWall(cron, zone, day);
}

function* wallsOf({ hours, minutes, seconds }: Cron, day: number): Generator<number> {
  for (const hour of hours)
    for (const minute of minutes)
      for (const second of seconds) yield day + hour * 3_600_000 + minute * minuteMs + second * 1000;
}

/** Around a change of the clock: every minute that passes, by what the wall shows in it. */
function* passing(cron: Cron, zone: string, day: number, before: number, after: number): Generator<number> {
  const { seconds } = cron;
  const [minutes, hours] = [new Set(cron.minutes), new Set(cron.hours)];
  const from = day - Math.max(before, after);
  const to = day + dayMs - Math.min(before, after);
  for (let instant = from; instant < to; instant += minuteMs) {
    const wall = new Date(instant + offsetAt(zone, instant));
    if (Math.floor(wall.getTime() / dayMs) * dayMs !== day) continue;
    if (!hours.has(wall.getUTCHours()) || !minutes.has(wall.getUTCMinutes())) continue;
    for (const second of seconds) yield instant + second * 1000;
  }
}

/** Around a change of the clock: each time of the wall once. */
function* onTheWall(cron: Cron, zone: string, day: number): Generator<number> {
  let last = Number.NEGATIVE_INFINITY;
  for (const wall of wallsOf(cron, day)) {
    const instant = instantOf(zone, wall);
    // Several times that are skipped are due at one moment, which is one.
    if (instant > last) yield instant;
    last = Math.max(last, instant);
  }
}

/** The first instant at which the wall shows a time; where it skips it, the instant at which it does. */
function instantOf(zone: string, wall: number): number {
  const [early, late] = [offsetAt(zone, wall - dayMs), offsetAt(zone, wall + dayMs)];
  const candidates = [wall - Math.max(early, late), wall - Math.min(early, late)];
  const shown = candidates.find((instant) => instant + offsetAt(zone, instant) === wall);
  if (shown !== undefined) return shown;
  return changeBetween(zone, candidates[0] as number, candidates[1] as number);
}

/** The first minute of another offset between two instants. */
function changeBetween(zone: string, from: number, to: number): number {
  let [low, high] = [Math.floor(from / minuteMs) - 1, Math.ceil(to / minuteMs)];
  const offset = offsetAt(zone, low * minuteMs);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * minuteMs) === offset) low = middle;
    else high = middle;
  }
  return high * minuteMs;
}
