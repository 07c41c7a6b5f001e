/**
 * Follows a stream of server-sent events through connections that come and go.
 *
 * 1. A connection that ends, fails or is silent for too long is opened anew, with `Last-Event-ID` set to the last
 *    message that was taken.
 * 2. Connections in a row that brought nothing, not even a sign of life, are counted; after `reconnectsMax` of them
 *    the last failure is thrown. What a new connection can not mend is thrown at once.
 */

import { MillraceApiError, MillraceConnectionError } from '../errors.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { readEventStream } from './event-stream.ts';
import { type Backoff, delayAfter } from './pause.ts';
import { toApiError } from './problem.ts';
import { pauseBetween, type Request, type Transport } from './transport.ts';

export interface FollowSettings {
  readonly backoff: Backoff;
  /** the server says that it is alive every 15 s */
  readonly silentMsMax: number;
  readonly reconnectsMax: number;
}

export interface Followed<T> {
  /** in messages: "the events of …" */
  readonly name: string;
  readonly request: Omit<Request, 'headers'>;
  /** of the last message that was taken; undefined: the stream begins where the server lets it */
  lastEventId(): string | undefined;
  /** What a message says. Throws when it says nothing that can be understood. */
  take(data: string): Taken<T>;
}

/** `skip`: it is known already; `gap`: something is missing before it, and the connection is of no more use. */
export type Taken<T> = 'skip' | 'gap' | { readonly value: T; readonly isLast: boolean };

interface Progress {
  isOver: boolean;
  /** connections in a row that brought nothing */
  failures: number;
  delayMs: number;
}

export async function* keepFollowing<T>(
  transport: Transport,
  followed: Followed<T>,
  settings: FollowSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void> {
  const progress: Progress = { isOver: false, failures: 0, delayMs: settings.backoff.delayMs };
  for (;;) {
    const connection = openDeadline(settings.silentMsMax, [signal, transport.closed]);
    let failure: Error;
    try {
      yield* throughOne(transport, followed, progress, connection);
      if (progress.isOver) return;
      failure = new MillraceConnectionError('network', `${followed.name} were cut off`);
    } catch (error) {
      failure = passing(error, followed.name, connection);
    } finally {
      connection.release();
    }
    progress.failures += 1;
    if (progress.failures > settings.reconnectsMax) throw failure;
    const backoff = { ...settings.backoff, delayMs: progress.delayMs };
    await pauseBetween(delayAfter(progress.failures, backoff), [signal, transport.closed]);
  }
}

/** What one connection brings. 204 says that nothing can come any more. */
async function* throughOne<T>(
  transport: Transport,
  { request, lastEventId, take }: Followed<T>,
  progress: Progress,
  connection: Deadline,
): AsyncGenerator<T, void> {
  const last = lastEventId();
  const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) };
  const response = await transport.open({ ...request, headers }, connection);
  if (!response.ok) throw await toApiError(response);
  if (response.status === 204) progress.isOver = true;
  if (progress.isOver || response.body === null) return;
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!type.startsWith('text/event-stream'))
    throw new MillraceConnectionError('protocol', `expected an event stream but found ${type}`);
  for await (const message of readEventStream(response.body)) {
    connection.extend();
    if (message.type === 'retry') progress.delayMs = message.ms;
    if (message.type === 'alive') progress.failures = 0;
    if (message.type !== 'message') continue;
    const taken = take(message.data);
    if (taken === 'gap') return;
    if (taken === 'skip') continue;
    progress.failures = 0;
    progress.isOver = taken.isLast;
    yield taken.value;
    if (progress.isOver) return;
  }
}

/** What a new connection may mend; all else is thrown. */
function passing(error: unknown, name: string, connection: Deadline): Error {
  if (connection.signal.aborted && !connection.expired()) throw connection.signal.reason;
  if (connection.expired())
    return new MillraceConnectionError('timeout', `${name}: ${connection.signal.reason.message}`);
  if (error instanceof MillraceApiError && error.status < 500 && error.status !== 429) throw error;
  if (error instanceof MillraceConnectionError && error.fault === 'protocol') throw error;
  if (error instanceof MillraceApiError || error instanceof MillraceConnectionError) return error;
  return new MillraceConnectionError('network', `${name} were cut off`, { cause: error });
}

/** A message as JSON of the shape that `is` looks for. */
export function parseMessage<T>(data: string, kind: string, is: (value: T) => boolean): T {
  try {
    const value = JSON.parse(data) as T;
    if (is(value)) return value;
  } catch {
    // Said below, like a message of another shape.
  }
  throw new MillraceConnectionError('protocol', `expected ${kind} but found: ${data.slice(0, 80)}`);
}
