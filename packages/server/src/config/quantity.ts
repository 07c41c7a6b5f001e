/** Durations and sizes as people write them. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Reads `500ms`, `30s`, `2m`, `1m30s`, `1h`, a plain number of milliseconds, or ISO 8601 (`PT30S`, `P1DT2H`).
 * Answers whole milliseconds; undefined: it is none of these.
 */
export function parseDurationText(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return text.startsWith('P') ? parseIso(text) : parseUnits(text);
}

export const durationForms = 'a duration such as 500ms, 30s, 2m, 1h or PT30S';

function parseUnits(text: string): number | undefined {
  if (!/^(\d{1,12}(\.\d{1,9})?(ms|s|m|h|d)){1,5}$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return Math.round(total);
}

function parseIso(text: string): number | undefined {
  const match =
    /^P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:[.,]\d{1,9})?)S)?)?$/.exec(
      text,
    );
  if (match === null || !/\d[WDHMS]$/.test(text)) return undefined;
  const [weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number((part ?? '0').replace(',', '.')));
  const inDays = (weeks ?? 0) * 7 + (days ?? 0);
  return Math.round(((inDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1_000);
}

/** Reads `65536`, `64KiB`, `10MiB`, `1.5GB`. Answers whole bytes; undefined: it is none of these. */
export function parseBytesText(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)\s?([a-z]{0,3})$/.exec(text.trim().toLowerCase());
  const unit = unitBytes[match?.[2] ?? 'none'];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** `250 ms`, `1.5 s`, `2 min`, `24 h`, and `2 d` from two days on: for people. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trim(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${trim(ms / 60_000)} min`;
  return ms < 2 * 86_400_000 ? `${trim(ms / 3_600_000)} h` : `${trim(ms / 86_400_000)} d`;
}

/** `64 KiB`, `10 MiB`: for people. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${trim(bytes / 1_024)} KiB`;
  return bytes < 2 ** 30 ? `${trim(bytes / 2 ** 20)} MiB` : `${trim(bytes / 2 ** 30)} GiB`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(2)));
}
