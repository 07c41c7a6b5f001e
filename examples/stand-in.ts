/**
 * One server for every service that the examples call, on loopback only. It fails the first times, is slow, gives
 * pages and limits rates as real services do, but always in the same way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAssistant } from './services/assistant.ts';
import { createContent } from './services/content.ts';
import { createOffice } from './services/office.ts';
import { createOperations } from './services/operations.ts';
import { createPetstore } from './services/petstore.ts';
import { type Answer, type Call, Refusal, type Routes } from './services/service.ts';
import { createShop } from './services/shop.ts';
import { createTravel } from './services/travel.ts';

/** What came in, and how it was answered. */
export interface Received {
  readonly method: string;
  /** with the query */
  readonly path: string;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
  /** 0: the connection broke before the answer */
  readonly status: number;
  /** epoch ms of its arrival */
  readonly at: number;
}

export interface StandIn {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export interface StandInOptions {
  /** 0, the default, takes a free one */
  readonly port?: number;
  readonly onReceived?: (received: Received) => void;
}

/** The port that the examples call when their input names no other services. */
export const defaultPort = 4010;

/** What is remembered of the calls; older ones are forgotten. */
const receivedMax = 10_000;

/** Rejects with the error of `listen` when the port is taken. */
export async function startStandIn({ port = 0, onReceived }: StandInOptions = {}): Promise<StandIn> {
  const routes = compileRoutes();
  const received: Received[] = [];
  const exchange = async (request: IncomingMessage, response: ServerResponse) => {
    const at = Date.now();
    const call = await readCall(request);
    const answer = answerTo(routes, request.method ?? '', call);
    const entry: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: call.body,
      idempotencyKey: request.headers['idempotency-key'] as string | undefined,
      status: answer.lost ? 0 : statusOf(answer),
      at,
    };
    received.push(entry);
    if (received.length > receivedMax) received.shift();
    onReceived?.(entry);
    await send(answer, response);
  };
  const server = createServer((request, response) => {
    exchange(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Route {
  readonly method: string;
  readonly pattern: URLPattern;
  readonly handle: (call: Call) => Answer;
}

function compileRoutes(): readonly Route[] {
  const services = [
    createShop(),
    createTravel(),
    createContent(),
    createOffice(),
    createOperations(),
    createAssistant(),
    createPetstore(),
  ];
  const all: Routes = Object.assign({}, ...services);
  return Object.entries(all).map(([name, handle]) => {
    const [method = '', pathname = ''] = name.split(' ');
    return { method, pattern: new URLPattern({ pathname }), handle };
  });
}

type Request = Call & { readonly pathname: string };

async function readCall(request: IncomingMessage): Promise<Request> {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url ?? '/', origin);
  const content = await text(request);
  const isJson = request.headers['content-type']?.includes('json') === true;
  return {
    params: {},
    query: url.searchParams,
    headers: request.headers,
    body: content === '' ? undefined : isJson ? parseJson(content) : content,
    origin,
    pathname: url.pathname,
  };
}

/** What is not JSON stays a text, and is refused by the routes that look for a member in it. */
function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

function answerTo(routes: readonly Route[], method: string, call: Request): Answer {
  for (const route of routes) {
    const match = route.pattern.exec({ pathname: call.pathname });
    if (match === null || route.method !== method) continue;
    const params = Object.fromEntries(
      Object.entries(match.pathname.groups).map(([name, value]) => [name, decodeURIComponent(value ?? '')]),
    );
    try {
      return route.handle({ ...call, params });
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.message };
      throw error;
    }
  }
  return { status: 404, body: `there is no ${method} ${call.pathname}` };
}

function statusOf({ status, body }: Answer): number {
  return status ?? (body === undefined ? 204 : 200);
}

async function send(answer: Answer, response: ServerResponse): Promise<void> {
  if (answer.delayMs !== undefined) await sleep(answer.delayMs);
  if (answer.lost) {
    response.destroy();
    return;
  }
  const { body } = answer;
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const headers = body === undefined ? {} : { 'content-type': type };
  response.writeHead(statusOf(answer), { ...headers, ...answer.headers });
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
}
