import type { Json } from '@millrace/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { json, type LoopbackServer, startLoopbackServer } from '../http-client/loopback-server.fixture.ts';
import { type Bench, httpRequest, openBench } from './performer.fixture.ts';

let server: LoopbackServer;
let bench: Bench | undefined;

beforeAll(async () => {
  server = await startLoopbackServer((request, response) => {
    const [path = ''] = request.url.split('?');
    if (path === '/echo')
      return json(response, {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body,
      });
    if (path === '/text')
      return void response
        .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
        .end(Buffer.from('caf\xe9', 'latin1'));
    if (path === '/problem')
      return void response
        .writeHead(422, { 'content-type': 'application/problem+json' })
        .end('{"title":"no"}');
    if (path === '/binary')
      return void response
        .writeHead(200, { 'content-type': 'application/octet-stream' })
        .end(Buffer.from([0, 255, 1]));
    if (path === '/untyped') return void response.end('plain');
    if (path === '/empty') return void response.writeHead(204).end();
    if (path === '/broken')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    if (path === '/deep')
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('['.repeat(100_000) + ']'.repeat(100_000));
    if (path === '/cookies')
      return void response
        .writeHead(200, {
          'set-cookie': ['a=1', 'b=2'],
          'x-list': ['1', '2'],
          'content-type': 'application/json',
        })
        .end('{"__proto__":{"a":1}}');
    if (path === '/moved') return void response.writeHead(302, { location: '/text' }).end();
    if (path === '/not-modified') return void response.writeHead(304).end();
    if (path.startsWith('/status/'))
      return void response
        .writeHead(Number(path.slice(8)), { 'content-type': 'text/plain' })
        .end('why it failed '.repeat(100));
    json(response, { path });
  });
});
afterAll(() => server.close());
afterEach(() => bench?.close());

async function call(path: string, own: Parameters<typeof httpRequest>[1] = {}): Promise<Json> {
  const outcome = await attempt(path, own);
  if (outcome.type === 'failed') throw new Error(JSON.stringify(outcome));
  return outcome.output;
}

async function attempt(path: string, own: Parameters<typeof httpRequest>[1] = {}) {
  await bench?.close();
  bench = openBench();
  return bench.perform(httpRequest(server.origin + path, own));
}

