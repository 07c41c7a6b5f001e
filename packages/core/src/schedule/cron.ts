/** Cron expressions: minute, hour, day of month, month, day of week; with six fields the first is the second. */

export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday */
  readonly weekdays: ReadonlySet<number>;
  /** all hours, however they are written: what is due goes by hours that pass, not by the clock on the wall */
  readonly everyHour: boolean;
  /** both days are restricted: either of them is enough, as cron has it */
  readonly eitherDay: boolean;
}

export type ReadCron =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly message: string; readonly offset?: number };

interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** words for the numbers from `low` on */
  readonly words?: readonly string[];
}

const fields: readonly CronField[] = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of week', low: 0, high: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
];
const second: CronField = { name: 'second', low: 0, high: 59 };

/** The offset of a fault is that of the field in the text. */
export function readCron(text: string): ReadCron {
  const parts = [...text.matchAll(/\S+/g)];
  const expected = parts.length === 6 ? [second, ...fields] : fields;
  if (parts.length !== expected.length) {
    const names = fields.map(({ name }) => name).join(', ');
    return {
      ok: false,
      message: `expected a cron expression of 5 fields (${names}), or of 6 with the second first`,
    };
  }
  const values: (readonly number[])[] = [];
  for (const [index, field] of expected.entries()) {
    const [part = ''] = parts[index] ?? [];
    const found = valuesOf(part, field);
    if (found === undefined) {
      const message = `'${part.slice(0, 40)}' cannot be the ${field.name} of a cron expression (${field.low} to ${field.high})`;
      return { ok: false, message, offset: parts[index]?.index ?? 0 };
    }
    values.push(found);
  }
  const texts = parts.map(([part]) => part).slice(-5);
  const cron = cronOf(values.length === 6 ? values : [[0], ...values], texts);
  return hasADay(cron)
    ? { ok: true, cron }
    : { ok: false, message: `'${text}' names a day that no year has` };
}

function cronOf(values: readonly (readonly number[])[], texts: readonly string[]): Cron {
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = values;
  const [, , day = '', , weekday = ''] = texts;
  return {
    seconds,
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((value) => value % 7)),
    everyHour: hours.length === 24,
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  };
}

/** A list of `*`, a value or a range, each with a step if wanted; in order, each once. */
function valuesOf(part: string, field: CronField): readonly number[] | undefined {
  const found = new Set<number>();
  for (const item of part.split(',')) {
    const [range = '', step, ...rest] = item.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return undefined;
    const bounds = boundsOf(range, step, field);
    if (bounds === undefined) return undefined;
    for (let value = bounds.low; value <= bounds.high; value += Number(step ?? 1)) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function boundsOf(
  range: string,
  step: string | undefined,
  field: CronField,
): { readonly low: number; readonly high: number } | undefined {
  if (range === '*') return { low: field.low, high: field.name === 'day of week' ? 6 : field.high };
  const numbers = range.split('-').map((bound) => toNumber(bound, field));
  // A week may end with Sunday: `fri-sun` and `5-0` are `5-7`.
  if (field.name === 'day of week' && numbers[1] === 0) numbers[1] = 7;
  // `5/15` begins at 5 and goes on to the end, as cron has it.
  const [low, high = step === undefined ? low : field.high] = numbers;
  if (numbers.length > 2 || low === undefined || high === undefined || low > high) return undefined;
  return { low, high };
}

function toNumber(text: string, field: CronField): number | undefined {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word !== -1) return word + field.low;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.low && value <= field.high ? value : undefined;
}

const daysMax = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `0 0 31 2 *` would wait for ever. */
function hasADay({ days, months, eitherDay }: Cron): boolean {
  if (eitherDay) return true;
  const first = Math.min(...days);
  return [...months].some((month) => first <= (daysMax[month - 1] ?? 0));
}
