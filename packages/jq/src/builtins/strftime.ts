import { fail } from '../values/print.ts';
import { type CivilTime, isoWeek } from './calendar.ts';

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Conversions that stand for others. */
export const COMPOUND: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** What a format needs besides the fields. */
export interface Zone {
  readonly name: string;
  readonly offsetSeconds: number;
  /** The instant, for `%s`. */
  readonly epochSeconds: number;
}

const CONVERSION = /%([-_0^#]*)(\d*)([EO]?)([a-zA-Z%+])/g;

/** Formats a time as the C library's strftime does in the C locale, with glibc's flags `-`, `_`, `0` and `^`. */
export function strftime(time: CivilTime, format: string, zone: Zone): string {
  return format.replace(
    CONVERSION,
    (whole, flags: string, width: string, _modifier: string, conversion: string) => {
      const compound = COMPOUND[conversion];
      if (compound !== undefined && Object.hasOwn(COMPOUND, conversion))
        return strftime(time, compound, zone);
      const field = convert(time, conversion, zone);
      if (field === undefined) return whole;
      const text = typeof field === 'string' ? padText(field, flags, width) : padNumber(field, flags, width);
      return flags.includes('^') ? text.toUpperCase() : text;
    },
  );
}

type NumberField = { readonly value: number; readonly width: number; readonly pad: '0' | ' ' };

function number(value: number, width: number, pad: '0' | ' ' = '0'): NumberField {
  return { value, width, pad };
}

const WIDTH_MAX = 1000;

function padNumber({ value, width, pad }: NumberField, flags: string, wanted: string): string {
  const size = Number(wanted);
  if (size > WIDTH_MAX) return fail('strftime/1: unknown system failure');
  if (flags.includes('-')) return String(value);
  const filler = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : pad;
  const sign = value < 0 ? '-' : '';
  return sign + String(Math.abs(value)).padStart((size || width) - sign.length, filler);
}

function padText(text: string, flags: string, wanted: string): string {
  if (Number(wanted) > WIDTH_MAX) return fail('strftime/1: unknown system failure');
  return text.padStart(Number(wanted), flags.includes('0') ? '0' : ' ');
}

function convert(time: CivilTime, conversion: string, zone: Zone): string | NumberField | undefined {
  const { year, month, day, hour, minute, second, weekday, yearDay } = time;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  switch (conversion) {
    case 'Y':
      return number(year, 1);
    case 'C':
      return number(Math.floor(year / 100), 2);
    case 'y':
      return number(((year % 100) + 100) % 100, 2);
    case 'm':
      return number(month + 1, 2);
    case 'd':
      return number(day, 2);
    case 'e':
      return number(day, 2, ' ');
    case 'j':
      return number(yearDay + 1, 3);
    case 'H':
      return number(hour, 2);
    case 'k':
      return number(hour, 2, ' ');
    case 'I':
      return number(hour12, 2);
    case 'l':
      return number(hour12, 2, ' ');
    case 'M':
      return number(minute, 2);
    case 'S':
      return number(Math.floor(second), 2);
    case 'u':
      return number(weekday === 0 ? 7 : weekday, 1);
    case 'w':
      return number(weekday, 1);
    case 's':
      return number(Math.floor(zone.epochSeconds), 1);
    case 'U':
      return number(Math.floor((yearDay + 7 - weekday) / 7), 2);
    case 'W':
      return number(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7), 2);
    case 'V':
      return number(isoWeek(time).week, 2);
    case 'G':
      return number(isoWeek(time).year, 1);
    case 'g':
      return number(((isoWeek(time).year % 100) + 100) % 100, 2);
    default:
      return convertText(time, conversion, zone);
  }
}

function convertText(
  { weekday, month, hour }: CivilTime,
  conversion: string,
  zone: Zone,
): string | undefined {
  switch (conversion) {
    case 'a':
      return WEEKDAYS[weekday]?.slice(0, 3) ?? '?';
    case 'A':
      return WEEKDAYS[weekday] ?? '?';
    case 'b':
      return MONTHS[month]?.slice(0, 3) ?? '?';
    case 'B':
      return MONTHS[month] ?? '?';
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'Z':
      return zone.name;
    case 'z':
      return offset(zone.offsetSeconds);
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function offset(seconds: number): string {
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const digits = String(Math.trunc(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
  return `${seconds < 0 ? '-' : '+'}${digits}`;
}
