import type { EffectOutcome, Json, SecretArgument } from '@millrace/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { json, type LoopbackServer, startLoopbackServer } from '../http-client/loopback-server.fixture.ts';
import { type Bench, httpRequest, openBench } from './performer.fixture.ts';

const secrets = {
  account: { username: 'user-name', password: 'pass "word"' },
  token: 'tok-12345678',
  other: { token: 'other-token' },
  'my-key': 'dashed-key-1',
};

let server: LoopbackServer;
let bench: Bench;

beforeAll(async () => {
  server = await startLoopbackServer((request, response) => {
    const echo = { url: request.url, headers: request.headers, body: request.body };
    if (request.url.startsWith('/fail')) return json(response, { ...echo, pad: 'x'.repeat(460) }, 500);
    response.setHeader('x-echo', String(request.headers['x-key'] ?? request.headers.authorization ?? ''));
    json(response, echo);
  });
});
afterAll(() => server.close());
afterEach(() => bench.close());

function perform(
  request: ReturnType<typeof httpRequest>,
  list: readonly SecretArgument[] = [],
  context: { readonly tenant?: string } = {},
): Promise<EffectOutcome> {
  bench = openBench({ secrets });
  return bench.perform(request, { secrets: list, ...context });
}

function argument(
  at: string,
  parts: SecretArgument['parts'],
  input: Json = {},
  variables: Record<string, Json> = {},
): SecretArgument {
  return { at, parts, input, variables };
}

/** All that an outcome says, and what of it reads as base64. */
function told(outcome: EffectOutcome): string {
  const text = JSON.stringify(outcome);
  const decoded = [...text.matchAll(/[A-Za-z0-9+/=_-]{8,}/g)].map(([word]) =>
    Buffer.from(word, 'base64').toString('latin1'),
  );
  return [text, decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, '')), ...decoded].join('\n');
}

describe('named secrets of an authentication', () => {
  test('basic reads user name and password, and neither comes back', async () => {
    const outcome = await perform(
      httpRequest(`${server.origin}/a`, {
        output: 'response',
        authentication: { scheme: 'basic', secret: 'account' },
      }),
    );
    expect(server.received.at(-1)?.headers.authorization).toBe(
      `Basic ${Buffer.from('user-name:pass "word"').toString('base64')}`,
    );
    expect(outcome).toMatchObject({ type: 'completed', output: { headers: { 'x-echo': 'Basic ***' } } });
    for (const leak of ['user-name', 'pass "word"', 'pass \\"word'])
      expect(told(outcome)).not.toContain(leak);
  });

  test.each(['token', 'other'])(
    'bearer reads a text, or the member "token" of an object: %s',
    async (secret) => {
      const outcome = await perform(
        httpRequest(`${server.origin}/a`, { authentication: { scheme: 'bearer', secret } }),
      );
      expect(server.received.at(-1)?.headers.authorization).toMatch(/^Bearer (tok-12345678|other-token)$/);
      expect(outcome).toMatchObject({ output: { headers: { authorization: 'Bearer ***' } } });
    },
  );

  test.each([
    ['basic', 'nowhere', 'There is no secret named "nowhere"'],
    ['basic', 'token', '"username" and "password"'],
    ['bearer', 'account', 'text "token"'],
  ] as const)('%s with the secret "%s" is an authorization error', async (scheme, secret, why) => {
    const before = server.received.length;
    expect(await perform(httpRequest(server.origin, { authentication: { scheme, secret } }))).toMatchObject({
      type: 'failed',
      error: {
        type: expect.stringMatching(/authorization$/),
        status: 403,
        detail: expect.stringContaining(why),
        instance: '/do/0/call',
      },
    });
    expect(server.received.length).toBe(before);
  });

  test("another tenant's secret does not exist", async () => {
    const request = httpRequest(server.origin, { authentication: { scheme: 'bearer', secret: 'token' } });
    expect(await perform(request, [], { tenant: 'evil' })).toMatchObject({ error: { status: 403 } });
  });
});

