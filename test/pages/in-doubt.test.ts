import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import type { Theme } from '../../scripts/pages/browser.ts';
import { type Api, connect, type Execution } from '../support/api.ts';
import { faultsOf } from './axe.ts';
import { payment } from './definitions.ts';
import { it } from './reader.ts';
import { button, pathOf, phaseShown, timelineRow } from './views.ts';

describe('a payment under way when the server was killed', () => {
  let data: string;
  let server: ServerProcess;
  let bank: Bank;
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-'));
    [server, bank] = await Promise.all([startServer({ data }), openBank()]);
  });
  afterEach(async () => {
    await Promise.all([server.stop(), bank.close()]);
    rmSync(data, { recursive: true, force: true });
  });

  it('is paid no second time by itself: somebody says on its page what became of it', async ({ open }) => {
    const api = connect(server.url);
    await api.deploy(payment);
    const request = { workflow: { namespace: 'shop', name: 'payment' }, input: { bank: bank.url } };
    const [done, again] = [await api.start(request), await api.start(request)];
    await expect.poll(() => bank.keys.length).toBe(2);
    await server.kill();
    server = await startServer({ data, port: server.port });

    const openDoubt = async ({ id }: Execution, theme: Theme) => {
      const page = await open(server, pathOf({ id }), { theme });
      const why = page.getByRole('region', { name: en.whyWaiting });
      await why.getByText(en.effectDoubt).waitFor();
      await button(why, en.resolve).click();
      await page.getByRole('dialog', { name: en.resolveTitle }).getByText(bank.url).waitFor();
      await expect.poll(() => page.evaluate('document.getAnimations().length')).toBe(0);
      expect(await faultsOf(page, theme), theme).toEqual([]);
      return page;
    };
    const light = await openDoubt(done, 'light');
    const dialog = dialogOf(light);
    await dialog.getByLabel(en.resolveOutput).fill('{ "receipt": ');
    await button(dialog, en.resolveConfirm).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel(en.resolveOutput).fill('{ "receipt": "R-17" }');
    await dialog.getByLabel(en.reason).fill('seen at the bank');
    await button(dialog, en.resolveConfirm).click();
    await phaseShown(light, en.phaseCompleted).waitFor();
    expect(await api.execution(done.id)).toMatchObject({ output: { receipt: 'R-17' } });
    expect(await resolutions(api, done)).toMatchObject([{ as: 'done', reason: 'seen at the bank' }]);
    expect(bank.keys.length, 'nothing was asked of the bank').toBe(2);

    bank.answers = true;
    const dark = await openDoubt(again, 'dark');
    await dialogOf(dark).getByLabel(en.resolveAgain).check();
    await button(dialogOf(dark), en.resolveConfirm).click();
    await phaseShown(dark, en.phaseCompleted).waitFor();
    await timelineRow(dark, 'pay').first().waitFor();
    expect(await resolutions(api, again)).toMatchObject([{ as: 'again' }]);
    expect(bank.keys.length).toBe(3);
    expect(bank.keys.slice(0, 2), 'the same payment to the bank').toContain(bank.keys[2]);
  });
});

function dialogOf(page: Page) {
  return page.getByRole('dialog', { name: en.resolveTitle });
}

async function resolutions(api: Api, { id }: Execution): Promise<object[]> {
  return (await api.events(id)).map(({ fact }) => fact).filter(({ type }) => type === 'effect.resolved');
}

interface Bank {
  readonly url: string;
  /** the idempotency key of each payment that was asked for */
  readonly keys: string[];
  /** until then it leaves whoever asks without an answer */
  answers: boolean;
  close(): Promise<void>;
}

async function openBank(): Promise<Bank> {
  const server: Server = createServer((request, response) => {
    bank.keys.push(String(request.headers['idempotency-key']));
    request.resume();
    if (bank.answers) response.setHeader('content-type', 'application/json').end('{"receipt":"R-18"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bank: Bank = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    keys: [],
    answers: false,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return bank;
}
