/** For tests: the real engine on the memory store, behind the real HTTP server on a free port. */
import { defaultLimits } from '@millrace/core';
import { resolveConfig } from '../../config/resolve.ts';
import type { Settings } from '../../config/settings.ts';
import { type ComposeOptions, type Composition, composeEngine } from '../../engine/compose.ts';
import { createLogger } from '../../log/logger.ts';
import { createServerMetrics } from '../../metrics/server-metrics.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions, type Served } from '../serve.ts';

export interface TestServer {
  readonly url: string;
  readonly server: HttpServer;
  readonly composition: Composition;
  /** what was logged, a parsed entry each */
  readonly logged: Record<string, unknown>[];
  /** Sends a request; an object is sent as JSON, a text as YAML, unless a Content-Type is given. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export async function openTestServer(
  settings: Partial<Settings> = {},
  options: Partial<HttpServerOptions> = {},
  served: Partial<Served> = {},
  composed: Pick<ComposeOptions, 'world'> = {},
): Promise<TestServer> {
  const config: Settings = {
    ...resolveConfig({ flags: { port: '0', store: 'memory:' }, environment: {}, terminal: false }).settings,
    ...settings,
  };
  const composition = await openEngine(config, composed);
  const logged: Record<string, unknown>[] = [];
  const log = createLogger({ level: 'debug', write: (line) => logged.push(JSON.parse(line)) });
  const metrics = createServerMetrics({
    figures: () => composition.figures(),
    version: 'test',
    store: composition.store.features,
  });
  const server = createHttpServer({ config, log, version: 'test', ...options });
  const { engine } = composition;
  const { url } = await server.listen({
    engine,
    metrics,
    readiness: () => composition.readiness(),
    now: () => composition.now(),
    ...served,
  });
  return {
    url,
    server,
    composition,
    logged,
    send: (method, path, body, headers) => send(url + path, method, body, headers),
    close: async () => {
      await server.close();
      await composition.close(0);
      metrics.close();
    },
  };
}

function openEngine(config: Settings, composed: Pick<ComposeOptions, 'world'>): Promise<Composition> {
  return composeEngine({
    ...config,
    ...composed,
    limits: defaultLimits,
    secrets: { environment: {} },
    http: { allow: config.allow, responseBytesMax: config.responseBytesMax },
    onError: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
}

async function send(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
  const sent =
    body === undefined
      ? { headers }
      : {
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': type, ...headers },
        };
  const response = await fetch(url, { method, ...sent });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}

/** A workflow whose tasks are given as YAML under `do:`, indented by two. */
export function workflowText(name: string, tasks: string, version = '1.0.0'): string {
  return `document:\n  dsl: '1.0.1'\n  namespace: test\n  name: ${name}\n  version: '${version}'\ndo:\n${tasks}\n`;
}

export const greet = (version?: string) =>
  workflowText('greet', '  - greet:\n      set:\n        greeting: ${ "Hello, " + .name }', version);
export const longWait = workflowText('long', '  - rest:\n      wait: { hours: 1 }');
export const shortWait = workflowText(
  'short',
  '  - rest:\n      wait: { milliseconds: 300 }\n  - done:\n      set: { ok: true }',
);
export const faulty = workflowText(
  'faulty',
  '  - ok:\n      set: { a: 1 }\n  - stop:\n      raise:\n        error:\n          type: https://example.com/errors/stop\n          status: 418\n          title: Stopped',
);
