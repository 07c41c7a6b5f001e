import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { httpClientContract } from './http-client.contract.ts';
import type { HttpClient } from './http-client.ts';
import { json, type LoopbackServer, startLoopbackServer } from './loopback-server.fixture.ts';
import { decodeOutcomes, encodeOutcomes, encodeRequests } from './request-wire.ts';
import { createThreadedClient, type ThreadedClientOptions } from './threaded-client.ts';

/** A thread takes most of a second to begin from sources, so tests that want the same of it share it. */
const shared = new Map<string, HttpClient>();
afterAll(() => Promise.all([...shared.values()].map((client) => client.close())));

httpClientContract((options) => {
  const key = JSON.stringify(options);
  const client = shared.get(key) ?? createThreadedClient(options);
  shared.set(key, client);
  return { request: (request) => client.request(request), close: async () => {} };
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(options: ThreadedClientOptions = {}): HttpClient {
  const client = createThreadedClient({ allow: ['loopback'], ...options });
  closers.push(() => client.close());
  return client;
}

async function serve(answer: Parameters<typeof startLoopbackServer>[0]): Promise<LoopbackServer> {
  const server = await startLoopbackServer(answer);
  closers.push(() => server.close());
  return server;
}

function post(client: HttpClient, url: string, body: string | Uint8Array, signal?: AbortSignal) {
  return client.request({ method: 'POST', url: new URL(url), headers: {}, body, ...(signal && { signal }) });
}

describe('what passes between the threads', () => {
  it('is each body with its own request and response, whatever its size, text or bytes', async () => {
    const server = await serve(({ body }, response) => response.end(body));
    const client = open();
    const sizes = [0, 1, 200_000, 17, 16 * 1024, 16 * 1024 + 1, 3, 1_000_000];
    const bodies = sizes.map((size, at) => {
      const bytes = Buffer.alloc(size, at + 65);
      return at % 2 === 0 ? bytes.toString() : bytes.subarray(0);
    });
    const outcomes = await Promise.all(bodies.map((body) => post(client, server.origin, body)));
    for (const [at, outcome] of outcomes.entries()) {
      const got = outcome.type === 'response' ? Buffer.from(outcome.body) : outcome.detail;
      expect(Buffer.from(bodies[at] ?? '').equals(Buffer.from(got)), `body ${at}`).toBe(true);
    }
    // What was sent is still the caller's.
    expect(bodies.map(({ length }) => length)).toEqual(sizes);
  });

  it('is nothing but the bodies, where they are parts of larger memory, and that stays where it is', () => {
    const memory = new Uint8Array(1_000_000).fill(7);
    const body = memory.subarray(10, 20_010);
    const request = { method: 'POST', url: new URL('http://a.example.com/'), headers: {}, body };
    const sent = encodeRequests([{ id: 1, value: request }]) as { readonly bodies: readonly Uint8Array[] };
    expect(sent.bodies[0]?.buffer.byteLength).toBe(20_000);
    const response = { type: 'response', status: 200, statusText: '', headers: {}, body } as const;
    const { message, transfer } = encodeOutcomes([{ id: 1, value: response }]);
    const [outcome] = decodeOutcomes(structuredClone(message, { transfer }));
    expect(outcome).toEqual({ id: 1, value: response });
    expect(memory).toHaveLength(1_000_000);
  });

  it('is large responses one in a turn of the event loop, so that others have theirs', async () => {
    const answers: (() => void)[] = [];
    const server = await serve((_, response) => {
      answers.push(() => response.end(Buffer.alloc(50_000)));
      if (answers.length === 8) for (const answer of answers) answer();
    });
    const client = open();
    let turn = 0;
    let isOver = false;
    const next = () => {
      turn += 1;
      if (!isOver) setImmediate(next);
    };
    setImmediate(next);
    const turns = await Promise.all(
      Array.from({ length: 8 }, async () => {
        await post(client, server.origin, 'x');
        return turn;
      }),
    );
    isOver = true;
    expect(new Set(turns).size).toBe(8);
  });

  it('is names and values of headers as they came, also those that are odd', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], __proto__x: 'p', text: 'caf\u00e9' }).end('x'),
    );
    const outcome = await open().request({
      ...{ method: 'GET', url: new URL(`${server.origin}/a%20b?c=\u00e9`), headers: { 'x-a': 'caf\u00e9' } },
    });
    expect(outcome).toMatchObject({ headers: { 'set-cookie': ['a=1', 'b=2'], text: 'caf\u00e9' } });
    expect(server.received[0]).toMatchObject({ url: '/a%20b?c=%C3%A9' });
  });

  it('is that a request was given up before it left this thread', async () => {
    const server = await serve((_, response) => response.end());
    const controller = new AbortController();
    const client = open();
    const pending = post(client, server.origin, 'x', controller.signal);
    controller.abort();
    expect(await pending).toMatchObject({ reason: 'aborted', unknown: false });
    expect(await post(client, server.origin, 'y')).toMatchObject({ status: 200 });
    expect(server.received).toHaveLength(1);
  });
});

describe('the thread', () => {
  it('that is closed fails what is under way, and says what was not sent', async () => {
    const server = await serve(() => {});
    const client = open({ connectionsMax: 1 });
    const pending = post(client, server.origin, 'x');
    await expect.poll(() => server.received.length).toBe(1);
    const queued = post(client, server.origin, 'y');
    await client.close();
    expect(await pending).toMatchObject({ type: 'failed', unknown: true });
    expect(await queued).toMatchObject({ type: 'failed', unknown: false });
  });

  it('that ends by an error fails what is under way, of which nobody knows, and another one takes its place', async () => {
    const server = await serve(({ url }, response) => {
      if (url !== '/slow') json(response, url);
    });
    const begun: { kill(): void }[] = [];
    const client = createThreadedClient({ allow: ['loopback'] }, (worker) =>
      begun.push({ kill: () => void worker.terminate() }),
    );
    closers.push(() => client.close());
    const pending = post(client, `${server.origin}/slow`, 'x');
    await expect.poll(() => server.received.length).toBe(1);
    begun[0]?.kill();
    expect(await pending).toMatchObject({
      reason: 'network',
      unknown: true,
      detail: expect.stringContaining('has ended'),
    });
    expect(await post(client, `${server.origin}/quick`, 'x')).toMatchObject({ status: 200 });
    expect(begun).toHaveLength(2);
  });

  it('is not there before the first request', async () => {
    const begun: unknown[] = [];
    const client = createThreadedClient({ allow: ['loopback'] }, (worker) => begun.push(worker));
    await client.close();
    expect(begun).toEqual([]);
    expect(await post(client, 'http://127.0.0.1:1/', 'x')).toMatchObject({ type: 'failed', unknown: false });
  });

  it('refuses options that make no sense before anything is asked of it', () => {
    expect(() => createThreadedClient({ origins: { nonsense: 'http://127.0.0.1:1' } })).toThrow(TypeError);
  });
});
