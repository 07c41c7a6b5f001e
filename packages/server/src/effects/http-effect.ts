import { type EffectRequest, isJsonObject, type Json } from '@millrace/core';
import { type Headers, headerValue, withoutHeaders } from '../http-client/request-headers.ts';
import { fault } from './fault.ts';
import { callHttp, type HttpCall, type Scope } from './http-call.ts';
import { type EncodedBody, encodeBody, formEntries } from './request-body.ts';

type HttpEffect = Extract<EffectRequest, { type: 'http' }>;

/** Does a `call: http`. */
export async function performHttp(request: HttpEffect, scope: Scope): Promise<Json> {
  const written = parseHeaders(request.headers);
  const body = encodeRequestBody(request.body, written);
  const call: HttpCall = {
    method: String(request.method).toUpperCase(),
    url: withQuery(parseUrl(request.uri), request.query),
    headers: withBodyType(written, body),
    authentication: request.authentication,
    ...(body && { body: body.content }),
    output: request.output,
    redirect: request.redirect,
  };
  return callHttp(call, scope);
}

export function parseUrl(uri: unknown): URL {
  const url = typeof uri === 'string' ? URL.parse(uri) : null;
  if (url === null) throw fault('configuration', `${JSON.stringify(uri)} is not an absolute URI.`);
  url.hash = '';
  return url;
}

/** Appends to the query of the URL, which stays as it was written; a list repeats its name. */
function withQuery(url: URL, query: unknown): URL {
  if (query === undefined || query === null) return url;
  if (!isJsonObject(query)) throw fault('configuration', 'The query of a call must be an object.');
  const added = formEntries(query).map(
    ([name, value]) =>
      `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
  );
  if (added.length > 0)
    url.search = [...(url.search.length > 1 ? [url.search.slice(1)] : []), ...added].join('&');
  return url;
}

/** Headers that expressions computed may be of any shape. */
function parseHeaders(headers: unknown): Headers {
  if (headers === undefined || headers === null) return {};
  if (!isJsonObject(headers)) throw fault('configuration', 'The headers of a call must be an object.');
  const parsed: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) continue;
    if (typeof value === 'object') throw fault('configuration', `The header "${name}" must be a text.`);
    parsed.push([name, String(value)]);
  }
  return Object.fromEntries(parsed);
}

/** A null body, such as that of an expression that found nothing, is no body. */
function encodeRequestBody(body: Json | undefined, headers: Headers): EncodedBody | undefined {
  return body === undefined || body === null
    ? undefined
    : encodeBody(body, headerValue(headers, 'content-type'));
}

function withBodyType(headers: Headers, body: EncodedBody | undefined): Headers {
  if (body === undefined || headerValue(headers, 'content-type') === body.contentType) return headers;
  return { ...withoutHeaders(headers, new Set(['content-type'])), 'content-type': body.contentType };
}
