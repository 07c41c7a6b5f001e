import { hash } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import type { Store } from '../ports/store.ts';
import { ListeningDefinitions } from './listening-definitions.ts';

const open = () => openMemoryStore({ now: () => 1, hash: (text) => hash('sha256', text) });
const yes = async () => true;
const no = async () => false;
const one = { tenant: 'a', definition: 'sha256:1' };

it('all definitions that listen are known at a start, however many there are', async () => {
  const store = open();
  for (let number = 0; number <= 10_000; number++)
    await store.putDocument('a', 'listening-definitions', `sha256:${number}`, '', 0);
  expect(await new ListeningDefinitions(store).all()).toHaveLength(10_001);
});

it('a definition that is in use stays known, and so does one of which it is not sure who forgets it', async () => {
  const definitions = new ListeningDefinitions(open());
  const letGo = vi.fn();
  await definitions.found('a', 'sha256:1');
  await definitions.forget([one], no, yes, letGo);
  await definitions.forget([one], yes, no, letGo);
  expect(letGo).not.toHaveBeenCalled();
  expect(await definitions.all()).toEqual([one]);
  await definitions.forget([one], yes, yes, letGo);
  expect(letGo.mock.calls).toEqual([[one]]);
  expect(await definitions.all()).toEqual([]);
});

it('a definition that is found while another process forgets it stays known', async () => {
  const store = open();
  const [slow, quick] = [new ListeningDefinitions(store), new ListeningDefinitions(store)];
  await quick.found('a', 'sha256:1');
  const meanwhile = (what: () => Promise<unknown>) => async () => {
    await what();
    return true;
  };
  // It finds an execution in the log that began after the other had asked.
  const finds = meanwhile(() => quick.found('a', 'sha256:1'));
  await slow.forget([one], finds, yes, () => {});
  expect(await store.document('a', 'listening-definitions', 'sha256:1')).toMatchObject({ body: '' });
  // It leads by now, knows the definition, and need not find it.
  const begins = meanwhile(() => quick.all());
  await slow.forget([one], begins, yes, () => {});
  expect(await quick.all()).toEqual([one]);
});

it('a definition whose deletion is cut off is let go of, since it may be gone all the same', async () => {
  const store = open();
  const cut: Store = {
    ...store,
    async deleteDocument(...given) {
      await store.deleteDocument(...given);
      throw new Error('cut off');
    },
  };
  const definitions = new ListeningDefinitions(cut);
  await definitions.found('a', 'sha256:1');
  const letGo = vi.fn();
  await expect(definitions.forget([one], yes, yes, letGo)).rejects.toThrow('cut off');
  expect(letGo.mock.calls).toEqual([[one]]);
});
