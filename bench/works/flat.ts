/** Flatness: what an event costs in a small history or store, and in a large one, or what an execution costs minutes later. */
import { type Figures, measureLoad } from '../measure/closed-loop.ts';
import { median } from '../measure/quantile.ts';
import { watchStalls } from '../measure/stalls.ts';
import { workflows } from '../subjects/definitions.ts';
import { type EmbeddedSubject, openEmbedded } from '../subjects/embedded.ts';
import { openOnPostgres } from '../subjects/on-postgres.ts';
import { type Measured, scaled, type WorkOptions } from './work.ts';

const few = 100;
const many = 100_000;
/** executions of one round, which the store grows by */
const roundExecutions = 1_000;

/**
 * W1b, 64 in flight, in a store of 100 executions, and again when it has 100,000. The lowest of the first rounds is
 * what the median of the last is held against: the storage thread compiles its code while the store is small.
 */
export async function measureFlatExecutions(options: WorkOptions): Promise<Measured> {
  const size = scaled(roundExecutions, options, 20);
  const subject = await openEmbedded({ parent: options.folder });
  const stalls = watchStalls();
  try {
    const eventsPer = (await subject.engineApi.run({ workflow: workflows.effects, input: {} })).version;
    const round = async () => {
      await runMany(subject, size, 64);
      return size * eventsPer;
    };
    await runMany(subject, Math.min(few, scaled(many, options)), 64);
    const small = await costsOf(round, roundsOf(options));
    stalls.take();
    await runMany(subject, scaled(many, options) - few, 512);
    const large = await costsOf(round, roundsOf(options));
    const lowest = small.reduce((a, b) => (b.cpuMicros < a.cpuMicros ? b : a));
    const figures = { ...compare([lowest], large), ...stalls.take() };
    return { subject: subject.title, figures };
  } finally {
    stalls.stop();
    await subject.close();
  }
}

/** One execution after the other, each a `for` of 100 numbers, then one of 100,000. */
export function flatLoop(body: 'sets' | 'effects'): (options: WorkOptions) => Promise<Measured> {
  return async (options) => {
    const subject = await openEmbedded({ parent: options.folder });
    const stalls = watchStalls();
    const perRound = scaled(body === 'sets' ? 200 : 50, options);
    const round = async () => {
      let events = 0;
      for (let at = 0; at < perRound; at += 1) events += await subject.loop(body, few);
      return events;
    };
    try {
      await round(); // compiled code
      const small = await costsOf(round, roundsOf(options));
      stalls.take();
      const large = await costsOf(() => subject.loop(body, scaled(many, options, few)), 1);
      const figures = { ...compare(small, large), ...stalls.take() };
      return { subject: subject.title, figures };
    } finally {
      stalls.stop();
      await subject.close();
    }
  };
}

const minutesWindows = 18;
const minutesWindowMs = 6_000;

/**
 * W1b, 512 in flight, for two minutes: long enough for a database to take statistics and to clear up behind it. The first
 * third of the time is what the worse of the others is held against.
 */
export async function measureFlatMinutes(options: WorkOptions): Promise<Measured> {
  const open = options.subject === 'postgres' ? openOnPostgres : openEmbedded;
  const subject = await open({ parent: options.folder });
  try {
    const windows: Figures[] = [];
    for (let at = 0; at < minutesWindows; at += 1) {
      const { figures } = await measureLoad(() => subject.steps(), {
        ...{ inFlight: 512, warmUpMs: at === 0 ? options.warmUpMs : 0, windows: 1 },
        ...{ windowMs: scaled(minutesWindowMs, options, 100), engine: subject.engine, others: [] },
      });
      windows.push(figures);
    }
    return { subject: subject.title, figures: overTime(windows) };
  } finally {
    await subject.close();
  }
}

function overTime(windows: readonly Figures[]): Figures {
  const third = windows.length / 3;
  const medianOf = (name: string, from: number, to: number) =>
    median(windows.slice(from, to).map((window) => window[name] ?? Number.NaN));
  const [first, ...later] = [0, 1, 2].map((at) => medianOf('cpuMsPer', at * third, (at + 1) * third));
  const rates = windows.map(({ perSec = Number.NaN }) => perSec);
  return {
    perSec: median(rates),
    perSecMin: Math.min(...rates),
    perSecMax: Math.max(...rates),
    cpuMsPer: medianOf('cpuMsPer', 0, windows.length),
    cpuRatio: Math.max(...later) / (first ?? Number.NaN),
    stallMs: Math.max(...windows.map(({ stallMs = Number.NaN }) => stallMs)),
  };
}

function roundsOf(options: WorkOptions): number {
  return Math.min(5, scaled(5, options, 2));
}

interface Cost {
  /** of all threads, by events */
  readonly cpuMicros: number;
  readonly elapsedMicros: number;
}

/** `round` answers how many events it left. */
async function costsOf(round: () => Promise<number>, rounds: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const begun = performance.now();
    const before = process.cpuUsage();
    const events = await round();
    const { user, system } = process.cpuUsage(before);
    const elapsedMicros = ((performance.now() - begun) * 1000) / events;
    costs.push({ cpuMicros: (user + system) / events, elapsedMicros });
  }
  return costs;
}

function compare(small: readonly Cost[], large: readonly Cost[]) {
  const of = (costs: readonly Cost[], figure: keyof Cost) => median(costs.map((cost) => cost[figure]));
  return {
    eventCpuMicrosFew: of(small, 'cpuMicros'),
    eventCpuMicrosMany: of(large, 'cpuMicros'),
    cpuRatio: of(large, 'cpuMicros') / of(small, 'cpuMicros'),
    elapsedRatio: of(large, 'elapsedMicros') / of(small, 'elapsedMicros'),
  };
}

async function runMany(subject: EmbeddedSubject, count: number, inFlight: number): Promise<void> {
  let left = count;
  const work = async () => {
    for (; left > 0; ) {
      left -= 1;
      await subject.steps();
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, work));
}
