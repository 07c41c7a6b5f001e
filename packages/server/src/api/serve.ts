/** The HTTP server: binds the operations table to paths, and holds every request to the same rules. */
import { isIP } from 'node:net';
import type { Readiness } from '@millrace/core';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ConfigError } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import type { Engine } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { createAccess, refusalToServe } from './access.ts';
import { type Answerer, createAnswerer } from './answer.ts';
import { answerClientError } from './client-error.ts';
import { addCors } from './cors.ts';
import { toOpenApi } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import { createPages } from './pages.ts';
import { problemContentType, toMillraceError, toProblem } from './problem.ts';
import { addReferencePage } from './reference-page.ts';
import { allowedMethods, toRoutePath } from './route-path.ts';

export interface HttpServerOptions {
  readonly config: HttpSettings;
  readonly log: Logger;
  readonly version: string;
  /** folder of the built web pages; absent: where their build leaves them */
  readonly pages?: string;
}

/** What is served. It comes with `listen`, so that a server can be made while a store is being opened. */
export interface Served {
  readonly engine: Engine;
  readonly metrics: ServerMetrics;
  readonly readiness: () => Promise<Readiness>;
  /** the instant by the clock that executions go by */
  readonly now: () => number;
}

export type HttpSettings = Pick<
  Settings,
  | 'host'
  | 'port'
  | 'apiKeys'
  | 'cors'
  | 'insecure'
  | 'bodyBytesMax'
  | 'jsonDepthMax'
  | 'requestTimeoutMs'
  | 'shutdownGraceMs'
>;

export interface HttpServer {
  /** Takes connections from now on; rejects with Node's error when the address cannot be had. */
  listen(served: Served): Promise<{ readonly host: string; readonly port: number; readonly url: string }>;
  /** Takes no more, lets what is under way finish within `shutdownGraceMs`, ends event streams and waits. */
  close(): Promise<void>;
}

/** Throws a `ConfigError` when these settings must not be served. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const refusal = refusalToServe(options.config);
  if (refusal !== undefined) throw new ConfigError([refusal]);
  const stopping = new AbortController();
  const app = createApp(options.config);
  let served: Served | undefined;
  const parts = (): Served => {
    if (served === undefined) throw new MillraceError('internal', 'No request comes before `listen`.');
    return served;
  };
  addRules(app, options, parts, stopping.signal);
  addOperations(app, options, parts, stopping.signal);
  addReferencePage(app);
  return {
    listen: async (given) => {
      served = given;
      const { host, port } = options.config;
      await app.listen({ host: host.replace(/^\[|\]$/g, ''), port });
      const address = app.server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      return { host, port: actual, url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${actual}` };
    },
    close: async () => {
      stopping.abort(new Error('the server stops'));
      const force = setTimeout(() => app.server.closeAllConnections(), options.config.shutdownGraceMs);
      await app.close();
      clearTimeout(force);
    },
  };
}

const headersMsMax = 15_000;
const keepAliveMs = 72_000;

function createApp(config: HttpSettings): FastifyInstance {
  const app = fastify({
    // Ours instead: one logger, one validator, one body reader, all with problem documents for their errors.
    logger: false,
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: {
      headersTimeout: Math.min(headersMsMax, config.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(5_000, config.requestTimeoutMs),
    },
    routerOptions: { maxParamLength: 1_024 },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError,
  });
  app.removeAllContentTypeParsers();
  // The handler reads the body itself: only it knows the media types and when to refuse without reading.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  return app;
}

/** Fastify would load a validator and a serializer that no route here has a use for. */
function noCompiler(): never {
  throw new Error('routes have no schema for Fastify: operations are checked by their own');
}

/** An address that cannot be read, before there is a route. */
function answerFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(toMillraceError(error, request.id), pathOf(request.url));
  void reply.code(problem.status).type(problemContentType).send(JSON.stringify(problem));
}

function addRules(
  app: FastifyInstance,
  { config, log, pages: pagesFolder }: HttpServerOptions,
  parts: () => Served,
  stopping: AbortSignal,
): void {
  const access = createAccess(config);
  app.addHook('onRequest', (request, reply, done) => {
    const listed = access.checkOrigin(request.method, request.headers);
    addCors(request, reply, listed);
    if (stopping.aborted) throw new MillraceError('unavailable', 'The server is stopping.');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1_000;
    const operation = request.routeOptions.config.operation ?? 'none';
    parts().metrics.request(operation, request.method, reply.statusCode, seconds);
    if (log.isEnabled('debug')) {
      const ms = Math.round(reply.elapsedTime * 100) / 100;
      log.debug('request', {
        method: request.method,
        path: pathOf(request.url),
        operation,
        status: reply.statusCode,
        ms,
        request: request.id,
      });
    }
    done();
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = toMillraceError(thrown, request.id);
    const path = pathOf(request.url);
    logFailure(log, { method: request.method, path, request: request.id, code: error.code }, error);
    if (error.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="millrace"');
    if (error.code === 'unavailable') void reply.header('retry-after', '1').header('connection', 'close');
    return reply
      .code(error.status)
      .type(problemContentType)
      .send(JSON.stringify(toProblem(error, path)));
  });
  const pages = createPages(pagesFolder);
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const methods = allowedMethods(operations, path);
    if (methods.length === 0 && pages.has(request)) return pages.send(request, reply);
    if (methods.length === 0) throw new MillraceError('not-found', `There is nothing at ${path}.`);
    void reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    throw new MillraceError(
      'method-not-allowed',
      `${path} takes ${methods.join(', ')}, not ${request.method}.`,
    );
  });
}

/** What cannot be taken now is no bug: under load there are many of them, and where in the program says nothing. */
function logFailure(log: Logger, fields: LogFields, error: MillraceError): void {
  if (error.code === 'unavailable')
    log.warn('request refused', { ...fields, reason: error.details.reason, detail: error.message });
  else if (error.status >= 500) log.error('request failed', { ...fields, error: error.cause ?? error });
}

function addOperations(
  app: FastifyInstance,
  options: HttpServerOptions,
  parts: () => Served,
  stopping: AbortSignal,
): void {
  const access = createAccess(options.config);
  let document: unknown;
  const openApi = () => (document ??= toOpenApi(operations, { version: options.version }));
  const createAnswer = ({ engine, metrics, readiness, now }: Served) => {
    const printMetrics = () => metrics.print();
    const context = { engine, readiness, printMetrics, limits: limitsOf(options.config), openApi };
    return createAnswerer({ ...options, metrics, access, context, now, stopping });
  };
  let answer: Answerer | undefined;
  for (const operation of operations) {
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      app.route({
        method: operation.method,
        url: toRoutePath(path),
        config: { operation: operation.name },
        handler: (request, reply) => {
          answer ??= createAnswer(parts());
          return answer(operation, request, reply);
        },
      });
    }
  }
}

function limitsOf({
  bodyBytesMax,
  jsonDepthMax,
  requestTimeoutMs,
}: HttpSettings): Readonly<Record<string, number>> {
  return { bodyBytesMax, jsonDepthMax, requestTimeoutMs };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** name of the operation, for metrics and logs */
    operation?: Operation['name'];
  }
}
