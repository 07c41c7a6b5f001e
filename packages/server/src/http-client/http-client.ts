/**
 * The one way out: every call that a workflow makes passes this client.
 *
 * 1. Only http and https, no credentials in a URL, no address that the policy refuses; the same rules for the
 *    target of every redirect.
 * 2. A mapped origin (`origins`) has connections of its own: a mapped target is allowed as that target only, and
 *    a workflow that names the same address directly meets the policy.
 * 3. A request never rejects: what went wrong is an outcome, and says whether the request may have been done.
 * 4. A request that finds no file handle waits for one.
 * 5. A request is not written into a connection of before the process stood still.
 */
import { Agent, type Dispatcher } from 'undici';
import { type AddressPolicy, type AllowedAddress, createAddressPolicy } from './address-policy.ts';
import { type Connections, openConnections } from './connections.ts';
import { acceptedCodings } from './content-coding.ts';
import { type ExchangeResponse, exchange } from './exchange.ts';
import { guardedConnector, type Lookup } from './guarded-connector.ts';
import { withHandles } from './handle-shortage.ts';
import type { FailureReason, HttpFailure } from './network-failure.ts';
import { type OriginMap, parseOriginMap } from './origin-map.ts';
import { followRedirect } from './redirect.ts';
import { type Headers, hasHeader, headerFault } from './request-headers.ts';

export interface HttpClientOptions {
  /** addresses to call although they are not public */
  readonly allow?: readonly AllowedAddress[];
  /** origins that are reached elsewhere: `{ "https://api.example.com": "http://127.0.0.1:4010" }` */
  readonly origins?: Readonly<Record<string, string>>;
  /** resolves host names; absent: the system's resolver */
  readonly lookup?: Lookup;
  /** certificates of authorities to trust instead of the well-known ones, PEM */
  readonly ca?: readonly string[];
  /** connections to one origin, default 64; further requests queue */
  readonly connectionsMax?: number;
  /** default 10 000 */
  readonly connectTimeoutMs?: number;
  /** for how long an idle connection is kept, default 4 000 */
  readonly idleMs?: number;
  /** silence before the headers of the response, default 60 000 */
  readonly headersTimeoutMs?: number;
  /** silence within the body of the response, default 60 000 */
  readonly bodyTimeoutMs?: number;
  /** the whole exchange, redirects included, default 300 000; a request may ask for less */
  readonly totalTimeoutMs?: number;
  /** default 10 MiB */
  readonly requestBytesMax?: number;
  /** counted after decompression, default 10 MiB */
  readonly responseBytesMax?: number;
  /** ms that only grow; absent: the process's own clock */
  readonly elapsed?: () => number;
}

