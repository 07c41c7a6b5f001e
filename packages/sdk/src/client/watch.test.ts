import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type ExecutionEvent, type Millrace } from '../index.ts';
import { type FaultyProxy, openFaultyProxy } from '../testing/faulty-proxy.ts';
import { type ServerProcess, startServer } from '../testing/server-process.ts';

const steps = Array.from({ length: 12 }, (_, n) => `  - s${n}: { set: { n: ${n} } }`).join('\n');
const many = `document: { dsl: '1.0.3', namespace: test, name: many, version: '1.0.0' }\ndo:\n${steps}\n  - rest: { wait: { milliseconds: 300 } }\n  - done: { set: { ok: true } }\n`;
const long =
  "document: { dsl: '1.0.3', namespace: test, name: long, version: '1.0.0' }\ndo:\n  - rest: { wait: { hours: 1 } }\n";

let server: ServerProcess;
let proxy: FaultyProxy;
let millrace: Millrace;
const folder = mkdtempSync(join(tmpdir(), 'millrace-sdk-'));

beforeAll(async () => {
  server = await startServer({ store: `sqlite:${join(folder, 'watched.db')}`, data: folder });
  const direct = createClient(server.url);
  for (const definition of [many, long]) await direct.workflows.deploy(definition);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  proxy = await openFaultyProxy(server.port);
  millrace = connect();
});
afterEach(async () => {
  await millrace.close();
  await proxy.close();
});

const connect = (watch: { silentMsMax?: number; reconnectsMax?: number } = {}) =>
  createClient(proxy.url, { retry: { delayMs: 1, delayMsMax: 20 }, watch });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const start = async (name: string) =>
  (await millrace.executions.start({ workflow: `test/${name}` })).execution.id;

describe('a watch', () => {
  it('is whole when its connection is cut at any byte: nothing doubled, nothing missed', async () => {
    const id = await start('many');
    await millrace.executions.get(id, { waitMs: 10_000 });
    const events = await all(millrace.executions.events(id));
    expect(events.length).toBeGreaterThan(20);
    for (let cut = 150; cut < 4_000; cut += 171) {
      proxy.faults.push({ cut }, { cut: cut + 600 }, 'refuse', 'lose', { status: 502 });
      proxy.requests.length = 0;
      expect(await all(millrace.executions.watch(id))).toEqual(events);
      expect(proxy.requests.length).toBeGreaterThan(1);
      proxy.faults.length = 0;
    }
  });

  it('goes on where it was when the server was killed and started again', async () => {
    const settings = {
      port: server.port,
      store: `sqlite:${join(folder, 'watched.db')}`,
      data: folder,
    };
    const id = await start('many');
    const seen: ExecutionEvent[] = [];
    for await (const event of millrace.executions.watch(id)) {
      seen.push(event);
      if (event.fact.type !== 'wait.started') continue;
      await server.kill();
      server = await startServer(settings);
    }
    expect(seen).toEqual(await all(millrace.executions.events(id)));
    expect(seen.at(-1)?.fact.type).toBe('execution.completed');
  });

  it('notices a connection that has died without a word', async () => {
    const id = await start('long');
    const watching = all(connect({ silentMsMax: 400, reconnectsMax: 0 }).executions.watch(id));
    await expect.poll(() => proxy.requests.some((request) => request.endsWith('/events'))).toBe(true);
    proxy.freeze();
    await expect(watching).rejects.toMatchObject({ fault: 'timeout' });
  });

  it('fails after as many useless connections as it may make', async () => {
    const id = await start('long');
    proxy.requests.length = 0;
    proxy.faults.push(...Array.from({ length: 9 }, () => ({ status: 503 })));
    const watching = all(connect({ reconnectsMax: 3 }).executions.watch(id));
    await expect(watching).rejects.toMatchObject({ status: 503 });
    expect(proxy.requests).toHaveLength(4);
  });

  it('does not ask again what is refused', async () => {
    proxy.requests.length = 0;
    await expect(all(millrace.executions.watch('nobody'))).rejects.toMatchObject({ code: 'not-found' });
    expect(proxy.requests).toHaveLength(1);
  });

  it('lets go of its connection when its reader stops', async () => {
    const id = await start('long');
    for await (const _ of millrace.executions.watch(id)) break;
    const streams = async () => (await fetch(`${server.url}/metrics`)).text();
    await expect.poll(streams).toContain('millrace_http_streams 0\n');
  });
});

