/**
 * Follows the events of an execution over server-sent events.
 *
 * 1. An event is given once and in order: a new connection asks for what comes after the last one that was given.
 * 2. Only the first connection must succeed. Later a server may be away for a while: it is asked again, with pauses
 *    that grow to a ceiling, until `reconnectsMax` attempts in a row brought nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionEvent } from '../engine/interface.ts';
import { ApiError } from './api-error.ts';
import { CliError, exitCodes } from './exit.ts';

const reconnectsMax = 30;
const pauseMsMin = 250;
const pauseMsMax = 5_000;

/** `connect` opens the stream after a version; it throws a `CliError` when it cannot. */
export async function* followEvents(
  after: number,
  signal: AbortSignal,
  connect: (last: number) => Promise<Response>,
): AsyncGenerator<ExecutionEvent> {
  let last = after;
  let response: Response | undefined = await connect(last);
  for (let attempt = 0; attempt < reconnectsMax; attempt += 1) {
    if (response?.status === 204) return;
    try {
      for await (const event of readEvents(response?.body ?? null)) {
        if (event.version <= last) continue;
        last = event.version;
        attempt = 0;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      // A broken connection is why there are reconnects; what is not one is no error of the network.
      if (signal.aborted || error instanceof CliError) throw error;
    }
    await pause(pauseMsOf(attempt), undefined, { signal });
    response = await connect(last).catch(giveUpUnlessAway);
  }
  throw new CliError(
    exitCodes.cannotStart,
    'The stream of events broke too often. The execution goes on at the server.',
  );
}

/** A server that starts again refuses connections, or answers 503, for a while. */
function giveUpUnlessAway(error: unknown): undefined {
  const isAway =
    error instanceof ApiError
      ? error.status >= 500
      : error instanceof CliError && error.exitCode === exitCodes.cannotStart;
  if (!isAway) throw error;
}

/** Doubles to its ceiling, with jitter: many followers do not come back in one moment. */
function pauseMsOf(attempt: number): number {
  return Math.min(pauseMsMax, pauseMsMin * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function isLast({ fact }: ExecutionEvent): boolean {
  return (
    fact.type === 'execution.completed' ||
    fact.type === 'execution.faulted' ||
    fact.type === 'execution.cancelled'
  );
}

const frameCharsMax = 64 * 2 ** 20;

/** The data of server-sent events, as JSON. */
async function* readEvents(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ExecutionEvent> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    const frames = buffer.split('\n\n');
    buffer = frames.pop() ?? '';
    if (buffer.length > frameCharsMax)
      throw new CliError(exitCodes.failed, 'The server sent an event that is too large.');
    for (const frame of frames) {
      const data = frame
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart());
      if (data.length > 0) yield JSON.parse(data.join('\n')) as ExecutionEvent;
    }
  }
}
