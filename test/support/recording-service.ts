/** A service that workflows call: it answers slowly, fails when it is told to, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RecordedRequest {
  /** what the caller says it is: execution and step */
  readonly execution: string;
  readonly step: string;
  readonly key: string | undefined;
  readonly status: number;
}

export interface RecordingService {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Goes back to where these were all the requests that there had been. */
  restore(requests: readonly RecordedRequest[]): void;
  /** how many requests were under way at the same time at most: come, and neither answered nor given up by the caller */
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

/**
 * `POST /steady` answers 200 after `delayMs()`; `POST /flaky` answers 503 to the first two keys of each step. Both
 * answer a key that they have seen as they did before, as a service that honours idempotency keys does.
 */
export function openRecordingService(delayMs: () => number): Promise<RecordingService> {
  const requests: RecordedRequest[] = [];
  const answers = new Map<string, number>();

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { execution, step } = JSON.parse(await readBody(request)) as { execution: string; step: string };
    const key = request.headers['idempotency-key'] as string | undefined;
    const earlier = requests.filter(
      (each) => each.execution === execution && each.step === step && each.key !== key,
    );
    const failures = request.url === '/flaky' ? 2 : 0;
    const status =
      answers.get(key ?? '') ?? (new Set(earlier.map((each) => each.key)).size < failures ? 503 : 200);
    answers.set(key ?? '', status);
    requests.push({ execution, step, key, status });
    await sleep(delayMs());
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ step, status }));
  }

  function restore(earlier: readonly RecordedRequest[]): void {
    requests.splice(0, requests.length, ...earlier);
    answers.clear();
    for (const { key, status } of earlier) answers.set(key ?? '', status);
  }

  let underWay = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    response.once('close', () => (underWay -= 1));
    respond(request, response).catch((error: Error) => response.destroy(error));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({
        ...{ url, requests, restore, close },
        get mostAtOnce() {
          return mostAtOnce;
        },
      });
    });
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
