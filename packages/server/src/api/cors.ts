/** Cross-origin resource sharing: which web pages may read the answers. */
import type { FastifyReply, FastifyRequest } from 'fastify';

const allowedHeaders = 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key';
const exposedHeaders = 'Location, Allow, Retry-After, WWW-Authenticate, Millrace-Time';
const preflightSecondsMax = '600';

/** `listed`: the origin of the request is in the CORS list. A preflight is answered by the handler of OPTIONS. */
export function addCors(request: FastifyRequest, reply: FastifyReply, listed: boolean): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  void reply.header('vary', 'Origin');
  if (!listed) return;
  void reply.header('access-control-allow-origin', origin);
  void reply.header('access-control-expose-headers', exposedHeaders);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
  void reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE');
  void reply.header('access-control-allow-headers', allowedHeaders);
  void reply.header('access-control-max-age', preflightSecondsMax);
}
