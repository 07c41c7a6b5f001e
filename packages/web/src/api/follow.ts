/**
 * Follows the events of an execution until it has ended.
 *
 * 1. Every event is handed on once and in order: what comes again after a reconnection is dropped by its version.
 * 2. A stream that breaks is opened again after the last version that was handed on.
 * 3. What cannot come right by itself (no such execution, a refused key) is thrown.
 */
import { ApiError } from './api-error.ts';
import { executionPath, send } from './client.ts';
import { createFrameReader } from './frames.ts';
import type { ExecutionEvent } from './types.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'ended';

export interface FollowOptions {
  readonly onEvents: (events: readonly ExecutionEvent[]) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly signal: AbortSignal;
}

const delayMsMin = 500;
const delayMsMax = 8_000;

export async function followExecution(id: string, options: FollowOptions): Promise<void> {
  const { onConnection, signal } = options;
  let last = 0;
  let delayMs = delayMsMin;
  onConnection('connecting');
  while (!signal.aborted) {
    try {
      const before = last;
      for await (const events of streamEvents(id, last, options)) {
        const fresh = events.filter((event) => event.version > last);
        last = fresh.at(-1)?.version ?? last;
        if (fresh.length > 0) options.onEvents(fresh);
        if (fresh.some(endsExecution)) return onConnection('ended');
      }
      if (last > before) delayMs = delayMsMin;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EndOfStream) return onConnection('ended');
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    onConnection('lost');
    await sleep(delayMs, signal);
    delayMs = Math.min(delayMs * 2, delayMsMax);
  }
}

/** The server says that nothing can come any more. */
class EndOfStream extends Error {}

async function* streamEvents(
  id: string,
  after: number,
  { signal, onConnection }: FollowOptions,
): AsyncGenerator<readonly ExecutionEvent[]> {
  const response = await send(`${executionPath(id)}/events`, {
    headers: { accept: 'text/event-stream', 'last-event-id': String(after) },
    signal,
  });
  if (response.status === 204 || response.body === null) throw new EndOfStream();
  onConnection('live');
  const read = createFrameReader();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = read(value).map(({ data }) => JSON.parse(data) as ExecutionEvent);
    if (events.length > 0) yield events;
  }
}

function endsExecution({ fact }: ExecutionEvent): boolean {
  return (
    fact.type === 'execution.completed' ||
    fact.type === 'execution.faulted' ||
    fact.type === 'execution.cancelled'
  );
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
