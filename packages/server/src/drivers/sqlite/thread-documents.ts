import type { DatabaseSync } from 'node:sqlite';
import type { WireReader, WireValue } from './wire.ts';

/** Documents and snapshots as the writer thread changes them. */
export interface ThreadDocuments {
  put(from: WireReader, out: WireValue[]): void;
  delete(from: WireReader, out: WireValue[]): void;
  putSnapshot(from: WireReader): void;
}

export function openThreadDocuments(database: DatabaseSync): ThreadDocuments {
  const where = 'where tenant = ? and collection = ? and key = ?';
  const current = database.prepare(`select revision from documents ${where}`);
  const put = database.prepare(
    'insert or replace into documents (tenant, collection, key, revision, time, body) values (?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare(`delete from documents ${where}`);
  const snapshot = database.prepare(
    'insert or replace into snapshots (tenant, stream, schema, version, id, body) values (?, ?, ?, ?, ?, ?)',
  );
  function revisionOf(tenant: string, collection: string, key: string): number {
    const row = current.get(tenant, collection, key) as { revision: number } | undefined;
    return row?.revision ?? 0;
  }
  return {
    put(from, out) {
      const tenant = from.text();
      const collection = from.text();
      const key = from.text();
      const expected = from.numberOrNull();
      const time = from.number();
      const body = from.text();
      const revision = revisionOf(tenant, collection, key);
      if (expected !== null && expected !== revision) {
        out.push(0, revision);
        return;
      }
      put.run(tenant, collection, key, revision + 1, time, body);
      out.push(1, revision + 1);
    },
    delete(from, out) {
      const tenant = from.text();
      const collection = from.text();
      const key = from.text();
      const expected = from.numberOrNull();
      const revision = revisionOf(tenant, collection, key);
      const goes = revision > 0 && (expected === null || expected === revision);
      if (goes) remove.run(tenant, collection, key);
      out.push(goes ? 1 : 0);
    },
    putSnapshot(from) {
      snapshot.run(from.text(), from.text(), from.number(), from.number(), from.text(), from.text());
    },
  };
}
