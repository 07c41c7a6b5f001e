/**
 * A mark in a store that another is moved into, until all is there and was verified: a server that found a part would take
 * it for the whole.
 */
import type { PoolClient } from 'pg';
import { MillraceError } from '../../errors.ts';
import type { Database, Statement } from './database.ts';

/** A document as any other, so that servers of every version find the store not empty. */
const place = "tenant = '*' and collection = 'moves' and key = 'unfinished'";
const mark: Statement = {
  name: 'begin_move_1',
  text: `insert into {schema}.documents (tenant, collection, key, revision, time, body, write)
    values ('*', 'moves', 'unfinished', 1, {schema}.clock_1(null), '', '00000000-0000-0000-0000-000000000000')`,
};
const unmark: Statement = { name: 'end_move_1', text: `delete from {schema}.documents where ${place}` };

/** Rejects when it is marked already. */
export async function beginMove(database: Database): Promise<void> {
  await database.query(mark, []);
}

export async function endMove(database: Database): Promise<void> {
  await database.query(unmark, [], 'again');
}

/** Throws `MillraceError` `unavailable`, reason `unfinished-move`. */
export async function refuseUnfinishedMove(database: Database, client: PoolClient): Promise<void> {
  const { rows } = await client.query(database.sql(`select from {schema}.documents where ${place}`));
  if (rows.length === 0) return;
  const { schema } = database.address;
  throw new MillraceError(
    'unavailable',
    `what is in schema ${schema} is a part of a store: a move or a restore into it is under way, or did not come to its end. If it is not under way: drop schema ${schema} cascade, then do it again; what it was made from is whole`,
    { reason: 'unfinished-move' },
  );
}
