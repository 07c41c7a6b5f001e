/** All documents of a collection, however many: for those of which none may be left out. */
import type { Store, StoredDocument } from '../ports/store.ts';

const firstMax = 10_000;
const documentsMax = 10_000_000;

export async function everyDocument(
  store: Pick<Store, 'oldestDocuments'>,
  collection: string,
): Promise<readonly (StoredDocument & { readonly tenant: string })[]> {
  for (let rowsMax = firstMax; rowsMax <= documentsMax; rowsMax *= 10) {
    const rows = await store.oldestDocuments(collection, rowsMax);
    if (rows.length < rowsMax) return rows;
  }
  throw new Error(`there are more than ${documentsMax} documents in ${collection}`);
}
