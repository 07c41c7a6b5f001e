import { describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../../../scripts/test-postgres.ts';
import { runFailover } from './failover-run.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(
  `a PostgreSQL whose primary is killed, and whose standby is promoted${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('has lost nothing that was acknowledged where replication is synchronous, and servers go on', {
      timeout: 180_000,
    }, async () => {
      const run = await runFailover('synchronous', 32);
      expect(run.losses, `seed ${run.seed}`).toEqual([]);
      expect(run.ended).toBe(0);
      expect(run.recoveryMs).toBeLessThan(30_000);
    });

    it('is noticed to be behind where it is asynchronous: servers end, and go on from what there is', {
      timeout: 180_000,
    }, async () => {
      const run = await runFailover('asynchronous', 32);
      expect(run.losses, `seed ${run.seed}`).toEqual([]);
      expect(run.forgotten, 'the standby was not behind').toBeGreaterThan(0);
      expect(run.ended).toBe(2);
    });
  },
);
