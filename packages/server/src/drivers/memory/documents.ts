import type { Page, Store, StoredDocument } from '../../ports/store.ts';
import { checkKey, checkRowsMax, compareText, fromDocumentCursor, toCursor } from '../rules.ts';
import { keyOf } from './ledger.ts';

interface Collection {
  readonly tenant: string;
  readonly name: string;
  readonly documents: Map<string, StoredDocument>;
}

/** The document part of the store port, in memory. */
export function openDocuments(
  now: () => number,
): Pick<Store, 'document' | 'documents' | 'oldestDocuments' | 'putDocument' | 'deleteDocument'> {
  const collections = new Map<string, Collection>();
  const collectionOf = (tenant: string, collection: string) =>
    collections.get(keyOf(tenant, collection))?.documents;
  return {
    document: async (tenant, collection, key) => collectionOf(tenant, collection)?.get(key),
    async documents(tenant, collection, query) {
      checkRowsMax(query.rowsMax);
      const after = query.cursor === undefined ? query.after : fromDocumentCursor(query.cursor);
      const found = [...(collectionOf(tenant, collection)?.values() ?? [])]
        .filter(({ key }) => key.startsWith(query.prefix ?? ''))
        .filter(({ key }) => after === undefined || compareText(key, after) > 0)
        .sort((a, b) => compareText(a.key, b.key));
      return toPage(found, query.rowsMax);
    },
    async oldestDocuments(collection, rowsMax) {
      checkRowsMax(rowsMax);
      const found = [...collections.values()].flatMap(({ tenant, name, documents }) =>
        name === collection ? [...documents.values()].map((document) => ({ ...document, tenant })) : [],
      );
      return found.sort((a, b) => a.time - b.time).slice(0, rowsMax);
    },
    async putDocument(tenant, collection, key, body, expected) {
      checkKey('tenant', tenant);
      checkKey('collection', collection);
      checkKey('document key', key);
      const place = keyOf(tenant, collection);
      const kept = collections.get(place) ?? { tenant, name: collection, documents: new Map() };
      const revision = kept.documents.get(key)?.revision ?? 0;
      if (expected !== undefined && expected !== revision) return { type: 'conflict', revision };
      collections.set(place, kept);
      kept.documents.set(key, { key, revision: revision + 1, time: now(), body });
      return { type: 'stored', revision: revision + 1 };
    },
    async deleteDocument(tenant, collection, key, expected) {
      const documents = collectionOf(tenant, collection);
      const document = documents?.get(key);
      if (document === undefined || (expected !== undefined && expected !== document.revision)) return false;
      return documents?.delete(key) === true;
    },
  };
}

function toPage(found: readonly StoredDocument[], rowsMax: number): Page<StoredDocument> {
  const rows = found.slice(0, rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rowsMax ? { rows } : { rows, cursor: toCursor([last.key]) };
}
