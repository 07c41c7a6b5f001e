/** A server of a test, and clients that start executions of four kinds on it without end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ServerOptions, type ServerProcess, startServer } from '../../../conformance/server-process.ts';
import { type Api, connect } from '../../support/api.ts';
import { openRecordingService } from '../../support/recording-service.ts';
import { deployKinds, mixedKinds } from './mixed-kinds.ts';

export interface Bench {
  /** Starts a server on the data of the one before. */
  start(options?: ServerOptions): Promise<{ readonly server: ServerProcess; readonly api: Api }>;
  /** Publishes all kinds. */
  deploy(api: Api): Promise<void>;
  /** Asks for starts until `isOver`; answers what was acknowledged, with the output it must end with. */
  startWithoutEnd(api: Api, isOver: () => boolean): Promise<Map<string, unknown>>;
  close(): Promise<void>;
}

const lanes = 8;
const executionsMax = 400;

export async function openBench(): Promise<Bench> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
  const service = await openRecordingService(() => 100);
  const kinds = mixedKinds(service.url);
  const servers: ServerProcess[] = [];
  return {
    async start(options = {}) {
      // What could not be committed is tried again when its lease lapses.
      const env = { MILLRACE_LEASE_MS: '2000', ...options.env };
      const server = await startServer({ data, ...options, env });
      servers.push(server);
      return { server, api: connect(server.url) };
    },
    async deploy(api) {
      await deployKinds(api, kinds);
    },
    async startWithoutEnd(api, isOver) {
      const acknowledged = new Map<string, unknown>();
      const drive = async (lane: number) => {
        for (let turn = lane; !isOver() && acknowledged.size < executionsMax; turn++) {
          const kind = kinds[turn % kinds.length];
          const request = { workflow: { namespace: 'crash', name: kind?.name } };
          const started = await api.start(request).catch(() => undefined);
          if (started === undefined) await sleep(20);
          else acknowledged.set(started.id, kind?.output);
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, lane) => drive(lane)));
      return acknowledged;
    },
    async close() {
      for (const server of servers) await server.stop();
      await service.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Everything that was acknowledged is there, and has ended as it must. */
export async function expectAllEnd(api: Api, acknowledged: ReadonlyMap<string, unknown>): Promise<void> {
  expect(acknowledged.size).toBeGreaterThan(0);
  const ids = [...acknowledged.keys()];
  const ended: Awaited<ReturnType<Api['execution']>>[] = [];
  // A few at a time: whoever looks must not take the last file handles of the server.
  for (let from = 0; from < ids.length; from += lanes)
    ended.push(...(await Promise.all(ids.slice(from, from + lanes).map((id) => api.execution(id, '60s')))));
  expect(ended.map(({ id, status, output }) => [id, status, output])).toEqual(
    [...acknowledged].map(([id, output]) => [id, 'completed', output]),
  );
}
