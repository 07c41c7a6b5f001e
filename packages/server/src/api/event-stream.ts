/** Sends server-sent events. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface EventFrame {
  /** what `Last-Event-ID` says of it */
  readonly id: string;
  readonly event: string;
  /** without a line break */
  readonly data: string;
}

export interface EventStreamOptions {
  /** header fields that every answer carries, such as those of CORS */
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  readonly signal: AbortSignal;
  /** default 15000: proxies close what is silent */
  readonly heartbeatMs?: number;
  /** default 30000: a reader that takes nothing for so long is let go, and resumes with `Last-Event-ID` */
  readonly stalledMsMax?: number;
}

/** Ends with what it sends, when the reader has gone, or when the server stops. */
export async function sendEvents(
  response: ServerResponse,
  frames: AsyncIterable<EventFrame>,
  options: EventStreamOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(options.headers))
    if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // Told to proxies that gather answers before they pass them on.
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const heartbeat = setInterval(() => response.write(': alive\n\n'), options.heartbeatMs ?? 15_000);
  try {
    for await (const { id, event, data } of frames) {
      if (options.signal.aborted) break;
      if (!response.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`)) await drained(response, options);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

async function drained(
  response: ServerResponse,
  { signal, stalledMsMax = 30_000 }: EventStreamOptions,
): Promise<void> {
  const stalled = AbortSignal.timeout(stalledMsMax);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, stalled]) });
  } catch (error) {
    if (stalled.aborted) response.destroy();
    if (!signal.aborted && !stalled.aborted) throw error;
  }
}
