import { generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '@millrace/core';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { json, type LoopbackServer, startLoopbackServer } from '../../http-client/loopback-server.fixture.ts';
import { type Bench, httpRequest, openBench } from '../performer.fixture.ts';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.fixture.ts';

let provider: AuthorizationServer;
let service: LoopbackServer;
let bench: Bench;
let pem: string;
let jwk: string;
const otherKeys = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};
/** tokens that the service refuses though the provider would not */
const revoked = new Set<string>();

const secret = 'client-secret-of-32-characters-00';
const keptSecrets = { machine: {} as JsonObject };

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  pem = await exportPKCS8(privateKey);
  jwk = JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256' });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'];
  provider = await startAuthorizationServer([
    ...methods.map((method) => ({
      client_id: method,
      client_secret: secret,
      token_endpoint_auth_method: method,
    })),
    { client_id: 'private_key_jwt', token_endpoint_auth_method: 'private_key_jwt', jwks },
    ...Object.entries(otherKeys).map(([name, { publicKey }]) => ({
      client_id: name,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [publicKey.export({ format: 'jwk' })] },
    })),
  ]);
  service = await startLoopbackServer((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    void provider.isActive(token).then((active) => {
      const fine = active && !revoked.has(token);
      json(response, fine ? { pet: 1 } : { why: 'no' }, fine ? 200 : 401);
    });
  });
  keptSecrets.machine = policy('client_secret_post') as JsonObject;
});
afterAll(async () => {
  await service.close();
  await provider.close();
});
beforeEach(() => {
  bench = openBench({ secrets: keptSecrets });
  revoked.clear();
});
afterEach(() => bench.close());

function policy(id: string, more: object = {}): JsonObject {
  const client = { id, secret, authentication: id };
  return { authority: provider.issuer, grant: 'client_credentials', client, ...more } as JsonObject;
}

const call = (scheme: 'oauth2' | 'oidc', given: JsonObject, output: 'content' | 'response' = 'content') =>
  bench.perform(httpRequest(`${service.origin}/pet`, { output, authentication: { scheme, policy: given } }));

