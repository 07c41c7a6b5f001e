import type { ExchangeResponse } from './exchange.ts';
import type { HttpRequest } from './http-client.ts';
import { withoutHeaders } from './request-headers.ts';

const credentialNames: readonly string[] = ['authorization', 'cookie', 'proxy-authorization', 'host'];

/**
 * The request that a redirect asks for; `undefined`: the response is no redirect, or none to follow. GET and HEAD
 * follow every kind; other methods follow 307 and 308 only, which promise that the request stays the same.
 */
export function followRedirect(request: HttpRequest, response: ExchangeResponse): HttpRequest | undefined {
  if (!isFollowed(request.method, response.status)) return undefined;
  const location = response.headers.location;
  const url = typeof location === 'string' ? URL.parse(location, request.url.href) : null;
  if (url === null) return undefined;
  if (url.origin === request.url.origin) return { ...request, url };
  // The server that redirects chooses the other origin: it must not choose who learns a credential.
  if (request.credentialBody === true) return undefined;
  const secret = new Set([...credentialNames, ...(request.credentialHeaders ?? [])]);
  return { ...request, url, headers: withoutHeaders(request.headers, secret) };
}

function isFollowed(method: string, status: number): boolean {
  if (status === 307 || status === 308) return true;
  return (status === 301 || status === 302 || status === 303) && (method === 'GET' || method === 'HEAD');
}
