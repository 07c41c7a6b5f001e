import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient, type HttpRequest } from './http-client.ts';
import { json, startLoopbackServer } from './loopback-server.fixture.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A client of a server on the loopback whose resolver finds no handle for a number of times. */
async function shortFor(
  times: number,
): Promise<{ client: HttpClient; request: HttpRequest; asked(): number }> {
  const server = await startLoopbackServer((_, response) => json(response, 'reached'));
  let asked = 0;
  const client = createHttpClient({
    allow: ['loopback'],
    lookup: async () => {
      asked += 1;
      if (asked <= times)
        throw Object.assign(new Error('connect EMFILE 127.0.0.1:80'), { code: 'EMFILE', syscall: 'connect' });
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  const url = new URL(server.origin.replace('127.0.0.1', 'service.test'));
  return { client, request: { method: 'POST', url, headers: {}, body: '{}' }, asked: () => asked };
}

describe('a request that finds no file handle for its connection', () => {
  test('waits for one, and is answered', async () => {
    const { client, request, asked } = await shortFor(2);
    expect(await client.request(request)).toMatchObject({ type: 'response', status: 200 });
    expect(asked()).toBe(3);
  });

  test('ends with its time, and was certainly not sent', async () => {
    const { client, request } = await shortFor(1_000);
    expect(await client.request({ ...request, timeoutMs: 120 })).toMatchObject({
      type: 'failed',
      reason: 'no-handles',
      detail: expect.stringContaining('EMFILE'),
      unknown: false,
    });
  });

  test('stops waiting when it is given up', async () => {
    const { client, request } = await shortFor(1_000);
    const controller = new AbortController();
    const asked = client.request({ ...request, signal: controller.signal });
    controller.abort();
    expect(await asked).toMatchObject({ type: 'failed', unknown: false });
  });
});
