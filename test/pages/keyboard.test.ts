import type { Page } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { greet } from './definitions.ts';
import { it, themes } from './reader.ts';
import { idOf, listRows, phaseShown, timelineRow } from './views.ts';

const tabsMax = 60;

describe('a keyboard without a mouse', () => {
  let server: ServerProcess;
  afterEach(() => server?.stop());

  it.for(themes)(
    'goes from the empty server to an own workflow, deployed, run, seen and found again, %s',
    async (theme, { open }) => {
      server = await startServer();
      const page = await open(server, '/', { theme });
      const { keyboard } = page;
      await page.getByRole('heading', { name: en.noExecutions }).waitFor();
      await keyboard.press('Tab');
      expect(await focused(page), 'the first stop').toBe(en.skipToContent);
      await tabTo(page, en.writeOwn);
      await keyboard.press('Enter');

      await tabTo(page, en.editorLabel);
      await keyboard.press('ControlOrMeta+a');
      await keyboard.press('Delete');
      await keyboard.insertText(greet);
      await page.getByText(en.validDefinition).waitFor();
      // The first Escape may close a list of completions; Tab leaves the editor for two seconds after the last.
      for (const key of ['Escape', 'Escape', 'Shift+Tab']) await keyboard.press(key);
      if ((await focused(page)) !== en.publish) await tabTo(page, en.publish, 'Shift+Tab');
      await keyboard.press('Enter');
      await page.waitForURL('**/workflows/shop/greet/1.0.0');

      await page.getByRole('tab', { name: en.run }).waitFor();
      await tabTo(page, en.graph);
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowRight');
      await keyboard.press('Enter');
      await tabTo(page, 'Name', 'Tab');
      await keyboard.type('Ada');
      await keyboard.press('Enter');
      await page.waitForURL(/\/executions\//);
      await phaseShown(page, en.phaseCompleted).waitFor();

      await timelineRow(page, 'greet').waitFor();
      await keyboard.press('j');
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'greet', level: 2 }).waitFor();
      const id = idOf(page);
      expect((await connect(server.url).execution(id)).output).toEqual({ greeting: 'Hello, Ada' });

      await keyboard.press('?');
      await page.getByRole('dialog', { name: en.keyboardHelp }).waitFor();
      await keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // Two keys that belong together: the second one must not wait for the first one's answer.
      await Promise.all(['g', 'e'].map((key) => keyboard.press(key)));
      await listRows(page, id).waitFor();
      await keyboard.press('/');
      await keyboard.type(id);
      await keyboard.press('Enter');
      await phaseShown(page, en.phaseCompleted).waitFor();
      expect(idOf(page)).toBe(id);
    },
  );
});

/** Presses Tab until what has the focus is called `name`. */
async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < tabsMax; presses += 1) {
    await page.keyboard.press(key);
    const current = await focused(page);
    if (current.startsWith(name)) return;
    passed.push(current);
  }
  throw new Error(`no stop is called "${name}", but ${passed.join(' | ')}`);
}

/** What a screen reader calls the element that has the focus. */
async function focused(page: Page): Promise<string> {
  const element = page.locator(':focus');
  // Beyond the last stop the focus is with the browser itself; what is drawn anew while it is read has lost it.
  if ((await element.count()) === 0) return '';
  const snapshot = await element.ariaSnapshot({ timeout: 2_000 }).catch(() => '');
  return /^- \w+(?: "(.*?)")?/.exec(snapshot)?.[1] ?? snapshot;
}
