import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
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
  await definitions.found('a', 'sha256:1');
  expect(await definitions.forget([one], no, yes)).toEqual([]);
  expect(await definitions.forget([one], yes, no)).toEqual([]);
  expect(await definitions.all()).toEqual([one]);
  expect(await definitions.forget([one], yes, yes)).toEqual([one]);
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
  expect(await slow.forget([one], finds, yes)).toEqual([]);
  // It leads by now, knows the definition, and need not find it.
  const begins = meanwhile(() => quick.all());
  expect(await slow.forget([one], begins, yes)).toEqual([]);
  expect(await quick.all()).toEqual([one]);
});
