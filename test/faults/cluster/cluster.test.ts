import { describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../../../scripts/test-postgres.ts';
import { type ClusterFault, clusterFaults, runCluster } from './cluster-run.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(
  `two servers on one PostgreSQL${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it.each(Object.entries(clusterFaults) as [ClusterFault, string][])(
      'lose nothing and do nothing twice: %s, %s',
      { timeout: 180_000 },
      async (fault) => {
        const run = await runCluster({ fault, executions: 32, times: 4 });
        expect(run.losses, `seed ${run.seed}`).toEqual([]);
        if (fault === 'cut') expect(run.swallowed, 'no answer was cut off').toBeGreaterThan(4);
        expect(Math.max(...run.recoveryMs)).toBeLessThan(30_000);
      },
    );
  },
);
