export type ParsedDuration =
  | { readonly ok: true; readonly milliseconds: number }
  | { readonly ok: false; readonly message: string };

/** 100 years of 365 days: beyond it an instant no longer fits the calendars that stores and brokers use. */
export const durationMsMax = 100 * 365 * 86_400_000;

/**
 * Reads a duration of the DSL: an object of days, hours, minutes, seconds and milliseconds, which add up, or an
 * ISO 8601 text such as `P1DT2H3.5S` or `P2W`. Years and months are refused, since their length is undefined.
 * The result is in whole milliseconds, between 0 and `durationMsMax`; a fraction of a millisecond is rounded up,
 * so that a wait is never shorter than written.
 */
export function parseDuration(value: unknown): ParsedDuration {
  if (typeof value === 'string') return parseIso(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return parseUnits(value);
  return refuse('expected a duration: an object such as { seconds: 30 }, or an ISO 8601 text such as PT30S');
}

const unitsMs: Readonly<Record<string, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};

function parseUnits(value: object): ParsedDuration {
  const entries = Object.entries(value);
  if (entries.length === 0) {
    return refuse(`expected a duration with at least one of ${Object.keys(unitsMs).join(', ')}`);
  }
  let total = 0;
  for (const [unit, amount] of entries) {
    const ms = Object.hasOwn(unitsMs, unit) ? unitsMs[unit] : undefined;
    if (ms === undefined) {
      return refuse(`unknown unit '${unit}' in a duration; expected ${Object.keys(unitsMs).join(', ')}`);
    }
    if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 0) {
      return refuse(`expected a whole number of ${unit}, 0 or more`);
    }
    total += amount * ms;
  }
  return within(total);
}

const isoPattern =
  /^P(?:(\d+(?:[.,]\d+)?)Y)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;

const isoTextLengthMax = 256;

function parseIso(text: string): ParsedDuration {
  const match = text.length <= isoTextLengthMax ? isoPattern.exec(text) : null;
  if (match === null || text.endsWith('P') || text.endsWith('T')) {
    return refuse(`'${shorten(text)}' is not an ISO 8601 duration; expected a text such as PT30S or P1DT2H`);
  }
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map(toNumber);
  if (years !== undefined || months !== undefined) {
    return refuse(
      `the duration '${text}' has years or months, whose length is undefined; write weeks (W), days (D) or less`,
    );
  }
  return within(
    ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 +
      (seconds ?? 0) * 1000,
  );
}

function toNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits.replace(',', '.'));
}

function within(ms: number): ParsedDuration {
  if (!(ms <= durationMsMax)) return refuse('a duration may be 100 years (of 365 days) at most');
  // The millionth is for sums such as 0.1 s + 0.2 s, whose binary fraction lies just above a whole millisecond.
  return { ok: true, milliseconds: Math.ceil(ms - 1e-6) + 0 };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function refuse(message: string): ParsedDuration {
  return { ok: false, message };
}
