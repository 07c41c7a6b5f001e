/** The service that the soak's workflows call; it remembers nothing that grows. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StandIn {
  readonly url: string;
  close(): Promise<void>;
}

interface Asked {
  readonly execution: string;
  readonly step: string;
}

/** `POST /steady` answers 200 after some ms; `POST /flaky` answers each execution 503 twice, and then 200. */
export function openStandIn(delayMs = 5): Promise<StandIn> {
  const refused = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { execution, step } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
    await sleep(delayMs);
    const times = refused.get(execution) ?? 0;
    const status = request.url === '/flaky' && times < 2 ? 503 : 200;
    if (status === 503) refused.set(execution, times + 1);
    else refused.delete(execution);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ step }));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
    });
  });
}
