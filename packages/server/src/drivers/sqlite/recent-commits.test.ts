import { describe, expect, test } from 'vitest';
import { chainOf, empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { RecentCommits } from './recent-commits.ts';

const positions = (commits: readonly { readonly position: number }[] | undefined) =>
  commits?.map(({ position }) => position);

/** Commits of a stream of their own each, from this position on. */
function added(recent: RecentCommits, from: number, count: number, note = ''): void {
  for (let at = from; at < from + count; at++) recent.add(entryOf(`s${at}`, empty, { note }), at);
}

describe('recent commits', () => {
  test('know nothing before the first', () => {
    const recent = new RecentCommits();
    expect(recent.end).toBeUndefined();
    expect(recent.after(0, 10)).toBeUndefined();
  });

  test('answer whoever reads the log at its end, page by page', () => {
    const recent = new RecentCommits();
    added(recent, 41, 5);
    expect(recent.end).toBe(45);
    expect(positions(recent.after(40, 3))).toEqual([41, 42, 43]);
    expect(positions(recent.after(43, 3))).toEqual([44, 45]);
    expect(recent.after(45, 3)).toEqual([]);
    expect(recent.after(46, 3)).toEqual([]);
    expect(recent.after(39, 3)).toBeUndefined();
  });

  test('tell of a commit what the store tells, its predecessor included', () => {
    const recent = new RecentCommits();
    const chain = chainOf('s', 2);
    for (const [at, entry] of chain.entries()) recent.add(entry, at + 1);
    const ids = chain.map(({ commit }) => commit?.id);
    expect(recent.after(0, 10)).toMatchObject([
      { ...chain[0]?.commit, tenant: chain[0]?.tenant, stream: 's', previous: '', position: 1 },
      { ...chain[1]?.commit, tenant: chain[0]?.tenant, stream: 's', previous: ids[0], position: 2 },
    ]);
  });

  test('never leave one out: behind what was not kept they begin anew', () => {
    const recent = new RecentCommits();
    added(recent, 1, 2);
    recent.pass(3);
    expect(recent.end).toBe(3);
    expect(recent.after(1, 10)).toBeUndefined();
    added(recent, 4, 1);
    expect(recent.after(2, 10)).toBeUndefined();
    expect(positions(recent.after(3, 10))).toEqual([4]);
    added(recent, 8, 1);
    expect(recent.after(3, 10)).toBeUndefined();
    expect(positions(recent.after(7, 10))).toEqual([8]);
    const { after: _, ...unexpected } = entryOf('s9', empty);
    recent.add(unexpected, 9);
    expect(recent.end).toBe(9);
    expect(recent.after(8, 10)).toBeUndefined();
  });

  test('are bounded by number and by size', () => {
    const many = new RecentCommits();
    added(many, 1, 5_000);
    expect(many.after(4_700, 10)).toBeUndefined();
    expect(many.after(4_900, 1_000)).toHaveLength(100);
    const large = new RecentCommits();
    added(large, 1, 10, 'x'.repeat(400_000));
    expect(large.after(6, 10)).toBeUndefined();
    added(large, 11, 1);
    expect(positions(large.after(10, 10))).toEqual([11]);
  });
});
