import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from './http-client.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Above a second, where the library counts the turns of its own timer, which stands still with the process. */
const idleMs = 1_100;

/**
 * A server in a thread of its own, which goes on while this one stands still: it says how often it was connected to,
 * answers `/slow` after 100 ms, and closes a connection that was idle for too long, unheard as long as the other side sleeps.
 */
const source = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
let connections = 0;
const answeredAt = new WeakMap();
const server = createServer((request, response) => {
  const { socket } = request;
  if (Date.now() - (answeredAt.get(socket) ?? Infinity) > ${idleMs}) return socket.destroy();
  // Said here, it comes without the hint for how long a connection is kept.
  response.setHeader('connection', 'keep-alive');
  const answer = () => {
    answeredAt.set(socket, Date.now());
    response.end(String(connections));
  };
  if (request.url === '/slow') setTimeout(answer, 100); else answer();
});
server.on('connection', () => { connections += 1; });
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

async function open(): Promise<{ ask(path: string): Promise<string> }> {
  const server = new Worker(source, { eval: true });
  const [port] = (await once(server, 'message')) as [number];
  const client: HttpClient = createHttpClient({ allow: ['loopback'], idleMs });
  closers.push(
    () => server.terminate(),
    () => client.close(),
  );
  return {
    async ask(path) {
      const request = { method: 'POST', url: new URL(`http://127.0.0.1:${port}${path}`), headers: {} };
      // An answer is there a little before its connection is free again.
      await new Promise((resolve) => setImmediate(resolve));
      const outcome = await client.request({ ...request, body: 'x' });
      return outcome.type === 'response' ? Buffer.from(outcome.body).toString() : outcome.detail;
    },
  };
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a process that stood still for longer than a server keeps what is idle', () => {
  test('writes nothing into connections of before, also when it asks as soon as an answer is there', async () => {
    const { ask } = await open();
    expect(await ask('/')).toBe('1');
    const asked = ask('/slow').then(() => ask('/'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    standStill(2 * idleMs);
    expect(await asked).toBe('2');
  });

  test('takes the connections of before when it did not stand still', async () => {
    const { ask } = await open();
    const before = await ask('/');
    expect(await ask('/slow')).toBe(before);
    expect(await ask('/')).toBe(before);
  });
});