describe('the request', () => {
  test('carries the idempotency key, the user agent, and no body unless there is one', async () => {
    const echo = await call('/echo');
    expect(echo).toMatchObject({
      method: 'GET',
      body: '',
      headers: { 'idempotency-key': 'e1/4', 'user-agent': 'millrace/test' },
    });
  });

  test("keeps the author's own idempotency key and user agent", async () => {
    const echo = await call('/echo', { headers: { 'Idempotency-Key': 'mine', 'User-Agent': 'me' } });
    expect(echo).toMatchObject({ headers: { 'idempotency-key': 'mine', 'user-agent': 'me' } });
  });

  test('has its query appended: lists repeat the name, nulls are left out', async () => {
    const echo = await call('/echo?a=%20b', { query: { q: ['x y', 2], none: null, flag: true, 'k&': 'ä=' } });
    expect(echo).toMatchObject({ url: '/echo?a=%20b&q=x%20y&q=2&flag=true&k%26=%C3%A4%3D' });
  });

  test.each<[string, Json, Record<string, string> | undefined, string, string | undefined]>([
    ['an object is JSON', { a: 1 }, undefined, '{"a":1}', 'application/json'],
    ['a text is JSON too', 'abc', undefined, '"abc"', 'application/json'],
    ['false is a body', false, undefined, 'false', 'application/json'],
    ['null is no body', null, undefined, '', undefined],
    [
      'a text of another type is sent as it is',
      '<a/>',
      { 'Content-Type': 'application/xml' },
      '<a/>',
      'application/xml',
    ],
    [
      'a +json type is JSON',
      [1],
      { 'content-type': 'application/merge-patch+json' },
      '[1]',
      'application/merge-patch+json',
    ],
    [
      'a form is encoded',
      { a: 'x y&', b: [1, 2], c: null },
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=x+y%26&b=1&b=2',
      'application/x-www-form-urlencoded',
    ],
  ])('has a body as its type wants it: %s', async (_, body, headers, sent, type) => {
    const echo = (await call('/echo', { method: 'post', body, ...(headers && { headers }) })) as {
      body: string;
      headers: Record<string, string>;
    };
    expect(echo.body).toBe(sent);
    expect(echo.headers['content-type']).toBe(type);
  });

  test('an object of a type that only takes text is refused before it is sent', async () => {
    const outcome = await attempt('/echo', {
      method: 'post',
      body: { a: 1 },
      headers: { 'content-type': 'application/xml' },
    });
    expect(outcome).toMatchObject({
      type: 'failed',
      error: { status: 400, detail: expect.stringContaining('application/xml') },
    });
  });

  test.each(['not a uri', '/relative', ''])('%j is no URI to call', async (uri) => {
    bench = openBench();
    expect(await bench.perform(httpRequest(uri))).toMatchObject({
      type: 'failed',
      error: { type: expect.stringMatching(/configuration$/), status: 400 },
    });
  });

  test('a user name of basic that holds a colon is an error, for a server would read another one', async () => {
    const authentication = { scheme: 'basic', username: 'ada:l', password: 'p' } as const;
    bench = openBench();
    const request = httpRequest(`${server.origin}/echo`, { authentication });
    expect(await bench.perform(request)).toMatchObject({
      error: { status: 400, detail: 'A user name of basic authentication cannot hold a colon (RFC 7617).' },
    });
  });

  test('recorded basic and bearer credentials are sent, and those of basic are not echoed', async () => {
    const basic = await call('/echo', {
      authentication: { scheme: 'basic', username: 'ü', password: 'p:w' },
    });
    expect(server.received.at(-1)?.headers.authorization).toBe(
      `Basic ${Buffer.from('ü:p:w').toString('base64')}`,
    );
    expect(basic).toMatchObject({ headers: { authorization: 'Basic ***' } });
    await call('/echo', { authentication: { scheme: 'bearer', token: 'abc' } });
    expect(server.received.at(-1)?.headers.authorization).toBe('Bearer abc');
  });

  test.each([
    ['bearer', { scheme: 'bearer', token: 'inline-credential' }],
    ['basic', { scheme: 'basic', username: 'ada', password: 'inline-credential' }],
  ] as const)(
    'the %s credentials that stand in the workflow are masked when a service echoes them',
    async (_, authentication) => {
      const echoed = await call('/echo', { authentication });
      expect(echoed).toMatchObject({
        headers: { authorization: expect.stringMatching(/^(Bearer|Basic) \*\*\*$/) },
      });
    },
  );
});

describe('the output', () => {
  test.each<[string, Json]>([
    ['/text', 'café'],
    ['/binary', Buffer.from([0, 255, 1]).toString('base64')],
    ['/untyped', 'plain'],
    ['/empty', null],
    ['/json', { path: '/json' }],
  ])('content of %s', async (path, content) => {
    expect(await call(path)).toEqual(content);
  });

  test('raw is the body in base64', async () => {
    expect(await call('/json', { output: 'raw' })).toBe(Buffer.from('{"path":"/json"}').toString('base64'));
    expect(await call('/empty', { output: 'raw' })).toBe('');
  });

  test('response is the whole exchange, and shows no credential', async () => {
    const output = await call('/json', {
      output: 'response',
      query: { a: 1 },
      authentication: { scheme: 'bearer', token: 'abc' },
    });
    expect(output).toMatchObject({
      request: {
        method: 'GET',
        uri: `${server.origin}/json?a=1`,
        headers: { authorization: '***', 'idempotency-key': 'e1/4' },
      },
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      content: { path: '/json' },
    });
  });

  test('headers that came more than once are one text, set-cookie is a list', async () => {
    expect(await call('/cookies', { output: 'response' })).toMatchObject({
      headers: { 'set-cookie': ['a=1', 'b=2'], 'x-list': '1, 2' },
    });
  });

  test('a member named __proto__ is a member like any other', async () => {
    const output = await call('/cookies');
    expect(JSON.stringify(output)).toBe('{"__proto__":{"a":1}}');
  });

  test.each(['/broken', '/deep'])('%s is a communication error', async (path) => {
    expect(await attempt(path)).toMatchObject({
      type: 'failed',
      error: { type: expect.stringMatching(/communication$/), status: 500 },
    });
  });
});

