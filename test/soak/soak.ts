/** Mixed load on the real server for minutes, sampled once a second, and judged by whether its figures stay flat. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPhases } from '@millrace/core';
import { machineTime, usageOf } from '../../bench/measure/processes.ts';
import { useOf } from '../../bench/subjects/on-postgres.ts';
import { startServer } from '../../conformance/server-process.ts';
import { startPostgres } from '../../scripts/postgres.js';
import { type Api, connect } from '../support/api.ts';
import { type Bar, isFlat, type Trend, trendOf } from './flatness.ts';
import { openStandIn } from './stand-in.ts';
import { type Kind, soakKinds, ticking } from './workflows.ts';

/** As `docs/operating.md` advises: without it what is new takes up to 96 MB, sooner or later. */
const nodeOptions = '--max-semi-space-size=16';

export interface SoakOptions {
  readonly minutes: number;
  /** executions started per second */
  readonly perSec: number;
  /** `postgres`: one of its own that is started for it; absent: SQLite */
  readonly store?: 'postgres';
  readonly onSample?: (sample: Sample) => void;
}

/** Names carry their units. `…Mb` are MiB. */
export interface Sample {
  /** seconds since the load began */
  readonly at: number;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  /** executions that ended per second */
  readonly perSec: number;
  /** from the start of a `pure` execution to its end, as its client sees it */
  readonly pureP99Ms: number;
  /** of the server and its database, by executions that ended */
  readonly cpuMsPer: number;
  readonly databaseMb: number;
  readonly walMb: number;
  /** cores that programs other than the server and its load used */
  readonly foreignCores: number;
}

export type Figure = Exclude<keyof Sample, 'at'>;

export interface Judged extends Trend {
  readonly figure: Figure;
  readonly bar: Bar;
  /** undefined: the run was too short to say it, or others used the machine for most of the time */
  readonly flat: boolean | undefined;
}

export interface SoakResult {
  readonly minutes: number;
  readonly wantedPerSec: number;
  readonly ended: Readonly<Record<string, number>>;
  /** starts that were left out because too many executions were open */
  readonly heldBack: number;
  readonly failures: readonly string[];
  readonly judged: readonly Judged[];
  readonly samples: readonly Sample[];
}

/**
 * What must be flat. The database is not among them: it keeps every event. A leak shows in the heap after collections; the
 * process' memory follows the height that the heap reaches between two of them, which settles slowly under a gentle load.
 */
export const bars: Readonly<Partial<Record<Figure, Bar>>> = {
  residentMb: { shareMax: 0.15, riseMax: 40, of: 'least' },
  heapMb: { shareMax: 0.1, riseMax: 8, of: 'least' },
  lagP99Ms: { shareMax: 0.3, riseMax: 8, of: 'median' },
  pureP99Ms: { shareMax: 0.3, riseMax: 15, of: 'median' },
  cpuMsPer: { shareMax: 0.3, riseMax: 1, of: 'median' },
  walMb: { shareMax: 0.3, riseMax: 16, of: 'least' },
};

/** The collector of old objects comes by every few minutes under a gentle load: a shorter run cannot say what is held. */
const minutesJudgedMin = 20;

/** What is felt is judged by the samples in which others used less than this, if they are most of them. */
const foreignCoresMax = 0.3;

const sampleMs = 1_000;
const openMax = 400;
const failuresMax = 20;

export async function soak({ minutes, perSec, store, onSample }: SoakOptions): Promise<SoakResult> {
  const standIn = await openStandIn();
  const database = store === 'postgres' ? await startPostgres() : undefined;
  const settings = { MILLRACE_LOG_LEVEL: 'error', NODE_OPTIONS: nodeOptions };
  const server = await startServer({
    env: database === undefined ? settings : { ...settings, MILLRACE_STORE: database.url },
  });
  const engine = database === undefined ? [server.pid] : [server.pid, database.pid];
  try {
    const api = connect(server.url);
    const kinds = soakKinds(standIn.url);
    for (const { definition, parts = [] } of kinds)
      for (const each of [...parts, definition]) await api.deploy(each);
    // Starts by itself beside the load.
    await api.deploy(ticking);
    const load = startLoad(api, kinds, perSec);
    const samples: Sample[] = [];
    const beganAt = performance.now();
    const cpu = watchCpu(engine);
    for (let at = 0; at < minutes * 60 && server.isAlive(); ) {
      await sleep(sampleMs - ((performance.now() - beganAt) % sampleMs));
      const before = at;
      at = (performance.now() - beganAt) / 1_000;
      const { ownMs, foreignCores } = cpu();
      const taken = await takeSample(server.pid, api, load, at, at - before);
      const cpuMsPer = round(ownMs / Math.max(1, taken.perSec * (at - before)));
      const bytes = database === undefined ? undefined : (await useOf(database.url)).bytes;
      const databaseMb = bytes === undefined ? taken.databaseMb : round(bytes / 2 ** 20);
      const sample = { ...taken, databaseMb, cpuMsPer, foreignCores };
      samples.push(sample);
      onSample?.(sample);
    }
    await load.stop();
    if (server.isAlive()) load.failures.push(...(await endTicking(api)));
    if (!server.isAlive()) load.failures.push(`the server ended:\n${server.output().slice(-2_000)}`);
    else load.failures.push(...(await leftBehind(api)));
    return toResult({ minutes, perSec }, load, samples);
  } finally {
    await server.stop();
    await database?.remove();
    await standIn.close();
  }
}

interface Load {
  readonly ended: Map<string, number>;
  readonly failures: string[];
  readonly heldBack: () => number;
  /** ms that `pure` executions took, and how many of all ended, since the last call */
  take(): { readonly pureMs: readonly number[]; readonly count: number };
  /** Starts no more, and waits for what is open. */
  stop(): Promise<void>;
}

