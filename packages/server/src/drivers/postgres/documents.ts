/** Documents under compare-and-set, and snapshots. */
import type { DocumentQuery, Page, Store, StoredDocument } from '../../ports/store.ts';
import { checkKey, checkRowsMax, fromDocumentCursor, toCursor } from '../rules.ts';
import type { Database, Row, Statement, Value } from './database.ts';
import { endOf } from './executions.ts';
import { keptText } from './kept-text.ts';
import { documentColumns, toDocument, toSnapshot } from './rows.ts';
import { onceForAll } from './together.ts';

const one: Statement = {
  name: 'document_1',
  text: `select ${documentColumns} from {schema}.documents where tenant = $1 and collection = $2 and key = $3`,
};
const list: Statement = {
  name: 'documents_1',
  text: `select ${documentColumns} from {schema}.documents
    where tenant = $1 and collection = $2 and key >= $3 and key <= $4 and key > $5 order by key limit $6::bigint`,
};
const oldest: Statement = {
  name: 'oldest_documents_1',
  text: `select ${documentColumns} from {schema}.documents
    where collection = $1 order by time, tenant, key limit $2::bigint`,
};
/**
 * Absent and expected, or expected to be anything: it is put. `write` names this very call, so that one whose answer was
 * lost is known again.
 */
const insert: Statement = {
  name: 'put_document_12',
  text: marking(
    `insert into {schema}.documents as d (tenant, collection, key, revision, time, body, write)
    select $1, $2, $3, 1, {schema}.clock_1($6::bigint), $4, $7::uuid where coalesce($5::bigint, 0) = 0
    on conflict (tenant, collection, key) do update set
      revision = d.revision + 1, time = excluded.time, body = excluded.body, write = excluded.write
    where $5::bigint is null and d.write <> excluded.write
    returning revision`,
    '$8::uuid',
  ),
};
const update: Statement = {
  name: 'update_document_12',
  text: marking(
    `update {schema}.documents set
      revision = revision + 1, time = {schema}.clock_1($6::bigint), body = $4, write = $7::uuid
    where tenant = $1 and collection = $2 and key = $3 and revision = $5::bigint and write <> $7::uuid
    returning revision`,
    '$8::uuid',
  ),
};
const standing: Statement = {
  name: 'document_stand_12',
  text: `select d.revision, d.own, m.backend, m.mark from (
      select revision, write = $4::uuid as own from {schema}.documents
      where tenant = $1 and collection = $2 and key = $3 offset 0
    ) d left join lateral {schema}.mark_12($5::uuid) m on d.own`,
};
const remove: Statement = {
  name: 'delete_document_12',
  text: marking(
    `delete from {schema}.documents where tenant = $1 and collection = $2 and key = $3
    and ($4::bigint is null or revision = $4::bigint) returning revision`,
    '$5::uuid',
  ),
};
const snapshot: Statement = {
  name: 'snapshot_1',
  text: 'select schema, version, commit_id, body from {schema}.snapshots where tenant = $1 and stream = $2',
};
const putSnapshot: Statement = {
  name: 'put_snapshot_1',
  text: `insert into {schema}.snapshots (tenant, stream, schema, version, commit_id, body)
    values ($1, $2, $3::integer, $4::bigint, $5, $6)
    on conflict (tenant, stream) do update set
      schema = excluded.schema, version = excluded.version, commit_id = excluded.commit_id, body = excluded.body`,
};

type Documents = Pick<
  Store,
  'document' | 'documents' | 'oldestDocuments' | 'putDocument' | 'deleteDocument' | 'snapshot' | 'putSnapshot'
>;

export function openDocuments(
  database: Database,
  given: () => number | null,
  newId: () => string,
): Documents {
  const { query, documentsStored } = database;
  /** A statement that marks what it has stored. */
  const store = async (statement: Statement, values: readonly Value[]): Promise<Row | undefined> => {
    const askedAt = performance.now();
    const [row] = await query(statement, [...values, documentsStored.process], 'again');
    if (row !== undefined && row.mark !== null)
      documentsStored.marked(Number(row.backend), Number(row.mark), askedAt);
    return row;
  };
  const shared = onceForAll<Page<StoredDocument>>();
  return {
    async document(tenant, collection, key) {
      const [row] = await query(one, [tenant, collection, key], 'again');
      return row && toDocument(row);
    },
    // Every start looks for the latest version of its workflow.
    documents: (tenant, collection, asked) =>
      shared(JSON.stringify([tenant, collection, asked]), () =>
        documents(database, tenant, collection, asked),
      ),
    async oldestDocuments(collection, rowsMax) {
      checkRowsMax(rowsMax);
      const rows = await query(oldest, [collection, rowsMax], 'again');
      return rows.map((row) => ({ ...toDocument(row), tenant: String(row.tenant) }));
    },
    async putDocument(tenant, collection, key, body, revision) {
      checkKey('tenant', tenant);
      checkKey('collection', collection);
      checkKey('document key', key);
      const write = newId();
      const values = [tenant, collection, key, keptText(body), revision ?? null, given(), write];
      const stored = await store((revision ?? 0) === 0 ? insert : update, values);
      if (stored !== undefined) return { type: 'stored', revision: Number(stored.revision) };
      const found = await store(standing, [tenant, collection, key, write]);
      return { type: found?.own === true ? 'stored' : 'conflict', revision: Number(found?.revision ?? 0) };
    },
    async deleteDocument(tenant, collection, key, revision) {
      return (await store(remove, [tenant, collection, key, revision ?? null])) !== undefined;
    },
    async snapshot(tenant, stream) {
      const [row] = await query(snapshot, [tenant, stream], 'again');
      return row && toSnapshot(row);
    },
    async putSnapshot(tenant, stream, { schema, version, commit, body }) {
      await query(putSnapshot, [tenant, stream, schema, version, commit, keptText(body)], 'again');
    },
  };
}

async function documents(
  { query }: Database,
  tenant: string,
  collection: string,
  asked: DocumentQuery,
): Promise<Page<StoredDocument>> {
  checkRowsMax(asked.rowsMax);
  const prefix = asked.prefix ?? '';
  const after = asked.cursor === undefined ? (asked.after ?? '') : fromDocumentCursor(asked.cursor);
  const values = [tenant, collection, prefix, endOf(prefix), after, asked.rowsMax + 1];
  const found = (await query(list, values, 'again')).map(toDocument);
  const rows = found.slice(0, asked.rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rows.length
    ? { rows }
    : { rows, cursor: toCursor([last.key]) };
}

/** A change of one document, with a mark in the same transaction. */
function marking(change: string, process: string): string {
  return `with changed as (${change})
    select c.revision, m.backend, m.mark from changed c cross join lateral {schema}.mark_12(${process}) m`;
}
