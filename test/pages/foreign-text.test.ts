import { json } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { large, marked } from './definitions.ts';
import { it, themes } from './reader.ts';
import { pathOf, phaseShown, tab, timelineRow } from './views.ts';

const charsMin = 2_000_000;

describe('what workflows bring along', () => {
  it.for(themes)('markup in names, values and errors stays text, %s', async (theme, { open, server }) => {
    const api = connect(server.url);
    await api.deploy(marked);
    const input = { note: '<b>bold</b><script>document.title = "taken"</script>' };
    const started = await api.start(
      { workflow: { namespace: 'shop', name: 'marked' }, input },
      { wait: '10s' },
    );
    const page = await open(server, '/', { theme });
    const shown = (text: string) => page.getByRole('main').getByText(text).first().waitFor();
    await shown('<i>Refused</i>');
    await page.goto(`${server.url}/workflows`);
    await shown('<b>A title</b>');
    await page.goto(`${server.url}/workflows/shop/marked/1.0.0`);
    await shown('<img src=x onerror=alert(1)>');
    await page.goto(server.url + pathOf(started));
    await shown('<b>bold</b><script>document.title = \\"taken\\"</script>');
    await shown('<i>Refused</i>');
    await timelineRow(page, '<img src=x').first().click();
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>', exact: true }).waitFor();
    await tab(page, en.tabDefinition).click();
    await shown('<b>A title</b>');
    expect(await page.locator('main').locator('img, script, i, b').count()).toBe(0);
    expect(await page.title()).not.toBe('taken');
  });

  it.for(themes)(
    'a large output is shown in part, and downloaded whole, %s',
    async (theme, { open, server }) => {
      const api = connect(server.url);
      await api.deploy(large);
      const request = { workflow: { namespace: 'shop', name: 'large' }, input: { chars: charsMin } };
      const started = await api.start(request, { wait: '20s' });
      const page = await open(server, pathOf(started), { theme });
      await phaseShown(page, en.phaseCompleted).waitFor();
      await page
        .getByText(/^Shown in part/)
        .first()
        .waitFor();
      const shown = await page.getByRole('main').innerText();
      expect(shown.length).toBeLessThan(50_000);
      const link = page.getByRole('link', { name: en.download });
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: en.download }).or(link).first().click(),
      ]);
      const output = (await json(await file.createReadStream())) as { text: string; last: string };
      expect(output.text.length).toBe(charsMin);
      expect(output.last).toBe('the end');
      expect(file.suggestedFilename()).toMatch(/\.json$/);
    },
  );

  it("a policy that lets in the pages' own scripts and nothing else stands behind it", async ({ server }) => {
    for (const path of ['/', '/executions/any', '/workflows/new']) {
      const answer = await fetch(`${server.url}${path}`, { headers: { accept: 'text/html' } });
      const policy = answer.headers.get('content-security-policy') ?? '';
      const rules = policy.split('; ');
      expect(rules, path).toEqual(
        expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]),
      );
      expect(policy, path).not.toMatch(/unsafe|\*|https?:/);
    }
  });
});
