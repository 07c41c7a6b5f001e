/**
 * Follows what happens to executions over server-sent events, without an end. A connection that ends, fails or is
 * silent for too long is opened anew after the last position, so nothing is missed; what a lost connection had told
 * already may be told again, which a list bears.
 */
import { MillraceConnectionError } from '../errors.ts';
import type { WatchListOptions } from '../interface.ts';
import type { ExecutionChange } from '../views.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { readEventStream, type StreamMessage } from './event-stream.ts';
import { delayAfter } from './pause.ts';
import { toApiError } from './problem.ts';
import { routes } from './routes.ts';
import { pauseBetween, type Transport } from './transport.ts';
import { passing, type WatchSettings } from './watch.ts';

export async function* watchList(
  transport: Transport,
  { after, signal }: WatchListOptions,
  settings: WatchSettings,
): AsyncGenerator<ExecutionChange, void> {
  const progress: Progress = {
    position: after,
    opened: false,
    failures: 0,
    delayMs: settings.backoff.delayMs,
  };
  for (;;) {
    const connection = openDeadline(settings.silentMsMax, [signal, transport.closed]);
    let failure: Error;
    try {
      yield* changes(transport, progress, connection);
      failure = new MillraceConnectionError('network', 'the feed of executions ended');
    } catch (error) {
      failure = passing(error, 'the list', connection);
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
  /** the position to go on after; undefined: none was told yet */
  position: string | undefined;
  /** `open` was handed on: once is enough, for a connection that is opened anew goes on */
  opened: boolean;
  /** connections in a row that brought nothing */
  failures: number;
  delayMs: number;
}

async function* changes(
  transport: Transport,
  progress: Progress,
  connection: Deadline,
): AsyncGenerator<ExecutionChange, void> {
  const { position } = progress;
  const response = await transport.open(
    {
      route: routes.followExecutions,
      headers: {
        accept: 'text/event-stream',
        ...(position === undefined ? {} : { 'last-event-id': position }),
      },
    },
    connection,
  );
  if (!response.ok) throw await toApiError(response);
  if (response.body === null) return;
  for await (const message of readEventStream(response.body)) {
    connection.extend();
    if (message.type === 'retry') progress.delayMs = message.ms;
    if (message.type !== 'message') continue;
    const change = parseChange(message);
    progress.position = change.position;
    progress.failures = 0;
    if (change.type === 'open' && progress.opened) continue;
    progress.opened = true;
    yield change;
  }
}

function parseChange({ data }: StreamMessage): ExecutionChange {
  try {
    const change = JSON.parse(data) as ExecutionChange;
    if (typeof change.position === 'string' && typeof change.type === 'string') return change;
  } catch {
    // Said below, like a change of another shape.
  }
  throw new MillraceConnectionError('protocol', `expected a change but found: ${data.slice(0, 80)}`);
}
