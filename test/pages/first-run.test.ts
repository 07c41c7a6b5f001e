import { afterEach, describe, expect } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { connect } from '../support/api.ts';
import { it, themes } from './reader.ts';
import { idOf } from './views.ts';

describe('the first minutes', () => {
  let server: ServerProcess;
  afterEach(() => server?.stop());

  it.for(themes)(
    'an empty server offers an example, and one click leads to it seen finished, %s',
    async (theme, { open }) => {
      server = await startServer();
      const page = await open(server, '/', { theme });
      await page.getByRole('heading', { name: en.noExecutions }).waitFor();
      await page.getByRole('button', { name: /^hello/ }).click();
      await page.waitForURL(/\/executions\//);
      await page.getByRole('main').locator('header').getByText(en.phaseCompleted).waitFor();
      expect(await connect(server.url).execution(idOf(page))).toMatchObject({ status: 'completed' });
      expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
    },
  );
});
