/** How long the first page takes in a browser that knows nothing of it, and how many bytes it is. */
import type { Browser } from 'playwright-core';
import { startServer } from '../../conformance/server-process.ts';
import { connect } from '../../test/support/api.ts';
import { contextOptions } from './browser.ts';
import { type Figure, quantile } from './figure.ts';
import { notePaint } from './in-page.js';

const loads = 7;
const executions = 60;
const row = 'main a[data-row]';

const definition = `document: { dsl: '1.0.3', namespace: measured, name: greet, version: '1.0.0' }
do:
  - greet: { set: { greeting: Hello } }
`;

export async function measureFirstPage(browser: Browser): Promise<Figure[]> {
  const server = await startServer();
  try {
    const api = connect(server.url);
    await api.deploy(definition);
    const request = { workflow: { namespace: 'measured', name: 'greet' } };
    await Promise.all(Array.from({ length: executions }, () => api.start(request, { wait: '10s' })));
    const all = [];
    for (let load = 0; load < loads; load += 1) all.push(await loadOnce(browser, server.url));
    const note = `median of ${loads} loads, nothing cached, gzip`;
    return [
      {
        name: 'first page: list painted',
        value: middle(all.map(({ ms }) => ms)),
        unit: 'ms',
        max: 1_000,
        note,
      },
      {
        name: 'first page: bytes',
        value: middle(all.map(({ bytes }) => bytes)) / 1_000,
        unit: 'kB',
        max: 250,
        note: 'the page itself, without the answers of the API',
      },
    ];
  } finally {
    await server.stop();
  }
}

async function loadOnce(browser: Browser, url: string): Promise<{ ms: number; bytes: number }> {
  const context = await browser.newContext(contextOptions());
  try {
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    let bytes = 0;
    const data = new Set<string>();
    network.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (new URL(request.url).pathname.startsWith('/api/')) data.add(requestId);
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (!data.has(requestId)) bytes += encodedDataLength;
    });
    await network.send('Network.enable');
    // Over plain loopback it would be Brotli, which is smaller still.
    await network.send('Network.setExtraHTTPHeaders', { headers: { 'accept-encoding': 'gzip' } });
    await page.addInitScript(notePaint, row);
    await page.goto(url);
    const painted = page.locator('html[data-painted-at]');
    await painted.waitFor({ state: 'attached' });
    const ms = Number(await painted.getAttribute('data-painted-at'));
    await page.waitForLoadState('load');
    return { ms, bytes };
  } finally {
    await context.close();
  }
}

function middle(values: readonly number[]): number {
  return quantile(values, 0.5);
}