export interface HttpRequest {
  /** in upper case */
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body?: string | Uint8Array;
  /** redirects to follow, default 0: a redirect is the answer */
  readonly redirectsMax?: number;
  /** headers beside the standard ones, in lower case, that no other origin may see */
  readonly credentialHeaders?: ReadonlySet<string>;
  /** the body holds secrets, so it is not sent to another origin */
  readonly credentialBody?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export type HttpOutcome = ExchangeResponse | HttpFailure;

export interface HttpClient {
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Ends the connections; requests under way fail. */
  close(): Promise<void>;
}

interface Client {
  readonly guarded: Connections;
  readonly mapped: Connections;
  readonly origins: OriginMap;
  readonly totalTimeoutMs: number;
  readonly requestBytesMax: number;
  readonly responseBytesMax: number;
  readonly elapsed: () => number;
}

/** Throws a `TypeError` for options that make no sense. */
export function checkOptions({ allow = [], origins = {} }: HttpClientOptions): void {
  createAddressPolicy(allow);
  parseOriginMap(origins);
}

/** Opens the client; options that make no sense are a `TypeError`. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const policy = createAddressPolicy(options.allow ?? []);
  const elapsed = options.elapsed ?? (() => performance.now());
  const connections = (open: () => Dispatcher) =>
    openConnections({ open, idleMs: options.idleMs ?? idleMsDefault, elapsed });
  const client: Client = {
    guarded: connections(() => openAgent(options, policy)),
    mapped: connections(() => openAgent(options)),
    origins: parseOriginMap(options.origins ?? {}),
    totalTimeoutMs: options.totalTimeoutMs ?? 300_000,
    requestBytesMax: options.requestBytesMax ?? 10 * 2 ** 20,
    responseBytesMax: options.responseBytesMax ?? 10 * 2 ** 20,
    elapsed,
  };
  return {
    request: (request) => send(client, request),
    async close() {
      await Promise.all([client.guarded.close(), client.mapped.close()]);
    },
  };
}

/**
 * Below the 5 s after which Node's and many other servers close an idle connection, so that a request is not written into
 * a connection that is just being closed.
 */
const idleMsDefault = 4_000;

function openAgent(options: HttpClientOptions, policy?: AddressPolicy): Dispatcher {
  return new Agent({
    connect: guardedConnector({
      ...(policy && { policy }),
      ...(options.lookup && { lookup: options.lookup }),
      ...(options.ca && { ca: options.ca }),
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    }),
    allowH2: false,
    pipelining: 1,
    connections: options.connectionsMax ?? 64,
    maxOrigins: 4_096,
    keepAliveTimeout: options.idleMs ?? idleMsDefault,
    headersTimeout: options.headersTimeoutMs ?? 60_000,
    bodyTimeout: options.bodyTimeoutMs ?? 60_000,
  });
}

async function send(client: Client, request: HttpRequest): Promise<HttpOutcome> {
  const deadline =
    client.elapsed() + Math.min(request.timeoutMs ?? Number.POSITIVE_INFINITY, client.totalTimeoutMs);
  const redirectsMax = request.redirectsMax ?? 0;
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const outcome = checkRequest(client, current) ?? (await sendOnce(client, current, deadline));
    if (outcome.type === 'failed' || redirectsMax === 0) return outcome;
    const next = followRedirect(current, outcome);
    if (next === undefined) return outcome;
    if (redirects === redirectsMax) return failure('invalid-response', `more than ${redirectsMax} redirects`);
    current = next;
  }
}

function checkRequest(client: Client, { url, headers, body }: HttpRequest): HttpFailure | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return failure(
      'refused',
      `The scheme "${url.protocol.slice(0, -1)}" is refused: only http and https are called.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    return failure(
      'refused',
      'A URL with a user name or password in it is refused: use the authentication of the call.',
    );
  }
  const fault = headerFault(headers);
  if (fault !== undefined) return failure('invalid-request', fault);
  const bytes = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (bytes <= client.requestBytesMax) return undefined;
  return failure(
    'request-too-large',
    `the body of ${bytes} bytes is larger than the limit of ${client.requestBytesMax} bytes`,
  );
}

function sendOnce(client: Client, request: HttpRequest, deadline: number): Promise<HttpOutcome> {
  const { url, method, body, signal } = request;
  const target = client.origins.target(url.origin);
  const { dispatcher, heard } = target === undefined ? client.guarded : client.mapped;
  const msLeft = () => deadline - client.elapsed();
  const once = () =>
    exchange(dispatcher(), {
      origin: target ?? url.origin,
      path: url.pathname + url.search,
      method,
      headers: headerList(request.headers, target === undefined ? undefined : url.host),
      body: body ?? null,
      bytesMax: client.responseBytesMax,
      timeoutMs: msLeft(),
      heard,
      ...(signal && { signal }),
    });
  return withHandles(once, { msLeft, signal });
}

function headerList(headers: Headers, host: string | undefined): string[] {
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name] ?? '');
  if (host !== undefined && !hasHeader(headers, 'host')) list.push('host', host);
  if (!hasHeader(headers, 'accept-encoding')) list.push('accept-encoding', acceptedCodings);
  return list;
}

function failure(reason: FailureReason, detail: string): HttpFailure {
  return { type: 'failed', reason, detail, unknown: false };
}
