import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const path = '/api/v1/functions/greet/1.0.0';
const text = 'set: { said: \'${ "Hi " + .name }\' }\n';

async function put(body: string, to = path) {
  const response = await fetch(server.url + to, {
    method: 'PUT',
    headers: { 'content-type': 'application/yaml' },
    body,
  });
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe('a function of the catalog of the server', () => {
  it('is published once, called as NAME:VERSION@default, read, listed and removed', async () => {
    expect(await put(text)).toMatchObject({
      status: 201,
      location: path,
      body: { name: 'greet', source: text },
    });
    expect(await put(text)).toMatchObject({ status: 200 });
    expect(await put('set: { said: 1 }')).toMatchObject({ status: 409 });
    const definition = workflowText('calls', "  - a: { call: 'greet:1.0.0@default', with: { name: Ada } }");
    const run = await server.send('POST', '/api/v1/executions?wait=10s', { definition });
    expect(run.body).toMatchObject({ status: 'completed', output: { said: 'Hi Ada' } });
    expect((await server.send('GET', path)).body).toMatchObject({ version: '1.0.0', source: text });
    expect((await server.send('GET', '/api/v1/functions')).body.items).toHaveLength(1);
    expect((await server.send('DELETE', path)).status).toBe(204);
    expect((await server.send('GET', path)).status).toBe(404);
    expect((await server.send('POST', '/api/v1/executions', { definition })).body).toMatchObject({
      type: 'urn:millrace:problem:invalid-definition',
      errors: [{ message: expect.stringContaining('no function greet:1.0.0') }],
    });
  });

  it('that is no task, or has no version, is refused with the place of the error', async () => {
    expect(await put('sett: { v: 1 }')).toMatchObject({
      status: 422,
      body: { errors: [{ line: 1, column: 1, message: expect.stringContaining("did you mean 'set'") }] },
    });
    for (const version of ['first', '1.x', '1'])
      expect(await put(text, `/api/v1/functions/greet/${version}`)).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('a semantic version, such as 1.0.0') },
      });
  });
});
