import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { ListeningDefinitions } from './listening-definitions.ts';

it('all definitions that listen are known at a start, however many there are', async () => {
  const store = openMemoryStore({ now: () => 1, hash: (text) => hash('sha256', text) });
  for (let number = 0; number <= 10_000; number++)
    await store.putDocument('a', 'listening-definitions', `sha256:${number}`, '', 0);
  expect(await new ListeningDefinitions(store).all()).toHaveLength(10_001);
});
