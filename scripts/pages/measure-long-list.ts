/** How long a page of a list of 100,000 executions takes, from the click to its rows on the screen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from 'millrace';
import type { Browser, Page } from 'playwright-core';
import { startServer } from '../../conformance/server-process.ts';
import { contextOptions } from './browser.ts';
import { type Figure, quantile } from './figure.ts';
import { clickToPaint } from './in-page.js';

const pages = 25;
const startedAtOnce = 500;
const names = ['orders', 'invoices', 'reports'];

/** @param executions how many there are; the bar is meant for 100,000 */
export async function measureLongList(browser: Browser, executions: number): Promise<Figure[]> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-'));
  try {
    await fill(data, executions);
    const server = await startServer({ data });
    const context = await browser.newContext(contextOptions());
    try {
      const page = await context.newPage();
      const note = `${pages} pages of ${executions.toLocaleString('en')} executions`;
      return [
        ...(await pageThrough(page, server.url, '/', 'list', note)),
        ...(await pageThrough(
          page,
          server.url,
          '/?workflow=measured%2Forders',
          'list of one workflow',
          note,
        )),
      ];
    } finally {
      await context.close();
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** Each runs as any other, through the engine of a server that is not there yet. */
async function fill(data: string, executions: number): Promise<void> {
  const engine = await createEngine({ store: `sqlite:${join(data, 'millrace.db')}`, data });
  for (const name of names) {
    const document = `document: { dsl: '1.0.3', namespace: measured, name: ${name}, version: '1.0.0' }`;
    await engine.deploy(`${document}\ndo:\n  - one: { set: { n: 1 } }\n`);
  }
  let started = 0;
  const work = async () => {
    for (; started < executions; ) {
      const name = names[started % names.length] ?? '';
      started += 1;
      await engine.start({ workflow: { namespace: 'measured', name } });
    }
  };
  await Promise.all(Array.from({ length: startedAtOnce }, work));
  await engine.close();
}

async function pageThrough(
  page: Page,
  url: string,
  path: string,
  name: string,
  note: string,
): Promise<Figure[]> {
  await page.goto(`${url}${path}`);
  const times: number[] = [];
  for (let turned = 0; turned < pages; turned += 1) {
    const first = page.locator('main a[data-row]').first();
    await first.waitFor();
    const address = new URL((await first.getAttribute('href')) ?? '', url).pathname;
    await page.locator('main nav a:last-of-type').waitFor();
    times.push(
      await page.evaluate(clickToPaint, {
        click: 'main nav a:last-of-type',
        shown: 'main a[data-row]',
        gone: `a[href="${address}"]`,
      }),
    );
  }
  return [
    { name: `${name}: next page, p95`, value: quantile(times, 0.95), unit: 'ms', max: 300, note },
    { name: `${name}: next page, p50`, value: quantile(times, 0.5), unit: 'ms' },
  ];
}
