import { describe, expect, it } from 'vitest';
import { killAgainAndAgain } from '../faults/processes/kill-run.ts';

describe('kill -9', () => {
  it('every acknowledged execution ends as it should, and no deed is recorded twice', {
    timeout: 180_000,
  }, async ({ annotate }) => {
    const { losses, seed, kills, requests, repeatedKeys } = await killAgainAndAgain({
      executions: 100,
      kills: 12,
    });
    expect(losses).toEqual([]);
    expect(repeatedKeys, 'no kill hit a deed under way: this run showed nothing').toBeGreaterThan(0);
    await annotate(
      `seed ${seed}: ${kills} kills, ${requests} requests, ${repeatedKeys} keys sent more than once`,
    );
  });
});
