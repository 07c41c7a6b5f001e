/**
 * `npm run screenshots`: takes the pictures of the README anew, in light and dark, from a real server that has run the
 * examples. They go to `docs/images`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startServer } from '../conformance/server-process.ts';
import { type Example, readExamples } from '../examples/catalog.ts';
import { startStandIn } from '../examples/stand-in.ts';
import { en } from '../packages/web/src/messages/en.ts';
import { type Api, connect } from '../test/support/api.ts';
import { contextOptions, launchBrowser, type Theme } from './pages/browser.ts';
import { shrinkPng } from './pages/small-png.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'images');
/** An example of the pages that ends with an error. */
const faulting = join(import.meta.dirname, '..', 'packages', 'web', 'src', 'examples', 'fault.yaml');
const width = 1200;
/** Pixels for each px: sharp where screens are fine. */
const scale = 1.5;
const bytesMax = 150_000;
const themes: readonly Theme[] = ['light', 'dark'];

interface Picture {
  readonly name: string;
  /** of the window, in px */
  readonly height: number;
  readonly path: (ids: ReadonlyMap<string, string>) => string;
  /** Resolves when all that the picture shows is there. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const pictures: readonly Picture[] = [
  {
    name: 'executions',
    height: 750,
    path: () => '/',
    ready: (page) => page.locator('main a[data-row]').nth(5).waitFor(),
  },
  {
    name: 'execution',
    height: 1000,
    path: (ids) => `/executions/${ids.get('order-fulfilment')}`,
    ready: async (page) => {
      await page
        .locator('.react-flow__node')
        .filter({ hasText: /^charge/ })
        .waitFor();
      // Chosen without the pointer, which would scroll to it.
      await row(page, 'pay').first().dispatchEvent('click');
      await page.getByRole('heading', { name: 'pay', exact: true }).waitFor();
    },
  },
  {
    name: 'workflow',
    height: 750,
    path: () => '/workflows/examples/trip-booking/1.0.0',
    ready: (page) => page.locator('.react-flow__node').nth(3).waitFor(),
  },
  {
    name: 'editor',
    height: 750,
    path: () => '/workflows/examples/order/1.0.0/edit',
    ready: async (page) => {
      await page.getByRole('textbox', { name: en.editorLabel }).waitFor();
      await page.locator('.react-flow__node').nth(2).waitFor();
    },
  },
];

const standIn = await startStandIn();
const server = await startServer({ env: { MILLRACE_SECRET_MODEL_KEY: 'any-key-will-do' } });
const browser = await launchBrowser();
try {
  const ids = await runExamples(connect(server.url), standIn.url);
  mkdirSync(folder, { recursive: true });
  for (const theme of themes) for (const picture of pictures) await take(browser, picture, theme, ids);
} finally {
  await browser.close();
  await server.stop();
  await standIn.close();
}

/** All examples, the longest last; ids by their names. */
async function runExamples(api: Api, services: string): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const { name, text, input } of readExamples()) {
    await api.deploy(text);
    const started = await api.start({ workflow: workflowOf(text), input: { ...input, services } });
    ids.set(name, started.id);
  }
  for (const id of ids.values()) await api.execution(id, '10s');
  await runUnended(api, services);
  return ids;
}

/** So that the list shows other phases than completed: nobody approves of so much. */
async function runUnended(api: Api, services: string): Promise<void> {
  const approval = { purchase: 'a mill', amount: 50_000, services };
  const start = (name: string, input: object) =>
    api.start({ workflow: { namespace: 'examples', name }, input });
  const held: string[] = [];
  for (let count = 0; count < 3; count += 1) held.push((await start('purchase-approval', approval)).id);
  await api.call('POST', `/api/v1/executions/${held[0]}/cancel`);
  await api.call('POST', `/api/v1/executions/${held[1]}/suspend`);
  await api.deploy(readFileSync(faulting, 'utf8'));
  await start('fault', {});
  await start('hello', readInput('hello'));
}

function readInput(name: string): object {
  return readExamples().find((example) => example.name === name)?.input ?? {};
}

function workflowOf(text: Example['text']): { namespace: string; name: string } {
  const [namespace, name] = ['namespace', 'name'].map(
    (member) => new RegExp(`^  ${member}: (\\S+)$`, 'm').exec(text)?.[1] ?? '',
  );
  return { namespace: namespace ?? '', name: name ?? '' };
}

async function take(
  browser: Browser,
  picture: Picture,
  theme: Theme,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const context = await browser.newContext({
    ...contextOptions({ theme, size: { width, height: picture.height }, scale }),
    baseURL: server.url,
  });
  try {
    const page = await context.newPage();
    await page.goto(picture.path(ids));
    await picture.ready(page);
    const small = shrinkPng(await page.screenshot({ animations: 'disabled' }));
    if (small.length > bytesMax)
      throw new Error(`${picture.name} in ${theme} has ${small.length} bytes, more than ${bytesMax}`);
    writeFileSync(join(folder, `${picture.name}-${theme}.png`), small);
    console.log(`docs/images/${picture.name}-${theme}.png  ${Math.round(small.length / 1_000)} kB`);
  } finally {
    await context.close();
  }
}

function row(page: Page, task: string) {
  return page
    .getByRole('region', { name: en.timeline })
    .locator('[data-row]')
    .filter({ has: page.getByText(task, { exact: true }) });
}
