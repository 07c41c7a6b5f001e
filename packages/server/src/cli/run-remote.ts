/** An execution on a server, reached through its API. */
import type { EventView, ExecutionView } from '../engine/interface.ts';
import { CliError, exitCodes } from './exit.ts';
import { messageOf } from './io.ts';
import type { RunTarget } from './run-target.ts';

export interface RemoteOptions {
  readonly server: string;
  readonly apiKey?: string;
}

const reconnectsMax = 20;
const reconnectMs = 500;

export function remoteTarget({ server, apiKey }: RemoteOptions): RunTarget {
  const base = `${server.replace(/\/+$/, '')}/api/v1/executions`;
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const read = async (path: string, init: RequestInit = {}) =>
    (
      await call(`${base}${path}`, { ...init, headers: { ...headers, ...init.headers } })
    ).json() as Promise<ExecutionView>;
  const post = (path: string, body: unknown) =>
    read(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    start: (definition, input) => post('', input === undefined ? { definition } : { definition, input }),
    follow: (id, signal) => follow(`${base}/${encodeURIComponent(id)}/events`, headers, signal),
    execution: (id) => read(`/${encodeURIComponent(id)}`),
    cancel: (id, reason) => post(`/${encodeURIComponent(id)}/cancel`, { reason }),
    close: async () => {},
  };
}

async function call(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: Error) => {
    if (init.signal?.aborted) throw error;
    const reason = error.cause === undefined ? error.message : messageOf(error.cause);
    throw new CliError(
      exitCodes.cannotStart,
      `${new URL(url).origin} cannot be reached (${reason}). Is the server running?`,
      { cause: error },
    );
  });
  if (response.ok) return response;
  throw await toError(response);
}

interface ProblemBody {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly line?: number; readonly column?: number; readonly message: string }[];
}

async function toError(response: Response): Promise<CliError> {
  const text = await response.text();
  let problem: ProblemBody = {};
  try {
    problem = JSON.parse(text) as ProblemBody;
  } catch {
    // Not a problem document: something else answers at this address, and its status says more than its text.
  }
  const places = (problem.errors ?? []).map(
    ({ line, column, message }) => `\n  ${line ?? '?'}:${column ?? '?'}: ${message}`,
  );
  const sentence = problem.detail ?? problem.title ?? `the server answered ${response.status}`;
  const exitCode =
    problem.type === 'urn:millrace:problem:invalid-definition' ? exitCodes.invalid : exitCodes.failed;
  return new CliError(exitCode, `${sentence}${places.join('')}`);
}

/** Takes up again after the last event that came, until one that ends the execution. */
async function* follow(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<EventView> {
  let last = 0;
  for (let attempt = 0; attempt <= reconnectsMax; attempt += 1) {
    const response = await call(url, {
      headers: { ...headers, accept: 'text/event-stream', 'last-event-id': String(last) },
      signal,
    });
    if (response.status === 204 || response.body === null) return;
    try {
      for await (const event of readEvents(response.body)) {
        last = event.version;
        attempt = 0;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, reconnectMs));
  }
  throw new CliError(
    exitCodes.failed,
    'The stream of events broke too often. The execution goes on at the server.',
  );
}

function isLast({ fact }: EventView): boolean {
  return (
    fact.type === 'execution.completed' ||
    fact.type === 'execution.faulted' ||
    fact.type === 'execution.cancelled'
  );
}

const frameCharsMax = 64 * 2 ** 20;

/** The data of server-sent events, as JSON. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<EventView> {
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
      if (data.length > 0) yield JSON.parse(data.join('\n')) as EventView;
    }
  }
}
