import { expect, it } from 'vitest';
import { Lru } from './lru.ts';

it('lets go of what was used least recently, once there is too much of it', () => {
  const lru = new Lru<number>({ entriesMax: 2 });
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([1, undefined, 3]);
});

it('weighs its entries, and keeps no more than the weight allows', () => {
  const lru = new Lru<string>({ entriesMax: 100, weightMax: 10, weigh: (text) => text.length });
  lru.set('a', 'xxxx');
  lru.set('b', 'xxxx');
  lru.set('a', 'xx');
  lru.set('c', 'xxxx');
  expect(['a', 'b', 'c'].map((key) => lru.get(key)?.length)).toEqual([2, 4, 4]);
  lru.set('d', 'xxxxxxx');
  expect(['a', 'b', 'c', 'd'].map((key) => lru.get(key)?.length)).toEqual([
    undefined,
    undefined,
    undefined,
    7,
  ]);
  lru.delete('d');
  lru.set('e', 'xxxxxxxxxx');
  expect(lru.get('e')).toBeDefined();
});

it('keeps the newest entry even when it alone is too heavy', () => {
  const lru = new Lru<string>({ entriesMax: 100, weightMax: 3, weigh: (text) => text.length });
  lru.set('a', 'x');
  lru.set('b', 'xxxxx');
  expect([lru.get('a'), lru.get('b')]).toEqual([undefined, 'xxxxx']);
  lru.set('c', 'x');
  expect([lru.get('b'), lru.get('c')]).toEqual([undefined, 'x']);
});
