import { describe, expect, it } from 'vitest';
import { cannotRecord, losePower } from './lose-power.ts';
import { openMixedLoad } from './mixed-load.ts';
import { plainLoad } from './plain-load.ts';

const reason = cannotRecord();
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(
  `a loss of power under the SQLite store${why}`,
  { timeout: 120_000 },
  () => {
    it('takes nothing that was acknowledged, whatever part of the unsynced writes is lost or torn', async () => {
      const { broken, syncs, losses } = await losePower(plainLoad({ commits: 1_200 }), { losses: 8 });
      expect(broken).toEqual([]);
      expect(losses).toBe(8);
      expect(syncs).toBeGreaterThan(50);
    });

    it('is seen to take much when nothing is synced', async () => {
      const { broken } = await losePower(plainLoad({ commits: 200, weak: true }), { losses: 2 });
      expect(broken.length).toBeGreaterThan(0);
    });
  },
);

describe.skipIf(reason !== undefined)(
  `a loss of power under a server that does work of every kind${why}`,
  { timeout: 180_000 },
  () => {
    it('takes nothing that anybody was told of, and a server goes on with what is left to the end that is due', async () => {
      const load = await openMixedLoad({ executions: 66, goOnEvery: 4 });
      try {
        const { broken, losses, acknowledged } = await losePower(load, { losses: 12 });
        expect(broken).toEqual([]);
        expect(losses).toBe(12);
        expect(acknowledged).toBeGreaterThan(66);
        expect(load.wentOn()).toBeGreaterThan(0);
      } finally {
        await load.close();
      }
    });

    it('is seen to take what was told when nothing is synced', async () => {
      const load = await openMixedLoad({ executions: 22, goOnEvery: 100, weak: true });
      try {
        const { broken } = await losePower(load, { losses: 6 });
        expect(broken.length).toBeGreaterThan(0);
      } finally {
        await load.close();
      }
    });
  },
);
