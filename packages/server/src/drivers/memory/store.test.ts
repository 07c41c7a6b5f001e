import { expect, test } from 'vitest';
import { storeContract } from '../../ports/store.contract.ts';
import { empty, entryOf, sha256 } from '../../ports/store-fixture.contract.ts';
import { openMemoryStore } from './store.ts';

storeContract('memory', async () => {
  let now = 1_000_000;
  const store = openMemoryStore({ now: () => now, hash: sha256 });
  return {
    store,
    advance: (ms) => {
      now += ms;
    },
    clean: () => store.close(),
  };
});

test('a commit whose id is not the hash of its content is thrown back', async () => {
  const store = openMemoryStore({ now: () => 0, hash: sha256 });
  const entry = entryOf('s', empty);
  const forged = {
    ...entry,
    commit: { ...(entry.commit as NonNullable<typeof entry.commit>), cause: 'another' },
  };
  await expect(store.commit([forged])).rejects.toThrow('commit s/1: its id is');
  expect(await store.read('a', 's')).toEqual([]);
});