describe('a token of client credentials', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'])(
    'is had by a client that authenticates by %s, over the endpoints that discovery tells',
    async (method) => {
      expect(await call('oidc', policy(method))).toEqual({ type: 'completed', output: { pet: 1 } });
    },
  );

  it.each(['PEM', 'JWK'])('is had by private_key_jwt with a key in %s', async (form) => {
    const client = {
      id: 'private_key_jwt',
      secret: form === 'PEM' ? pem : jwk,
      authentication: 'private_key_jwt',
    };
    expect(await call('oidc', policy('private_key_jwt', { client }))).toMatchObject({ output: { pet: 1 } });
  });

  it.each(['RSA', 'P-256', 'P-384', 'P-521'] as const)(
    'is had by private_key_jwt with a key of %s that does not say how it signs, in any PEM and in JWK',
    async (name) => {
      const { privateKey } = otherKeys[name];
      const older = privateKey.export({ format: 'pem', type: name === 'RSA' ? 'pkcs1' : 'sec1' });
      const forms = [
        older.toString(),
        privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        JSON.stringify(privateKey.export({ format: 'jwk' })),
      ];
      for (const text of forms) {
        const client = { id: name, secret: text, authentication: 'private_key_jwt' };
        expect(await call('oidc', policy('private_key_jwt', { client }))).toMatchObject({
          output: { pet: 1 },
        });
      }
    },
  );

  it('is not asked for with a key that cannot be read, and nothing of it is told', async () => {
    const whole = JSON.stringify(otherKeys['P-256'].privateKey.export({ format: 'jwk' }));
    const broken = whole.replace(/("d":".{20})./, '$1"');
    const client = { id: 'P-256', secret: broken, authentication: 'private_key_jwt' };
    const outcome = await call('oidc', policy('private_key_jwt', { client }));
    expect(outcome).toMatchObject({
      error: { status: 400, detail: expect.stringContaining('is no private key in PEM or JWK') },
    });
    const key = /"d":"(.*?)"/.exec(whole)?.[1] ?? '';
    expect(JSON.stringify(outcome)).not.toContain(key.slice(14, 20));
  });

  it('is had without discovery from an endpoint behind the authority, which may end in a slash', async () => {
    const given = policy('client_secret_basic', {
      authority: `${provider.issuer}/`,
      grant: 'client-credentials',
      endpoints: { token: '/token' },
      scopes: ['pets:read'],
    });
    expect(await call('oauth2', given)).toMatchObject({ output: { pet: 1 } });
  });

  it('is had from an authority that names the document of its discovery', async () => {
    const authority = `${provider.issuer}/.well-known/openid-configuration`;
    expect(await call('oidc', policy('client_secret_post', { authority }))).toMatchObject({
      output: { pet: 1 },
    });
  });

  it('is had by a policy that is a secret', async () => {
    const request = httpRequest(`${service.origin}/pet`, {
      authentication: { scheme: 'oidc', secret: 'machine' },
    });
    expect(await bench.perform(request)).toMatchObject({ output: { pet: 1 } });
  });

  it('is asked for once by deeds that need it at the same time, and kept for those after', async () => {
    const before = provider.granted();
    await Promise.all(Array.from({ length: 8 }, () => call('oidc', policy('client_secret_post'))));
    expect(await call('oidc', policy('client_secret_post'))).toMatchObject({ output: { pet: 1 } });
    expect(provider.granted() - before).toBe(1);
    await call('oidc', policy('client_secret_post', { scopes: ['pets:read'] }));
    expect(provider.granted() - before).toBe(2);
  });

  it('is renewed once when the service refuses it, and no more than once', async () => {
    const given = policy('client_secret_post');
    await call('oidc', given);
    const before = provider.granted();
    const token = (service.received.at(-1)?.headers.authorization ?? '').slice('Bearer '.length);
    revoked.add(token);
    expect(await call('oidc', given)).toMatchObject({ output: { pet: 1 } });
    expect(provider.granted() - before).toBe(1);
    const all = service.received.length;
    revoked.has = () => true;
    expect(await call('oidc', given)).toMatchObject({
      type: 'failed',
      error: { status: 401, type: expect.stringContaining('/communication') },
    });
    revoked.has = Set.prototype.has;
    expect(service.received.length - all).toBe(2);
  });

  it('that cannot be had is an authentication error 401 that tells why and no secret', async () => {
    const client = {
      id: 'client_secret_post',
      secret: 'wrong-secret-000',
      authentication: 'client_secret_post',
    };
    const outcome = await call('oidc', policy('client_secret_post', { client }));
    expect(outcome).toMatchObject({
      type: 'failed',
      error: {
        type: 'https://serverlessworkflow.io/spec/1.0.0/errors/authentication',
        status: 401,
        detail: expect.stringContaining('invalid_client'),
      },
    });
    expect(JSON.stringify(outcome)).not.toContain('wrong-secret-000');
    expect(outcome).not.toHaveProperty('unknown');
  });

  it('is not asked for at an address that the client may not call', async () => {
    await bench.close();
    bench = openBench({ http: {} });
    const outcome = await bench.perform(
      httpRequest('https://example.com/', {
        authentication: { scheme: 'oidc', policy: policy('client_secret_post') },
      }),
    );
    expect(outcome).toMatchObject({ error: { status: 401, detail: expect.stringContaining('127.0.0.1') } });
  });

  it('of a server whose issuer is another is refused, unless the policy names it', async () => {
    const authority = provider.issuer.replace('127.0.0.1', 'localhost');
    const refused = await call('oidc', policy('client_secret_post', { authority }));
    expect(refused).toMatchObject({ error: { status: 401, detail: expect.stringContaining('issuer') } });
    const named = policy('client_secret_post', { authority, issuers: [provider.issuer] });
    expect(await call('oidc', named)).toMatchObject({ output: { pet: 1 } });
  });
});

describe('an authorization server', () => {
  let server: LoopbackServer;
  afterEach(() => server.close());

  it.each([
    ['oauth2', 502],
    ['oauth2', 503],
    ['oidc', 502],
  ] as const)('of %s that answers with %d is told with that', async (scheme, status) => {
    server = await startLoopbackServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>down</html>');
    });
    const outcome = await call(scheme, policy('client_secret_post', { authority: server.origin }));
    expect(outcome).toMatchObject({
      error: { status: 401, detail: `No token can be had from ${server.origin}: it answered with ${status}` },
    });
  });

  it('may have a slash at the end of its issuer', async () => {
    server = await startLoopbackServer((request, response) => {
      const issuer = `${server.origin}/o/shop/`;
      if (request.url === '/o/shop/.well-known/openid-configuration')
        json(response, { issuer, token_endpoint: `${server.origin}/token` });
      else json(response, { access_token: 'of-the-shop', token_type: 'Bearer', expires_in: 60 });
    });
    await call('oidc', policy('client_secret_post', { authority: `${server.origin}/o/shop/` }));
    expect(service.received.at(-1)?.headers.authorization).toBe('Bearer of-the-shop');
  });
});

