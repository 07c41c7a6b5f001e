import { describe, expect, test } from 'vitest';
import { harnessOf, type OpenStore, put, wakeUpOf } from './store-fixture.contract.ts';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** Turns among more queues than a claim looks at. The clock of a harness begins at 1,000,000. */
export function turnsContract(open: OpenStore): void {
  const start = harnessOf(open);

  describe('turns among 600 queues that wait for later', () => {
    const request = { kinds: ['timer'], owner: 'o', leaseMs: 1_000, rowsMax: 20 } as const;
    const claims = 6;
    const startFlooded = async (floodQueue: string, quiet: readonly string[]) => {
      const { store } = await start();
      const later = { due: store.now() + 1 };
      const rows = [
        ...Array.from({ length: 600 }, (_, at) => wakeUpOf(`w${at}`, 'x', { ...later, queue: `wf${at}` })),
        ...Array.from({ length: 1_000 }, (_, at) => wakeUpOf(`f${at}`, 'x', { due: 1, queue: floodQueue })),
        ...quiet.map((queue) => wakeUpOf(`quiet-${queue}`, 'x', { due: 2, ...(queue && { queue }) })),
      ];
      const entries = rows.map((row) => ({ tenant: 'a', stream: row.execution, wakeUps: [put(row)] }));
      await store.commit(entries);
      return store;
    };

    test('a flood of one makes no other wait for more than a few claims, wherever it stands', async () => {
      const quiet = ['', 'wf123', 'wf599', 'wf7', 'zz'];
      const store = await startFlooded('flood', quiet);
      const taken: string[] = [];
      for (let claim = 0; claim < claims; claim++) taken.push(...ids(await store.claim(request)));
      expect(taken).toHaveLength(claims * request.rowsMax);
      expect(taken.filter((id) => id.startsWith('w'))).toEqual([]);
      const served = taken.filter((id) => id.startsWith('quiet'));
      expect(served.sort()).toEqual(quiet.map((queue) => `quiet-${queue}/x`));
    });

    test('nor does a flood that has no place left, of which nothing can be claimed', async () => {
      const limits = [{ limit: 'calls', placesMax: 1 }];
      const store = await startFlooded('calls flood', ['wf599']);
      const taken: string[] = [];
      for (let claim = 0; claim < claims; claim++)
        taken.push(...ids(await store.claim({ ...request, limits })));
      expect(taken.sort()).toEqual(['f0/x', 'quiet-wf599/x']);
    });
  });
}
