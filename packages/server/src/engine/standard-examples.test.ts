/** The specification's own examples of what is reused and how calls authenticate, whole, against stand-ins. */
import { existsSync, readFileSync } from 'node:fs';
import { defaultLimits, type Json } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, type LoopbackServer, startLoopbackServer } from '../http-client/loopback-server.fixture.ts';
import { type Composition, composeEngine } from './compose.ts';

const shared = new URL('../../../../../shared/dsl/examples/', import.meta.url);
const absent = !existsSync(shared);

let web: LoopbackServer;
let composition: Composition;
let failures = 0;

const logFunction = `input:
  schema: { document: { type: object, required: [message] } }
set: { logged: '\${ .message }' }
`;

beforeAll(async () => {
  if (absent) return;
  web = await startLoopbackServer((request, response) => {
    const { host = '', authorization = '' } = request.headers;
    if (host === 'raw.githubusercontent.com') return void response.end(logFunction);
    if (request.url.endsWith('/.well-known/openid-configuration'))
      return json(response, {
        issuer: 'http://keycloak/realms/fake-authority',
        token_endpoint: 'http://keycloak/realms/fake-authority/auth/token',
      });
    if (request.url.endsWith('/token')) {
      const form = new URLSearchParams(request.body);
      const known =
        form.get('client_id') === 'workflow-runtime-id' &&
        form.get('client_secret') === 'workflow-runtime-secret' &&
        form.get('grant_type') === 'client_credentials';
      if (!known) return json(response, { error: 'invalid_client' }, 401);
      return json(response, { access_token: 'good-token', token_type: 'Bearer', expires_in: 60 });
    }
    if (host === 'fake.com' || host === 'mocked.service.com') return json(response, { from: host });
    if (failures > 0) {
      failures -= 1;
      return json(response, { why: 'busy' }, 503);
    }
    json(response, { url: request.url, authorized: authorization === 'Bearer good-token' });
  });
  const hosts = [
    'https://petstore.swagger.io',
    'http://keycloak',
    'https://raw.githubusercontent.com',
    'https://fake.com',
  ];
  composition = await composeEngine({
    ...{ store: 'memory:', data: '.', roles: ['worker', 'executor', 'timer'] },
    secrets: {
      environment: {
        MILLRACE_SECRET_MYSECRET: JSON.stringify({
          authority: 'http://keycloak/realms/fake-authority',
          endpoints: { token: '/auth/token' },
          grant: 'client_credentials',
          client: { id: 'workflow-runtime-id', secret: 'workflow-runtime-secret' },
        }),
      },
    },
    http: { allow: ['loopback'], origins: Object.fromEntries(hosts.map((host) => [host, web.origin])) },
    limits: defaultLimits,
    ...{
      leaseMs: 30_000,
      effectsMax: 16,
      blobThresholdBytes: 65_536,
      overdueMs: 10_000,
      idempotencyMs: 60_000,
    },
    onError: (error) => {
      throw error;
    },
    onFatal: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await composition?.close(1_000);
  await web?.close();
});

async function run(name: string, input: Json = {}, change: (text: string) => string = (text) => text) {
  const definition = change(readFileSync(new URL(`${name}.yaml`, shared), 'utf8'));
  const { execution } = await composition.engine.start('default', { definition, input });
  return composition.engine.wait('default', execution.id, 20_000);
}

describe.skipIf(absent)('the example of the specification (skipped without ../shared)', () => {
  it.each([
    'authentication-oauth2',
    'authentication-oauth2-secret',
    'authentication-oidc',
    'authentication-oidc-secret',
  ])('%s calls with a token', async (name) => {
    expect(await run(name, { petId: 7 })).toMatchObject({
      status: 'completed',
      output: { url: '/v2/pet/7', authorized: true },
    });
  });

  it.each(['authentication-reusable', 'authentication-bearer-uri-format', 'authentication-bearer'])(
    '%s calls with the token of its input',
    async (name) => {
      const execution = await run(name, { petId: 7, token: 'good-token', status: 'available' });
      expect(execution).toMatchObject({ status: 'completed' });
      expect(web.received.at(-1)?.headers.authorization).toBe('Bearer good-token');
    },
  );

  it('call-custom-function-inline calls its function', async () => {
    expect(await run('call-custom-function-inline')).toMatchObject({
      output: expect.objectContaining({ url: '/v2/pet/69' }),
    });
  });

  it('call-custom-function-cataloged calls the function at its URL', async () => {
    expect(await run('call-custom-function-cataloged')).toMatchObject({
      output: { logged: 'Hello, world!' },
    });
  });

  it('mock-service-extension leaves another service alone, and stands in for the one that it names', async () => {
    expect(await run('mock-service-extension')).toMatchObject({ output: { from: 'fake.com' } });
    const mocked = await run('mock-service-extension', {}, (text) =>
      text.replace(/endpoint:\s+uri: https:\/\/fake.com/, 'endpoint: https://mocked.service.com'),
    );
    expect(mocked.output).toEqual({
      statusCode: 200,
      headers: { 'Content-Type': 'application/json' },
      content: { foo: { bar: 'baz' } },
    });
  });

  it('raise-reusable raises its error', async () => {
    expect(await run('raise-reusable')).toMatchObject({
      status: 'faulted',
      error: { type: 'https://serverlessworkflow.io/errors/not-implemented', status: 500 },
    });
  });

  it('try-catch-retry-reusable tries again by its policy', async () => {
    failures = 2;
    const execution = await run('try-catch-retry-reusable', { petId: 7 }, (text) =>
      text.replace('seconds: 3', 'milliseconds: 3'),
    );
    expect(execution).toMatchObject({ status: 'completed', output: { url: '/v2/pet/7' } });
    expect(failures).toBe(0);
  });
});
