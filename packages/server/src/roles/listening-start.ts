import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { decode } from './codec.ts';

/** Where an execution began, and by which definition. */
export interface ListeningStart {
  readonly position: number;
  readonly definition: string;
}

export async function startOf(
  store: Pick<Store, 'read'>,
  blobs: BlobStore,
  tenant: string,
  execution: string,
): Promise<ListeningStart | undefined> {
  const [first] = await store.read(tenant, execution, { rowsMax: 1 });
  if (first === undefined) return undefined;
  const [fact] = await decode(first.body, tenant, blobs);
  const definition =
    fact?.type === 'execution.started'
      ? fact.definition
      : fact?.type === 'execution.restored'
        ? fact.state.definition
        : undefined;
  return definition ? { position: first.position, definition: definition.digest } : undefined;
}
