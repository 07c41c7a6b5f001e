/** Reads the text that Prometheus scrapes, as far as this server writes it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const samplesMax = 10_000;

export function parseMetrics(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (samples.length >= samplesMax) break;
    const sample = parseLine(line);
    if (sample !== undefined) samples.push(sample);
  }
  return samples;
}

const linePattern = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

function parseLine(line: string): Sample | undefined {
  const [, name, labels = '', value = ''] = linePattern.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { name, labels: parseLabels(labels), value: toNumber(value) };
}

function parseLabels(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

function toNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** The one sample of this name and these labels; undefined: there is none. */
export function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find(
    (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

/** The values of a name by one of its labels; those of one label value are added up. */
export function byLabel(
  samples: readonly Sample[],
  name: string,
  label: string,
): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const sample of samples) {
    const value = sample.labels[label];
    if (sample.name === name && value !== undefined) found[value] = (found[value] ?? 0) + sample.value;
  }
  return found;
}

/**
 * An upper bound of a quantile (0 to 1) from a histogram's buckets, all label sets added up; undefined: nothing was
 * observed.
 */
export function quantileOf(
  samples: readonly Sample[],
  histogram: string,
  quantile: number,
): number | undefined {
  const counts = byLabel(samples, `${histogram}_bucket`, 'le');
  const buckets = Object.entries(counts)
    .map(([bound, count]) => ({ bound: toNumber(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  return buckets.find(({ count }) => count >= total * quantile)?.bound;
}
