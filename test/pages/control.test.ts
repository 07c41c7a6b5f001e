import { describe, expect } from 'vitest';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { faulty, held } from './definitions.ts';
import { it, themes } from './reader.ts';
import { button, idOf, pathOf, phaseShown } from './views.ts';

describe.each(themes)('the buttons of an execution, %s', (theme) => {
  it('suspend, resume and cancel do on the server what they say', async ({ open, server }) => {
    const api = connect(server.url);
    await api.deploy(held);
    const started = await api.start({ workflow: { namespace: 'shop', name: 'held' } });
    const page = await open(server, pathOf(started), { theme });

    const dialog = page.getByRole('dialog');
    await button(page, en.suspendExecution).click();
    await button(dialog, en.suspendExecution).click();
    await phaseShown(page, en.phaseSuspended).waitFor();
    expect((await api.execution(started.id)).status).toBe('suspended');

    await button(page, en.resumeExecution).click();
    await button(dialog, en.resumeExecution).click();
    await phaseShown(page, en.phaseWaiting).waitFor();
    expect((await api.execution(started.id)).status).toBe('waiting');

    await button(page, en.cancelExecution).click();
    await button(dialog, en.cancelKeep).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await api.execution(started.id)).status, 'nothing was cancelled yet').toBe('waiting');
    await button(page, en.cancelExecution).click();
    await dialog.getByLabel(en.reason).fill('not wanted any more');
    await button(dialog, en.cancelConfirm).click();
    await phaseShown(page, en.phaseCancelled).waitFor();
    expect((await api.execution(started.id)).status).toBe('cancelled');
    expect(JSON.stringify(await api.events(started.id))).toContain('not wanted any more');
  });

  it('retry goes on in a new execution, which names the one that faulted', async ({ open, server }) => {
    const api = connect(server.url);
    await api.deploy(faulty);
    const started = await api.start({ workflow: { namespace: 'shop', name: 'faulty' } }, { wait: '10s' });
    const page = await open(server, pathOf(started), { theme });
    await button(page, en.retryExecution).click();
    await button(page.getByRole('dialog'), en.retryExecution).click();
    await page.waitForURL((url) => !url.pathname.endsWith(started.id));
    await page.getByRole('link', { name: started.id.slice(0, 13) }).waitFor();
    await phaseShown(page, en.phaseFaulted).waitFor();
    expect(await api.execution(idOf(page))).toMatchObject({ status: 'faulted', retryOf: started.id });
  });
});