describe('a policy that cannot be used', () => {
  it.each([
    ['authorization_code', { grant: 'authorization_code' }, 'a person who signs in'],
    ['a password without a name', { grant: 'password' }, 'needs "username"'],
    ['no client', { client: {} }, 'no "client.id"'],
    ['no secret', { client: { id: 'x' } }, 'no "client.secret"'],
    [
      'a key that is none',
      { client: { id: 'x', secret: 'y', authentication: 'private_key_jwt' } },
      'no private key',
    ],
    ['an authority that is none', { authority: 'here' }, 'absolute URI'],
  ])('is told: %s', async (_what, more, why) => {
    expect(await call('oauth2', policy('client_secret_post', more))).toMatchObject({
      error: { status: 400, detail: expect.stringContaining(why) },
    });
  });
});

describe('the other grants', () => {
  let server: LoopbackServer;
  const asked = () => server.received.filter(({ url }) => url === '/oauth2/token');
  beforeAll(async () => {
    let count = 0;
    server = await startLoopbackServer((request, response) => {
      count += 1;
      if (request.url !== '/oauth2/token') return json(response, { ok: true });
      const form = new URLSearchParams(request.body);
      if (form.get('refresh_token') === 'spent') return json(response, { error: 'invalid_grant' }, 400);
      json(response, {
        access_token: `token-${count}`,
        token_type: 'Bearer',
        expires_in: form.get('scope') === 'short' ? 0 : 60,
        ...(form.get('scope') === 'short' ? { refresh_token: `refresh-${count}` } : {}),
        id_token: 'nobody-asked-for-it',
      });
    });
  });
  afterAll(() => server.close());
  beforeEach(() => void server.received.splice(0));

  const grant = (more: object) =>
    bench.perform(
      httpRequest(`${server.origin}/pet`, {
        authentication: {
          scheme: 'oauth2',
          policy: {
            authority: server.origin,
            client: { id: 'me', authentication: 'none' },
            ...more,
          } as JsonObject,
        },
      }),
    );
  const bodies = () => asked().map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

  it('password', async () => {
    await grant({ grant: 'password', username: 'ada', password: 'p w', audiences: ['pets'] });
    expect(bodies()).toEqual([
      { client_id: 'me', grant_type: 'password', username: 'ada', password: 'p w', audience: 'pets' },
    ]);
    expect(server.received.at(-1)?.headers.authorization).toMatch(/^Bearer token-\d+$/);
  });

  it('refresh_token, of the token that stands for the subject', async () => {
    await grant({ grant: 'refresh_token', subject: { token: 'r1', type: 'refresh_token' } });
    expect(bodies()).toEqual([{ client_id: 'me', grant_type: 'refresh_token', refresh_token: 'r1' }]);
  });

  it('token-exchange, with whom it is for and who acts', async () => {
    await grant({
      grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject: { token: 's1', type: 'access_token' },
      actor: { token: 'a1', type: 'urn:ietf:params:oauth:token-type:jwt' },
    });
    expect(bodies()).toEqual([
      {
        client_id: 'me',
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 's1',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        actor_token: 'a1',
        actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      },
    ]);
  });

  it('in JSON when the policy says so, with an assertion that was signed elsewhere', async () => {
    await grant({
      grant: 'client_credentials',
      request: { encoding: 'application/json' },
      client: { id: 'me', assertion: 'signed', authentication: 'private_key_jwt' },
    });
    expect(asked()[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(asked()[0]?.body ?? '')).toMatchObject({ client_assertion: 'signed', client_id: 'me' });
  });

  it('use the refresh token of the answer before when the token has expired', async () => {
    const short = { grant: 'password', username: 'ada', password: 'p', scopes: ['short'] };
    await grant(short);
    await grant(short);
    expect(bodies().map(({ grant_type }) => grant_type)).toEqual(['password', 'refresh_token']);
  });

  it('never let a token out with the outcome', async () => {
    const outcome = await bench.perform(
      httpRequest(`${server.origin}/pet`, {
        output: 'response',
        authentication: {
          scheme: 'oauth2',
          policy: {
            authority: server.origin,
            grant: 'client_credentials',
            client: { id: 'me', secret: 'sesame-1' },
          },
        },
      }),
    );
    expect(JSON.stringify(outcome)).not.toMatch(/token-\d|sesame/);
  });
});
