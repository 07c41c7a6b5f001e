import type { PutResult, Snapshot } from '../../ports/store.ts';
import { operation } from './wire.ts';
import type { Write } from './write-queue.ts';

interface DocumentKey {
  readonly tenant: string;
  readonly collection: string;
  readonly key: string;
}

/** What writes of documents and snapshots are on the wire. */
export function putDocumentWrite(
  { tenant, collection, key }: DocumentKey,
  body: string,
  revision: number | undefined,
  time: number,
): Write<PutResult> {
  return {
    units: 1,
    characters: body.length,
    encode(out) {
      out.put(operation.putDocument, tenant, collection, key, revision ?? null, time, body);
    },
    decode(from) {
      const type = from.number() === 1 ? 'stored' : 'conflict';
      return { type, revision: from.number() };
    },
  };
}

export function deleteDocumentWrite(
  { tenant, collection, key }: DocumentKey,
  revision: number | undefined,
): Write<boolean> {
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.put(operation.deleteDocument, tenant, collection, key, revision ?? null);
    },
    decode: (from) => from.number() === 1,
  };
}

export function putSnapshotWrite(tenant: string, stream: string, snapshot: Snapshot): Write<void> {
  return {
    units: 1,
    characters: snapshot.body.length,
    encode(out) {
      out.put(
        operation.putSnapshot,
        tenant,
        stream,
        snapshot.schema,
        snapshot.version,
        snapshot.commit,
        snapshot.body,
      );
    },
    decode: () => {},
  };
}
