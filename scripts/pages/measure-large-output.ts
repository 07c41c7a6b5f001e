/** How an execution whose output has 50 MB is shown: what the page takes of it, and what a download gives. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startServer } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../../test/support/api.ts';
import { contextOptions } from './browser.ts';
import type { Figure } from './figure.ts';

const outputBytes = 50_000_000;

const definition = `document: { dsl: '1.0.3', namespace: measured, name: output, version: '1.0.0' }
do:
  - fetch: { call: http, with: { method: get, endpoint: '\${ .service }' } }
`;

export async function measureLargeOutput(browser: Browser): Promise<Figure[]> {
  const service = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(rows());
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const server = await startServer({ env: { MILLRACE_RESPONSE_BYTES_MAX: String(2 * outputBytes) } });
  const context = await browser.newContext(contextOptions());
  try {
    const api = connect(server.url);
    await api.deploy(definition);
    const { port } = service.address() as AddressInfo;
    const input = { service: `http://127.0.0.1:${port}/` };
    const { id } = await api.start({ workflow: { namespace: 'measured', name: 'output' }, input });
    await untilEnded(server.url, id);
    const page = await context.newPage();
    const shown = await show(page, `${server.url}/executions/${id}`);
    const saved = await save(page);
    if (saved.bytes < outputBytes) throw new Error(`the download has only ${saved.bytes} bytes`);
    return [
      {
        name: 'output of 50 MB: shown in part',
        value: shown.ms,
        unit: 'ms',
        max: 2_000,
        note: 'nothing cached',
      },
      {
        name: 'output of 50 MB: the page took',
        value: shown.bytes / 1_000,
        unit: 'kB',
        max: 1_000,
        note: 'its answers of the API',
      },
      { name: 'output of 50 MB: downloaded', value: saved.bytes / 1_000_000, unit: 'MB' },
      { name: 'output of 50 MB: download', value: saved.ms, unit: 'ms' },
    ];
  } finally {
    await context.close();
    await server.stop();
    service.close();
  }
}

function rows(): string {
  const row = { article: 'tea', count: 2, price: 4.5, note: 'first come, first served' };
  const count = Math.ceil(outputBytes / JSON.stringify(row).length);
  return JSON.stringify({ rows: new Array(count).fill(row) });
}

/** By its head alone: the answer of a wait would be the output. */
async function untilEnded(url: string, id: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    const answer = await fetch(`${url}/api/v1/executions?id=${id}`);
    const { items } = (await answer.json()) as { items: { status: string; error?: string }[] };
    if (items[0]?.error !== undefined) throw new Error(`the output was not made: ${items[0].error}`);
    if (items[0]?.status === 'completed') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the output was not made within a minute');
}

async function show(page: Page, address: string): Promise<{ ms: number; bytes: number }> {
  let bytes = 0;
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const asked = new Set<string>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (new URL(request.url).pathname.startsWith('/api/')) asked.add(requestId);
  });
  network.on('Network.dataReceived', ({ requestId, dataLength }) => {
    if (asked.has(requestId)) bytes += dataLength;
  });
  const from = performance.now();
  await page.goto(address);
  await page
    .getByText(/^Shown in part/)
    .first()
    .waitFor();
  return { ms: performance.now() - from, bytes };
}

async function save(page: Page): Promise<{ ms: number; bytes: number }> {
  const from = performance.now();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('link', { name: en.download })
      .or(page.getByRole('button', { name: en.download }))
      .first()
      .click(),
  ]);
  let bytes = 0;
  for await (const chunk of await file.createReadStream()) bytes += (chunk as Buffer).length;
  return { ms: performance.now() - from, bytes };
}
