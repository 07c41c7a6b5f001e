import { describe, expect } from 'vitest';
import type { ServerProcess } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { type Api, connect } from '../support/api.ts';
import { faulty, greet, held } from './definitions.ts';
import { it as base, themes } from './reader.ts';
import { apiPathOf, idOf, listRows, phaseShown } from './views.ts';

const pageRows = 50;
const greetings = 120;

/** A server with three pages of greetings, two faults, and one that waits. */
const it = base.extend<{ readonly filled: ServerProcess }>({
  filled: [
    async ({ server }, use) => {
      await fill(connect(server.url));
      await use(server);
    },
    { scope: 'file' },
  ],
});

async function fill(api: Api): Promise<void> {
  for (const text of [greet, held, faulty]) await api.deploy(text);
  const start = (name: string, id: string, wait = '10s') =>
    api.start({ id, workflow: { namespace: 'shop', name }, input: { name: id } }, { wait });
  const numbers = Array.from({ length: greetings }, (_, index) => String(index).padStart(3, '0'));
  await Promise.all(numbers.map((number) => start('greet', `greeting-${number}`)));
  await Promise.all(['1', '2'].map((number) => start('faulty', `fault-${number}`)));
  await start('held', 'held-1', '0s');
}

describe.each(themes)('the list of executions, %s', (theme) => {
  it('is filtered by phase and by workflow, and says when nothing fits', async ({ open, filled }) => {
    const page = await open(filled, '/', { theme });
    const phases = page.getByRole('group', { name: en.filterStatus });
    await phases.getByRole('button', { name: en.phaseFaulted }).click();
    await expect.poll(() => listRows(page).count()).toBe(2);
    await listRows(page, 'fault-1').getByText('Sold out').waitFor();

    await page.getByLabel(en.filterWorkflow).selectOption('shop/held');
    await page.getByRole('heading', { name: en.noMatches }).waitFor();
    await phases.getByRole('button', { name: en.phaseFaulted }).click();
    await listRows(page, 'held-1').waitFor();
    expect(await listRows(page).count()).toBe(await listRows(page, 'shop/held').count());
  });

  it('an execution is found by its id, and what is not there is said', async ({ open, filled }) => {
    const page = await open(filled, '/', { theme });
    const search = page.getByRole('searchbox', { name: en.searchById });
    await search.fill('no-such-id');
    await search.press('Enter');
    await page.getByText('no-such-id').waitFor();
    await search.fill('greeting-007');
    await search.press('Enter');
    await page.waitForURL('**/executions/greeting-007');
    await phaseShown(page, en.phaseCompleted).waitFor();
  });

  it('pages older by cursor shows every execution once, and newer goes back', async ({ open, filled }) => {
    const page = await open(filled, '/?workflow=shop%2Fgreet', { theme });
    await listRows(page).first().waitFor();
    const seen: string[] = [];
    for (;;) {
      const rows = await listRows(page).evaluateAll((links) => links.map((link) => String(link)));
      seen.push(...rows);
      const older = page.getByRole('link', { name: en.nextPage });
      if (rows.length < pageRows) break;
      await older.click();
      await page.waitForURL(/cursor=/);
      await page.locator(`a[href="${new URL(rows[0] ?? '').pathname}"]`).waitFor({ state: 'detached' });
    }
    expect(seen.length).toBe(greetings);
    expect(new Set(seen).size).toBe(greetings);
    await page.getByRole('main').getByText(en.previousPage).click();
    await listRows(page)
      .nth(pageRows - 1)
      .waitFor();
    await page.getByRole('link', { name: en.firstPage }).click();
    await page.locator(`a[href="${new URL(seen[0] ?? '').pathname}"]`).waitFor();
  });

  it('shows what starts and ends elsewhere without being asked', async ({ open, filled }) => {
    const page = await open(filled, '/', { theme });
    await listRows(page).first().waitFor();
    const api = connect(filled.url);
    const started = await api.start({ workflow: { namespace: 'shop', name: 'held' } });
    await listRows(page, started.id).getByText(en.phaseWaiting).waitFor();
    await api.call('POST', `${apiPathOf(started)}/cancel`);
    await listRows(page, started.id).getByText(en.phaseCancelled).waitFor();
    expect(await listRows(page, started.id).count()).toBe(1);
  });

  it('is walked by j, k and Enter, and left for the search by /', async ({ open, filled }) => {
    const page = await open(filled, '/?workflow=shop%2Fgreet', { theme });
    await listRows(page).first().waitFor();
    const ids = await listRows(page).evaluateAll((links) => links.map((link) => String(link)));
    for (const key of ['j', 'j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL(ids[1] ?? '');
    await phaseShown(page, en.phaseCompleted).waitFor();
    await page.goBack();
    await page.locator(`a[href="${new URL(ids[1] ?? '').pathname}"]:focus`).waitFor();
    await page.keyboard.press('Enter');
    await phaseShown(page, en.phaseCompleted).waitFor();
    // Two keys that belong together: the second one must not wait for the first one's answer.
    await Promise.all(['g', 'e'].map((key) => page.keyboard.press(key)));
    await listRows(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('greeting-001');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/executions/greeting-001');
    expect(idOf(page)).toBe('greeting-001');
  });
});