describe('the status', () => {
  test('an answer that is not 2xx is a communication error with its status, and an excerpt of its text', async () => {
    const outcome = await attempt('/status/404');
    expect(outcome).toEqual({
      type: 'failed',
      error: {
        type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication',
        status: 404,
        title: 'Not Found',
        detail: expect.stringMatching(/^why it failed .{486}…$/),
        instance: '/do/0/call',
      },
    });
  });

  test('a problem document is the detail', async () => {
    expect(await attempt('/problem')).toMatchObject({ error: { status: 422, detail: '{"title":"no"}' } });
  });

  test('a redirect is an error that says where it leads, unless redirects are asked for: then it is followed', async () => {
    expect(await attempt('/moved')).toMatchObject({
      error: { status: 302, detail: expect.stringContaining('redirected to /text') },
    });
    expect(await call('/moved', { redirect: true })).toBe('café');
  });

  test('with redirects asked for, a 3xx that leads nowhere is an answer', async () => {
    expect(await attempt('/not-modified')).toMatchObject({ error: { status: 304 } });
    expect(await call('/not-modified', { redirect: true, output: 'response' })).toMatchObject({
      statusCode: 304,
      content: null,
    });
    expect(await attempt('/status/400', { redirect: true })).toMatchObject({ error: { status: 400 } });
  });

  test('a refused connection is a communication error that is certainly not done', async () => {
    bench = openBench();
    const outcome = await bench.perform(httpRequest('http://127.0.0.1:1/'));
    expect(outcome).toMatchObject({ error: { status: 500, detail: 'ECONNREFUSED 127.0.0.1:1' } });
    expect(outcome).not.toHaveProperty('unknown');
  });

  test('a refused address is an authorization error', async () => {
    bench = openBench({ http: {} });
    expect(await bench.perform(httpRequest('http://169.254.169.254/'))).toMatchObject({
      error: {
        type: expect.stringMatching(/authorization$/),
        status: 403,
        detail: expect.stringContaining('cloud metadata'),
      },
    });
  });

  test('a deadline that passes is a timeout whose outcome is unknown', async () => {
    const silent = await startLoopbackServer(() => {});
    bench = openBench();
    const outcome = await bench.perform(httpRequest(silent.origin), { deadline: Date.now() + 50 });
    await silent.close();
    expect(outcome).toMatchObject({
      type: 'failed',
      unknown: true,
      error: { type: expect.stringMatching(/timeout$/), status: 408 },
    });
  });
});

test('basic authentication works through a mapped origin, which the output never shows', async () => {
  const expected = `Basic ${Buffer.from('serverless-workflow:conformance-test').toString('base64')}`;
  const standIn = await startLoopbackServer((request, response) =>
    json(response, { user: 'serverless-workflow' }, request.headers.authorization === expected ? 200 : 401),
  );
  bench = openBench({ http: { origins: { 'https://httpbin.org': standIn.origin } } });
  const uri = 'https://httpbin.org/basic-auth/serverless-workflow/conformance-test';
  const authentication = {
    scheme: 'basic',
    username: 'serverless-workflow',
    password: 'conformance-test',
  } as const;
  const outcome = await bench.perform(httpRequest(uri, { output: 'response', authentication }));
  await standIn.close();
  expect(outcome).toMatchObject({
    type: 'completed',
    output: { request: { uri }, content: { user: 'serverless-workflow' } },
  });
});
