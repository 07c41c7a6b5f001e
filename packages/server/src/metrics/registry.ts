/** Metrics as Prometheus reads them (text format 0.0.4): counters, gauges and histograms with labels. */

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  increment(labels?: Labels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Forgets every labelled value: before a scrape that sets anew what there is. */
  clear(): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

export interface Registry {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** A counter that somebody else counts: it is set to what they say, and only grows. */
  total(name: string, help: string): Gauge;
  /** `bounds`: upper bounds of the buckets, growing, in the unit of the name */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  print(): string;
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Values of one metric with different labels; beyond it new ones are dropped, so that labels cannot fill the memory. */
const seriesMax = 10_000;

export function createRegistry(): Registry {
  const metrics = new Map<string, () => string>();
  const add = (name: string, help: string, type: string, lines: () => string[]) => {
    if (metrics.has(name)) throw new Error(`the metric ${name} is registered twice`);
    metrics.set(name, () =>
      [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines(), ''].join('\n'),
    );
  };
  const gauge = (name: string, help: string, type: 'gauge' | 'counter'): Gauge => {
    const series = new Map<string, number>();
    add(name, help, type, () => printSeries(name, series));
    return {
      set: (value, labels) => put(series, toKey(labels), () => value),
      clear: () => series.clear(),
    };
  };
  return {
    counter: (name, help) => {
      const series = new Map<string, number>();
      add(name, help, 'counter', () => printSeries(name, series));
      return { increment: (labels, by = 1) => put(series, toKey(labels), (old) => (old ?? 0) + by) };
    },
    gauge: (name, help) => gauge(name, help, 'gauge'),
    total: (name, help) => gauge(name, help, 'counter'),
    histogram: (name, help, bounds) => {
      const series = new Map<string, Buckets>();
      add(name, help, 'histogram', () =>
        [...series].flatMap(([key, buckets]) => printBuckets(name, key, bounds, buckets)),
      );
      return {
        observe: (value, labels) => {
          const buckets = put(
            series,
            toKey(labels),
            (old) => old ?? { counts: bounds.map(() => 0), sum: 0, count: 0 },
          );
          if (buckets !== undefined) observe(buckets, bounds, value);
        },
      };
    },
    print: () => [...metrics.values()].map((print) => print()).join(''),
  };
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

function observe(buckets: Buckets, bounds: readonly number[], value: number): void {
  buckets.sum += value;
  buckets.count += 1;
  const index = bounds.findIndex((bound) => value <= bound);
  if (index >= 0) buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
}

function put<T>(series: Map<string, T>, key: string, next: (old: T | undefined) => T): T | undefined {
  const old = series.get(key);
  if (old === undefined && series.size >= seriesMax) return undefined;
  const value = next(old);
  series.set(key, value);
  return value;
}

function toKey(labels: Labels | undefined): string {
  if (labels === undefined) return '';
  let key = '';
  for (const name in labels) key += `${key === '' ? '' : ','}${name}="${escapeLabel(labels[name] ?? '')}"`;
  return key;
}

function printSeries(name: string, series: ReadonlyMap<string, number>): string[] {
  return [...series].map(([key, value]) => `${name}${key === '' ? '' : `{${key}}`} ${printNumber(value)}`);
}

function printBuckets(name: string, key: string, bounds: readonly number[], buckets: Buckets): string[] {
  const prefix = key === '' ? '' : `${key},`;
  const suffix = key === '' ? '' : `{${key}}`;
  let total = 0;
  const lines = bounds.map((bound, index) => {
    total += buckets.counts[index] ?? 0;
    return `${name}_bucket{${prefix}le="${printNumber(bound)}"} ${total}`;
  });
  return [
    ...lines,
    `${name}_bucket{${prefix}le="+Inf"} ${buckets.count}`,
    `${name}_sum${suffix} ${printNumber(buckets.sum)}`,
    `${name}_count${suffix} ${buckets.count}`,
  ];
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return /["\\\n]/.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text;
}
