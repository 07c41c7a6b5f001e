import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { ServerProcess } from '../../conformance/server-process.ts';
import { de } from '../../packages/web/src/messages/de.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import type { Messages } from '../../packages/web/src/messages/messages.ts';
import { connect } from '../support/api.ts';
import { faultsOf } from './axe.ts';
import { faulty, greet, held, steps } from './definitions.ts';
import { it as base, themes } from './reader.ts';
import { button, graphTask, listRows } from './views.ts';

/** A page, and what is there when it has been drawn. */
interface View {
  readonly name: string;
  readonly path: string;
  readonly drawn: (page: Page, messages: Messages) => Promise<unknown>;
}

const views: readonly View[] = [
  { name: 'the list', path: '/', drawn: (page) => listRows(page).first().waitFor() },
  {
    name: 'an execution that faulted',
    path: '/executions/faulty-1',
    drawn: async (page, messages) => {
      await page.getByRole('region', { name: messages.error }).getByText('Sold out').first().waitFor();
      await graphTask(page, 'refuse').waitFor();
    },
  },
  {
    name: 'an execution that waits',
    path: '/executions/held-1',
    drawn: async (page, messages) => {
      await graphTask(page, 'pause').click();
      await page.getByText(messages.reasonWait).waitFor();
    },
  },
  {
    name: 'the workflows',
    path: '/workflows',
    drawn: (page) => page.getByRole('link', { name: /held/ }).waitFor(),
  },
  {
    name: 'a workflow',
    path: '/workflows/shop/steps/1.0.0',
    drawn: (page) => graphTask(page, 'loop').waitFor(),
  },
  {
    name: 'the form',
    path: '/workflows/shop/steps/1.0.0?tab=run',
    drawn: (page, messages) => button(page.getByRole('tabpanel'), messages.startExecution).waitFor(),
  },
  {
    name: 'the form, refused',
    path: '/workflows/shop/greet/1.0.0?tab=run',
    drawn: async (page, messages) => {
      await button(page.getByRole('tabpanel'), messages.startExecution).click();
      await page.getByRole('alert').getByText(messages.wrongRequired).waitFor();
    },
  },
  {
    name: 'an execution that never was',
    path: '/executions/never-1',
    drawn: (page, messages) => page.getByText(messages.noExecution).waitFor(),
  },
  {
    name: 'the editor',
    path: '/workflows/shop/steps/1.0.0/edit',
    drawn: (page, messages) => page.getByRole('textbox', { name: messages.editorLabel }).waitFor(),
  },
  {
    name: 'the system',
    path: '/system',
    drawn: (page, messages) => page.getByRole('heading', { name: messages.ledger }).waitFor(),
  },
  {
    name: 'an address that leads nowhere',
    path: '/no/such/page',
    drawn: (page, messages) => page.getByRole('heading', { name: messages.notFound }).waitFor(),
  },
];

const it = base.extend<{ readonly filled: ServerProcess }>({
  filled: [
    async ({ server }, use) => {
      const api = connect(server.url);
      for (const text of [faulty, greet, held, steps]) await api.deploy(text);
      for (const name of ['faulty', 'steps'])
        await api.start({ id: `${name}-1`, workflow: { namespace: 'shop', name } }, { wait: '10s' });
      await api.start({ id: 'held-1', workflow: { namespace: 'shop', name: 'held' } });
      await use(server);
    },
    { scope: 'file' },
  ],
});

describe('every page', () => {
  it.for(views)(
    '$name has nothing that axe finds fault with, in light and in dark',
    async (view, { open, filled }) => {
      const page = await open(filled, view.path);
      await view.drawn(page, en);
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme });
        await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
        // Colours fade from one theme to the other.
        await expect.poll(() => page.evaluate('document.getAnimations().length')).toBe(0);
        expect(await faultsOf(page, theme), theme).toEqual([]);
      }
    },
  );

  it.for(views)('$name fits a phone 360 px wide, in German', async (view, { open, filled }) => {
    const size = { width: 360, height: 740 };
    const page = await open(filled, view.path, { size, touch: true, locale: 'de-DE', theme: 'dark' });
    await view.drawn(page, de);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(size.width);
    await page.getByRole('navigation', { name: de.navigation }).getByRole('link', { name: de.system }).tap();
    await page.getByRole('heading', { name: de.system, level: 1 }).waitFor();
  });
});
