/**
 * What the port gives no list of, for whoever moves a whole store: every document, and every execution that has wake-ups.
 * The store is open meanwhile in this process: opening it brings its tables up to all that was committed.
 */
import { DatabaseSync } from 'node:sqlite';
import type { StoredDocument } from '../../ports/store.ts';

export interface KeptDocument extends StoredDocument {
  readonly tenant: string;
  readonly collection: string;
}

export interface StoreContent {
  /** page by page */
  documents(rowsMax: number): Iterable<readonly KeptDocument[]>;
  withWakeUps(): Iterable<{ readonly tenant: string; readonly execution: string }>;
  close(): void;
}

export function openSqliteContent(path: string): StoreContent {
  const database = new DatabaseSync(path, { readOnly: true });
  return {
    *documents(rowsMax) {
      const page = database.prepare(
        `select tenant, collection, key, revision, time, body from documents
          where (tenant, collection, key) > (?, ?, ?) order by tenant, collection, key limit ?`,
      );
      for (let last = ['', '', '']; ; ) {
        const rows = page.all(...last, rowsMax).map(toDocument);
        if (rows.length > 0) yield rows;
        const end = rows.at(-1);
        if (end === undefined || rows.length < rowsMax) return;
        last = [end.tenant, end.collection, end.key];
      }
    },
    *withWakeUps() {
      for (const row of database.prepare('select distinct tenant, execution from wake_ups').iterate())
        yield { tenant: String(row.tenant), execution: String(row.execution) };
    },
    close: () => database.close(),
  };
}

function toDocument(row: Readonly<Record<string, unknown>>): KeptDocument {
  return {
    tenant: String(row.tenant),
    collection: String(row.collection),
    key: String(row.key),
    revision: Number(row.revision),
    time: Number(row.time),
    body: String(row.body),
  };
}
