/** The thread of an HTTP client, started as a file of its own by `threaded-client.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createHttpClient, type HttpClientOptions, type HttpOutcome } from './http-client.ts';
import { type ClientMessage, decodeRequests, encodeOutcomes, type Numbered } from './request-wire.ts';

if (parentPort === null) throw new Error('this thread is started by the client, not by itself');
const port = parentPort;
const client = createHttpClient(workerData as HttpClientOptions);
const underWay = new Map<number, AbortController>();
let outcomes: Numbered<HttpOutcome>[] = [];

port.on('message', (message: ClientMessage) => {
  if (message.type === 'abort') underWay.get(message.id)?.abort();
  else if (message.type === 'close') void close();
  else for (const { id, value } of decodeRequests(message)) void send(id, value);
});

async function send(id: number, request: ReturnType<typeof decodeRequests>[number]['value']): Promise<void> {
  const abort = new AbortController();
  underWay.set(id, abort);
  const value = await client.request({ ...request, signal: abort.signal });
  underWay.delete(id);
  // Those of one turn of the event loop are one message.
  if (outcomes.push({ id, value }) === 1) setImmediate(tell);
}

function tell(): void {
  if (outcomes.length === 0) return;
  const { message, transfer } = encodeOutcomes(outcomes);
  outcomes = [];
  port.postMessage(message, transfer);
}

async function close(): Promise<void> {
  await client.close();
  // What was under way has failed by now, and is told before the thread ends.
  setImmediate(() => {
    tell();
    port.close();
  });
}