describe('arguments computed from secrets', () => {
  test('are put in their places, and are taken out of whatever echoes them', async () => {
    const outcome = await perform(
      httpRequest(`${server.origin}/a`, {
        method: 'post',
        output: 'response',
        body: { user: 'u' },
        query: {},
      }),
      [
        argument('/headers/X-Key', [{ jq: '$secrets.token' }]),
        argument('/headers/x-other', ['key ', { jq: '$secrets["my-key"]' }, '!']),
        argument('/query/p', [{ jq: '$secrets.account.password' }]),
        argument(
          '/body/password',
          [{ jq: '.prefix + $secrets.account.password + $suffix' }],
          { prefix: 'a-' },
          { suffix: '-z' },
        ),
      ],
    );
    const request = server.received.at(-1);
    expect(request?.headers).toMatchObject({ 'x-key': 'tok-12345678', 'x-other': 'key dashed-key-1!' });
    expect(request?.body).toBe(JSON.stringify({ user: 'u', password: 'a-pass "word"-z' }));
    expect(request?.url).toBe(`/a?p=${encodeURIComponent('pass "word"')}`);
    expect(outcome).toMatchObject({
      type: 'completed',
      output: {
        headers: { 'x-echo': '***' },
        request: { headers: { 'X-Key': '***', 'x-other': 'key ***!' } },
      },
    });
    for (const leak of ['tok-12345678', 'dashed-key', 'pass "word"', 'pass \\"word'])
      expect(told(outcome)).not.toContain(leak);
  });

  test.each([
    [{ scheme: 'bearer', secret: 'token' }, `Bearer ${secrets.token}`],
    [{ scheme: 'basic', username: 'u', password: 'p' }, 'Basic dTpw'],
  ] as const)('may use the credentials of the call: %j', async (authentication, header) => {
    const heard: unknown[] = [];
    const listener = await startLoopbackServer((request, response) => {
      heard.push(request.headers['x-again']);
      json(response, {});
    });
    const outcome = await perform(
      httpRequest(`${listener.origin}/a`, { headers: { 'x-again': '' }, authentication }),
      [argument('/headers/x-again', [{ jq: '"\\($authorization.scheme) \\($authorization.parameter)"' }])],
    );
    await listener.close();
    expect(outcome.type).toBe('completed');
    expect(heard).toEqual([header]);
  });

  test('may use the clock, which shows the moment of the deed', async () => {
    const recent = Math.floor(Date.now() / 1000) - 60;
    const outcome = await perform(httpRequest(`${server.origin}/a`, { headers: { 'x-at': '' } }), [
      argument('/headers/x-at', [{ jq: `"\\(now > ${recent}) \\($secrets.token | length)"` }]),
    ]);
    expect(outcome).toMatchObject({ type: 'completed', output: { headers: { 'x-at': 'true 12' } } });
  });

  test('may be the whole of a part', async () => {
    await perform(httpRequest(server.origin), [
      argument('/headers', [{ jq: '{"x-key": $secrets.token, "x-n": 5}' }]),
    ]);
    expect(server.received.at(-1)?.headers).toMatchObject({ 'x-key': 'tok-12345678', 'x-n': '5' });
  });

  test('are taken out of raw bytes', async () => {
    const outcome = await perform(httpRequest(server.origin, { output: 'raw' }), [
      argument('/headers/x-key', [{ jq: '$secrets.token' }]),
    ]);
    expect(told(outcome)).toContain('"x-key":"***"');
    expect(told(outcome)).not.toContain('tok-1234');
  });

  test('are taken out of errors before these are cut', async () => {
    const outcome = await perform(httpRequest(`${server.origin}/fail`), [
      argument('/headers/x-key', [{ jq: '$secrets.token' }]),
    ]);
    expect(outcome).toMatchObject({ type: 'failed', error: { status: 500 } });
    expect(told(outcome)).not.toContain('tok-');
  });

  test('stay secret in what an expression makes of them', async () => {
    const outcome = await perform(httpRequest(server.origin), [
      argument('/headers/x-key', [{ jq: '$secrets.token | explode | reverse | implode' }]),
    ]);
    expect(server.received.at(-1)?.headers['x-key']).toBe('87654321-kot');
    expect(told(outcome)).not.toContain('87654321');
  });

  test('leave what was known before as it is', async () => {
    const outcome = await perform(httpRequest(server.origin, { method: 'post' }), [
      argument('/body', [{ jq: '{name: .name, key: $secrets.token}' }], { name: 'available' }),
    ]);
    expect(outcome).toMatchObject({ output: { body: '{"name":"available","key":"***"}' } });
  });

  test.each([
    ['$secrets.nowhere', 403, 'There is no secret named "nowhere"'],
    ['$secrets | keys', 400, 'must name each secret'],
    ['$secrets[.name]', 400, 'must name each secret'],
    ['$secrets.token +', 400, 'is not valid'],
  ])('%s is a clear error', async (jq, status, why) => {
    expect(await perform(httpRequest(server.origin), [argument('/body', [{ jq }])])).toMatchObject({
      type: 'failed',
      error: { status, detail: expect.stringContaining(why) },
    });
  });

  test("jq's own message, which quotes the beginning of a secret, is withheld", async () => {
    const outcome = await perform(httpRequest(server.origin), [
      argument('/body', [{ jq: '$secrets.token + 1' }]),
    ]);
    expect(outcome).toMatchObject({
      type: 'failed',
      error: { type: expect.stringMatching(/expression$/), status: 400 },
    });
    expect(told(outcome)).not.toContain('tok-1');
  });

  test('do not follow a redirect to another origin', async () => {
    const other = await startLoopbackServer((_, response) => response.end());
    const redirecting = await startLoopbackServer((_, response) =>
      response.writeHead(302, { location: other.origin }).end(),
    );
    await perform(httpRequest(redirecting.origin, { redirect: true }), [
      argument('/headers/x-key', [{ jq: '$secrets.token' }]),
    ]);
    expect(redirecting.received[0]?.headers).toHaveProperty('x-key');
    expect(other.received.length).toBe(1);
    expect(other.received[0]?.headers).not.toHaveProperty('x-key');
    await Promise.all([other.close(), redirecting.close()]);
  });
});

test('a secret that a host function gives back is taken out of its result', async () => {
  bench = openBench({ secrets, functions: { echo: (input) => ({ given: input }) } });
  const outcome = await bench.perform(
    { type: 'function', name: 'echo', input: null },
    { secrets: [argument('/input', [{ jq: '{t: $secrets.token}' }])] },
  );
  expect(outcome).toEqual({ type: 'completed', output: { given: { t: '***' } } });
});

test('a secret that a host function quotes in its error is taken out of it', async () => {
  const refuse = (input: Json) => {
    throw new Error(`cannot log in with ${JSON.stringify(input)}`);
  };
  bench = openBench({ secrets, functions: { refuse } });
  const outcome = await bench.perform(
    { type: 'function', name: 'refuse', input: null },
    { secrets: [argument('/input', [{ jq: '$secrets.account.password' }])] },
  );
  expect(outcome).toMatchObject({ type: 'failed', error: { detail: 'cannot log in with "***"' } });
});
