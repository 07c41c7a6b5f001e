/** Documents of another store, put as they are there: with their revisions and instants. */
import { randomUUID } from 'node:crypto';
import type { KeptDocument } from '../../ports/store.ts';
import type { Database, Statement } from './database.ts';
import { keptText } from './kept-text.ts';

const keep: Statement = {
  name: 'keep_documents_1',
  text: `insert into {schema}.documents (tenant, collection, key, revision, time, body, write)
    select d.*, $7::uuid from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) as d`,
};

const count: Statement = {
  name: 'count_documents_1',
  text: 'select (select count(*) from {schema}.documents) + (select position from {schema}.counter) as count',
};

/** Rejects when one of them is there already. */
export async function keepDocuments(database: Database, documents: readonly KeptDocument[]): Promise<void> {
  const column = <T>(of: (document: KeptDocument) => T) => documents.map(of);
  await database.query(keep, [
    ...[column(({ tenant }) => tenant), column(({ collection }) => collection), column(({ key }) => key)],
    ...[column(({ revision }) => revision), column(({ time }) => time)],
    ...[column(({ body }) => keptText(body)), randomUUID()],
  ]);
}

/** Whether nothing was ever stored. */
export async function isEmpty(database: Database): Promise<boolean> {
  const [row] = await database.query(count, [], 'again');
  return Number(row?.count) === 0;
}
