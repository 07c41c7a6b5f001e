import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from 'millrace';
import { describe, expect, it } from 'vitest';

describe('the example of a schedule', () => {
  it('runs every night at half past two in Berlin', async () => {
    const engine = await createEngine({ virtualTime: true });
    try {
      await engine.deploy(readFileSync(join(import.meta.dirname, 'nightly-cleanup.yaml'), 'utf8'));
      const completed = async () =>
        (await engine.executions({ workflow: 'nightly-cleanup', status: ['completed'] })).rows;
      await expect
        .poll(async () => (await completed()).length, { timeout: 10_000 })
        .toBeGreaterThanOrEqual(2);
      const [last] = await completed();
      const view = await engine.execution(last?.id ?? '');
      expect(view).toMatchObject({ output: { removed: 2 }, cause: { source: 'cron' } });
      const berlin = new Date(view.cause?.due ?? '').toLocaleTimeString('en-GB', {
        timeZone: 'Europe/Berlin',
      });
      expect(berlin).toBe('02:30:00');
    } finally {
      await engine.close(0);
    }
  });
});
