import { createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpClient, HttpRequest } from './http-client.ts';
import { json, type LoopbackServer, startLoopbackServer } from './loopback-server.fixture.ts';
import type { ThreadedClientOptions } from './threaded-client.ts';

/** What holds of an HTTP client, in whatever thread it runs. */
export function httpClientContract(create: (options: ThreadedClientOptions) => HttpClient): void {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function serve(answer: Parameters<typeof startLoopbackServer>[0]): Promise<LoopbackServer> {
    const server = await startLoopbackServer(answer);
    closers.push(() => server.close());
    return server;
  }

  function open(options: ThreadedClientOptions = { allow: ['loopback'] }): HttpClient {
    const client = create(options);
    closers.push(() => client.close());
    return client;
  }

  function get(client: HttpClient, url: string, own: Partial<HttpRequest> = {}) {
    return client.request({ method: 'GET', url: new URL(url), headers: {}, ...own });
  }

  function text(outcome: Awaited<ReturnType<typeof get>>): string {
    return outcome.type === 'response' ? Buffer.from(outcome.body).toString() : `failed: ${outcome.detail}`;
  }

  describe('addresses', () => {
    const literals = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '127.0.0.1.',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '0.0.0.0',
      '0',
      '[::]',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '[64:ff9b::7f00:1]',
      'localhost',
      'LOCALHOST',
    ];

    test.each(literals)('http://%s is refused before a connection is made', async (host) => {
      const server = await serve((_, response) => json(response, 'reached'));
      const outcome = await get(open({}), `http://${host}:${server.port}/`);
      expect(outcome).toMatchObject({ type: 'failed', reason: 'refused', unknown: false });
      expect(server.received).toEqual([]);
    });

    test('a refusal names the rule and the entry of MILLRACE_ALLOW that would allow the address', async () => {
      const outcome = await get(open({}), 'http://127.0.0.1:1/');
      expect(outcome).toMatchObject({
        detail: expect.stringMatching(
          /127\.0\.0\.1 is refused: loopback .*entry "loopback" in MILLRACE_ALLOW/,
        ),
      });
    });

    test.each(['file:///etc/passwd', 'ftp://example.com/', 'gopher://example.com/', 'data:text/plain,x'])(
      '%s is refused: only http and https are called',
      async (url) => {
        expect(await get(open(), url)).toMatchObject({
          reason: 'refused',
          detail: expect.stringContaining('only http and https'),
        });
      },
    );

    test('a URL with credentials in it is refused', async () => {
      expect(await get(open(), 'http://user:pass@127.0.0.1/')).toMatchObject({
        reason: 'refused',
        detail: expect.stringContaining('authentication'),
      });
    });
  });

  describe('redirects', () => {
    test('are not followed unless asked for', async () => {
      const server = await serve((_, response) => response.writeHead(302, { location: '/b' }).end());
      expect(await get(open(), `${server.origin}/a`)).toMatchObject({ type: 'response', status: 302 });
    });

    test.each([301, 302, 303, 307, 308])('GET follows %i', async (status) => {
      const server = await serve(({ url }, response) =>
        url === '/a' ? response.writeHead(status, { location: '/b' }).end() : response.end('there'),
      );
      expect(text(await get(open(), `${server.origin}/a`, { redirectsMax: 5 }))).toBe('there');
    });

    test('POST is repeated with its body on 307 and 308, and never on 302', async () => {
      const server = await serve(({ url, body }, response) =>
        url === '/there'
          ? response.end(`got ${body}`)
          : response.writeHead(Number(url.slice(1)), { location: '/there' }).end(),
      );
      const post = (path: string) =>
        get(open(), `${server.origin}${path}`, { method: 'POST', body: 'abc', redirectsMax: 5 });
      expect(text(await post('/307'))).toBe('got abc');
      expect(text(await post('/308'))).toBe('got abc');
      expect(await post('/302')).toMatchObject({ type: 'response', status: 302 });
    });

    test.each([
      'http://169.254.169.254/latest/meta-data',
      'http://[::1]/',
      'http://10.0.0.1/',
      'file:///etc/passwd',
      'http://user:pass@127.0.0.1/',
    ])('to %s is refused', async (location) => {
      const server = await serve((_, response) => response.writeHead(302, { location }).end());
      const outcome = await get(open({ allow: ['127.0.0.1'] }), server.origin, { redirectsMax: 5 });
      expect(outcome).toMatchObject({ type: 'failed', reason: 'refused', unknown: false });
    });

    test('end after the number that is allowed', async () => {
      const server = await serve(({ url }, response) =>
        response.writeHead(302, { location: `${url}x` }).end(),
      );
      expect(await get(open(), `${server.origin}/a`, { redirectsMax: 5 })).toMatchObject({
        type: 'failed',
        detail: 'more than 5 redirects',
      });
      expect(server.received.length).toBe(6);
    });

    test('credentials stay with the origin that they were meant for', async () => {
      const other = await serve((_, response) => response.end('other'));
      const server = await serve(({ url }, response) =>
        response.writeHead(302, { location: url === '/same' ? '/then' : other.origin }).end(),
      );
      const headers = { Authorization: 'Bearer token', cookie: 'a=b', 'x-key': 'secret', 'x-plain': 'plain' };
      await get(open(), `${server.origin}/same`, {
        headers,
        redirectsMax: 5,
        credentialHeaders: new Set(['x-key']),
      });
      expect(server.received[1]?.headers).toMatchObject({ authorization: 'Bearer token', 'x-key': 'secret' });
      expect(other.received[0]?.headers).toMatchObject({ 'x-plain': 'plain' });
      expect(Object.keys(other.received[0]?.headers ?? {})).not.toEqual(
        expect.arrayContaining(['authorization']),
      );
      expect(other.received[0]?.headers).not.toHaveProperty('cookie');
      expect(other.received[0]?.headers).not.toHaveProperty('x-key');
    });

    test('a body with secrets is not sent on to another origin', async () => {
      const other = await serve((_, response) => response.end());
      const server = await serve((_, response) => response.writeHead(307, { location: other.origin }).end());
      const outcome = await get(open(), server.origin, {
        method: 'POST',
        body: 'secret',
        credentialBody: true,
        redirectsMax: 5,
      });
      expect(outcome).toMatchObject({ type: 'response', status: 307 });
      expect(other.received).toEqual([]);
    });
  });

  describe('mapped origins', () => {
    test('are reached at their target with the Host of the original', async () => {
      const server = await serve((_, response) => response.end('stand-in'));
      const client = open({ origins: { 'https://api.example.com': server.origin } });
      expect(text(await get(client, 'https://api.example.com/v2/pet?x=1'))).toBe('stand-in');
      expect(server.received[0]).toMatchObject({ url: '/v2/pet?x=1', headers: { host: 'api.example.com' } });
    });

    test('allow their target for themselves only, even while its connection is open', async () => {
      const server = await serve((_, response) => response.end());
      const client = open({ origins: { 'https://api.example.com': server.origin } });
      expect(await get(client, 'https://api.example.com/')).toMatchObject({ status: 200 });
      expect(await get(client, server.origin)).toMatchObject({ reason: 'refused' });
    });

    test('hold for redirects too', async () => {
      const server = await serve(({ headers }, response) =>
        headers.host === 'a.example.com'
          ? response.writeHead(302, { location: 'https://b.example.com/x' }).end()
          : response.end('b'),
      );
      const client = open({
        origins: { 'https://a.example.com': server.origin, 'https://b.example.com': server.origin },
      });
      expect(text(await get(client, 'https://a.example.com/', { redirectsMax: 5 }))).toBe('b');
    });

    test.each([
      'https://a.example.com/path',
      'a.example.com',
      'ftp://a.example.com',
      'https://u:p@a.example.com',
    ])('%s is not an origin', (origin) => {
      expect(() => create({ origins: { [origin]: 'http://127.0.0.1:1' } })).toThrow(/is not an origin/);
    });
  });

  describe('limits', () => {
    const bytesMax = 100_000;
    const bomb = Buffer.alloc(10_000_000);

    test.each([
      [
        'announced by its length',
        (response: import('node:http').ServerResponse) => response.end(Buffer.alloc(bytesMax + 1)),
      ],
      [
        'streamed without a length',
        (response: import('node:http').ServerResponse) => [
          response.write(Buffer.alloc(bytesMax)),
          response.end('x'),
        ],
      ],
      [
        'a gzip bomb',
        (response: import('node:http').ServerResponse) =>
          response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bomb)),
      ],
      [
        'a gzip bomb within another',
        (response: import('node:http').ServerResponse) =>
          response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync(bomb))),
      ],
      [
        'a brotli bomb',
        (response: import('node:http').ServerResponse) =>
          response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(bomb)),
      ],
    ])('a response that is too large is refused: %s', async (_, answer) => {
      const server = await serve((_request, response) => void answer(response));
      const outcome = await get(open({ allow: ['loopback'], responseBytesMax: bytesMax }), server.origin);
      expect(outcome).toMatchObject({
        type: 'failed',
        reason: 'response-too-large',
        detail: expect.stringContaining(`${bytesMax} bytes`),
        unknown: false,
      });
    });

    test('a response of exactly the limit is taken', async () => {
      const server = await serve((_, response) => response.end(Buffer.alloc(bytesMax)));
      expect(
        await get(open({ allow: ['loopback'], responseBytesMax: bytesMax }), server.origin),
      ).toMatchObject({ status: 200 });
    });

    test('a request that is too large is not sent', async () => {
      const server = await serve((_, response) => response.end());
      const outcome = await get(open({ allow: ['loopback'], requestBytesMax: 10 }), server.origin, {
        method: 'POST',
        body: 'ääääää',
      });
      expect(outcome).toMatchObject({ reason: 'request-too-large', unknown: false });
      expect(server.received).toEqual([]);
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('a response in %s is decoded', async (coding, encode) => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(encode(Buffer.from('plain text'))),
    );
    expect(text(await get(open(), server.origin))).toBe('plain text');
  });

  test('content that is not in the coding it claims is a clear failure', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
    );
    expect(await get(open(), server.origin)).toMatchObject({
      reason: 'invalid-response',
      detail: expect.stringContaining('not valid gzip'),
    });
  });

  describe('headers', () => {
    test.each([
      [{ 'x-a': 'b\r\nx-evil: 1' }, 'cannot hold'],
      [{ 'x-a': 'b\nc' }, 'cannot hold'],
      [{ 'x-a': 'b\0c' }, 'cannot hold'],
      [{ 'x-a': '☃' }, 'cannot hold'],
      [{ 'x a': 'b' }, 'not a header name'],
      [{ 'x-a\r\nx-evil': 'b' }, 'not a header name'],
      [{ 'Transfer-Encoding': 'chunked' }, 'cannot be chosen'],
      [{ 'content-length': '3' }, 'cannot be chosen'],
    ])('%j is refused', async (headers, why) => {
      const server = await serve((_, response) => response.end());
      expect(await get(open(), server.origin, { headers })).toMatchObject({
        reason: 'invalid-request',
        detail: expect.stringContaining(why),
        unknown: false,
      });
      expect(server.received).toEqual([]);
    });
  });

  describe('whether a request may have been done', () => {
    async function serveSocket(handle: (socket: Socket) => void): Promise<number> {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        handle(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closers.push(async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      });
      return (server.address() as { port: number }).port;
    }

    test('a refused connection was certainly not sent, and its failure names the address', async () => {
      const server = await startLoopbackServer((_, response) => response.end());
      await server.close();
      expect(await get(open(), server.origin)).toEqual({
        type: 'failed',
        reason: 'network',
        detail: `ECONNREFUSED 127.0.0.1:${server.port}`,
        unknown: false,
      });
    });

    test('a connection that is reset before the response leaves the outcome unknown', async () => {
      const port = await serveSocket((socket) => socket.once('data', () => socket.resetAndDestroy()));
      expect(await get(open(), `http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' })).toMatchObject({
        reason: 'network',
        unknown: true,
      });
    });

    test('a connection that is reset within the body leaves the outcome unknown', async () => {
      const port = await serveSocket((socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy()),
        ),
      );
      expect(await get(open(), `http://127.0.0.1:${port}/`)).toMatchObject({
        reason: 'network',
        unknown: true,
      });
    });

    test('an answer that is not HTTP leaves the outcome unknown', async () => {
      const port = await serveSocket((socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n')));
      expect(await get(open(), `http://127.0.0.1:${port}/`)).toMatchObject({ type: 'failed', unknown: true });
    });

    test('a body that does not end in time leaves the outcome unknown', async () => {
      const server = await serve((_, response) => void response.write('slow'));
      expect(await get(open(), server.origin, { timeoutMs: 50 })).toMatchObject({
        reason: 'timeout',
        unknown: true,
      });
    });

    test('a server that never answers leaves the outcome unknown', async () => {
      const server = await serve(() => {});
      expect(await get(open(), server.origin, { timeoutMs: 50 })).toMatchObject({
        reason: 'timeout',
        unknown: true,
      });
    });

    test('a request without time left is not sent', async () => {
      const server = await serve((_, response) => response.end());
      expect(await get(open(), server.origin, { timeoutMs: 0 })).toMatchObject({
        reason: 'timeout',
        unknown: false,
      });
      expect(server.received).toEqual([]);
    });

    test('a request that is given up while it waits for a connection is not sent, then or later', async () => {
      let release: () => void = () => {};
      const server = await serve(({ url }, response) => {
        if (url === '/first') release = () => response.end();
        else response.end();
      });
      const client = open({ allow: ['loopback'], connectionsMax: 1 });
      const first = get(client, `${server.origin}/first`);
      const second = await get(client, `${server.origin}/second`, { timeoutMs: 50 });
      release();
      await first;
      await get(client, `${server.origin}/third`);
      expect(second).toMatchObject({ reason: 'timeout', unknown: false });
      expect(server.received.map(({ url }) => url)).toEqual(['/first', '/third']);
    });

    test('an abort before sending is certain, one after it is not', async () => {
      const server = await serve(() => {});
      expect(await get(open(), server.origin, { signal: AbortSignal.abort() })).toMatchObject({
        reason: 'aborted',
        unknown: false,
      });
      const controller = new AbortController();
      const pending = get(open(), server.origin, { signal: controller.signal });
      await expect.poll(() => server.received.length).toBe(1);
      controller.abort();
      expect(await pending).toMatchObject({ reason: 'aborted', unknown: true });
    });
  });

  test('requests that follow each other use the same connections', async () => {
    const server = await serve((_, response) => json(response, 1));
    const client = open();
    for (let count = 0; count < 20; count++) await get(client, server.origin);
    expect(server.received.length).toBe(20);
    // Two and not one: an answer is handed over just before its connection counts as free.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('an origin never has more connections than allowed', async () => {
    const server = await serve((_, response) => void setImmediate(() => response.end()));
    const client = open({ allow: ['loopback'], connectionsMax: 2 });
    await Promise.all(Array.from({ length: 20 }, () => get(client, server.origin)));
    expect(server.received.length).toBe(20);
    expect(server.connections()).toBe(2);
  });
}
