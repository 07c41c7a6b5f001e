import { describe, expect } from 'vitest';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { faulty, held, steps } from './definitions.ts';
import { it, themes } from './reader.ts';
import { button, graphTask, pathOf, phaseShown, tab, timelineRow } from './views.ts';

const run = (name: string) => ({ workflow: { namespace: 'shop', name } });

describe.each(themes)('the page of an execution, %s', (theme) => {
  it('a task that is chosen in the graph, the timeline or the events is the one that all of them mark', async ({
    open,
    server,
  }) => {
    const api = connect(server.url);
    await api.deploy(steps);
    const page = await open(server, pathOf(await api.start(run('steps'), { wait: '10s' })), { theme });
    await phaseShown(page, en.phaseCompleted).waitFor();

    await graphTask(page, 'prepare').click();
    await page.getByRole('heading', { name: 'prepare', exact: true }).waitFor();
    expect(await timelineRow(page, 'prepare').getAttribute('aria-pressed')).toBe('true');

    await timelineRow(page, 'double').nth(1).click();
    await page.getByRole('heading', { name: 'double', exact: true }).waitFor();
    await page.getByText('"twice": 4').waitFor();
    expect(await timelineRow(page, 'prepare').getAttribute('aria-pressed')).toBe('false');
    await page.locator('.react-flow__node.selected').filter({ hasText: 'double' }).waitFor();

    await tab(page, en.tabEvents).click();
    const events = page.getByRole('tabpanel', { name: new RegExp(en.tabEvents) });
    await events.locator('[data-row]').filter({ hasText: 'finish' }).first().click();
    await page.locator('.react-flow__node.selected').filter({ hasText: 'finish' }).waitFor();
    expect(await timelineRow(page, 'finish').getAttribute('aria-pressed')).toBe('true');
  });

  it('one that waits says for what and until when', async ({ open, server }) => {
    const api = connect(server.url);
    await api.deploy(held);
    const page = await open(server, pathOf(await api.start(run('held'))), { theme });
    await phaseShown(page, en.phaseWaiting).waitFor();
    const why = page.getByRole('region', { name: en.whyWaiting });
    await why.getByText(en.reasonWait).waitFor();
    await why.getByText(/until .+\((1 h|59 min|60 min).*\)/).waitFor();
    await button(why, 'pause').click();
    await page.getByRole('heading', { name: 'pause', exact: true }).waitFor();
  });

  it('one that listens says for what, on its graph too, and which event came near', async ({
    open,
    server,
  }) => {
    const api = connect(server.url);
    await api.deploy(`document: { dsl: '1.0.3', namespace: shop, name: hears, version: '1.0.0' }
do: [{ ear: { listen: { to: { all: [{ with: { type: paid, data: '\${ . > 5 }' } }, { with: { type: packed } }] } } } }]`);
    const execution = await api.start(run('hears'));
    const event = { specversion: '1.0', id: `near-${theme}`, source: 'urn:shop', type: 'paid', data: 1 };
    await expect.poll(async () => (await api.execution(execution.id)).status).toBe('waiting');
    await api.call('POST', '/api/v1/events', event);
    const waiting = `/api/v1/executions/${execution.id}/wake-ups`;
    await expect
      .poll(async () => JSON.stringify((await api.call('GET', waiting)).body))
      .toContain(`near-${theme}`);
    const page = await open(server, pathOf(execution), { theme });
    const why = page.getByRole('region', { name: en.whyWaiting });
    await why.getByText(en.nearMiss(`near-${theme} (urn:shop)`, 'data')).waitFor();
    await graphTask(page, 'ear').getByText('paid + packed').waitFor();
  });

  it('one that faulted shows the error, and the line of the definition where it stands', async ({
    open,
    server,
  }) => {
    const api = connect(server.url);
    await api.deploy(faulty);
    const page = await open(server, pathOf(await api.start(run('faulty'), { wait: '10s' })), { theme });
    const error = page.getByRole('region', { name: en.error });
    await error.getByText('Sold out · 409').waitFor();
    await error.getByText('There is no tea left.').waitFor();
    await error
      .getByRole('group', { name: en.line(4) })
      .getByText('- refuse:')
      .waitFor();
    await button(error, en.line(4)).click();
    const definition = page.getByRole('group', { name: en.tabDefinition });
    await definition.locator('[data-line="4"]').getByText('refuse').waitFor();
  });
});
