import { describe, expect, it } from 'vitest';
import { cannotRecord, losePower } from './lose-power.ts';

const reason = cannotRecord();

describe.skipIf(reason !== undefined)(
  `a loss of power under the SQLite store${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: 120_000 },
  () => {
    it('takes nothing that was acknowledged, whatever part of the unsynced writes is lost or torn', async () => {
      const { broken, syncs, losses } = await losePower({ commits: 1_200, losses: 8 });
      expect(broken).toEqual([]);
      expect(losses).toBe(8);
      expect(syncs).toBeGreaterThan(50);
    });

    it('is seen to take much when nothing is synced', async () => {
      const { broken } = await losePower({ commits: 200, losses: 2, withoutSyncs: true });
      expect(broken.length).toBeGreaterThan(0);
    });
  },
);
