import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../packages/server/src/embedded.ts';
import { cannotMount, fill, mountDisk, unmountAll } from './small-disk.ts';

const reason = cannotMount();
afterAll(unmountAll);

const waits = `
document: { dsl: '1.0.3', namespace: disk, name: waits, version: '1.0.0' }
do:
  - first: { wait: { milliseconds: 1500 } }
  - then: { set: { done: true } }
`;

describe.skipIf(reason !== undefined)(
  `the last of a disk${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    it('is kept for executions that run: new ones are refused until there is room again', async () => {
      const data = mountDisk();
      const engine = await createEngine({ store: `sqlite:${join(data, 'store.db')}`, data });
      try {
        const { execution } = await engine.start({ definition: waits });
        const filler = fill(data, 12 * 1024 * 1024);
        await sleep(600);
        await expect(engine.start({ definition: waits })).rejects.toMatchObject({
          code: 'unavailable',
          message: expect.stringContaining('the last 16.0 are kept for executions that run'),
          details: { reason: 'disk-full' },
        });
        expect(await engine.wait(execution.id, 10_000)).toMatchObject({ status: 'completed' });
        rmSync(filler);
        await sleep(600);
        expect((await engine.start({ definition: waits })).created).toBe(true);
      } finally {
        await engine.close(0);
      }
    });
  },
);
