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

  it('runs for each order that is paid and packed', async () => {
    const engine = await createEngine({ virtualTime: true });
    try {
      await engine.deploy(readFileSync(join(import.meta.dirname, 'order-ready.yaml'), 'utf8'));
      const event = (
        type: string,
        data: { readonly order: string; readonly [name: string]: string | number },
      ) => ({
        ...{ specversion: '1.0', source: 'urn:shop', id: `${type}-${data.order}` },
        ...{ type: `com.example.order.${type}`, data },
      });
      await engine.publish([
        event('paid', { order: 'a1', amount: 20 }),
        event('packed', { order: 'b2', parcels: 3 }),
        event('packed', { order: 'a1', parcels: 1 }),
      ]);
      const completed = async () =>
        (await engine.executions({ workflow: 'order-ready', status: ['completed'] })).rows;
      await expect.poll(async () => (await completed()).length, { timeout: 10_000 }).toBe(1);
      const [only] = await completed();
      const { output, cause } = await engine.execution(only?.id ?? '');
      expect({ output, source: cause?.source }).toEqual({
        output: { label: 'a1: 1 parcels, 20 paid' },
        source: 'on',
      });
    } finally {
      await engine.close(0);
    }
  });
});
