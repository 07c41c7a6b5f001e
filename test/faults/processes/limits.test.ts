/** A server that runs out of file handles or memory while it is at work: `npm run faults:processes`. */
import { connect as openSocket, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, expectAllEnd, openBench } from './under-load.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('a server under load', { timeout: 120_000 }, () => {
  it('that has no file handles left goes on when there are some again, and loses nothing that it acknowledged', async () => {
    const { server, api } = await bench.start({ before: 'ulimit -n 96;' });
    await bench.deploy(api);
    const before = await bench.startWithoutEnd(api, overAfter(300));
    const sockets = await openMany(server.port, 200);
    const meanwhile = await bench.startWithoutEnd(api, overAfter(1_000));
    expect(server.isAlive(), server.output()).toBe(true);
    for (const socket of sockets) socket.destroy();
    const after = await bench.startWithoutEnd(api, overAfter(300));
    expect(after.size).toBeGreaterThan(0);
    // A call that finds no handle for its connection waits for one. Who asks here takes one at a time.
    for (const [id, output] of [...before, ...meanwhile, ...after])
      expect(await api.execution(id, '60s')).toMatchObject({ status: 'completed', output });
  });

  it('that has no memory left ends with a message, and nothing that it acknowledged is lost', async () => {
    const limited = await bench.start({ env: { NODE_OPTIONS: '--max-old-space-size=56' } });
    await limited.api.deploy(keeping);
    const acknowledged = new Map<string, unknown>();
    const text = 'x'.repeat(900_000);
    for (let turn = 0; limited.server.isAlive() && turn < 60; turn++) {
      const requests = Array.from({ length: 8 }, (_, lane) => {
        const request = { workflow: { namespace: 'limits', name: 'keeping' }, input: { turn, lane, text } };
        return limited.api.start(request).catch(() => undefined);
      });
      for (const started of await Promise.all(requests))
        if (started !== undefined) acknowledged.set(started.id, 'kept');
    }
    if (!limited.server.isAlive()) expect(limited.server.output()).toMatch(/heap out of memory/);
    else await limited.server.kill();
    await expectAllEnd((await bench.start()).api, acknowledged);
  });
});

const keeping = `
document: { dsl: '1.0.3', namespace: limits, name: keeping, version: '1.0.0' }
do:
  - hold: { wait: { seconds: 3 } }
  - said: { set: '\${ "kept" }' }
`;

function overAfter(ms: number): () => boolean {
  const until = performance.now() + ms;
  return () => performance.now() > until;
}

/** Connections that say nothing; those that are not taken any more count as well. */
function openMany(port: number, count: number): Promise<Socket[]> {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = openSocket(port, '127.0.0.1');
          socket.once('connect', () => resolve(socket));
          socket.on('error', () => resolve(socket));
        }),
    ),
  );
}
