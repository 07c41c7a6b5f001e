import { commitContent } from './commit-content.ts';
import type { Commit } from './store.ts';

export type StreamVerdict =
  | { readonly type: 'sound' }
  /** `version`: where the first flaw stands */
  | { readonly type: 'broken'; readonly version: number; readonly reason: string };

/**
 * Proves a whole stream, in its order from its first commit: versions without a gap, each commit's `previous` the id
 * before it, each id the hash of its content, as many facts as it counts, positions that grow.
 * `hash` is SHA-256 in hexadecimal.
 */
export function verifyStream(commits: readonly Commit[], hash: (text: string) => string): StreamVerdict {
  let next = 1;
  let previous = '';
  let position = 0;
  for (const commit of commits) {
    const reason = flawOf(commit, { next, previous, position }, hash);
    if (reason !== undefined) return { type: 'broken', version: commit.version, reason };
    next += commit.count;
    previous = commit.id;
    position = commit.position;
  }
  return { type: 'sound' };
}

/** What a stream's next commit has to follow. */
export interface Expected {
  /** its version */
  readonly next: number;
  /** id of the commit before, empty for the first */
  readonly previous: string;
  readonly position: number;
}

/** What is wrong with a commit where it stands, if anything is. */
export function flawOf(
  commit: Commit,
  expected: Expected,
  hash: (text: string) => string,
): string | undefined {
  if (commit.version !== expected.next) return `version ${expected.next} is expected here`;
  if (commit.previous !== expected.previous) return 'its predecessor is another commit';
  if (commit.position <= expected.position) return 'its position is not behind that of its predecessor';
  if (countFacts(commit.body) !== commit.count)
    return `it does not hold the ${commit.count} facts that it counts`;
  const id = hash(commitContent(commit.previous, commit.tenant, commit.stream, commit));
  return id === commit.id ? undefined : 'its id is not the hash of its content';
}

function countFacts(body: string): number {
  try {
    const stored = JSON.parse(body) as unknown;
    if (!Array.isArray(stored)) return -1;
    return typeof stored[0] === 'number' ? stored.length - 1 : stored.length;
  } catch {
    return -1;
  }
}
