import type { HttpOutput, Json } from '@millrace/core';
import type { ExchangeResponse } from '../http-client/exchange.ts';
import type { HttpClient } from '../http-client/http-client.ts';
import { type Headers, hasHeader } from '../http-client/request-headers.ts';
import type { Authentication, Authorizer } from './authentication/authorizer.ts';
import { requestAuthorized } from './authorized-request.ts';
import { EffectFault, fault, faultOfHttp } from './fault.ts';
import type { Redactor } from './redactor.ts';
import { excerptOf, parseContent, toBase64 } from './response-content.ts';
import type { SecretReader } from './secret-reader.ts';

/** What a deed has at hand while it is done. */
export interface Scope {
  readonly tenant: string;
  readonly http: HttpClient;
  readonly secrets: SecretReader;
  readonly authorize: (authentication: Authentication) => Promise<Authorizer>;
  readonly userAgent: string;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** ms until the deed is given up; `Infinity`: no deadline */
  readonly msLeft: () => number;
}

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly authentication?: Authentication | undefined;
  readonly body?: string | Uint8Array;
  readonly output: HttpOutput;
  readonly redirect: boolean;
}

const redirectsMax = 5;

/**
 * Sends a call and yields its output. With `redirect` false a redirect is an error like every answer that is not
 * 2xx, as the specification says; with `redirect` true it is followed, and one that cannot be is the output.
 */
export async function callHttp(call: HttpCall, scope: Scope): Promise<Json> {
  const { outcome, headers } = await requestAuthorized(
    {
      method: call.method,
      url: call.url,
      headers: withDefaults(call, scope),
      ...(call.body !== undefined && { body: call.body }),
      redirectsMax: call.redirect ? redirectsMax : 0,
      signal: scope.signal,
      authentication: hasHeader(call.headers, 'authorization') ? undefined : call.authentication,
    },
    scope,
    (request) => ({
      ...request,
      ...secretParts(request.headers, request.body, scope.secrets.redactor()),
    }),
  );
  const redactor = scope.secrets.redactor();
  if (outcome.type === 'failed') throw faultOfHttp(outcome);
  if (outcome.status < 200 || outcome.status >= (call.redirect ? 400 : 300))
    throw faultOfStatus(call, outcome, redactor);
  return toOutput(call, headers, outcome, redactor);
}

function withDefaults({ headers }: HttpCall, scope: Scope): Headers {
  const all: Record<string, string> = { ...headers };
  if (!hasHeader(headers, 'user-agent')) all['user-agent'] = scope.userAgent;
  if (!hasHeader(headers, 'accept')) all.accept = 'application/json, text/*;q=0.9, */*;q=0.8';
  if (!hasHeader(headers, 'idempotency-key')) all['idempotency-key'] = scope.idempotencyKey;
  return all;
}

/** The parts of a request that no other origin may see: those that the redactor would change. */
function secretParts(
  headers: Headers,
  body: string | Uint8Array | undefined,
  redactor: Redactor,
): { credentialHeaders: ReadonlySet<string>; credentialBody: boolean } {
  const names = Object.keys(headers).filter((name) => redactor.text(headers[name] ?? '') !== headers[name]);
  const secretBody =
    typeof body === 'string'
      ? redactor.text(body) !== body
      : body !== undefined && redactor.bytes(body) !== body;
  return { credentialHeaders: new Set(names.map((name) => name.toLowerCase())), credentialBody: secretBody };
}

function faultOfStatus(call: HttpCall, response: ExchangeResponse, redactor: Redactor): EffectFault {
  const { error } = fault('communication', detailOf(call, response, redactor), {
    status: response.status,
    ...(response.statusText !== '' && { title: response.statusText }),
  });
  return new EffectFault(error);
}

function detailOf(call: HttpCall, response: ExchangeResponse, redactor: Redactor): string {
  const { location } = response.headers;
  if (response.status < 400 && typeof location === 'string') {
    return redactor.text(
      `${call.method} ${call.url.href} was redirected to ${location}, which is followed with "redirect: true" only, and within what HTTP allows for this method.`,
    );
  }
  return (
    excerptOf(response, redactor) ??
    redactor.text(
      `${call.method} ${call.url.href} was answered with the status ${response.status} and no text.`,
    )
  );
}

function toOutput(call: HttpCall, headers: Headers, response: ExchangeResponse, redactor: Redactor): Json {
  if (call.output === 'raw') return toBase64(response.body, redactor);
  const content = parseContent(response, redactor);
  if (call.output === 'content') return content;
  return {
    request: {
      method: call.method,
      uri: redactor.text(call.url.href),
      headers: shownRequestHeaders(headers, redactor),
    },
    statusCode: response.status,
    headers: shownResponseHeaders(response, redactor),
    content,
  };
}

const credentials: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

function shownRequestHeaders(headers: Headers, redactor: Redactor): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credentials.has(name.toLowerCase()) ? '***' : redactor.text(value),
    ]),
  );
}

/** A header that came more than once is one text with commas; only `set-cookie`, which cannot be joined, is a list. */
function shownResponseHeaders({ headers }: ExchangeResponse, redactor: Redactor): Json {
  const shown: [string, Json][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const list = Array.isArray(value) ? value : [value];
    shown.push([name, name === 'set-cookie' ? list.map(redactor.text) : redactor.text(list.join(', '))]);
  }
  return Object.fromEntries(shown);
}
