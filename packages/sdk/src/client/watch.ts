/**
 * Follows an execution over server-sent events.
 *
 * 1. Versions count from 1 without gaps: an event is handed on only when its version is the next one. One that was
 *    seen is dropped; one that leaves a gap ends the connection.
 * 2. A connection that ends, fails, is silent for too long or leaves a gap is opened anew, with `Last-Event-ID` set to
 *    the last version that was handed on. So nothing is doubled and nothing is missed.
 * 3. The execution's last event ends the watch, and so does 204: nothing can come any more.
 * 4. Connections that bring no event are counted; after `reconnectsMax` of them in a row the last failure is thrown.
 */

import { MillraceApiError, MillraceConnectionError } from '../errors.ts';
import type { WatchOptions } from '../interface.ts';
import { afterOf, checkId } from '../query.ts';
import type { ExecutionEvent } from '../views.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { readEventStream, type StreamMessage } from './event-stream.ts';
import { type Backoff, delayAfter } from './pause.ts';
import { toApiError } from './problem.ts';
import { routes } from './routes.ts';
import { pauseBetween, type Transport } from './transport.ts';

export interface WatchSettings {
  readonly backoff: Backoff;
  /** the server says that it is alive every 15 s */
  readonly silentMsMax: number;
  readonly reconnectsMax: number;
}

export async function* watch(
  transport: Transport,
  id: string,
  { after = 0, signal }: WatchOptions,
  settings: WatchSettings,
): AsyncGenerator<ExecutionEvent, void> {
  const path = checkId(id);
  const progress: Progress = {
    last: afterOf({ after }),
    ended: false,
    failures: 0,
    delayMs: settings.backoff.delayMs,
  };
  for (;;) {
    const connection = openDeadline(settings.silentMsMax, [signal, transport.closed]);
    let failure: Error;
    try {
      yield* events(transport, path, progress, connection);
      if (progress.ended) return;
      failure = new MillraceConnectionError('network', `the events of ${id} ended before the execution did`);
    } catch (error) {
      failure = passing(error, id, connection);
    } finally {
      connection.release();
    }
    progress.failures += 1;
    if (progress.failures > settings.reconnectsMax) throw failure;
    const backoff = { ...settings.backoff, delayMs: progress.delayMs };
    await pauseBetween(delayAfter(progress.failures, backoff), [signal, transport.closed]);
  }
}

interface Progress {
  /** version of the last event that was handed on */
  last: number;
  ended: boolean;
  /** connections in a row that brought nothing */
  failures: number;
  delayMs: number;
}

/** The events of one connection, from the one after the last. */
async function* events(
  transport: Transport,
  id: string,
  progress: Progress,
  connection: Deadline,
): AsyncGenerator<ExecutionEvent, void> {
  const headers = { accept: 'text/event-stream', 'last-event-id': String(progress.last) };
  const request = { route: routes.getExecutionEvents, id, headers };
  const response = await transport.open(request, connection);
  if (!response.ok) throw await toApiError(response);
  if (response.status === 204) progress.ended = true;
  if (progress.ended || response.body === null) return;
  for await (const message of readEventStream(response.body)) {
    connection.extend();
    if (message.type === 'retry') progress.delayMs = message.ms;
    if (message.type !== 'message') continue;
    const event = parseEvent(message);
    if (event.version <= progress.last) continue;
    if (event.version > progress.last + 1) return;
    progress.last = event.version;
    progress.failures = 0;
    progress.ended = endsExecution(event);
    yield event;
    if (progress.ended) return;
  }
}

function parseEvent({ data }: StreamMessage): ExecutionEvent {
  try {
    const event = JSON.parse(data) as ExecutionEvent;
    if (Number.isSafeInteger(event.version) && typeof event.fact.type === 'string') return event;
  } catch {
    // Said below, like an event of another shape.
  }
  throw new MillraceConnectionError('protocol', `expected an event but found: ${data.slice(0, 80)}`);
}

/** Whether nothing can happen in the execution after this. */
export function endsExecution({ fact }: ExecutionEvent): boolean {
  const { type } = fact;
  return type === 'execution.completed' || type === 'execution.faulted' || type === 'execution.cancelled';
}

/** What a new connection may mend; all else is thrown. */
export function passing(error: unknown, id: string, connection: Deadline): Error {
  if (connection.signal.aborted && !connection.expired()) throw connection.signal.reason;
  if (connection.expired())
    return new MillraceConnectionError('timeout', `the events of ${id}: ${connection.signal.reason.message}`);
  if (error instanceof MillraceApiError && error.status < 500 && error.status !== 429) throw error;
  if (error instanceof MillraceConnectionError && error.fault === 'protocol') throw error;
  if (error instanceof MillraceApiError || error instanceof MillraceConnectionError) return error;
  return new MillraceConnectionError('network', `the events of ${id} were cut off`, { cause: error });
}
