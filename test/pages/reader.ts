/** What the journeys share: a server for each file, and pages that somebody reads and that nothing may go wrong in. */
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core';
import { test as base } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { findChromium, howToInstall } from '../../scripts/chromium.js';
import { contextOptions, launchBrowser, type Taste, type Theme } from '../../scripts/pages/browser.ts';

export const themes: readonly Theme[] = ['light', 'dark'];

/** Nothing on a page takes longer; a journey that waits for it in vain ends with what it waited for. */
const waitMsMax = 60_000;

export interface Fixtures {
  readonly tabs: Tabs | { readonly missing: string };
  /** a running server, the same for all tests of a file */
  readonly server: ServerProcess;
  /**
   * Opens a page of a server at a path. When the test has ended, the page must have asked no other host for
   * anything, broken no content policy, and thrown nothing.
   */
  readonly open: (server: { readonly url: string }, path: string, taste?: Taste) => Promise<Page>;
}

export const it = base.extend<Fixtures>({
  tabs: [
    // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it needs, and this needs nothing
    async ({}, use) => {
      if (findChromium() === undefined) return use({ missing: howToInstall() });
      const browser = await launchBrowser();
      await use(createTabs(browser));
      await browser.close();
    },
    { scope: 'worker' },
  ],
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'file' },
  ],
  open: async ({ tabs, skip }, use) => {
    if ('missing' in tabs) return skip(tabs.missing);
    const opened: Tab[] = [];
    await use(async ({ url }, path, taste = {}) => {
      const tab = await tabs.take(taste);
      opened.push(tab);
      tab.allow(url);
      await tab.page.emulateMedia({ colorScheme: taste.theme ?? 'light' });
      await tab.page.goto(`${url}${path}`);
      return tab.page;
    });
    const problems = opened.flatMap((tab) => tab.problems());
    for (const tab of opened) await tabs.giveBack(tab);
    if (problems.length > 0) throw new Error(`on the pages:\n${problems.join('\n')}`);
  },
});

/**
 * Tabs of a worker's browser that go from test to test, and from file to file: what a tab has compiled it need not
 * compile again, which is most of the work of opening a page.
 */
interface Tabs {
  take(taste: Taste): Promise<Tab>;
  giveBack(tab: Tab): Promise<void>;
}

interface Tab {
  readonly page: Page;
  /** all but the theme */
  readonly kind: string;
  /** From now on the page may ask this server, and problems are noted anew. */
  allow(url: string): void;
  problems(): readonly string[];
  /** A page that stays open would go on asking its server, which the next test may have stopped. */
  leave(): Promise<void>;
}

function createTabs(browser: Browser): Tabs {
  const idle: Tab[] = [];
  return {
    take: async ({ theme: _, ...taste }) => {
      const kind = JSON.stringify(taste);
      const at = idle.findIndex((tab) => tab.kind === kind);
      const [tab] = at === -1 ? [] : idle.splice(at, 1);
      return tab ?? (await createTab(browser, kind, taste));
    },
    async giveBack(tab) {
      await tab.leave();
      idle.push(tab);
    },
  };
}

async function createTab(browser: Browser, kind: string, taste: Taste): Promise<Tab> {
  const context = await browser.newContext(contextOptions(taste));
  context.setDefaultTimeout(waitMsMax);
  let allowed = '';
  let problems: string[] = [];
  watch(context, (problem, origin) => {
    if (origin !== allowed) problems.push(problem);
  });
  const page = await context.newPage();
  return {
    page,
    kind,
    allow: (url) => {
      allowed = url;
      problems = [];
    },
    problems: () => problems,
    // Something else of the same server: for a blank page the browser would start another process. Where the server
    // is gone the browser's own page says so.
    leave: async () => void (await page.goto(`${allowed}/favicon.svg`).catch(() => {})),
  };
}

/** Tells of whatever no page may do; of requests with the origin that was asked. */
function watch(context: BrowserContext, note: (problem: string, origin?: string) => void): void {
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:') note(`asked another host: ${request.url()}`, origin);
  });
  context.on('weberror', (error) => note(`threw: ${error.error().stack}`));
  context.on('console', (message) => {
    if (isProblem(message)) note(`${message.type()}: ${message.text()}`);
  });
}

/** That the server refused something, or is away, is for the page to say: the journeys look for it there. */
function isProblem(message: ConsoleMessage): boolean {
  if (message.type() !== 'error' && message.type() !== 'warning') return false;
  // The router repeats what it has shown.
  return !/^Failed to load resource|^ApiError: The server does not answer/.test(message.text());
}
