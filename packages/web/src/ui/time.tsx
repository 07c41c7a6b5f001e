import { useLocale } from '../app/preferences.ts';

const dayMs = 86_400_000;

/** An instant: the time of day when it is recent, the date otherwise; the whole of it on hovering. */
export function Instant({ at, now }: { readonly at: string | number; readonly now: number }) {
  const language = useLocale();
  const date = new Date(at);
  const whole = date.toLocaleString(language, { dateStyle: 'full', timeStyle: 'medium' });
  return (
    <time dateTime={date.toISOString()} title={whole} className="tabular whitespace-nowrap">
      {formatInstant(date, now, language)}
    </time>
  );
}

export function formatInstant(date: Date, now: number, language: string): string {
  const recent = Math.abs(now - date.getTime()) < dayMs / 2;
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
  if (recent) return date.toLocaleTimeString(language, time);
  return date.toLocaleString(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(Math.abs(now - date.getTime()) > 300 * dayMs ? { year: 'numeric' } : {}),
  });
}
