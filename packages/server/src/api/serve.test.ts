import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../config/resolve.ts';
import { greet, longWait, openTestServer, type TestServer } from './test-support/test-server.ts';

const json = { 'content-type': 'application/json' };

describe('a server with default settings', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ bodyBytesMax: 100_000, requestTimeoutMs: 1_000 });
    await server.send('POST', '/api/v1/workflows', greet());
  });
  afterAll(() => server.close());

  const start = (body: string, headers: Record<string, string> = json) =>
    server.send('POST', '/api/v1/executions', body, headers);

  it('is alive and ready', async () => {
    expect(await server.send('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await server.send('GET', '/ready')).toMatchObject({
      status: 200,
      body: { ready: true, checks: { store: { ok: true } } },
    });
  });

  it('answers 404 with a problem for what is not there', async () => {
    expect(await server.send('GET', '/api/v1/nothing')).toMatchObject({
      status: 404,
      body: {
        type: 'urn:millrace:problem:not-found',
        title: expect.any(String),
        status: 404,
        instance: '/api/v1/nothing',
      },
    });
  });

  it.each([
    ['PATCH', '/api/v1/executions', 'POST, GET, HEAD, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v1/executions/x/cancel', 'POST, OPTIONS'],
    ['POST', '/api/v1/workflows/a/b/1.0.0', 'GET, PUT, DELETE, HEAD, OPTIONS'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allow) => {
    const answer = await server.send(method, path);
    expect(answer).toMatchObject({ status: 405, body: { type: 'urn:millrace:problem:method-not-allowed' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('answers HEAD and OPTIONS', async () => {
    expect(await server.send('HEAD', '/health')).toMatchObject({ status: 200, text: '' });
    const options = await server.send('OPTIONS', '/health');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it('refuses media types that it does not understand', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      expect((await start('{}', { 'content-type': type })).status).toBe(415);
    }
    for (const type of ['application/yaml; charset=latin1', 'application/json; a=b; Charset="iso-8859-1"'])
      expect(await server.send('POST', '/api/v1/workflows', greet(), { 'content-type': type })).toMatchObject(
        {
          status: 415,
          body: { detail: expect.stringContaining('UTF-8') },
        },
      );
    for (const type of ['application/yaml;charset=UTF-8', 'text/yaml; charset="utf-8"'])
      expect(
        (await server.send('POST', '/api/v1/workflows', greet(), { 'content-type': type })).status,
      ).toBeLessThan(300);
    expect(await start('{}', { ...json, 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    expect((await server.send('POST', '/api/v1/executions')).status).toBe(415);
  });

  it.each([
    ['{"workflow": }', 'line 1, column 14'],
    ['{\n "workflow": 1\n "input": 2}', 'line 3, column 2'],
    ['', 'the body is empty'],
    [`{"input":${'['.repeat(100_000)}`.slice(0, 99_000), 'nested deeper than 256 levels'],
    [`{"input":${'{"a":'.repeat(19_000)}`, 'nested deeper than 256 levels'],
  ])('refuses a body that is not JSON to be taken, case %#', async (body, detail) => {
    const answer = await start(body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(detail);
    expect(answer.body.errors[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  });

  it('refuses a body that is not UTF-8', async () => {
    const response = await fetch(`${server.url}/api/v1/executions`, {
      method: 'POST',
      headers: json,
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('UTF-8');
  });

  it('refuses a body that is too large before it has come', async () => {
    const request = httpRequest(`${server.url}/api/v1/workflows`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml', 'content-length': String(100 * 2 ** 20) },
    });
    request.on('error', () => {});
    request.flushHeaders();
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(413);
    request.destroy();
  });

  it('answers 413 to a client that wants the connection closed, when it is through with sending', async () => {
    const size = 12 * 2 ** 20;
    const head = `POST /api/v1/executions HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(head);
    // Sent piece by piece, as a client does that waits for each to be taken.
    for (let sent = 0; sent < size; sent += 2 ** 20) {
      await new Promise<void>((resolve, reject) =>
        socket.write(Buffer.alloc(2 ** 20, 32), (error) => (error ? reject(error) : resolve())),
      );
    }
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('answers 413 to a client that sends 100 MB before it listens, and keeps none of it', async () => {
    const chunk = new Uint8Array(2 ** 20).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (sent++ < 100 ? controller.enqueue(chunk) : controller.close()),
    });
    const before = process.memoryUsage().arrayBuffers;
    const response = await fetch(`${server.url}/api/v1/workflows`, {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      type: 'urn:millrace:problem:body-too-large',
      bodyBytesMax: 100_000,
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20);
  });

  it('refuses an unknown parameter with what is known', async () => {
    const answer = await server.send('GET', '/api/v1/executions?lmit=3');
    expect(answer).toMatchObject({
      status: 400,
      body: {
        detail:
          'There is no query parameter "lmit"; did you mean "limit"? Known here: status, workflow, id, since, limit, cursor.',
      },
    });
    expect((await server.send('GET', '/health?x=1')).body.detail).toContain('no query parameters');
  });

  it.each([
    '/api/v1/executions/%E0%A4%A',
    `/api/v1/executions/${'x'.repeat(2_000)}`,
    '/api/v1/executions/..%2f..%2fetc',
  ])('answers %.40s with a clear refusal', async (path) => {
    const { status, headers } = await server.send('GET', path);
    expect([400, 404, 414]).toContain(status);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it('answers what is not HTTP with 400, and header fields without end with 431', async () => {
    expect(await sendRaw(server.url, 'HELLO\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*application\/problem\+json/s,
    );
    const large = `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`;
    expect(await sendRaw(server.url, large)).toMatch(
      /^HTTP\/1.1 431 .*urn:millrace:problem:headers-too-large/s,
    );
  });

  it('lets go of a client that sends its request drop by drop', async () => {
    const answer = await sendRaw(
      server.url,
      `POST /api/v1/workflows HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/yaml\r\nContent-Length: 100\r\n\r\nslow`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('counts requests by operation and status', async () => {
    await server.send('GET', '/api/v1/executions/nobody');
    const { headers, text } = await server.send('GET', '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(
      /^millrace_http_requests_total\{operation="getExecution",method="GET",status="404"\} [1-9]/m,
    );
    expect(text).toMatch(/^millrace_http_request_duration_seconds_count\{operation="getExecution"\} [1-9]/m);
    expect(text).toMatch(/^millrace_orphans 0$/m);
    expect(text).toMatch(/^millrace_overdue 0$/m);
    expect(text).toMatch(/^millrace_store_up 1$/m);
  });

  it('logs each request with its operation, status and duration', async () => {
    await server.send('GET', '/health');
    await expect
      .poll(() => server.logged.at(-1))
      .toMatchObject({
        level: 'debug',
        message: 'request',
        method: 'GET',
        operation: 'getHealth',
        status: 200,
        ms: expect.any(Number),
      });
  });

  it('refuses changes by foreign web pages, and a foreign name for itself', async () => {
    const foreign = { ...json, origin: 'https://evil.example' };
    expect(await start('{}', foreign)).toMatchObject({
      status: 403,
      body: { type: 'urn:millrace:problem:forbidden-origin' },
    });
    const port = new URL(server.url).port;
    expect(
      await sendRaw(
        server.url,
        `GET /health HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 403 /);
  });
});

describe('a server with CORS origins', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ cors: ['https://flows.example'] });
  });
  afterAll(() => server.close());

  it('answers the preflight of an origin in its list', async () => {
    const { status, headers } = await server.send('OPTIONS', '/api/v1/executions', undefined, {
      origin: 'https://flows.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://flows.example');
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
  });

  it('lets that origin read answers, refusals and streams, and no other', async () => {
    const origin = { origin: 'https://flows.example' };
    for (const path of ['/api/v1/executions', '/nothing', '/api/v1/executions/nobody/events']) {
      expect(
        (await server.send('GET', path, undefined, origin)).headers.get('access-control-allow-origin'),
      ).toBe('https://flows.example');
    }
    const other = await server.send('GET', '/api/v1/executions', undefined, {
      origin: 'https://other.example',
    });
    expect([other.headers.get('access-control-allow-origin'), other.headers.get('vary')]).toEqual([
      null,
      'Origin',
    ]);
  });
});

describe('a server with API keys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ apiKeys: ['key-of-default', 'acme:key-of-acme'] });
  });
  afterAll(() => server.close());

  it('keeps tenants apart: what is another’s is not there', async () => {
    const mine = { authorization: 'Bearer key-of-default' };
    const theirs = { 'x-api-key': 'key-of-acme' };
    const { body } = await server.send(
      'POST',
      '/api/v1/executions',
      { definition: longWait, id: 'shared-id' },
      mine,
    );
    expect((await server.send('GET', `/api/v1/executions/${body.id}`, undefined, theirs)).status).toBe(404);
    expect(
      (await server.send('POST', `/api/v1/executions/${body.id}/cancel`, undefined, theirs)).status,
    ).toBe(404);
    expect((await server.send('GET', '/api/v1/executions', undefined, theirs)).body.items).toEqual([]);
    const same = await server.send(
      'POST',
      '/api/v1/executions',
      { definition: longWait, id: 'shared-id' },
      theirs,
    );
    expect(same.status).toBe(201);
    expect((await server.send('GET', `/api/v1/executions/${body.id}`, undefined, mine)).status).toBe(200);
  });

  it('does not read the body of who is not let in', async () => {
    const answer = await server.send('POST', '/api/v1/executions', '{', json);
    expect(answer.status).toBe(401);
  });
});

describe('stopping', () => {
  it('ends streams and waits, and takes nothing more', async () => {
    const server = await openTestServer();
    const { body } = await server.send('POST', '/api/v1/executions', { definition: longWait });
    const path = `${server.url}/api/v1/executions/${body.id}`;
    const stream = await fetch(`${path}/events`, { headers: { accept: 'text/event-stream' } });
    const streamed = stream.text();
    const waiting = fetch(`${path}?wait=1m`).then((response) => response.json());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begun = performance.now();
    await server.close();
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(await streamed).toContain('event: execution.started');
    expect(await waiting).toMatchObject({ id: body.id, status: 'waiting' });
    await expect(fetch(path)).rejects.toThrow();
  });
});

it('a public address without keys is refused, unless it is said to be meant', async () => {
  await expect(openTestServer({ host: '0.0.0.0' })).rejects.toThrow(ConfigError);
  const server = await openTestServer({ host: '0.0.0.0', insecure: true });
  await server.close();
});

it('a store that does not answer makes the server not ready, and its callers learn no more than a reference', async () => {
  const server = await openTestServer(
    {},
    {},
    {
      readiness: async () => ({ ready: false, checks: { store: { ok: false, detail: 'closed' } } }),
    },
  );
  const real = server.composition.engine;
  const broken = await openTestServer(
    {},
    {},
    {
      engine: { ...real, execution: () => Promise.reject(new Error('the secret inner text')) },
    },
  );
  expect((await server.send('GET', '/ready')).status).toBe(503);
  const answer = await broken.send('GET', '/api/v1/executions/x');
  expect(answer).toMatchObject({
    status: 500,
    body: { type: 'urn:millrace:problem:internal', request: expect.any(String) },
  });
  expect(answer.text).not.toContain('secret inner text');
  expect(JSON.stringify(broken.logged)).toContain('the secret inner text');
  await Promise.all([server.close(), broken.close()]);
});

function sendRaw(url: string, text: string): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
  });
}
