import { expect, test } from 'vitest';
import { approximateBytes } from './limits.ts';

test.each([
  ['', 2],
  ['abc', 5],
  [12345, 8],
  [true, 8],
  [null, 8],
  [[], 2],
  [[1, 'ab'], 2 + 9 + 5],
  [{}, 2],
  [{ ab: 1, c: 'x' }, 2 + 14 + 8],
  [[[1]], 2 + 1 + 2 + 9],
])('%j takes about as many bytes as it is written with, counted as %i', (value, bytes) => {
  expect(approximateBytes(value, 1_000)).toBe(bytes);
});

test.each([
  [[1, 1], 11],
  [{ ab: 1, c: 'x' }, 16],
  [[[1], 1], 14],
])('%j is more than %i bytes, which its beginning takes alone', (value, bytes) => {
  expect(approximateBytes(value, bytes)).toBeGreaterThan(bytes);
});

test('a value is counted no further than the limit, however large it is', () => {
  const visited: number[] = [];
  const members = Array.from({ length: 1_000 }, (_, index) => ({
    get text() {
      visited.push(index);
      return 'x'.repeat(10);
    },
  }));
  for (const value of [members, { ...members }, [members], { members }]) {
    visited.length = 0;
    expect(approximateBytes(value, 100)).toBeGreaterThan(100);
    expect(visited.length).toBeLessThan(10);
  }
});

test('a long list is not read beyond the limit, and what stands beside something large is counted by what that leaves', () => {
  let read = 0;
  const long = new Proxy(
    Array.from({ length: 1_000 }, () => 1),
    {
      get(target, name) {
        if (name !== 'length') read += 1;
        return Reflect.get(target, name);
      },
    },
  );
  for (const [value, most] of [
    [long, 12],
    [['x'.repeat(90), long], 1],
    [{ a: 'x'.repeat(80), b: long }, 2],
  ] as const) {
    read = 0;
    approximateBytes(value, 100);
    expect(read).toBeLessThanOrEqual(most);
  }
});
