import { describe, expect } from 'vitest';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect, type Execution } from '../support/api.ts';
import { greet, steps } from './definitions.ts';
import { it, themes } from './reader.ts';
import { button, graphTask, idOf, phaseShown, replaceText, tab } from './views.ts';

describe('writing and running a workflow', () => {
  it('a text that is not published is asked about before it is left, and kept over a reload', async ({
    open,
    server,
  }) => {
    const page = await open(server, '/workflows/new');
    await replaceText(page, greet);
    await page.getByText(en.validDefinition).waitFor();
    const away = page.getByRole('link', { name: en.system });
    const dialog = page.getByRole('dialog', { name: en.leaveTitle });
    await away.click();
    await button(dialog, en.leaveStay).click();
    expect(new URL(page.url()).pathname).toBe('/workflows/new');

    await page.reload();
    await page.getByText(en.draftKept).waitFor();
    await page.getByRole('textbox', { name: en.editorLabel }).getByText('A greeting').waitFor();
    await away.click();
    await button(dialog, en.leaveConfirm).click();
    await page.getByRole('heading', { name: en.system, level: 1 }).waitFor();
    await page.goto(`${server.url}/workflows/new`);
    await page.getByRole('textbox', { name: en.editorLabel }).waitFor();
    expect(await page.getByText(en.draftKept).count(), 'what was given up is not kept').toBe(0);
  });

  it.for(themes)(
    'the editor refuses a bad definition by line and reason, and deploys a good one, %s',
    async (theme, { open, server }) => {
      const text = greet.replace('name: greet', `name: greet-${theme}`);
      const page = await open(server, '/workflows/new', { theme });
      await replaceText(page, text.replace('set:', 'sett:'));
      const verdict = page.getByRole('main').getByRole('status');
      await verdict.getByText(/^11:\d+ .*sett/).waitFor();
      expect(await button(page, en.publish).isDisabled()).toBe(true);

      await replaceText(page, text);
      await verdict.getByText(en.validDefinition).waitFor();
      await button(page, en.publish).click();
      await page.waitForURL(`**/workflows/shop/greet-${theme}/1.0.0`);
      await graphTask(page, 'greet').waitFor();
      const stored = await connect(server.url).call<{ source: string }>(
        'GET',
        `/api/v1/workflows/shop/greet-${theme}/1.0.0`,
      );
      expect(stored.body.source).toBe(text);
    },
  );

  it('the editor warns of what the server does not run yet, and the page of what a workflow lacks until it is there', async ({
    open,
    server,
  }) => {
    const head = (name: string) =>
      `document: { dsl: '1.0.3', namespace: shop, name: ${name}, version: '1.0.0' }\n`;
    const child = '  - child: { run: { workflow: { namespace: shop, name: lacked, version: 1.0.0 } } }\n';
    const page = await open(server, '/workflows/new');
    await replaceText(page, `${head('warned')}do:\n${child}  - shell: { run: { shell: { command: ls } } }\n`);
    await page.getByText(en.unsupported).waitFor();
    await page.getByText(`${en.line(4)}: \`run: shell\` tasks cannot be run by this version yet`).waitFor();
    await button(page, en.publish).click();
    await page.waitForURL('**/workflows/shop/warned/1.0.0');
    await page.getByText(en.warned).waitFor();
    await page.getByText(/^Line 3: .*shop\/lacked/).waitFor();
    await page.getByText(en.unsupported).waitFor();
    await connect(server.url).deploy(`${head('lacked')}do: []`);
    await page.reload();
    await page.getByText(en.unsupported).waitFor();
    expect(await page.getByText(en.warned).count()).toBe(0);
  });

  it.for(themes)(
    'a form made from the input schema refuses what does not fit, and starts what does, %s',
    async (theme, { open, server }) => {
      const api = connect(server.url);
      await api.deploy(greet);
      const page = await open(server, '/workflows/shop/greet/1.0.0?tab=run', { theme });
      await button(page, en.startExecution).click();
      await page.getByRole('alert').getByText(en.wrongRequired).waitFor();
      expect(await page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
      await page.locator('input:focus').and(page.getByLabel('Name')).waitFor();
      const query = '/api/v1/executions?workflow=shop/greet';
      const before = (await api.call<{ items: Execution[] }>('GET', query)).body.items.length;

      await page.getByLabel('Name').fill('Ada');
      await page.getByLabel('Loud').selectOption({ label: en.yes });
      await button(page, en.startExecution).click();
      await page.waitForURL(/\/executions\//);
      await phaseShown(page, en.phaseCompleted).waitFor();
      await page.getByText('"Hello, Ada"').waitFor();
      const events = await api.call<{ items: { fact: { input?: unknown } }[] }>(
        'GET',
        `/api/v1/executions/${idOf(page)}/events`,
      );
      expect(events.body.items[0]?.fact.input).toEqual({ name: 'Ada', loud: true });
      const after = (await api.call<{ items: Execution[] }>('GET', query)).body.items.length;
      expect(after, 'what did not fit was not started').toBe(before + 1);
    },
  );

  it.for(themes)(
    'a workflow shows its text by line, its graph, and every version, %s',
    async (theme, { open, server }) => {
      const api = connect(server.url);
      await api.deploy(steps);
      await api.deploy(steps.replace('1.0.0', '1.1.0').replace('finish', 'wrap-up'));
      const page = await open(server, '/workflows', { theme });
      await page
        .getByRole('main')
        .getByRole('link', { name: /steps.*1\.1\.0/ })
        .click();
      await page.waitForURL('**/workflows/shop/steps/1.1.0');
      await page.goto(`${server.url}/workflows/shop/steps`);
      await page.waitForURL('**/workflows/shop/steps/1.1.0');
      const ways = ['start→/do/0/prepare', '/do/0/prepare→/do/1/loop', '/do/1/loop→/do/2/wrap-up'];
      // A straight line has no height or width, and counts as hidden.
      for (const way of [...ways, '/do/2/wrap-up→end'])
        await page.locator(`.react-flow__edge[data-id="${way}"] path`).first().waitFor({ state: 'attached' });
      await graphTask(page, 'wrap-up').click();
      const source = page.getByRole('group', { name: en.source });
      await source.locator('[data-line="8"]').getByText('wrap-up').waitFor();

      await tab(page, en.versions).click();
      await page.getByRole('link', { name: /^1\.0\.0/ }).click();
      await page.waitForURL('**/workflows/shop/steps/1.0.0*');
      await tab(page, en.source).click();
      await source.locator('[data-line="8"]').getByText('finish').waitFor();
      expect(await source.getByText('wrap-up').count()).toBe(0);
    },
  );
});
