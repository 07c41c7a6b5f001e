/**
 * Stands in for the hosts that the specification's scenarios call, on loopback: the pet store with its Swagger 2.0
 * document, and the echo service's basic authentication. The runtime is told to send those origins here; the
 * scenarios stay as they are.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandIn {
  readonly origin: string;
  /** what it stands in for, as the origin map takes it */
  readonly originMap: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Route {
  readonly pattern: RegExp;
  answer(parts: readonly string[], url: URL, request: IncomingMessage): Answer;
}

const pets = [
  { id: 1, name: 'Rex', status: 'available', photoUrls: [], category: { id: 1, name: 'dogs' } },
  { id: 2, name: 'Minou', status: 'pending', photoUrls: [], category: { id: 2, name: 'cats' } },
  { id: 3, name: 'Kiki', status: 'available', photoUrls: [], category: { id: 3, name: 'birds' } },
];

const routes: readonly Route[] = [
  { pattern: /^\/v2\/swagger\.json$/, answer: () => ({ status: 200, body: petStoreDocument }) },
  {
    pattern: /^\/v2\/pet\/findByStatus$/,
    answer: (_parts, url) => {
      const wanted = url.searchParams.getAll('status').flatMap((each) => each.split(','));
      return { status: 200, body: pets.filter(({ status }) => wanted.includes(status)) };
    },
  },
  {
    pattern: /^\/v2\/pet\/(\d+)$/,
    answer: ([id]) => {
      const pet = pets.find((each) => each.id === Number(id));
      return pet
        ? { status: 200, body: pet }
        : { status: 404, body: { code: 1, type: 'error', message: 'Pet not found' } };
    },
  },
  {
    pattern: /^\/basic-auth\/([^/]+)\/([^/]+)$/,
    answer: ([user = '', password = ''], _url, request) => {
      const credentials = Buffer.from(`${decodeURIComponent(user)}:${decodeURIComponent(password)}`).toString(
        'base64',
      );
      if (request.headers.authorization === `Basic ${credentials}`)
        return { status: 200, body: { authenticated: true, user } };
      return { status: 401, body: null, headers: { 'www-authenticate': 'Basic realm="stand-in"' } };
    },
  },
];

/** Serves until it is closed, on a free port unless one is named. */
export function openStandIn(port = 0): Promise<StandIn> {
  const server = createServer(respond);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const originMap = { 'https://petstore.swagger.io': origin, 'https://httpbin.org': origin };
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ origin, originMap, close });
    });
  });
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const { status, body, headers } = answerTo(request, url);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function answerTo(request: IncomingMessage, url: URL): Answer {
  if (request.method !== 'GET')
    return { status: 405, body: { message: 'only GET is served here' }, headers: { allow: 'GET' } };
  for (const route of routes) {
    const match = route.pattern.exec(url.pathname);
    if (match) return route.answer(match.slice(1), url, request);
  }
  return { status: 404, body: { code: 404, type: 'unknown', message: `nothing stands at ${url.pathname}` } };
}

/** As much of a Swagger 2.0 document as two operations need. Its host is the real one: the origin map leads here. */
const petStoreDocument = {
  swagger: '2.0',
  info: { title: 'Pets', version: '1.0.0' },
  host: 'petstore.swagger.io',
  basePath: '/v2',
  schemes: ['https', 'http'],
  paths: {
    '/pet/findByStatus': {
      get: {
        operationId: 'findPetsByStatus',
        produces: ['application/json'],
        parameters: [
          {
            name: 'status',
            in: 'query',
            required: true,
            type: 'array',
            items: { type: 'string' },
            collectionFormat: 'multi',
          },
        ],
        responses: {
          200: { description: 'the pets', schema: { type: 'array', items: { $ref: '#/definitions/Pet' } } },
        },
      },
    },
    '/pet/{petId}': {
      get: {
        operationId: 'getPetById',
        produces: ['application/json'],
        parameters: [{ name: 'petId', in: 'path', required: true, type: 'integer', format: 'int64' }],
        responses: {
          200: { description: 'the pet', schema: { $ref: '#/definitions/Pet' } },
          404: { description: 'no such pet' },
        },
      },
    },
  },
  definitions: {
    Pet: {
      type: 'object',
      required: ['name'],
      properties: {
        id: { type: 'integer', format: 'int64' },
        name: { type: 'string' },
        status: { type: 'string' },
      },
    },
  },
};
