/**
 * Stands in on loopback for the hosts that scenarios and examples call. The runtime is told to send their origins
 * here (`originMap`); the scenarios stay as they are.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { elsewhereRoutes } from './elsewhere.ts';
import { petStoreRoutes } from './pet-store.ts';
import { type LoggedRequest, openRequestLog, type RequestLog } from './request-log.ts';
import type { Answer, Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { signOnRoutes } from './sign-on.ts';

export interface StandIn {
  readonly origin: string;
  /** what it stands in for, as the origin map takes it */
  readonly originMap: Readonly<Record<string, string>>;
  readonly requests: RequestLog;
  close(): Promise<void>;
}

/** Origins that it stands in for. */
export const origins: readonly string[] = [
  'https://petstore.swagger.io',
  'https://httpbin.org',
  'https://service.example',
  'https://sign-on.example',
  'http://keycloak',
  'https://swapi.dev',
  'https://fake-hospital.com',
  'https://superbet-casinos.com',
  'https://fake-chat-api.com',
  'https://virtual-wf-powered-race.com',
  'https://example.com',
  'https://hospital.example.com',
  'https://external-service.example.com',
  'https://fake.com',
  'https://raw.githubusercontent.com',
];

const bodyBytesMax = 1_048_576;

/** Serves until it is closed, on a free port unless one is named. */
export function openStandIn(port = 0): Promise<StandIn> {
  const requests = openRequestLog();
  const routes = [...petStoreRoutes, ...serviceRoutes(), ...signOnRoutes(), ...elsewhereRoutes];
  const server = createServer((request, response) => void respond(request, response, routes, requests));
  // A caller that kept a connection may use it at any time.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ origin, originMap: originMapTo(origin), requests, close });
    });
  });
}

/** Leads every origin that it stands in for to one place. */
export function originMapTo(origin: string): Record<string, string> {
  return Object.fromEntries(origins.map((each) => [each, origin]));
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  requests: RequestLog,
): Promise<void> {
  const request = await readRequest(message);
  if (request === undefined) return void response.destroy();
  requests.add(request);
  const { status, body, raw, headers, delayMs = 0 } = answerTo(request, routes);
  const send = () => {
    response.writeHead(status, {
      ...(raw === undefined ? { 'content-type': 'application/json' } : {}),
      ...headers,
    });
    response.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
  };
  if (delayMs === 0) return send();
  const timer = setTimeout(send, delayMs);
  response.once('close', () => clearTimeout(timer));
}

async function readRequest(message: IncomingMessage): Promise<LoggedRequest | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The caller went away while it was sending.
    return undefined;
  }
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://stand-in');
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
  return {
    method: message.method ?? '',
    host: message.headers.host ?? '',
    path: pathname,
    query: Object.fromEntries(
      [...new Set(searchParams.keys())].map((name) => [name, one(searchParams.getAll(name))]),
    ),
    headers,
    body: readBody(Buffer.concat(chunks).toString('utf8'), headers['content-type'] ?? ''),
  };
}

function one(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}

function readBody(text: string, contentType: string): unknown {
  if (text === '') return null;
  if (!contentType.includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function answerTo(request: LoggedRequest, routes: readonly Route[]): Answer {
  for (const route of routes) {
    const match = route.pattern.exec(request.path);
    if (match && (route.method ?? request.method) === request.method)
      return route.answer(match.slice(1), request);
  }
  return { status: 404, body: { code: 404, type: 'unknown', message: `nothing stands at ${request.path}` } };
}
