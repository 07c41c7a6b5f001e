import { describe, expect, it } from 'vitest';
import { nextItem } from './menu-keys.ts';

describe('the keys of a menu', () => {
  it('arrows go round, Home and End to the ends, other keys nowhere', () => {
    expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'a'].map((key) => nextItem(key, 2, 3))).toEqual([
      0,
      1,
      0,
      2,
      undefined,
    ]);
    expect([nextItem('ArrowUp', 0, 3), nextItem('ArrowDown', -1, 3), nextItem('Home', -1, 0)]).toEqual([
      2,
      0,
      undefined,
    ]);
  });
});
