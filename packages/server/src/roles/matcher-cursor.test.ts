import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { MatcherCursor } from './matcher-cursor.ts';

function storeOfMany(clock: { now: number }) {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const store = openMemoryStore({ now: () => clock.now, hash });
  return { ...store, features: { ...store.features, exclusive: false } };
}

test('a matcher that ends lets another lead at once, from where it was', async () => {
  const store = storeOfMany({ now: 1_000 });
  const first = new MatcherCursor(store, 'one', 30_000);
  const second = new MatcherCursor(store, 'two', 30_000);
  expect(await first.lead()).toBe(true);
  expect(await second.lead()).toBe(false);
  first.at = '17';
  await first.leave();
  expect(await second.lead()).toBe(true);
  expect(second.at).toBe('17');
  expect(await first.lead()).toBe(false);
});

test('one whose term is over takes nothing from whoever leads since', async () => {
  const clock = { now: 1_000 };
  const store = storeOfMany(clock);
  const first = new MatcherCursor(store, 'one', 30_000);
  const second = new MatcherCursor(store, 'two', 30_000);
  await first.lead();
  clock.now += 30_001;
  expect(await second.lead()).toBe(true);
  await first.leave();
  const third = new MatcherCursor(store, 'three', 30_000);
  expect(await third.lead()).toBe(false);
});
