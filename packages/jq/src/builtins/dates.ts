import { charge, chargeSize, meter } from '../meter.ts';
import { isArray, type Json } from '../values/json.ts';
import { fail } from '../values/print.ts';
import { type CivilTime, civilFromSeconds, secondsFromCivil } from './calendar.ts';
import { type Builtins, unary, valued } from './define.ts';
import { strftime } from './strftime.ts';
import { strptime } from './strptime.ts';

/** Beyond this no broken down time has a year that fits the C library's int. */
const SECONDS_MAX = 67_767_976_233_532_000;

/** Times as seconds since 1970, as arrays of fields, and as text. */
export const DATES: Builtins = {
  'gmtime/0': unary((input) => brokenDown(input, () => 0, 'gmtime() requires numeric inputs')),
  'localtime/0': unary((input) => brokenDown(input, utcOffset, 'localtime() requires numeric inputs')),
  'mktime/0': unary((input) => {
    if (!isArray(input)) return fail('mktime requires array inputs');
    const seconds = secondsFromCivil(fields(input, 'mktime requires parsed datetime inputs'));
    return Number.isSafeInteger(seconds) ? seconds : fail('invalid gmtime representation');
  }),
  'strptime/1': valued((input, format) => parse(input, format as Json)),
  'strftime/1': valued((input, format) => print(input, format as Json, false)),
  'strflocaltime/1': valued((input, format) => print(input, format as Json, true)),
  'todate/0': unary((input) => print(input, ISO, false)),
  'todateiso8601/0': unary((input) => print(input, ISO, false)),
  'date/0': unary((input) => print(input, ISO, false)),
  'fromdate/0': unary(fromIso),
  'fromdateiso8601/0': unary(fromIso),
};

const ISO = '%Y-%m-%dT%H:%M:%SZ';

function utcOffset(epochSeconds: number): number {
  return meter.host.utcOffsetSeconds?.(epochSeconds) ?? 0;
}

function brokenDown(input: Json, offset: (epochSeconds: number) => number, message: string): Json {
  if (typeof input !== 'number') return fail(message);
  if (!(Math.abs(input) <= SECONDS_MAX)) {
    return fail('error converting number of seconds since epoch to datetime');
  }
  const whole = Math.trunc(input);
  const time = civilFromSeconds(whole + offset(whole));
  return toArray({ ...time, second: time.second + (input - Math.floor(input)) });
}

function toArray(time: CivilTime): Json {
  return [time.year, time.month, time.day, time.hour, time.minute, time.second, time.weekday, time.yearDay];
}

/** Whole numbers; fields that are left out are 0. */
function fields(input: readonly Json[], message: string): CivilTime {
  const numbers = Array.from({ length: 8 }, (_, i) => {
    const value = i < input.length ? input[i] : i === 0 ? 1900 : 0;
    if (typeof value !== 'number' || Number.isNaN(value)) return fail(message);
    return Math.min(Math.max(Math.trunc(value), -2_147_483_648), 2_147_483_647);
  });
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, weekday = 0, yearDay = 0] = numbers;
  return { year, month, day, hour, minute, second, weekday, yearDay };
}

function parse(input: Json, format: Json): Json {
  if (typeof input !== 'string' || typeof format !== 'string') {
    return fail('strptime/1 requires string inputs and arguments');
  }
  charge(input.length / 16);
  const parsed = strptime(input, format);
  if (parsed === undefined) return fail(`date "${input}" does not match format "${format}"`);
  const time = toArray(parsed.time) as Json[];
  return parsed.rest === '' ? time : [...time, parsed.rest];
}

function fromIso(input: Json): Json {
  const time = parse(input, ISO) as readonly Json[];
  return secondsFromCivil(fields(time, 'mktime requires parsed datetime inputs'));
}

function print(input: Json, format: Json, isLocal: boolean): Json {
  const name = isLocal ? 'strflocaltime/1' : 'strftime/1';
  let time = input;
  if (typeof time === 'number') time = brokenDown(time, isLocal ? utcOffset : () => 0, '');
  if (!isArray(time)) return fail(`${name} requires parsed datetime inputs`);
  if (typeof format !== 'string') return fail(`${name} requires a string format`);
  const seconds = secondsFromCivil(fields(time, `${name} requires parsed datetime inputs`));
  charge(format.length);
  // The offset depends on the instant, which depends on the offset: twice is enough but at a change of clocks.
  const guess = isLocal ? seconds - utcOffset(seconds) : seconds;
  const offsetSeconds = isLocal ? utcOffset(guess) : 0;
  const epochSeconds = seconds - offsetSeconds;
  const zoneName = isLocal ? (meter.host.timeZoneName?.(epochSeconds) ?? 'UTC') : 'UTC';
  const text = strftime(civilFromSeconds(seconds), format, { name: zoneName, offsetSeconds, epochSeconds });
  chargeSize(text.length);
  return text;
}
