import { type Check, describe, report, shorten } from './place.ts';

/** A cron expression of five fields: minute, hour, day of month, month, day of week. */
export const cronExpression: Check = (value, place) => {
  if (typeof value !== 'string') {
    report(place, `expected a cron expression (a text) but found ${describe(value)}`);
    return;
  }
  const parts = value.trim().split(/\s+/);
  if (value.trim() === '' || parts.length !== fields.length) {
    const names = fields.map(({ name }) => name).join(', ');
    report(
      place,
      `expected a cron expression of ${fields.length} fields (${names}) but found ${describe(value)}`,
    );
    return;
  }
  let offset = value.search(/\S/);
  for (const [index, part] of parts.entries()) {
    const field = fields[index];
    offset = value.indexOf(part, offset);
    if (field !== undefined && !isField(part, field)) {
      report(
        place,
        `'${shorten(part)}' cannot be the ${field.name} of a cron expression (${field.low} to ${field.high})`,
        {
          type: 'inside',
          offset,
        },
      );
    }
    offset += part.length;
  }
};

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

/** A list of `*`, a value or a range, each with a step if wanted. */
function isField(part: string, field: CronField): boolean {
  return part.split(',').every((item) => {
    const [range = '', step, ...rest] = item.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false;
    if (range === '*') return true;
    const bounds = range.split('-').map((bound) => toNumber(bound, field));
    const [low, high = low] = bounds;
    return bounds.length <= 2 && low !== undefined && high !== undefined && low <= high;
  });
}

function toNumber(text: string, field: CronField): number | undefined {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word !== -1) return word + field.low;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.low && value <= field.high ? value : undefined;
}
