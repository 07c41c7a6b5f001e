/** A server whose disk runs full, or can no longer be written: a small one is mounted, which needs root on Linux. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../../conformance/server-process.ts';
import { type Api, connect } from '../../support/api.ts';
import { cannotMount, fill, makeWritable, mountDisk, unmountAll } from './small-disk.ts';

const rounds = `
document: { dsl: '1.0.3', namespace: disk, name: rounds, version: '1.0.0' }
do:
  - all:
      for: { each: round, in: '[range(0; 10)]' }
      do:
        - pause: { wait: { milliseconds: 100 } }
        - note: { set: { rounds: '\${ (.rounds // 0) + 1 }' } }
`;
const request = { workflow: { namespace: 'disk', name: 'rounds' } };
const executionsTotal = 20;

const servers: ServerProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  unmountAll();
});

async function start(data: string): Promise<{ readonly server: ServerProcess; readonly api: Api }> {
  // What could not be committed is tried again when its lease lapses.
  const server = await startServer({ data, env: { MILLRACE_LEASE_MS: '2000' } });
  servers.push(server);
  return { server, api: connect(server.url) };
}

async function startSome(api: Api): Promise<string[]> {
  await api.deploy(rounds);
  const started = await Promise.all(Array.from({ length: executionsTotal }, () => api.start(request)));
  return started.map(({ id }) => id);
}

async function expectAllEnd(api: Api, ids: readonly string[]): Promise<void> {
  const ended = await Promise.all(ids.map((id) => api.execution(id, '30s')));
  expect(ended.map(({ status, output }) => ({ status, output }))).toEqual(
    ids.map(() => ({ status: 'completed', output: { rounds: 10 } })),
  );
}

/** The answer to a start, asked again until it is the one that is wanted. */
async function untilStart(
  api: Api,
  status: number,
): Promise<{ readonly detail?: string; readonly reason?: string }> {
  for (let turn = 0; ; turn++) {
    const answer = await api.call<{ detail?: string; reason?: string }>(
      'POST',
      '/api/v1/executions',
      request,
    );
    if (answer.status === status) return answer.body;
    if (turn > 200)
      throw new Error(`a start is answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    await sleep(50);
  }
}

const reason = cannotMount();

describe.skipIf(reason !== undefined)(
  `a disk${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: 90_000 },
  () => {
    it('that is nearly full refuses new executions with 503, while those that run go on to their end', async () => {
      const data = mountDisk();
      const { api } = await start(data);
      const ids = await startSome(api);
      const filler = fill(data, 12 * 1024 * 1024);
      const refusal = await untilStart(api, 503);
      expect(refusal).toMatchObject({ type: 'urn:millrace:problem:unavailable', reason: 'disk-full' });
      expect(refusal.detail).toMatch(
        /has \d+\.\d MiB left, and the last 16\.0 are kept for executions that run/,
      );
      await expectAllEnd(api, ids);
      rmSync(filler);
      await untilStart(api, 201);
    });

    it('that is full to the last byte holds executions up, and they go on when there is room, without a restart', async () => {
      const data = mountDisk();
      const { server, api } = await start(data);
      const ids = await startSome(api);
      const filler = fill(data, 0);
      await untilStart(api, 503);
      // Long enough for what fits into the pages that the log has already.
      await sleep(1_500);
      expect(server.isAlive()).toBe(true);
      rmSync(filler);
      await untilStart(api, 201);
      await expectAllEnd(api, ids);
      expect(server.isAlive()).toBe(true);
    });

    it('that cannot be written makes a start refuse with the reason; all is there when it can be written again', async () => {
      const data = mountDisk();
      const { server, api } = await start(data);
      const ids = await startSome(api);
      await server.kill();
      makeWritable(data, false);
      await expect(startServer({ data })).rejects.toThrow(/Cannot start: /);
      makeWritable(data, true);
      const again = await start(data);
      await expectAllEnd(again.api, ids);
    });
  },
);
