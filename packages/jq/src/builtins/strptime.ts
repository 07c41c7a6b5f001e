import { charge } from '../meter.ts';
import { civilFromSeconds, daysFromCivil } from './calendar.ts';
import { COMPOUND, MONTHS, WEEKDAYS } from './strftime.ts';

/** The fields of a C `struct tm`; the day of the month is 0 when the format has no date. */
export interface ParsedTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
  yearDay: number;
}

/** Values that say "not parsed", as the C code of jq has them. */
const NO_WEEKDAY = 8;
const NO_YEAR_DAY = 367;

/** Reads a time as the C library's strptime does; undefined when the text does not match. */
export function strptime(text: string, format: string): { time: ParsedTime; rest: string } | undefined {
  const parser = new TimeParser(text);
  if (!parser.read(format)) return undefined;
  const { rest } = parser;
  if (rest !== '' && !/^[ \t\n\v\f\r]/.test(rest)) return undefined;
  return { time: parser.finish(), rest };
}

class TimeParser {
  readonly #text: string;
  #position = 0;
  readonly #time: ParsedTime = {
    year: 1900,
    month: 0,
    day: 0,
    hour: 0,
    minute: 0,
    second: 0,
    weekday: NO_WEEKDAY,
    yearDay: NO_YEAR_DAY,
  };
  #isAfternoon: boolean | undefined;
  #century: number | undefined;
  #yearOfCentury: number | undefined;
  #isHour12 = false;

  constructor(text: string) {
    this.#text = text;
  }

  get rest(): string {
    return this.#text.slice(this.#position);
  }

  read(format: string): boolean {
    for (let i = 0; i < format.length; i++) {
      charge(1);
      const unit = format[i] as string;
      if (/\s/.test(unit)) {
        this.#skipSpace();
      } else if (unit !== '%') {
        if (this.#text[this.#position] !== unit) return false;
        this.#position++;
      } else {
        i++;
        while (/[-_0^#EO]/.test(format[i] ?? '')) i++;
        if (!this.#convert(format[i] ?? '')) return false;
      }
    }
    return true;
  }

  finish(): ParsedTime {
    const time = this.#time;
    if (this.#isHour12) time.hour = (time.hour % 12) + (this.#isAfternoon === true ? 12 : 0);
    if (this.#century !== undefined) time.year = this.#century * 100 + (this.#yearOfCentury ?? 0);
    else if (this.#yearOfCentury !== undefined) {
      time.year = this.#yearOfCentury + (this.#yearOfCentury < 69 ? 2000 : 1900);
    }
    if (time.yearDay !== NO_YEAR_DAY && time.day === 0) {
      const date = civilFromSeconds((daysFromCivil(time.year, 0, 1) + time.yearDay) * 86_400);
      time.month = date.month;
      time.day = date.day;
    }
    if (time.day !== 0) {
      const days = daysFromCivil(time.year, time.month, time.day);
      time.weekday = (((days + 4) % 7) + 7) % 7;
      time.yearDay = days - daysFromCivil(time.year, 0, 1);
    }
    return time;
  }

  #convert(conversion: string): boolean {
    if (Object.hasOwn(COMPOUND, conversion)) return this.read(COMPOUND[conversion] as string);
    const time = this.#time;
    switch (conversion) {
      case 'Y':
        return this.#number(0, 9999, 4, (value) => {
          time.year = value;
        });
      case 'C':
        return this.#number(0, 99, 2, (value) => {
          this.#century = value;
        });
      case 'y':
        return this.#number(0, 99, 2, (value) => {
          this.#yearOfCentury = value;
        });
      case 'm':
        return this.#number(1, 12, 2, (value) => {
          time.month = value - 1;
        });
      case 'd':
      case 'e':
        return this.#number(1, 31, 2, (value) => {
          time.day = value;
        });
      case 'j':
        return this.#number(1, 366, 3, (value) => {
          time.yearDay = value - 1;
        });
      case 'u':
        return this.#number(1, 7, 1, (value) => {
          time.weekday = value % 7;
        });
      case 'w':
        return this.#number(0, 6, 1, (value) => {
          time.weekday = value;
        });
      case 'U':
      case 'W':
        return this.#number(0, 53, 2, () => undefined);
      case 'V':
        return this.#number(1, 53, 2, () => undefined);
      case 'G':
        return this.#number(0, 9999, 4, () => undefined);
      case 'g':
        return this.#number(0, 99, 2, () => undefined);
      default:
        return this.#convertTime(conversion);
    }
  }

  #convertTime(conversion: string): boolean {
    const time = this.#time;
    switch (conversion) {
      case 'H':
      case 'k':
        return this.#number(0, 23, 2, (value) => {
          time.hour = value;
          this.#isHour12 = false;
        });
      case 'I':
      case 'l':
        return this.#number(1, 12, 2, (value) => {
          time.hour = value;
          this.#isHour12 = true;
        });
      case 'M':
        return this.#number(0, 59, 2, (value) => {
          time.minute = value;
        });
      case 'S':
        return this.#number(0, 61, 2, (value) => {
          time.second = value;
        });
      case 's':
        return this.#epoch();
      case 'a':
      case 'A':
        return this.#name(WEEKDAYS, (value) => {
          time.weekday = value;
        });
      case 'b':
      case 'B':
        return this.#name(MONTHS, (value) => {
          time.month = value;
        });
      case 'p':
      case 'P':
        return this.#name(['AM', 'PM'], (value) => {
          this.#isAfternoon = value === 1;
        });
      case 'Z':
        return this.#match(/[A-Za-z]+/y) !== undefined;
      case 'z':
        return this.#match(/\s*(?:Z|[+-]\d\d(?::?\d\d)?)/y) !== undefined;
      case 'n':
      case 't':
        this.#skipSpace();
        return true;
      case '%':
        return this.#match(/%/y) !== undefined;
      default:
        return false;
    }
  }

  #number(least: number, most: number, digitsMax: number, set: (value: number) => void): boolean {
    const digits = this.#match(new RegExp(` *[+-]?\\d{1,${digitsMax}}`, 'y'));
    if (digits === undefined || /[+-]/.test(digits)) return false;
    let value = Number(digits);
    // A number that is too large gives back its last digit, which then belongs to what follows.
    if (value > most && digits.trim().length > 1) {
      this.#position--;
      value = Math.trunc(value / 10);
    }
    if (value < least || value > most) return false;
    set(value);
    return true;
  }

  #name(names: readonly string[], set: (value: number) => void): boolean {
    const rest = this.rest.slice(0, 16).toLowerCase();
    for (const [i, name] of names.entries()) {
      const full = name.toLowerCase();
      const matched = rest.startsWith(full)
        ? full
        : rest.startsWith(full.slice(0, 3))
          ? full.slice(0, 3)
          : undefined;
      if (matched === undefined) continue;
      this.#position += matched.length;
      set(i);
      return true;
    }
    return false;
  }

  #epoch(): boolean {
    const digits = this.#match(/-?\d{1,15}/y);
    if (digits === undefined) return false;
    Object.assign(this.#time, civilFromSeconds(Number(digits)));
    return true;
  }

  #skipSpace(): void {
    this.#match(/\s*/y);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#position += text.length;
    return text;
  }
}
