import { expect, test } from 'vitest';
import type { Commit } from './store.ts';
import { chainOf, sha256 } from './store-fixture.contract.ts';
import { verifyStream } from './verify-stream.ts';

function streamOf(length: number): Commit[] {
  return chainOf('s', length, { facts: 2 }).flatMap(({ tenant, stream, after, commit }, at) =>
    commit === undefined
      ? []
      : [{ ...commit, tenant, stream, previous: after?.commit ?? '', position: at + 1 }],
  );
}

test('a stream as it was written is sound, and so is an empty one', () => {
  expect(verifyStream(streamOf(4), sha256)).toEqual({ type: 'sound' });
  expect(verifyStream([], sha256)).toEqual({ type: 'sound' });
});

test.each<[string, (commits: Commit[]) => Commit[], number]>([
  ['a commit that is missing in the middle', (commits) => commits.filter((_, at) => at !== 1), 5],
  ['a first commit that is missing', (commits) => commits.slice(1), 3],
  ['two commits in the wrong order', ([a, b, c]) => [a, c, b].flatMap((commit) => commit ?? []), 5],
  ['a fact that was changed', (commits) => changed(commits, 1, { body: '[{},{}]' }), 3],
  ['an instant that was changed', (commits) => changed(commits, 2, { time: 9 }), 5],
  ['a commit of another tenant', (commits) => changed(commits, 0, { tenant: 'b' }), 1],
  ['a predecessor that is another', (commits) => changed(commits, 1, { previous: 'x' }), 3],
  ['a count that is wrong', (commits) => changed(commits, 2, { count: 3 }), 5],
  ['a body that is no list', (commits) => changed(commits, 2, { body: '{' }), 5],
  ['a position that goes back', (commits) => changed(commits, 2, { position: 1 }), 5],
])('%s is found at its place', (_, spoil, version) => {
  expect(verifyStream(spoil(streamOf(3)), sha256)).toMatchObject({ type: 'broken', version });
});

function changed(commits: Commit[], at: number, members: Partial<Commit>): Commit[] {
  return commits.map((commit, index) => (index === at ? { ...commit, ...members } : commit));
}
