import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, createClient } from '../index.ts';
import { type FaultyProxy, openFaultyProxy } from '../testing/faulty-proxy.ts';
import { type ServerProcess, startServer } from '../testing/server-process.ts';
import { delayAfter } from './pause.ts';

const long =
  "document: { dsl: '1.0.3', namespace: test, name: long, version: '1.0.0' }\ndo:\n  - rest: { wait: { hours: 1 } }\n";

let server: ServerProcess;
let proxy: FaultyProxy;
beforeAll(async () => {
  server = await startServer({ environment: { MILLRACE_API_KEYS: 'a-key-of-16-chars' } });
  await client({}, server.url).workflows.deploy(long);
});
afterAll(() => server.stop());
beforeEach(async () => {
  proxy = await openFaultyProxy(server.port);
});
afterEach(() => proxy.close());

const client = (options: ClientOptions = {}, url = proxy.url) =>
  createClient(url, { apiKey: 'a-key-of-16-chars', retry: { delayMs: 1 }, ...options });

const count = (line: string) => proxy.requests.filter((request) => request.startsWith(line)).length;

describe('a request that fails', () => {
  it('is sent again when reading, whatever the network did', async () => {
    proxy.faults.push('refuse', 'lose', { cut: 100 });
    expect(await client().workflows.get('test/long')).toMatchObject({ id: 'test/long/1.0.0' });
    expect(count('GET /api/v1/workflows/test%2Flong')).toBe(3);
  });

  it('is sent again after 429, 502, 503 and 504, and after no other status', async () => {
    proxy.faults.push({ status: 429 }, { status: 502 }, { status: 503 });
    await client().workflows.get('test/long');
    proxy.faults.push({ status: 504 });
    await client().workflows.get('test/long');
    expect(count('GET')).toBe(6);
    for (const status of [400, 401, 404, 409, 500]) {
      proxy.faults.push({ status });
      await expect(client().workflows.get('test/long')).rejects.toMatchObject({ status });
    }
    expect(count('GET')).toBe(11);
  });

  it('is given up after attemptsMax, with the last error', async () => {
    proxy.faults.push('refuse', { status: 503, headers: 'content-type: text/plain\r\n', body: 'resting' });
    const twice = client({ retry: { attemptsMax: 2, delayMs: 1 } });
    await expect(twice.workflows.get('test/long')).rejects.toMatchObject({
      name: 'MillraceApiError',
      status: 503,
      type: 'about:blank',
      detail: 'resting',
    });
    proxy.faults.push({ status: 503 }, 'refuse');
    await expect(twice.workflows.get('test/long')).rejects.toMatchObject({
      name: 'MillraceConnectionError',
      fault: 'network',
      message: expect.stringMatching(/GET .*127\.0\.0\.1.*fetch failed: ./),
    });
  });

  it('starts one execution when the answer to a start is lost', async () => {
    proxy.faults.push('lose', { cut: 50 });
    const millrace = client();
    const { execution, created } = await millrace.executions.start({ workflow: 'test/long' });
    expect(count('POST /api/v1/executions')).toBe(3);
    expect(created).toBe(true);
    const { items } = await millrace.executions.list().page();
    expect(items.filter(({ startedAt }) => startedAt >= execution.startedAt)).toHaveLength(1);
  });

  it('cancels once however often it is asked', async () => {
    const millrace = client();
    const { execution } = await millrace.executions.start({ workflow: 'test/long' });
    proxy.faults.push('lose');
    expect(await millrace.executions.cancel(execution.id)).toMatchObject({ status: 'cancelled' });
  });

  it('is not sent again when that could do a thing twice', async () => {
    const millrace = client();
    proxy.faults.push('lose');
    await expect(millrace.workflows.delete('test/absent')).rejects.toMatchObject({ fault: 'network' });
    proxy.faults.push({ status: 503 });
    await expect(millrace.executions.retry('nobody')).rejects.toMatchObject({ status: 503 });
    expect(proxy.requests).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    proxy.faults.push({ status: 503, headers: 'retry-after: 1\r\n' });
    const begun = performance.now();
    await client().workflows.get('test/long');
    expect(performance.now() - begun).toBeGreaterThan(990);
  });

  it('is over when its time is, and the time includes reading the answer', async () => {
    proxy.freeze();
    const millrace = client({ timeoutMs: 60, retry: { attemptsMax: 2, delayMs: 1 } });
    await expect(millrace.workflows.get('test/long')).rejects.toMatchObject({
      fault: 'timeout',
      message: expect.stringContaining('no answer within 60 ms'),
    });
    expect(count('GET')).toBe(2);
  });

  it('ends at once when its signal aborts, also between two attempts', async () => {
    proxy.faults.push({ status: 503, headers: 'retry-after: 20\r\n' });
    const gone = new AbortController();
    const asked = client().workflows.get('test/long', { signal: gone.signal });
    await expect.poll(() => proxy.requests.length).toBe(1);
    gone.abort(new Error('no patience'));
    await expect(asked).rejects.toThrow('no patience');
  });
});

