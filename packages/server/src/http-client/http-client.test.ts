import { afterEach, describe, expect, test } from 'vitest';
import { httpClientContract } from './http-client.contract.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts';
import { json, startLoopbackServer } from './loopback-server.fixture.ts';

httpClientContract(createHttpClient);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(options: HttpClientOptions): HttpClient {
  const client = createHttpClient(options);
  closers.push(() => client.close());
  return client;
}

const get = (client: HttpClient, url: string) =>
  client.request({ method: 'GET', url: new URL(url), headers: {} });

const serve = async () => {
  const server = await startLoopbackServer((_, response) => json(response, 1));
  closers.push(() => server.close());
  return server;
};

describe('names', () => {
  test('a public name that resolves to a private address is refused', async () => {
    const client = open({ lookup: async () => [{ address: '10.0.0.5', family: 4 }] });
    expect(await get(client, 'http://inner.example.com/')).toMatchObject({
      reason: 'refused',
      detail: expect.stringContaining('10.0.0.5 of "inner.example.com"'),
    });
  });

  test('a name is resolved once for a connection, so an answer that changes afterwards is never used', async () => {
    const server = await serve();
    let lookups = 0;
    const client = open({
      allow: ['127.0.0.1'],
      lookup: async () =>
        lookups++ === 0 ? [{ address: '127.0.0.1', family: 4 }] : [{ address: '127.0.0.9', family: 4 }],
    });
    expect(await get(client, `http://rebound.example.com:${server.port}/`)).toMatchObject({ status: 200 });
    expect(lookups).toBe(1);
  });

  test('of the addresses of a name, only those that may be called are connected to', async () => {
    const server = await serve();
    const addresses = [
      { address: '10.255.255.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const client = open({ allow: ['loopback'], lookup: async () => addresses });
    expect(await get(client, `http://both.example.com:${server.port}/`)).toMatchObject({ status: 200 });
  });

  test('a name that does not resolve was certainly not sent', async () => {
    const lookup = async () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND', hostname: 'none.example.com' }));
    expect(await get(open({ lookup }), 'http://none.example.com/')).toMatchObject({
      reason: 'network',
      detail: 'ENOTFOUND none.example.com',
      unknown: false,
    });
  });
});

test('requests after close fail as not sent', async () => {
  const client = createHttpClient({ allow: ['loopback'] });
  await client.close();
  expect(await get(client, 'http://127.0.0.1:1/')).toMatchObject({ type: 'failed', unknown: false });
});
