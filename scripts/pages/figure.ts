/** What is measured of the pages, and the bar that it is held against. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'kB' | 'MB' | 'rows';
  /** it must not be more; absent: told for the record */
  readonly max?: number;
  /** under which conditions it was measured */
  readonly note?: string;
}

/** Figures as a table in text, one line each. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, max, note = '' }) => [
    name,
    `${format(value)} ${unit}`,
    max === undefined ? '' : `≤ ${max} ${unit}`,
    max === undefined ? '' : value <= max ? 'met' : 'MISSED',
    note,
  ]);
  const all = [['measured', 'figure', 'bar', '', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

export function isMet({ value, max }: Figure): boolean {
  return max === undefined || value <= max;
}

/** @param share 0.95 for the 95th percentile */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
