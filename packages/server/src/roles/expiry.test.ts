import { expect, it } from 'vitest';
import { startExpiry } from './expiry.ts';
import { openHarness } from './test-support/harness.ts';

const hourMs = 3_600_000;

function open() {
  const harness = openHarness();
  const { world, store, errors } = harness;
  const onError = (error: unknown) => void errors.push(error);
  const stop = startExpiry({ world, store, collection: 'keys', keptMs: 24 * hourMs, onError });
  const left = async (collection = 'keys') =>
    (await store.documents('a', collection, { rowsMax: 1_000 })).rows.map(({ key }) => key);
  return { ...harness, stop, left };
}

it('a document goes when its time is over and not before, and those of another collection stay', async () => {
  const { store, advance, left, errors } = open();
  await store.putDocument('a', 'keys', 'old', 'x', 0);
  await store.putDocument('a', 'other', 'old', 'x', 0);
  await advance(hourMs);
  await store.putDocument('a', 'keys', 'young', 'x', 0);
  await advance(23 * hourMs - 120_000);
  expect(await left()).toEqual(['old', 'young']);
  await advance(240_000);
  expect(await left()).toEqual(['young']);
  expect(await left('other')).toEqual(['old']);
  await advance(2 * hourMs);
  expect(await left()).toEqual([]);
  expect(errors).toEqual([]);
});

it('many go a few at a time, with a rest in between', async () => {
  const { store, advance, left } = open();
  for (let made = 0; made < 450; made++) await store.putDocument('a', 'keys', `k${made}`, 'x', 0);
  await advance(24 * hourMs - 60_000 + 60_010);
  const after = (await left()).length;
  expect([450, 250]).toContain(after);
  await advance(60_000);
  expect(await left()).toEqual([]);
});

it('a document that was put anew has its time anew', async () => {
  const { store, advance, left } = open();
  await store.putDocument('a', 'keys', 'k', 'x', undefined);
  await advance(23 * hourMs);
  await store.putDocument('a', 'keys', 'k', 'y', undefined);
  await advance(2 * hourMs);
  expect(await left()).toEqual(['k']);
});

it('nothing goes any more when it was stopped', async () => {
  const { store, advance, left, stop } = open();
  await store.putDocument('a', 'keys', 'k', 'x', 0);
  stop();
  await advance(48 * hourMs);
  expect(await left()).toEqual(['k']);
});
