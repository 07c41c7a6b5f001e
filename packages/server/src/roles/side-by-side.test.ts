import { expect, it } from 'vitest';
import { sideBySide } from './side-by-side.ts';

it('what is done side by side is begun in its order, so much at once, and answered in its order', async () => {
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  const results = await sideBySide([5, 3, 1, 4], 2, async (item) => {
    begun.push(item);
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    underWay--;
    return item * 2;
  });
  expect({ results, begun, most }).toEqual({ results: [10, 6, 2, 8], begun: [5, 3, 1, 4], most: 2 });
});

it('what fails is thrown once all that was begun with it has ended, and nothing more is begun', async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    if (item === 1) throw new Error('one');
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    ended.push(item);
  };
  await expect(sideBySide([1, 2, 3], 2, work)).rejects.toThrow('one');
  expect(ended).toEqual([2]);
});
