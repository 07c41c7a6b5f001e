/** Millrace inside this process, on SQLite with every acknowledged commit synced. */

import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedEngine } from 'millrace';
import { ensureBuilt } from '../../scripts/build.js';
import {
  calls,
  effects,
  forEffects,
  fork,
  forSets,
  sets,
  sleeper,
  sleeperName,
  workflows,
} from './definitions.ts';
import type { Sleeping, Subject } from './subject.ts';

export interface EmbeddedSubject extends Subject {
  readonly folder: string;
  readonly engineApi: EmbeddedEngine;
  /** five `set` tasks, that is, W1a; `steps` is W1b */
  sets(): Promise<void>;
  /** A `for` over `count` numbers; resolves to the events that it left. */
  loop(body: 'sets' | 'effects', count: number): Promise<number>;
  /** Publishes what sleeps of these lengths need: a wait is a fixed part of a definition. */
  prepareSleeps(lengthsMs: readonly number[]): Promise<void>;
}

export interface EmbeddedOptions {
  /** a folder that is there; the store gets one of its own inside */
  readonly parent: string;
  /** absent: SQLite in the folder */
  readonly store?: string;
  /** calls under way at once; absent: more than there ever are */
  readonly effectsMax?: number;
  /** where `calls` go, and the process that answers them */
  readonly service?: { readonly url: string; readonly pid: number };
}

/** 512 executions have an effect each under way, and nothing should wait for a slot: the default is 256. */
const plentyOfEffects = 4096;

export async function openEmbedded({
  parent,
  service,
  store,
  effectsMax = plentyOfEffects,
}: EmbeddedOptions): Promise<EmbeddedSubject> {
  const { createEngine } = await importEngine();
  const folder = mkdtempSync(join(parent, 'millrace-'));
  const engine = await createEngine({
    store: store ?? `sqlite:${join(folder, 'millrace.db')}`,
    data: folder,
    functions: { echo: (input) => input },
    allow: ['loopback'],
    effectsMax,
  });
  const definitions = [sets, effects, fork, forSets, forEffects];
  for (const text of service === undefined ? definitions : [...definitions, calls(service.url)])
    await engine.deploy(text);
  const run = async (workflow: { readonly namespace: string; readonly name: string }, input = {}) => {
    const execution = await engine.run({ workflow, input });
    if (execution.status !== 'completed')
      throw new Error(`${workflow.name} ended ${execution.status}: ${JSON.stringify(execution.error)}`);
    return execution;
  };
  return {
    title: `Millrace ${readVersion()}, embedded`,
    engine: [process.pid],
    others: service === undefined ? [] : [service.pid],
    folder,
    engineApi: engine,
    sets: async () => void (await run(workflows.sets)),
    steps: async () => void (await run(workflows.effects)),
    calls: async () => void (await run(workflows.calls)),
    fork: async () => void (await run(workflows.fork)),
    loop: async (body, count) =>
      (await run(body === 'sets' ? workflows.forSets : workflows.forEffects, { count })).version,
    async prepareSleeps(lengthsMs) {
      for (const ms of lengthsMs) await engine.deploy(sleeper(ms));
    },
    sleep: (ms) => sleepOn(engine, ms),
    close: () => engine.close(),
  };
}

/** As it is published, in one file; for a profile the sources, whose places tell something. */
async function importEngine(): Promise<typeof import('millrace')> {
  if (process.execArgv.includes('--cpu-prof')) return import('millrace');
  await ensureBuilt();
  return import(new URL('../../packages/server/dist/millrace.js', import.meta.url).href);
}

function sleepOn(engine: EmbeddedEngine, ms: number): Sleeping {
  const accepted = engine.start({ workflow: { namespace: 'bench', name: sleeperName(ms) } });
  const ended = accepted.then(({ execution: { id, startedAt } }) =>
    engine.wait(id, Number.POSITIVE_INFINITY).then(({ status, endedAt = '' }) => {
      if (status !== 'completed') throw new Error(`a sleeper ended ${status}`);
      const due = Date.parse(startedAt) + ms;
      // late is counted to when the caller knew of the end, which was durable then; early, by the store's clock
      return { lateMs: Date.now() - due, early: Date.parse(endedAt) < due };
    }),
  );
  return { accepted, ended };
}

export function readVersion(): string {
  const manifest = readFileSync(new URL('../../packages/server/package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
