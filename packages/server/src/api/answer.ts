/** From an HTTP request to an operation and back. */
import { Readable } from 'node:stream';
import { unreachable } from '@millrace/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MillraceError } from '../errors.ts';
import type { Logger } from '../log/logger.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import { isJsonType, isUtf8Type, isYamlType, mediaType, preferredType } from './accept.ts';
import type { Access } from './access.ts';
import { checkValue, readHeaders, readQuery } from './check.ts';
import { readEvents } from './cloud-events.ts';
import { sendEvents } from './event-stream.ts';
import { checkDefinitionJson, parseJsonText } from './json-text.ts';
import type { Operation, OperationContext, OperationReply, OperationRequest } from './operation.ts';
import { readBodyText } from './request-body.ts';

export interface AnswererOptions {
  readonly access: Access;
  readonly context: OperationContext;
  readonly config: { readonly bodyBytesMax: number; readonly jsonDepthMax: number };
  readonly metrics: ServerMetrics;
  readonly log: Logger;
  /** the instant by the clock that executions go by */
  readonly now: () => number;
  /** aborts when the server stops */
  readonly stopping: AbortSignal;
}

export type Answerer = (
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

export function createAnswerer(options: AnswererOptions): Answerer {
  return async (operation, request, reply) => {
    const read = await toOperationRequest(operation, request, reply, options);
    const answer = await operation.handler(options.context, read);
    return send(answer, read, request, reply, options);
  };
}

async function toOperationRequest(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  options: AnswererOptions,
): Promise<OperationRequest> {
  const { headers, method } = request;
  const tenant = operation.permission === 'public' ? '' : options.access.authenticate(headers);
  const signal = lazySignal(reply, options.stopping);
  return {
    tenant,
    params: readParams(operation, request.params as Readonly<Record<string, string>>),
    query: readQuery(operation.query, request.query as Readonly<Record<string, unknown>>),
    headers: readHeaders(operation.headers, headers),
    body: await readBody(operation, request, options.config),
    // A HEAD request must not open a stream that nobody reads.
    prefers: (offers) => (method === 'HEAD' ? offers[0] : preferredType(headers.accept, offers)),
    signal,
  };
}

function readParams(operation: Operation, given: Readonly<Record<string, string>>): unknown {
  if (operation.params === undefined) return {};
  const [first = 'id'] = Object.keys(operation.params.properties);
  const params = Object.hasOwn(given, first) ? given : { [first]: Object.values(given).join('/') };
  checkValue(operation.params, { ...params }, 'path');
  return params;
}

async function readBody(
  operation: Operation,
  request: FastifyRequest,
  config: AnswererOptions['config'],
): Promise<unknown> {
  const { body } = operation;
  if (body === undefined) return undefined;
  const contentType = request.headers['content-type'];
  const type = mediaType(contentType);
  if (body.type === 'events') return readEvents(request, config);
  if (!isUtf8Type(contentType)) throw wrongType(contentType ?? '', 'UTF-8 text');
  switch (body.type) {
    case 'definition': {
      if (!isJsonType(type) && !isYamlType(type))
        throw wrongType(type, 'application/yaml or application/json');
      const text = await readBodyText(request.raw, config);
      if (isJsonType(type)) checkDefinitionJson(text, { depthMax: config.jsonDepthMax });
      return text;
    }
    case 'json': {
      if (!body.required && type === '') return readAbsent(request, config);
      if (!isJsonType(type)) throw wrongType(type, 'application/json');
      const text = await readBodyText(request.raw, config);
      if (text === '' && !body.required) return undefined;
      const value = parseJsonText(text, { depthMax: config.jsonDepthMax });
      checkValue(body.schema, value, 'body');
      return value;
    }
    default:
      return unreachable(body);
  }
}

/** A body without a type is an error where one was optional: it would be ignored silently. */
async function readAbsent(request: FastifyRequest, config: AnswererOptions['config']): Promise<undefined> {
  const hasBody =
    Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined;
  if (hasBody && (await readBodyText(request.raw, config)) !== '') throw wrongType('', 'application/json');
  return undefined;
}

function wrongType(type: string, expected: string): MillraceError {
  const found = type === '' ? 'no Content-Type was given' : `not ${type}`;
  return new MillraceError('unsupported-media-type', `This operation takes ${expected}; ${found}.`);
}

/** Made when first asked for: most requests are answered at once, and listeners are not free. */
function lazySignal(reply: FastifyReply, stopping: AbortSignal): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => {
    if (signal !== undefined) return signal;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('the caller has gone')));
    signal = AbortSignal.any([gone.signal, stopping]);
    return signal;
  };
}

async function send(
  answer: OperationReply,
  read: OperationRequest,
  request: FastifyRequest,
  reply: FastifyReply,
  options: AnswererOptions,
): Promise<unknown> {
  if (options.stopping.aborted) void reply.header('connection', 'close');
  void reply.header('millrace-time', new Date(options.now()).toISOString());
  switch (answer.type) {
    case 'json':
      for (const name in answer.headers) void reply.header(name, answer.headers[name]);
      return reply
        .code(answer.status)
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(answer.body));
    case 'text':
      return reply.code(answer.status).header('content-type', answer.contentType).send(answer.body);
    case 'empty':
      return reply.code(answer.status).send();
    case 'download':
      return reply
        .code(200)
        .header('content-type', answer.contentType)
        .header('content-disposition', `attachment; filename="${answer.fileName}"`)
        .header('content-length', answer.bytes)
        .send(Readable.from(request.method === 'HEAD' ? [] : answer.chunks, { objectMode: false }));
    case 'events':
      if (request.method === 'HEAD') return reply.code(200).type('text/event-stream; charset=utf-8').send();
      reply.hijack();
      options.metrics.stream(1);
      try {
        await sendEvents(reply.raw, answer.frames(), { headers: reply.getHeaders(), signal: read.signal() });
      } catch (error) {
        // The head is sent: a cut connection is all that can still be said, and the reader resumes.
        options.log.warn('event stream broke', { path: request.url, error });
        reply.raw.destroy();
      } finally {
        options.metrics.stream(-1);
      }
      return reply;
    default:
      return unreachable(answer);
  }
}
