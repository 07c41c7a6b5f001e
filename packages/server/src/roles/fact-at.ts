import type { Fact } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { decode } from './codec.ts';

/** One fact of a stream. */
export async function factAt(
  store: Store,
  blobs: BlobStore,
  tenant: string,
  stream: string,
  version: number,
): Promise<Fact | undefined> {
  return (await factsAt(store, blobs, tenant, stream, [version])).get(version);
}

/** Some facts of a stream, by version; one that is not there is left out. A commit is read once, whatever is asked of it. */
export async function factsAt(
  store: Store,
  blobs: BlobStore,
  tenant: string,
  stream: string,
  versions: readonly number[],
): Promise<ReadonlyMap<number, Fact>> {
  const found = new Map<number, Fact>();
  const asked = [...versions].sort((a, b) => a - b);
  for (let at = 0; at < asked.length; ) {
    const [commit] = await store.read(tenant, stream, { fromVersion: asked[at] as number, rowsMax: 1 });
    if (commit === undefined) break;
    const facts = await decode(commit.body, tenant, blobs);
    do {
      const version = asked[at++] as number;
      const fact = facts[version - commit.version];
      if (fact !== undefined) found.set(version, fact);
    } while (at < asked.length && (asked[at] as number) < commit.version + facts.length);
  }
  return found;
}
