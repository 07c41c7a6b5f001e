import type { EffectRequest, Json, JsonObject } from '@millrace/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { stringify as toYaml } from 'yaml';
import {
  json,
  type LoopbackServer,
  type ReceivedRequest,
  startLoopbackServer,
} from '../../http-client/loopback-server.fixture.ts';
import { type Bench, openBench } from '../performer.fixture.ts';

const swagger: Json = {
  swagger: '2.0',
  host: 'store.example.com',
  basePath: '/v2',
  schemes: ['http', 'https'],
  consumes: ['application/json'],
  produces: ['application/xml', 'application/json'],
  securityDefinitions: { key: { type: 'apiKey', name: 'api_key', in: 'header' } },
  parameters: { Limit: { name: 'limit', in: 'query', type: 'integer' } },
  paths: {
    '/items/{itemId}': {
      parameters: [{ name: 'itemId', in: 'path', required: true, type: 'integer' }],
      get: { operationId: 'getItem', security: [{ key: [] }] },
      put: { operationId: 'putItem', parameters: [{ name: 'item', in: 'body', required: true, schema: {} }] },
      post: {
        operationId: 'formItem',
        consumes: ['application/x-www-form-urlencoded'],
        parameters: [
          { name: 'title', in: 'formData', required: true },
          { name: 'status', in: 'formData' },
        ],
      },
    },
    '/items/{itemId}/image': {
      post: {
        operationId: 'uploadImage',
        parameters: [
          { name: 'itemId', in: 'path', required: true },
          { name: 'note', in: 'formData' },
          { name: 'file', in: 'formData', type: 'file' },
        ],
      },
    },
    '/items': {
      get: {
        operationId: 'findItems',
        parameters: [
          { $ref: '#/parameters/Limit' },
          { name: 'status', in: 'query', required: true, type: 'array', collectionFormat: 'multi' },
          { name: 'tags', in: 'query', type: 'array' },
          { name: 'piped', in: 'query', type: 'array', collectionFormat: 'pipes' },
          { name: 'spaced', in: 'query', type: 'array', collectionFormat: 'ssv' },
          { name: 'X-Trace', in: 'header', type: 'string' },
        ],
      },
    },
  },
};

function openapi(version: string): Json {
  return {
    openapi: version,
    servers: [{ url: '/{stage}/api/', variables: { stage: { default: 'prod', enum: ['prod', 'test'] } } }],
    paths: {
      '/orders/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: 'getOrder',
          parameters: [
            { name: 'fields', in: 'query', explode: false, schema: { type: 'array' } },
            { name: 'tags', in: 'query', schema: { type: 'array' } },
            { name: 'filter', in: 'query', style: 'deepObject', explode: true, schema: { type: 'object' } },
            { name: 'flat', in: 'query', schema: { type: 'object' } },
            { name: 'piped', in: 'query', style: 'pipeDelimited', schema: { type: 'array' } },
            { name: 'raw', in: 'query', allowReserved: true, schema: {} },
            { name: 'where', in: 'query', content: { 'application/json': {} } },
            { name: 'X-List', in: 'header', schema: { type: 'array' } },
            { name: 'session', in: 'cookie', schema: { type: 'string' } },
          ],
        },
        post: {
          operationId: 'fileOrder',
          servers: [{ url: '/files' }],
          requestBody: {
            content: {
              'multipart/form-data': {
                schema: {
                  properties: {
                    note: {},
                    meta: { type: 'object' },
                    scan: { type: 'string', format: 'binary' },
                  },
                },
              },
            },
          },
        },
      },
      '/paths/{label}{matrix}': {
        get: {
          operationId: 'stylePath',
          parameters: [
            { name: 'label', in: 'path', style: 'label', explode: true, schema: {} },
            { name: 'matrix', in: 'path', style: 'matrix', schema: {} },
          ],
        },
      },
      '/orders': {
        post: { operationId: 'createOrder', requestBody: { $ref: '#/components/requestBodies/Order' } },
        put: {
          operationId: 'textOrder',
          requestBody: {
            required: true,
            content: { 'text/plain': { schema: { type: 'string' } }, 'application/xml': {} },
          },
        },
        patch: {
          operationId: 'formOrder',
          requestBody: {
            content: {
              'application/x-www-form-urlencoded': {
                schema: { type: 'object', properties: { a: {}, b: {} }, additionalProperties: false },
              },
            },
          },
        },
      },
      '/loop': { get: { operationId: 'loop', parameters: [{ $ref: '#/components/parameters/A' }] } },
      '/away': { get: { operationId: 'away', parameters: [{ $ref: 'other.yaml#/x' }] } },
    },
    components: {
      parameters: { A: { $ref: '#/components/parameters/B' }, B: { $ref: '#/components/parameters/A' } },
      requestBodies: {
        Order: {
          required: true,
          content: {
            'application/xml': {},
            'application/json': { schema: { $ref: '#/components/schemas/Order' } },
          },
        },
      },
      schemas: {
        Base: {
          type: 'object',
          required: ['name'],
          properties: { name: {}, parent: { $ref: '#/components/schemas/Order' } },
        },
        Order: { allOf: [{ $ref: '#/components/schemas/Base' }, { properties: { count: {} } }] },
      },
    },
  };
}

