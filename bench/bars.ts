/** What Millrace promises of each work on two cores, and whether it was kept. */
import type { Figures } from './measure/closed-loop.ts';
import type { Ratio, Row } from './row.ts';
import { isOurs, type SubjectName } from './works/work.ts';

export interface Bar {
  readonly work: string;
  /** absent: at any */
  readonly inFlight?: number;
  readonly figure: string;
  readonly is: '≥' | '≤' | '<';
  readonly bound: number;
}

export interface JudgedBar {
  readonly figure: string;
  readonly is: Bar['is'];
  readonly bound: number;
  /** NaN, and so missed, when it could not be measured */
  readonly value: number;
  readonly met: boolean;
}

export const bars: readonly Bar[] = [
  { work: 'W1a', inFlight: 64, figure: 'perSec', is: '≥', bound: 12_000 },
  { work: 'W1a', inFlight: 512, figure: 'perSec', is: '≥', bound: 20_000 },
  { work: 'W1a', inFlight: 1, figure: 'p50Ms', is: '≤', bound: 0.8 },
  { work: 'W1a', inFlight: 1, figure: 'p99Ms', is: '≤', bound: 2 },
  { work: 'W1a', inFlight: 512, figure: 'writtenBytesPer', is: '≤', bound: 6_000 },
  { work: 'W1a', inFlight: 512, figure: 'databaseBytesPer', is: '≤', bound: 3_000 },
  { work: 'W1b', inFlight: 64, figure: 'perSec', is: '≥', bound: 6_000 },
  { work: 'W1b', inFlight: 512, figure: 'perSec', is: '≥', bound: 10_000 },
  { work: 'W1b', inFlight: 1, figure: 'p50Ms', is: '≤', bound: 2.5 },
  { work: 'W1b', inFlight: 1, figure: 'p99Ms', is: '≤', bound: 6 },
  { work: 'W1b', inFlight: 64, figure: 'cpuMsPer', is: '≤', bound: 0.3 },
  { work: 'W1b', inFlight: 512, figure: 'cpuMsPer', is: '≤', bound: 0.3 },
  { work: 'W1b', inFlight: 512, figure: 'writtenBytesPer', is: '≤', bound: 8_000 },
  { work: 'W1b', inFlight: 512, figure: 'databaseBytesPer', is: '≤', bound: 3_000 },
  { work: 'W1a-http', inFlight: 64, figure: 'perSec', is: '≥', bound: 4_000 },
  { work: 'W2', inFlight: 64, figure: 'perSec', is: '≥', bound: 2_500 },
  { work: 'W3', inFlight: 1, figure: 'p50Ms', is: '≤', bound: 5 },
  // half as much again as where all have a place
  { work: 'W3-waiting', inFlight: 8, figure: 'cpuMsPer', is: '≤', bound: 9 },
  // a machine that cannot start them at this rate has not measured what was promised
  { work: 'W4-paced', figure: 'startedPerSec', is: '≥', bound: 4_900 },
  { work: 'W4-paced', figure: 'early', is: '≤', bound: 0 },
  { work: 'W4-paced', figure: 'lateP99Ms', is: '≤', bound: 60 },
  { work: 'W4-paced', figure: 'peakMb', is: '≤', bound: 250 },
  { work: 'W4-together', figure: 'early', is: '≤', bound: 0 },
  { work: 'W4-together', figure: 'lateMaxMs', is: '≤', bound: 700 },
  { work: 'W4-together', figure: 'peakMb', is: '≤', bound: 250 },
  { work: 'W5', figure: 'startMs', is: '≤', bound: 350 },
  { work: 'W5', figure: 'idleMb', is: '≤', bound: 130 },
  // eight times what DBOS does of it on two cores that nobody else uses, 150 per s
  ...['W1b-by-1', 'W1b-by-2', 'W1b-by-4'].map(
    (work): Bar => ({ work, figure: 'perSec', is: '≥', bound: 1_200 }),
  ),
  ...['flat-executions', 'flat-for-sets', 'flat-for-effects'].flatMap((work): Bar[] => [
    { work, figure: 'cpuRatio', is: '≤', bound: 1.3 },
    { work, figure: 'stallMs', is: '≤', bound: 50 },
  ]),
  { work: 'flat-minutes', figure: 'cpuRatio', is: '≤', bound: 1.3 },
  { work: 'listeners', figure: 'wakeP50Ms', is: '≤', bound: 5 },
  { work: 'listeners', figure: 'wakeP99Ms', is: '≤', bound: 5 },
  // what was matched, which is one, and ten
  { work: 'listeners', figure: 'examinedPer', is: '≤', bound: 11 },
  { work: 'listeners-shapes', figure: 'wakeP50Ms', is: '≤', bound: 5 },
  // the one that it is for, and ten that are asked for near misses
  { work: 'listeners-shapes', figure: 'filtersPer', is: '≤', bound: 11 },
  { work: 'events', figure: 'eventsPerSec', is: '≥', bound: 10_000 },
  { work: 'api', figure: 'p95Ms', is: '<', bound: 100 },
];

