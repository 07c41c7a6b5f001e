/**
 * Executions of every kind on the real server: effects, waits, loops, forks, retries, children, listeners, events, large
 * values and a schedule, some cancelled and some suspended. What is left after a loss of power is read to its end, and
 * held against all that the server had told by then; now and then a server goes on with it, and the checks of the kills
 * look at what becomes of it.
 */
import { hash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../../../conformance/server-process.ts';
import { openFileBlobs } from '../../../packages/server/src/drivers/files/blobs.ts';
import { openSqliteStore } from '../../../packages/server/src/drivers/sqlite/store.ts';
import { verifyStore } from '../../../packages/server/src/engine/verify-store.ts';
import type { Store } from '../../../packages/server/src/ports/store.ts';
import { connect } from '../../support/api.ts';
import type { Random } from '../../support/random.ts';
import {
  openRecordingService,
  type RecordedRequest,
  type RecordingService,
} from '../../support/recording-service.ts';
import { type Acknowledged, lossesOf } from '../log-checks.ts';
import { endTicks, startSome, wrongChildren } from '../processes/kill-run.ts';
import { deployKinds, type Kind, mixedKinds, ticks } from '../processes/mixed-kinds.ts';
import { steeredKinds } from '../processes/steered-kinds.ts';
import { noteOf } from './disk-model.ts';
import { type Load, type Recording, withoutSyncs } from './lose-power.ts';
import { notePrefix, Told } from './told.ts';

export interface MixedLoadOptions {
  readonly executions: number;
  /** every how many losses a server goes on with what is left */
  readonly goOnEvery: number;
  /** nothing is synced */
  readonly weak?: boolean;
}

export interface MixedLoad extends Load {
  /** how often a server went on with what was left */
  readonly wentOn: () => number;
  close(): Promise<void>;
}

const perBurst = 20;
const tenant = 'default';
/** Noted when all is published. */
const published = 'published';

export async function openMixedLoad({
  executions,
  goOnEvery,
  weak = false,
}: MixedLoadOptions): Promise<MixedLoad> {
  let random: Random | undefined;
  const service = await openRecordingService(() => random?.between(10, 120) ?? 0);
  const kinds = [...mixedKinds(service.url), ...steeredKinds];
  const told = new Told();
  /** of the recorded run, to its end */
  const started: Acknowledged = new Map();
  let requests: readonly RecordedRequest[] = [];
  let looks = 0;
  let wentOn = 0;
  return {
    wentOn: () => wentOn,
    close: () => service.close(),
    async record(recording, drawn) {
      random = drawn;
      await recordRun(recording, drawn, { kinds, started, executions, weak });
      requests = [...service.requests];
    },
    acknowledged(said) {
      told.read(said);
      return told.answers;
    },
    async flawOf(folder, said) {
      told.read(said);
      const flaw = await flawIn(folder, told);
      looks += 1;
      if (flaw !== undefined || looks % goOnEvery !== 0 || !told.notes.has(published)) return flaw;
      wentOn += 1;
      service.restore(requests.filter(({ key }) => key !== undefined && told.keys.has(key)));
      const acknowledged = new Map([...started].filter(([id]) => told.executions.has(id)));
      return goOn(folder, { acknowledged, told, service });
    },
  };
}

interface Run {
  readonly kinds: readonly Kind[];
  readonly started: Acknowledged;
  readonly executions: number;
  readonly weak: boolean;
}

/** Starts and steers bursts of executions; the last of them are under way when the server is killed. */
async function recordRun(
  { folder, env, record }: Recording,
  random: Random,
  { kinds, started, executions, weak }: Run,
): Promise<void> {
  const note = (text: string) => appendFileSync(record, noteOf(`${notePrefix}${text}`));
  const noting = kinds.map(
    (kind): Kind => ({
      ...kind,
      steer: async (api, id) => {
        await kind.steer?.(api, id);
        note(steered(id));
        // Whether somebody still waits when the server is killed is left to chance.
        api.execution(id, '30s').catch(() => {});
      },
    }),
  );
  const flags = weak ? { NODE_OPTIONS: `--import=${withoutSyncs}` } : {};
  const server = await startServer({ data: folder, env: { ...storeIn(folder), ...env, ...flags } });
  try {
    const api = connect(server.url);
    await deployKinds(api, kinds);
    await api.deploy(ticks);
    note(published);
    const bursts: Promise<void>[] = [];
    for (let from = 0; from < executions; from += perBurst) {
      const to = Math.min(from + perBurst, executions);
      bursts.push(startSome(api, from, to, noting, started, () => true));
      await sleep(random.between(50, 250));
      if (!server.isAlive()) throw new Error(`the recorded server ended:\n${server.output()}`);
    }
    await Promise.all(bursts);
  } finally {
    await server.kill();
  }
}

const steered = (id: string) => `steered ${id}`;

function storeIn(folder: string): Readonly<Record<string, string>> {
  return { MILLRACE_STORE: `sqlite:${join(folder, 'store.db')}` };
}

/** Reads all that is left, and holds it against what was told. */
async function flawIn(folder: string, told: Told): Promise<string | undefined> {
  const store = await openSqliteStore({ path: join(folder, 'store.db') });
  try {
    const blobs = openFileBlobs({ folder: join(folder, 'blobs') });
    const { flaws, unreadable } = await verifyStore(store, blobs, (text) => hash('sha256', text));
    const [flaw] = flaws;
    if (unreadable !== undefined) return `the store is unreadable: ${unreadable}`;
    if (flaw !== undefined) return `${flaw.execution} is broken at ${flaw.version}: ${flaw.reason}`;
    return await flawOfTold(store, told);
  } finally {
    await store.close();
  }
}

/** An execution that was shown is there, as far on as it was shown; so is an effect whose request was sent. */
async function flawOfTold(store: Store, told: Told): Promise<string | undefined> {
  const ends = await readEnds(store);
  for (const { id, status, version } of told.executions.values()) {
    const end = ends.get(id) ?? 0;
    if (end < version) return `${id} was shown at version ${version}, and ends with ${end}`;
    const row = await store.execution(tenant, id);
    const isOver = status === 'completed' || status === 'cancelled' || status === 'faulted';
    if (isOver && row?.status !== status) return `${id} was told to be ${status}, and is ${row?.status}`;
  }
  for (const key of told.keys.keys()) {
    const [, id = '', version = ''] = key.split('/');
    const end = ends.get(id) ?? 0;
    if (end < Number(version)) return `a deed of ${id} was done at version ${version}; it ends with ${end}`;
  }
  return undefined;
}

/** The last version of each stream. */
async function readEnds(store: Store): Promise<ReadonlyMap<string, number>> {
  const ends = new Map<string, number>();
  for (let cursor = ''; ; ) {
    const page = await store.tail(cursor, 1_000);
    for (const { stream, version, count } of page.commits) ends.set(stream, version + count - 1);
    if (page.commits.length === 0) return ends;
    cursor = page.cursor;
  }
}

interface Earlier {
  readonly acknowledged: Acknowledged;
  readonly told: Told;
  readonly service: RecordingService;
}

/** A server takes over; what it was not told before, it is told now. Answers the first thing that is lost. */
async function goOn(folder: string, { acknowledged, told, service }: Earlier): Promise<string | undefined> {
  const server = await startServer({ data: folder, env: storeIn(folder) });
  try {
    const api = connect(server.url);
    await Promise.all(
      [...acknowledged].map(async ([id, { steer }]) => {
        if (steer !== undefined && !told.notes.has(steered(id))) await steer(api, id);
      }),
    );
    const [loss] = [
      ...(await lossesOf(api, acknowledged, acknowledged.size, service)),
      ...wrongChildren(acknowledged, service),
      ...(await endTicks(api, 0)),
    ];
    return loss;
  } finally {
    await server.stop();
  }
}
