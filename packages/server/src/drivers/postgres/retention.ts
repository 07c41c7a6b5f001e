/** Retention: what ended long ago goes, with the tables of its weeks. The function in the database does it. */
import type { Store } from '../../ports/store.ts';
import { checkInteger } from '../rules.ts';
import { type Database, longAnswerMsMax, longStatementMsMax, type Statement } from './database.ts';
import { toError } from './failure.ts';

/** Weeks that are there and lie before an instant: without one nothing is dropped, and nobody reads all executions. */
const oldWeeks: Statement = {
  name: 'old_weeks_1',
  text: `select exists (select from {schema}.periods p, {schema}.counter c
    where p.period < least(($1::bigint / 604800000)::integer, c.period)) as some`,
};

export function openRetention(database: Database): Required<Pick<Store, 'dropEndedBefore'>> {
  return {
    async dropEndedBefore(instant) {
      checkInteger('instant', instant, 0);
      const [old] = await database.query(oldWeeks, [instant], 'again');
      if (old?.some !== true) return { executions: 0, weeks: 0 };
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
          throw toError(error);
        }
        async function drop() {
          await client.query(`set local statement_timeout = ${longStatementMsMax}`);
          const config = {
            text: database.sql(
              'select executions, weeks from {schema}.drop_ended_before(to_timestamp($1::float8 / 1000))',
            ),
            values: [instant],
            query_timeout: longAnswerMsMax,
          };
          const { rows } = await client.query<{ executions: number; weeks: number }>(config);
          return rows[0];
        }
      });
    },
  };
}