function startLoad(api: Api, kinds: readonly Kind[], perSec: number): Load {
  const ended = new Map<string, number>();
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  let [started, heldBack, count] = [0, 0, 0];
  let pureMs: number[] = [];
  const run = async (kind: Kind) => {
    const startedAt = performance.now();
    try {
      await kind.run(api);
      if (kind.name === 'pure') pureMs.push(performance.now() - startedAt);
    } catch (error) {
      if (failures.length < failuresMax) failures.push(`${kind.name}: ${String(error)}`);
    }
    ended.set(kind.name, (ended.get(kind.name) ?? 0) + 1);
    count += 1;
  };
  const beganAt = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganAt) / 1_000) * perSec);
    for (; started < due; started += 1) {
      const kind = kinds[started % kinds.length];
      if (kind === undefined || open.size >= openMax) {
        heldBack += 1;
        continue;
      }
      const running = run(kind).finally(() => open.delete(running));
      open.add(running);
    }
  }, 10);
  return {
    ended,
    failures,
    heldBack: () => heldBack,
    take() {
      const taken = { pureMs, count };
      pureMs = [];
      count = 0;
      return taken;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

async function takeSample(
  pid: number,
  api: Api,
  load: Load,
  at: number,
  seconds: number,
): Promise<Omit<Sample, 'cpuMsPer' | 'foreignCores'>> {
  const metric = await readMetrics(api);
  const { pureMs, count } = load.take();
  const sorted = pureMs.toSorted((a, b) => a - b);
  return {
    at: round(at),
    residentMb: round(residentBytes(pid) / 2 ** 20),
    heapMb: round(metric('nodejs_heap_size_used_bytes') / 2 ** 20),
    lagP99Ms: round(metric('nodejs_eventloop_lag_seconds{quantile="0.99"}') * 1_000),
    lagMaxMs: round(metric('nodejs_eventloop_lag_seconds{quantile="1"}') * 1_000),
    perSec: round(count / seconds),
    pureP99Ms: round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    databaseMb: round(metric('millrace_store_database_bytes') / 2 ** 20),
    walMb: round(metric('millrace_store_wal_bytes') / 2 ** 20),
  };
}

/** A figure that is not there is 0. */
async function readMetrics(api: Api): Promise<(name: string) => number> {
  const { body } = await api.call<string>('GET', '/metrics');
  const values = new Map(
    body
      .split('\n')
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
  return (name) => Number(values.get(name) ?? 0);
}

/** Holds the schedule, which has run as it should. */
async function endTicking(api: Api): Promise<string[]> {
  const { status } = await api.call('POST', '/api/v1/workflows/soak/ticking/schedule/pause', {});
  const { body } = await api.call<{ items: unknown[] }>('GET', '/api/v1/executions?workflow=soak/ticking');
  return status === 200 && body.items.length > 1
    ? []
    : [`the schedule was held with ${status} and had ${body.items.length} runs`];
}

/** When all has ended, nothing may be open, overdue, in doubt or without a reason to move. */
async function leftBehind(api: Api): Promise<string[]> {
  await sleep(1_500); // figures of the store are a second old at most
  const metric = await readMetrics(api);
  const names = ['millrace_orphans', 'millrace_overdue', 'millrace_in_doubt'];
  const open = openPhases.map((status) => `millrace_executions{status="${status}"}`);
  return [...names, ...open].flatMap((name) => {
    const value = metric(name);
    return value === 0 ? [] : [`${name} is ${value} when all has ended`];
  });
}

function toResult(
  { minutes, perSec }: Pick<SoakOptions, 'minutes' | 'perSec'>,
  load: Load,
  samples: readonly Sample[],
): SoakResult {
  const judged = (Object.entries(bars) as [Figure, Bar][]).map(([figure, bar]) =>
    judge(figure, bar, samples),
  );
  return {
    minutes,
    wantedPerSec: perSec,
    ended: Object.fromEntries(load.ended),
    heldBack: load.heldBack(),
    failures: load.failures,
    judged,
    samples,
  };
}

function judge(figure: Figure, bar: Bar, samples: readonly Sample[]): Judged {
  const quiet = samples.filter(({ foreignCores }) => foreignCores < foreignCoresMax);
  const isFelt = bar.of === 'median';
  const points = (isFelt ? quiet : samples).map((sample) => ({ at: sample.at, value: sample[figure] }));
  const trend = trendOf(points, bar.of);
  const isLong = (samples.at(-1)?.at ?? 0) >= minutesJudgedMin * 60;
  const says = isFelt ? quiet.length > samples.length / 2 : isLong;
  return { figure, ...trend, bar, flat: says ? isFlat(trend, bar) : undefined };
}

/** CPU of the server and its database, and cores that others used beside them and this load, since the last call. */
function watchCpu(
  engine: readonly number[],
): () => { readonly ownMs: number; readonly foreignCores: number } {
  const look = () => ({
    at: performance.now(),
    busyMs: machineTime().busyMs,
    ownMs: usageOf(engine).cpuMs,
    loadMs: usageOf([process.pid]).cpuMs,
  });
  let before = look();
  return () => {
    const now = look();
    // A connection of the database that ended takes its time along.
    const ownMs = Math.max(0, now.ownMs - before.ownMs);
    const othersMs = now.busyMs - before.busyMs - ownMs - (now.loadMs - before.loadMs);
    const foreignCores = round(Math.max(0, othersMs) / (now.at - before.at));
    before = now;
    return { ownMs, foreignCores };
  };
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0; // it has ended, which is told elsewhere
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
