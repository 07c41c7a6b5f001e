/** What has to be done now and then, by any process: partitions for the weeks to come, and rows of processes long gone. */
import type { Database, Statement } from './database.ts';
import { kindOf, toError } from './failure.ts';

export interface Upkeep {
  /** Makes the partitions that are missing. Rejects as the store does. */
  prepare(instant: number): Promise<void>;
  close(): void;
}

/** The week is the unit by which retention frees the disk. `commit_1` divides by the same. */
const periodMs = 7 * 86_400_000;
/** So that a week without any upkeep does no harm; where it is missing all the same, commits go on in the last one. */
const periodsAhead = 2;
const restMs = 6 * 3_600_000;

const ready: Statement = { name: 'ready_period_1', text: 'select ready_period from {schema}.counter' };
const forget: readonly Statement[] = [
  {
    name: 'forget_writers_1',
    text: "delete from {schema}.writers where seen_at < now() - interval '7 days'",
  },
  // A day after the last is not asked for any more: `last-seen.ts`.
  {
    name: 'forget_marks_12',
    text: "delete from {schema}.document_marks where seen_at < now() - interval '2 days'",
  },
];

export function startUpkeep(database: Database, now: () => number): Upkeep {
  const timer = setInterval(() => {
    // It is tried again at the next turn, and nothing waits for it.
    prepare(now())
      .then(() => Promise.all(forget.map((statement) => database.query(statement, [], 'again'))))
      .catch(() => {});
  }, restMs);
  timer.unref();
  async function prepare(instant: number): Promise<void> {
    const until = Math.floor(instant / periodMs) + periodsAhead;
    const [row] = await database.query(ready, [], 'again');
    const readyPeriod = Number(row?.ready_period ?? 0);
    if (readyPeriod >= until) return;
    await database.withClient(async (client) => {
      await client.query('begin');
      try {
        await client.query('select pg_advisory_xact_lock(1296649298, hashtext($1))', [
          database.address.schema,
        ]);
        await client.query(database.sql('select {schema}.prepare_periods_8($1::integer)'), [until]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback').catch(() => {});
        // Who may only read goes on with the partitions that there are.
        if (kindOf(error) === 'missing-rights' && readyPeriod > 0) return;
        throw toError(error);
      }
    });
  }
  return { prepare, close: () => clearInterval(timer) };
}
