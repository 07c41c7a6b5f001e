import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { held } from './definitions.ts';
import { it, themes } from './reader.ts';
import { apiPathOf, graphTask, listRows, pathOf, phaseShown, tab, timelineRow } from './views.ts';

describe('a server that is killed under an open page', () => {
  let data: string;
  let server: ServerProcess;
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-'));
    server = await startServer({ data });
  });
  afterEach(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('a part of the page that was not loaded before the server went away is there when it is back', async ({
    open,
  }) => {
    const api = connect(server.url);
    await api.deploy(held);
    await api.start({ workflow: { namespace: 'shop', name: 'held' } });
    const page = await open(server, '/');
    await listRows(page).first().waitFor();
    // What the tab has kept of another test would be loaded without the server.
    await (await page.context().newCDPSession(page)).send('Network.setCacheDisabled', {
      cacheDisabled: true,
    });
    // A page that has just begun is not loaded anew.
    await expect.poll(() => page.evaluate(() => performance.now())).toBeGreaterThan(5_000);
    await server.kill();
    await page.getByRole('link', { name: en.system }).click();
    await page.getByText(en.serverUnreachable).waitFor();
    server = await startServer({ data, port: server.port });
    await page.getByRole('heading', { name: en.system }).waitFor();
    await page.getByText(en.orphans, { exact: true }).waitFor();
  });

  it.for(themes)(
    'is said by the page, which has caught up with nothing doubled when it is back, %s',
    async (theme, { open }) => {
      const api = connect(server.url);
      await api.deploy(held);
      const workflow = { namespace: 'shop', name: 'held' };
      const started = await api.start({ workflow });
      const page = await open(server, pathOf(started), { theme });
      const list = await open(server, '/', { theme });
      await phaseShown(page, en.phaseWaiting).waitFor();
      await listRows(list, started.id).getByText(en.phaseWaiting).waitFor();
      // All parts of the page are there.
      await graphTask(page, 'pause').waitFor();

      await server.kill();
      await page.getByText(en.connectionLost).waitFor();
      await list.getByText(en.serverUnreachable).waitFor();
      server = await startServer({ data, port: server.port });
      for (const verb of ['suspend', 'resume', 'cancel'])
        expect((await api.call('POST', `${apiPathOf(started)}/${verb}`)).status).toBe(200);

      await phaseShown(page, en.phaseCancelled).waitFor();
      await page.getByText(en.connectionLost).waitFor({ state: 'detached' });
      expect(await page.getByRole('alert').count(), 'nothing came that did not fit').toBe(0);
      const events = await api.events(started.id);
      expect(await tab(page, en.tabEvents).innerText()).toMatch(new RegExp(`\\D${events.length}$`));
      expect(await timelineRow(page, 'pause').count()).toBe(1);
      await tab(page, en.tabEvents).click();
      const panel = page.getByRole('tabpanel', { name: new RegExp(en.tabEvents) });
      const rows = await panel.locator('[data-row]').allInnerTexts();
      expect(rows.map((row) => Number.parseInt(row, 10))).toEqual(events.map(({ version }) => version));

      await listRows(list, started.id).getByText(en.phaseCancelled).waitFor();
      await list.getByText(en.serverUnreachable).waitFor({ state: 'detached' });
      expect(await listRows(list, started.id).count()).toBe(1);
    },
  );
});