describe('a stream that breaks the rules', () => {
  const frame = (version: number, type = 'task.started') =>
    `id: ${version}\ndata: ${JSON.stringify({ version, fact: { type } })}\n\n`;
  const streams = (...bodies: string[]) => {
    const resumed: (string | null)[] = [];
    const client = createClient('http://localhost', {
      retry: { delayMs: 1 },
      watch: { reconnectsMax: 2 },
      fetch: async (_, init) => {
        resumed.push(new Headers(init?.headers).get('last-event-id'));
        return new Response(bodies.shift() ?? null, { headers: { 'content-type': 'text/event-stream' } });
      },
    });
    return { resumed, watching: all(client.executions.watch('e')) };
  };

  it('is read anew from where it leaves a gap', async () => {
    const { resumed, watching } = streams(
      frame(1) + frame(3),
      frame(2) + frame(3) + frame(4, 'execution.completed'),
    );
    expect((await watching).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(resumed).toEqual(['0', '1']);
  });

  it('does not double what it repeats', async () => {
    const { watching } = streams(frame(1) + frame(1) + frame(2) + frame(1) + frame(3, 'execution.faulted'));
    expect((await watching).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('may break any number of times, as long as every connection brings something', async () => {
    const bodies = [1, 2, 3, 4, 5].map((version) => frame(version));
    const { watching, resumed } = streams(...bodies, frame(6, 'execution.cancelled'));
    expect(await watching).toHaveLength(6);
    expect(resumed).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('may break any number of times, as long as every connection says that it is alive', async () => {
    const quiet = Array.from({ length: 5 }, () => ': alive\n\n');
    const { watching, resumed } = streams(...quiet, frame(1, 'execution.completed'));
    expect(await watching).toHaveLength(1);
    expect(resumed).toHaveLength(6);
  });

  it('may not break for ever without a word', async () => {
    const { watching, resumed } = streams(...Array.from({ length: 5 }, () => 'retry: 1\n\n'));
    await expect(watching).rejects.toMatchObject({ fault: 'network' });
    expect(resumed).toHaveLength(3);
  });

  it('is asked of no server that answers with a page', async () => {
    let requests = 0;
    const client = createClient('http://localhost', {
      fetch: async () => {
        requests += 1;
        return new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
      },
    });
    await expect(all(client.executions.watch('e'))).rejects.toMatchObject({ fault: 'protocol' });
    expect(requests).toBe(1);
  });

  it('of something else is a protocol error', async () => {
    await expect(streams('data: hello\n\n').watching).rejects.toMatchObject({ fault: 'protocol' });
  });
});

describe('a watch of the list', () => {
  it('misses nothing when its connection is cut or refused, and is opened once', async () => {
    proxy.faults.push({ cut: 900 }, 'refuse', { status: 502 }, 'lose', { cut: 1_200 });
    const direct = createClient(server.url);
    const gone = new AbortController();
    const seen: string[] = [];
    const wanted = new Set<string>();
    let opened = 0;
    for await (const change of millrace.executions.watchList({ signal: gone.signal })) {
      if (change.type === 'open') {
        opened += 1;
        for (let made = 0; made < 20; made++)
          wanted.add((await direct.executions.start({ workflow: 'test/long' })).execution.id);
      }
      if (change.type === 'changed' && wanted.delete(change.execution.id)) seen.push(change.execution.status);
      if (opened > 0 && wanted.size === 0) break;
    }
    await direct.close();
    expect(opened).toBe(1);
    expect(seen).toEqual(Array.from({ length: 20 }, () => 'waiting'));
    expect(proxy.requests.length).toBeGreaterThan(1);
  });
});
