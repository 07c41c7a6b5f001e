/**
 * What the port gives no list of, for whoever moves a whole store: every document, and every execution that has wake-ups.
 * The store is open meanwhile in this process: opening it brings its tables up to all that was committed.
 */
import { DatabaseSync } from 'node:sqlite';
import type { KeptDocument } from '../../ports/store.ts';
import { busyMs } from './schema.ts';

export interface StoreContent {
  /** page by page */
  documents(rowsMax: number): Iterable<readonly KeptDocument[]>;
  withWakeUps(): Iterable<{ readonly tenant: string; readonly execution: string }>;
  withListeners(): Iterable<{ readonly tenant: string; readonly execution: string }>;
  close(): void;
}

export function openSqliteContent(path: string): StoreContent {
  const database = new DatabaseSync(path, { readOnly: true });
  function* executions(query: string) {
    for (const row of database.prepare(query).iterate())
      yield { tenant: String(row.tenant), execution: String(row.execution) };
  }
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
    withWakeUps: () => executions('select distinct tenant, execution from wake_ups'),
    withListeners: () =>
      executions('select distinct tenant, execution from wake_ups where shape is not null'),
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

/**
 * Puts documents of another store as they are there, with their revisions and instants: those that were put longest ago
 * first. The store is open in this process, and nobody else writes.
 */
export function keepSqliteDocuments(path: string, documents: readonly KeptDocument[]): void {
  const database = new DatabaseSync(path, { timeout: busyMs });
  try {
    const insert = database.prepare(
      'insert into documents (tenant, collection, key, revision, time, body) values (?, ?, ?, ?, ?, ?)',
    );
    database.exec('begin immediate');
    for (const { tenant, collection, key, revision, time, body } of documents)
      insert.run(tenant, collection, key, revision, time, body);
    database.exec('commit');
  } finally {
    database.close();
  }
}
