import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { longWait, openTestServer, type TestServer } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ roles: ['api'] });
});
afterAll(() => server.close());

it('a server without a worker answers 202 with the address of a start that is pending', async () => {
  const begun = performance.now();
  const { status, headers, body } = await server.send('POST', '/api/v1/executions?wait=100ms', {
    definition: longWait,
    input: { n: 1 },
  });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect([status, body.status, body.input]).toEqual([202, 'pending', { n: 1 }]);
  const path = headers.get('location') ?? '';
  expect(await server.send('GET', `${path}?wait=50ms`)).toMatchObject({ status: 200, body });
  const cancelled = await server.send('POST', `${path}/cancel?wait=100ms`);
  expect(cancelled).toMatchObject({
    status: 503,
    body: {
      type: 'urn:millrace:problem:unavailable',
      detail: 'no worker has taken the command yet; it is durable and will be done',
    },
  });
});

it('a server without a worker looks no further when the caller has gone', async () => {
  const looks = vi.spyOn(server.composition.store, 'wakeUps');
  const gone = new AbortController();
  const request = fetch(`${server.url}/api/v1/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ definition: longWait }),
    signal: gone.signal,
  });
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(3));
  gone.abort();
  await expect(request).rejects.toThrow();
  // It would look every 100 ms, for 30 s.
  await vi.waitFor(
    async () => {
      const before = looks.mock.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(looks.mock.calls.length).toBe(before);
    },
    { timeout: 5_000 },
  );
});
