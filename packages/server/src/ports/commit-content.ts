import type { Commit } from './store.ts';

/** What the id of a commit is the SHA-256 of: its predecessor's id, its place and its content. */
export function commitContent(
  previous: string,
  tenant: string,
  stream: string,
  commit: Pick<Commit, 'version' | 'count' | 'time' | 'cause' | 'body'>,
): string {
  return `${previous}\n${tenant}\n${stream}\n${commit.version}\n${commit.count}\n${commit.time}\n${commit.cause}\n${commit.body}`;
}