describe('an answer', () => {
  it('that is not of Millrace is a protocol error, and is not asked for again', async () => {
    proxy.faults.push({ status: 200, headers: 'content-type: text/html\r\n', body: '<h1>Sign in</h1>' });
    await expect(client().workflows.get('test/long')).rejects.toMatchObject({
      fault: 'protocol',
      message: expect.stringContaining('<h1>Sign in'),
    });
    expect(count('GET')).toBe(1);
  });

  it('has the members of its problem', async () => {
    const refused = client().workflows.get('test/absent');
    await expect(refused).rejects.toMatchObject({
      code: 'not-found',
      type: 'urn:millrace:problem:not-found',
      status: 404,
      title: 'There is no such thing',
      detail: expect.any(String),
      instance: '/api/v1/workflows/test%2Fabsent',
      errors: [],
    });
    await expect(client({ apiKey: 'another-key-of-mine' }).executions.list().page()).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });

  it('that redirects a POST is refused: it would be sent as a GET', async () => {
    proxy.faults.push({ status: 301, headers: `location: ${server.url}/api/v1/executions\r\n` });
    const once = client({ retry: { attemptsMax: 1 } });
    await expect(once.executions.start({ workflow: 'test/long' })).rejects.toMatchObject({
      fault: 'network',
    });
  });
});

describe('a client', () => {
  it('sends its key, its headers, and asks with the fetch it was given', async () => {
    const asked: { url: string; headers: Headers }[] = [];
    const own = client({
      headers: { 'x-trace': 'abc' },
      fetch: (input, init) => {
        asked.push({ url: String(input), headers: new Headers(init?.headers) });
        return fetch(input, init);
      },
    });
    await own.executions.list({ status: ['waiting', 'faulted'], pageSize: 7 }).page();
    const [request] = asked;
    expect(new URL(request?.url ?? '').search).toBe('?limit=7&status=waiting%2Cfaulted');
    expect(request?.headers.get('x-trace')).toBe('abc');
    expect(request?.headers.get('authorization')).toBe('Bearer a-key-of-16-chars');
  });

  it('keeps the path of a server behind a proxy', async () => {
    const paths: string[] = [];
    const behind = createClient('https://example.com/millrace/', {
      fetch: async (input) => {
        paths.push(String(input));
        return Response.json({ items: [] });
      },
    });
    await behind.workflows.list().page();
    expect(paths).toEqual(['https://example.com/millrace/api/v1/workflows']);
  });

  it('is refused an address that is not of the web', () => {
    expect(() => createClient('ftp://example.com')).toThrow('but found "ftp://example.com"');
    expect(() => createClient('here')).toThrow(TypeError);
    expect(() => createClient('localhost:8080')).toThrow('such as http://127.0.0.1:8080, but found');
  });

  it('keeps its key out of what is printed', () => {
    expect(JSON.stringify(client())).not.toContain('a-key');
  });
});

describe('a pause', () => {
  it('doubles up to its bound, less at most a half', () => {
    const backoff = { delayMs: 100, delayMsMax: 1_000 };
    for (const [failures, full] of [
      [1, 100],
      [2, 200],
      [4, 800],
      [5, 1_000],
      [5_000, 1_000],
    ] as const) {
      const delays = Array.from({ length: 50 }, () => delayAfter(failures, backoff));
      expect(Math.max(...delays)).toBeLessThanOrEqual(full);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(full / 2);
      expect(new Set(delays).size).toBeGreaterThan(1);
    }
  });
});