export interface PeerBar {
  readonly work: string;
  readonly inFlight: number;
  readonly peer: SubjectName;
  /** absent: ours is on SQLite */
  readonly store?: 'postgres';
  /** how many times better than the peer in the same run */
  readonly bound: number;
}

/**
 * A rate in itself says as much of a machine as of an engine: the same peers did half as much on one as on another. So the
 * rates that are promised are promised beside a peer as well: by how much they are above what it did on the machine
 * for which they were set, with its own settings there (per second: BullMQ 1,561 and 6,019 with 64 and 512 in flight, 1,948 of
 * W2; Restate 876).
 */
export const peerBars: readonly PeerBar[] = [
  { work: 'W1a', inFlight: 64, peer: 'bullmq', bound: 12_000 / 1_561 },
  { work: 'W1a', inFlight: 512, peer: 'bullmq', bound: 20_000 / 6_019 },
  { work: 'W1b', inFlight: 64, peer: 'bullmq', bound: 6_000 / 1_561 },
  { work: 'W1b', inFlight: 512, peer: 'bullmq', bound: 10_000 / 6_019 },
  { work: 'W2', inFlight: 64, peer: 'bullmq', bound: 2_500 / 1_948 },
  { work: 'W1a-http', inFlight: 64, peer: 'restate', bound: 4_000 / 876 },
  // what is promised of PostgreSQL is promised in this way alone
  ...['W1a', 'W1b', 'W2'].flatMap((work) =>
    [64, 512].map((inFlight): PeerBar => ({ work, inFlight, peer: 'dbos', store: 'postgres', bound: 8 })),
  ),
];

/** What is promised of a ratio, if anything is. */
export function peerBarOf(ratio: Pick<Ratio, 'work' | 'inFlight' | 'peer' | 'store'>): number | undefined {
  return peerBars.find(
    ({ work, inFlight, peer, store }) =>
      work === ratio.work && inFlight === ratio.inFlight && peer === ratio.peer && store === ratio.store,
  )?.bound;
}

/** The bars of one measurement; all of them are missed when it failed. */
export function judge(work: string, inFlight: number | undefined, figures: Figures): JudgedBar[] {
  return bars
    .filter((bar) => bar.work === work && (bar.inFlight === undefined || bar.inFlight === inFlight))
    .map(({ figure, is, bound }) => {
      const value = figures[figure] ?? Number.NaN;
      return { figure, is, bound, value, met: holds(value, is, bound) };
    });
}

/** Whether a run is a failure: Millrace could not do a work, or, when `strict`, missed a bar. */
export function isFailure(row: Pick<Row, 'by' | 'bars' | 'failure'>, strict: boolean): boolean {
  if (!isOurs(row.by)) return false;
  return row.failure !== undefined || (strict && row.bars.some(({ met }) => !met));
}

function holds(value: number, is: Bar['is'], bound: number): boolean {
  if (is === '≥') return value >= bound;
  return is === '≤' ? value <= bound : value < bound;
}