let server: LoopbackServer;
let bench: Bench | undefined;
let documentReads = 0;

beforeAll(async () => {
  server = await startLoopbackServer((request, response) => {
    if (request.url === '/moved') return void response.writeHead(302, { location: '/3.0' }).end();
    if (request.url === '/private')
      return json(response, openapi('3.0.3'), request.headers.authorization === 'Bearer doc' ? 200 : 401);
    const document = {
      '/2.0': JSON.stringify(swagger),
      '/3.0': JSON.stringify(openapi('3.0.3')),
      '/3.1.yaml': toYaml(openapi('3.1.0')),
      '/none': '{"openapi":"4.0.0"}',
      '/broken': '{"openapi":',
    }[request.url];
    if (document === undefined) return json(response, { url: request.url });
    documentReads++;
    response.end(document);
  });
});
afterAll(() => server.close());
afterEach(() => bench?.close());

type Own = Partial<Extract<EffectRequest, { type: 'openapi' }>> & {
  readonly path?: string;
  readonly uri?: string;
};

async function call(operationId: string, parameters: JsonObject, { path = '/3.0', uri, ...own }: Own = {}) {
  await bench?.close();
  bench = openBench({
    http: {
      allow: ['loopback'],
      origins: { 'https://store.example.com': server.origin, 'http://store.example.com': server.origin },
    },
  });
  return bench.perform({
    type: 'openapi',
    document: { uri: uri ?? server.origin + path },
    operationId,
    parameters,
    output: 'content',
    redirect: false,
    ...own,
  });
}

async function sent(operationId: string, parameters: JsonObject, own: Own = {}): Promise<ReceivedRequest> {
  const outcome = await call(operationId, parameters, own);
  const request = server.received.at(-1);
  if (outcome.type === 'failed' || request === undefined) throw new Error(JSON.stringify(outcome));
  return request;
}

