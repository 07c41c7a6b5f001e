/**
 * Sends the client's requests.
 *
 * 1. A request is sent again only when asking twice is as good as once (`Route.repeatable`).
 * 2. Reasons to send it again: no answer, an answer that was cut off, 429, 502, 503 and 504.
 * 3. Between two attempts it waits: doubled each time, with jitter, or as long as `Retry-After` says, up to a bound.
 */
import { MillraceConnectionError } from '../errors.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { type Backoff, delayAfter, pause } from './pause.ts';
import { toApiError } from './problem.ts';
import type { Route } from './routes.ts';

export interface TransportOptions {
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  /** for one attempt, besides what the server was asked to wait */
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  readonly backoff: Backoff;
}

export interface Request {
  readonly route: Route;
  /** of the path */
  readonly id?: string;
  /** what else the path names */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly text: string };
  /** how long the server was asked to wait before it answers */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Transport {
  /** Asks until there is an answer worth having; throws `MillraceApiError`, `MillraceConnectionError`, or the abort. */
  json(request: Request): Promise<JsonAnswer>;
  /** Asks once, and hands over the answer with its body unread; `deadline` covers that, too. */
  open(request: Request, deadline: Deadline): Promise<Response>;
  /** aborts when the transport is closed */
  readonly closed: AbortSignal;
  close(): void;
}

export function createTransport(url: URL, options: TransportOptions): Transport {
  const closing = new AbortController();
  const open: Transport['open'] = async (request, deadline) => {
    try {
      return await options.fetch(addressOf(url, request), initOf(request, options, deadline.signal));
    } catch (error) {
      throw connectionError(error, request, url, deadline);
    }
  };
  return {
    open,
    closed: closing.signal,
    close: () => closing.abort(new MillraceConnectionError('closed', 'the client was closed')),
    json: (request) =>
      repeat(request, options, closing.signal, () => ask(request, options, closing.signal, url, open)),
  };
}

/** Path prefixes of a server behind a proxy stay: `https://host/millrace` + `/api/v1/…`. */
function addressOf(url: URL, { route, id = '', params = {}, query = {} }: Request): string {
  const named: Readonly<Record<string, string | number>> = { id, ...params };
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(named[name] ?? ''));
  const address = new URL(url.href.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address.href;
}

function initOf(request: Request, { apiKey, headers }: TransportOptions, signal: AbortSignal): RequestInit {
  const { route, body } = request;
  return {
    method: route.method,
    headers: {
      accept: 'application/json',
      ...headers,
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(body === undefined ? {} : { 'content-type': body.type }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: body.text }),
    // A redirected POST may become a GET, which answers something else and looks like success.
    redirect: route.method === 'GET' ? 'follow' : 'error',
    signal,
  };
}

type Attempt =
  | { readonly type: 'answered'; readonly answer: JsonAnswer }
  | {
      readonly type: 'failed';
      readonly error: Error;
      readonly passing: boolean;
      readonly retryAfterMs?: number;
    };

async function ask(
  request: Request,
  options: TransportOptions,
  closed: AbortSignal,
  url: URL,
  open: Transport['open'],
): Promise<Attempt> {
  const deadline = openDeadline(options.timeoutMs + (request.waitMs ?? 0), [request.signal, closed]);
  try {
    const response = await open(request, deadline);
    if (!response.ok) return failed(response, await toApiError(response));
    return { type: 'answered', answer: { status: response.status, body: parseBody(await response.text()) } };
  } catch (error) {
    const known = connectionError(error, request, url, deadline);
    return { type: 'failed', error: known, passing: known.fault !== 'protocol' };
  } finally {
    deadline.release();
  }
}

const passingStatus: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function failed(response: Response, error: Error): Attempt {
  const passing = passingStatus.has(response.status);
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  return { type: 'failed', error, passing, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.slice(0, 80);
    throw new MillraceConnectionError('protocol', `expected JSON but the answer begins with: ${found}`, {
      cause: error,
    });
  }
}

/** What a caller's signal or `close()` aborted is thrown as it is. */
function connectionError(
  error: unknown,
  { route }: Request,
  url: URL,
  deadline: Deadline,
): MillraceConnectionError {
  if (deadline.signal.aborted && !deadline.expired()) throw deadline.signal.reason;
  if (error instanceof MillraceConnectionError) return error;
  const asked = `${route.method} ${route.path} of ${url.origin}`;
  if (deadline.expired())
    return new MillraceConnectionError('timeout', `${asked}: ${(deadline.signal.reason as Error).message}`);
  return new MillraceConnectionError('network', `${asked}: ${networkMessage(error)}`, { cause: error });
}

/** Node's fetch says `fetch failed` and keeps the reason in `cause`. */
function networkMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return [error.message, cause.message || code].filter((part) => part !== '').join(': ');
}

async function repeat(
  request: Request,
  { attemptsMax, backoff }: TransportOptions,
  closed: AbortSignal,
  attempt: () => Promise<Attempt>,
): Promise<JsonAnswer> {
  for (let count = 1; ; count++) {
    const result = await attempt();
    if (result.type === 'answered') return result.answer;
    if (!result.passing || !request.route.repeatable || count >= attemptsMax) throw result.error;
    await pauseBetween(result.retryAfterMs ?? delayAfter(count, backoff), [request.signal, closed]);
  }
}

/** Waits, unless one of the signals aborts. */
export async function pauseBetween(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const any = openDeadline(undefined, signals);
  try {
    await pause(ms, any.signal);
  } finally {
    any.release();
  }
}

const retryAfterMsMax = 30_000;

/** Seconds, or a date. */
function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.min(ms, retryAfterMsMax));
}
