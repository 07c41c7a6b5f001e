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
  const [commit] = await store.read(tenant, stream, { fromVersion: version, rowsMax: 1 });
  if (commit === undefined || commit.version > version) return undefined;
  return (await decode(commit.body, tenant, blobs))[version - commit.version];
}
