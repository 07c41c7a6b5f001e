/** Whether what was measured over time stays as it is: a line laid through it, and how much it rises. */

export interface Point {
  /** seconds since the start */
  readonly at: number;
  readonly value: number;
}

export interface Trend {
  /** mean of what was judged */
  readonly mean: number;
  /** what the line rises from the first to the last point that was judged, in the unit of the values */
  readonly rise: number;
}

/** What a rise may be: a share of the mean, or so much of the unit, whichever is more. */
export interface Bar {
  readonly shareMax: number;
  readonly riseMax: number;
  readonly of: Reduction;
}

/**
 * How the samples of one part of the time become one value: the least for what is held, over parts that are long enough for
 * a collector to come by; the median for what is felt.
 */
export type Reduction = 'least' | 'median';

/** The start is for filling caches; of the rest, so many parts. */
const warmUpShare = 1 / 3;
const partsOf: Readonly<Record<Reduction, number>> = { least: 4, median: 20 };

/** The trend of the last two thirds of `points`, which are in the order of time. */
export function trendOf(points: readonly Point[], of: Reduction): Trend {
  const parts = partsOf[of];
  const last = points.at(-1)?.at ?? 0;
  const first = points[0]?.at ?? 0;
  const from = first + (last - first) * warmUpShare;
  const judged = points.filter(({ at }) => at >= from);
  const grouped = Map.groupBy(judged, ({ at }) =>
    Math.min(parts - 1, Math.floor(((at - from) / (last - from)) * parts)),
  );
  const reduced = [...grouped.values()].map((group) => ({
    at: mean(group.map(({ at }) => at)),
    value:
      of === 'least' ? Math.min(...group.map(({ value }) => value)) : median(group.map(({ value }) => value)),
  }));
  const middle = mean(reduced.map(({ value }) => value));
  return { mean: middle, rise: slope(reduced) * (last - from) };
}

export function isFlat({ mean: middle, rise }: Trend, { shareMax, riseMax }: Bar): boolean {
  return rise <= Math.max(riseMax, shareMax * middle);
}

/** Of the line with the least squares; 0 for fewer than two points. */
function slope(points: readonly Point[]): number {
  const at = mean(points.map((point) => point.at));
  const value = mean(points.map((point) => point.value));
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  if (spread === 0) return 0;
  return points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0) / spread;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
