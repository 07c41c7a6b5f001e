/** Retention: what ended long ago goes, with the tables of its weeks. The function in the database does it. */
import { MillraceError } from '../../errors.ts';
import type { Store } from '../../ports/store.ts';
import { checkInteger } from '../rules.ts';
import { type Database, longAnswerMsMax, longStatementMsMax, type Statement } from './database.ts';
import { isLockTimeout, toError } from './failure.ts';

/** Weeks that are there and lie before an instant: without one nothing is dropped, and nobody reads all executions. Blobs may be left of a round that was cut off. */
const oldWeeks: Statement = {
  name: 'old_weeks_2',
  text: `select exists (select from {schema}.periods p, {schema}.counter c
    where p.period < least(($1::bigint / 604800000)::integer, c.period)) as some,
    exists (select from {schema}.blobs
      where period < (select min(period) - 1 from {schema}.periods)) as blobs`,
};
const dropBlobs: Statement = {
  name: 'drop_unnamed_blobs_1',
  text: 'select parts, blobs from {schema}.drop_unnamed_blobs($1::integer)',
};
/** 64 MiB in a statement at most, so that whoever puts such a content does not wait for long; the rest goes at the next round. */
const partsPerStatement = 512;
const statementsMax = 10_000;

export function openRetention(database: Database): Required<Pick<Store, 'dropEndedBefore'>> {
  return {
    async dropEndedBefore(instant) {
      checkInteger('instant', instant, 0);
      const [old] = await database.query(oldWeeks, [instant], 'again');
      const dropped = old?.some === true ? await dropWeeks(instant) : { executions: 0, weeks: 0 };
      const blobs = old?.some === true || old?.blobs === true ? await dropUnnamed(database) : 0;
      return { ...dropped, blobs };
    },
  };

  async function dropWeeks(instant: number) {
    return database.withClient(async (client) => {
      await client.query('begin');
      try {
        // Of several processes one does it: the others come again.
        const { rows: locks } = await client.query<{ mine: boolean }>(
          'select pg_try_advisory_xact_lock(1296649299, hashtext($1)) as mine',
          [database.address.schema],
        );
        const dropped = locks[0]?.mine === true ? await drop() : undefined;
        await client.query('commit');
        return { executions: Number(dropped?.executions ?? 0), weeks: Number(dropped?.weeks ?? 0) };
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw isLockTimeout(error) ? heldUp(error) : toError(error);
      }
      async function drop() {
        await client.query(`set local statement_timeout = ${longStatementMsMax}`);
        const config = {
          text: database.sql(
            'select executions, weeks from {schema}.drop_ended_before_8(to_timestamp($1::float8 / 1000))',
          ),
          values: [instant],
          query_timeout: longAnswerMsMax,
        };
        const { rows } = await client.query<{ executions: number; weeks: number }>(config);
        return rows[0];
      }
    });
  }
}

function heldUp(cause: unknown): MillraceError {
  return new MillraceError(
    'unavailable',
    'nothing was dropped: another transaction has read the log and is still open, such as a backup or a dump; it is tried again at the next round',
    { reason: 'held-up' },
    { cause },
  );
}

async function dropUnnamed(database: Database): Promise<number> {
  let dropped = 0;
  for (let statement = 0; statement < statementsMax; statement++) {
    const [row] = await database.query(dropBlobs, [partsPerStatement], 'again');
    dropped += Number(row?.blobs ?? 0);
    if (Number(row?.parts ?? 0) < partsPerStatement) break;
  }
  return dropped;
}