describe('Swagger 2.0', () => {
  const own = { path: '/2.0' };

  test('host, base path and path make the URL; the answer is asked for as JSON', async () => {
    expect(await sent('getItem', { itemId: 7 }, own)).toMatchObject({
      method: 'GET',
      url: '/v2/items/7',
      headers: { host: 'store.example.com', accept: 'application/json' },
    });
  });

  test('https is used when the document came by it, and the response shows the original URI', async () => {
    const outcome = await call(
      'getItem',
      { itemId: 7 },
      { uri: 'https://store.example.com/2.0', output: 'response' },
    );
    expect(outcome).toMatchObject({
      type: 'completed',
      output: {
        statusCode: 200,
        request: { method: 'GET', uri: 'https://store.example.com/v2/items/7', headers: {} },
        content: { url: '/v2/items/7' },
      },
    });
  });

  test('http is used when the document came by it', async () => {
    const outcome = await call(
      'getItem',
      { itemId: 7 },
      { uri: 'http://store.example.com/2.0', output: 'response' },
    );
    expect(outcome).toMatchObject({ output: { request: { uri: 'http://store.example.com/v2/items/7' } } });
  });

  test('lists follow their collection format', async () => {
    const request = await sent(
      'findItems',
      { status: ['a b', 'c'], tags: [1, 2], piped: ['x', 'y'], spaced: ['x', 'y'], limit: 3, 'X-Trace': 't' },
      own,
    );
    expect(request.url).toBe('/v2/items?limit=3&status=a%20b&status=c&tags=1,2&piped=x%7Cy&spaced=x%20y');
    expect(request.headers['x-trace']).toBe('t');
  });

  test('a single value may stand for a list', async () => {
    expect((await sent('findItems', { status: 'available' }, own)).url).toBe('/v2/items?status=available');
  });

  test('the body has the name of its parameter', async () => {
    expect(await sent('putItem', { itemId: 1, item: { a: [1] } }, own)).toMatchObject({
      method: 'PUT',
      body: '{"a":[1]}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('form fields make a form', async () => {
    expect(await sent('formItem', { itemId: 1, title: 'x y', status: 's' }, own)).toMatchObject({
      body: 'title=x+y&status=s',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  test('a file makes a multipart body', async () => {
    const request = await sent('uploadImage', { itemId: 1, note: 'n', file: 'content' }, own);
    const boundary = /boundary=(.*)$/.exec(request.headers['content-type'] ?? '')?.[1];
    expect(request.body).toBe(
      `--${boundary}\r\ncontent-disposition: form-data; name="note"\r\n\r\nn\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="file"\r\ncontent-type: application/octet-stream\r\n\r\ncontent\r\n--${boundary}--\r\n`,
    );
  });

  test('a key that the security asks for is given as a parameter', async () => {
    expect((await sent('getItem', { itemId: 1, api_key: 'k' }, own)).headers.api_key).toBe('k');
  });

  test.each<[string, JsonObject, string]>([
    ['findItems', {}, 'needs the parameter "status"'],
    ['findItems', { status: null }, 'needs the parameter "status"'],
    ['putItem', {}, 'needs the parameter "itemId", "item"'],
    ['formItem', { itemId: 1 }, 'needs the parameter "title"'],
    [
      'findItems',
      { status: 'a', stauts: 'b' },
      'no parameter "stauts". It knows "limit", "status", "tags", "piped", "spaced", "X-Trace"',
    ],
    ['putItem', { itemId: 1, item: {}, more: 1 }, 'no parameter "more"'],
    ['getItem', { itemId: '..' }, 'leads out of the operation'],
    ['getItem', { itemId: '.' }, 'leads out of the operation'],
  ])('%s with %j is a validation error', async (operationId, parameters, why) => {
    const before = server.received.length;
    expect(await call(operationId, parameters, own)).toMatchObject({
      type: 'failed',
      error: {
        type: expect.stringMatching(/validation$/),
        status: 400,
        detail: expect.stringContaining(why),
      },
    });
    expect(server.received.length).toBe(before + 1);
  });

  test('an argument cannot leave its place in the path', async () => {
    expect((await sent('getItem', { itemId: '../x?y#z/%2e' }, own)).url).toBe(
      '/v2/items/..%2Fx%3Fy%23z%2F%252e',
    );
  });
});

describe.each([
  ['3.0 in JSON', '/3.0'],
  ['3.1 in YAML', '/3.1.yaml'],
])('OpenAPI %s', (_, path) => {
  test('a relative server stands for the place of the document, with the defaults of its variables', async () => {
    expect((await sent('getOrder', { id: 'a/b c' }, { path })).url).toBe('/prod/api/orders/a%2Fb%20c');
  });

  test.each<[JsonObject, string]>([
    [{ fields: ['a', 'b'] }, 'fields=a,b'],
    [{ tags: ['a', 'b'] }, 'tags=a&tags=b'],
    [{ filter: { a: 1, b: { c: 2 } } }, 'filter%5Ba%5D=1&filter%5Bb%5D%5Bc%5D=2'],
    [{ flat: { a: 1, b: 'x y' } }, 'a=1&b=x%20y'],
    [{ piped: ['a', 'b'] }, 'piped=a%7Cb'],
    [{ raw: 'a/b?c=d e#f' }, 'raw=a/b?c=d%20e%23f'],
    [{ where: { a: 1 } }, 'where=%7B%22a%22%3A1%7D'],
    [{ tags: [] }, ''],
  ])('the query of %j is %s', async (parameters, query) => {
    expect((await sent('getOrder', { id: 1, ...parameters }, { path })).url).toBe(
      `/prod/api/orders/1${query && '?'}${query}`,
    );
  });

  test('headers and cookies are parameters too', async () => {
    expect(
      (await sent('getOrder', { id: 1, 'X-List': ['a', 'b'], session: 's;1' }, { path })).headers,
    ).toMatchObject({ 'x-list': 'a,b', cookie: 'session=s%3B1' });
  });

  test('label and matrix styles', async () => {
    expect((await sent('stylePath', { label: ['a', 'b'], matrix: [1, 2] }, { path })).url).toBe(
      '/prod/api/paths/.a.b;matrix=1,2',
    );
  });

  test('arguments that are no parameters make the body', async () => {
    expect(await sent('createOrder', { name: 'n', count: 2, extra: true }, { path })).toMatchObject({
      method: 'POST',
      body: '{"name":"n","count":2,"extra":true}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('"body" is the whole body', async () => {
    expect((await sent('createOrder', { body: ['a'] }, { path })).body).toBe('["a"]');
    expect(await sent('textOrder', { body: 'plain' }, { path })).toMatchObject({
      body: 'plain',
      headers: { 'content-type': 'text/plain' },
    });
  });

  test('a form body is encoded', async () => {
    expect(await sent('formOrder', { a: 1, b: 'x&' }, { path })).toMatchObject({
      body: 'a=1&b=x%26',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  test('an operation may have a server of its own, and a multipart body', async () => {
    const request = await sent('fileOrder', { id: 1, note: 'n', meta: { a: 1 }, scan: 'bytes' }, { path });
    expect(request.url).toBe('/files/orders/1');
    expect(request.body).toContain('name="meta"\r\ncontent-type: application/json\r\n\r\n{"a":1}');
    expect(request.body).toContain('name="scan"; filename="scan"');
  });

  test.each<[string, JsonObject, string, string]>([
    ['createOrder', {}, 'validation', 'needs the parameter "name"'],
    ['createOrder', { count: 1 }, 'validation', 'needs the parameter "name"'],
    ['textOrder', {}, 'validation', 'needs the parameter "body"'],
    ['createOrder', { body: {}, count: 1 }, 'validation', 'no parameter "count"'],
    ['formOrder', { a: 1, c: 2 }, 'validation', 'no parameter "c". It knows "body", "a", "b"'],
    ['getOrder', { id: 1, nope: 1 }, 'validation', 'no parameter "nope"'],
    ['getOrders', {}, 'configuration', 'no operation "getOrders". The nearest are "getOrder"'],
    ['loop', {}, 'configuration', 'leads in a circle'],
    ['away', {}, 'configuration', 'leads to another document'],
  ])('%s with %j is a %s error', async (operationId, parameters, kind, why) => {
    expect(await call(operationId, parameters, { path })).toMatchObject({
      type: 'failed',
      error: { type: expect.stringContaining(`/${kind}`), status: 400, detail: expect.stringContaining(why) },
    });
  });
});

describe('documents', () => {
  test('the first call pins the document by its digest; later calls read those bytes and fetch nothing', async () => {
    const first = await call('getOrder', { id: 1 });
    const uri = `${server.origin}/3.0`;
    const digest = first.pins?.[uri] ?? '';
    expect(bench?.blobs.has(`acme ${digest}`)).toBe(true);
    const before = documentReads;
    const second = await bench?.perform({
      type: 'openapi',
      document: { uri, digest },
      operationId: 'getOrder',
      parameters: { id: 2 },
      output: 'content',
      redirect: false,
    });
    expect(second).toEqual({ type: 'completed', output: { url: '/prod/api/orders/2' } });
    expect(documentReads).toBe(before);
  });

  test("another tenant's digest leads nowhere, also while the document is in memory", async () => {
    const first = await call('getOrder', { id: 1 });
    const uri = `${server.origin}/3.0`;
    const digest = first.pins?.[uri] ?? '';
    const outcome = await bench?.perform(
      {
        type: 'openapi',
        document: { uri, digest },
        operationId: 'getOrder',
        parameters: { id: 2 },
        output: 'content',
        redirect: false,
      },
      { tenant: 'evil' },
    );
    expect(outcome).toMatchObject({
      type: 'failed',
      error: { status: 500, detail: expect.stringContaining('not in the blob store') },
    });
  });

  test('a call that fails pins the document too', async () => {
    expect(await call('getOrders', {})).toMatchObject({
      type: 'failed',
      pins: { [`${server.origin}/3.0`]: expect.stringMatching(/^sha256:/) },
    });
  });

  test('a document that has moved is followed, with its own place as the base', async () => {
    expect((await sent('getOrder', { id: 1 }, { path: '/moved' })).url).toBe('/prod/api/orders/1');
  });

  test('a document may need credentials of its own', async () => {
    const document = {
      uri: `${server.origin}/private`,
      authentication: { scheme: 'bearer', token: 'doc' },
    } as const;
    expect((await sent('getOrder', { id: 1 }, { document })).headers).not.toHaveProperty('authorization');
    expect(await call('getOrder', { id: 1 }, { path: '/private' })).toMatchObject({
      type: 'failed',
      error: { type: expect.stringMatching(/communication$/), status: 401 },
    });
  });

  test.each([
    ['/none', 'no Swagger 2.0'],
    ['/broken', 'neither JSON nor YAML'],
    ['/json', 'no Swagger 2.0'],
  ])('%s is no document that can be called', async (path, why) => {
    expect(await call('x', {}, { path })).toMatchObject({
      type: 'failed',
      error: { type: expect.stringMatching(/configuration$/), detail: expect.stringContaining(why) },
    });
  });

  test('a document that cannot be fetched leaves no doubt: the call was not made', async () => {
    const outcome = await call('x', {}, { uri: 'http://127.0.0.1:1/doc' });
    expect(outcome).toMatchObject({
      type: 'failed',
      error: { status: 500, detail: 'ECONNREFUSED 127.0.0.1:1' },
    });
    expect(outcome).not.toHaveProperty('unknown');
  });
});
