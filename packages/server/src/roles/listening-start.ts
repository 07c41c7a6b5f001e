import { boundKeys, type JsonObject } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { decode } from './codec.ts';
import { keyOf, shapeOf } from './listen-key.ts';

/** Where an execution began, and where what is correlated with it was kept. */
export interface ListeningStart {
  readonly position: number;
  placeOf(task: string, filter: number, expect: JsonObject, hash: (text: string) => string): string;
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
  if (!definition) return undefined;
  return {
    position: first.position,
    placeOf: (task, filter, expect, hash) =>
      `${shapeOf(definition.digest, task, filter)}/${keyOf(boundKeys(expect), hash)}`,
  };
}
