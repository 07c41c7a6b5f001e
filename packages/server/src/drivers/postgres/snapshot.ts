/**
 * The whole store as it is at one instant, for whoever copies it while servers write: one transaction, read only, that
 * sees what was committed when it began. It holds up nobody; the database keeps what it deletes meanwhile until the end.
 */
import type { BlobStore } from '../../ports/blob.ts';
import type { KeptDocument, Store } from '../../ports/store.ts';
import { openPostgresBlobs } from './blobs.ts';
import { type Database, longAnswerMsMax, longStatementMsMax, type Row } from './database.ts';
import { openExecutions } from './executions.ts';
import { toError } from './failure.ts';
import { openLedger } from './ledger.ts';
import { toDocument } from './rows.ts';
import { openStreams } from './streams.ts';

export interface PostgresSnapshot {
  readonly store: Pick<Store, 'tail' | 'read' | 'execution' | 'executions' | 'wakeUps' | 'counts'>;
  readonly blobs: Pick<BlobStore, 'get' | 'stream'>;
  /** page by page, those that were put longest ago first */
  documents(rowsMax: number): AsyncIterable<readonly KeptDocument[]>;
  withWakeUps(): AsyncIterable<{ readonly tenant: string; readonly execution: string }>;
  withListeners(): AsyncIterable<{ readonly tenant: string; readonly execution: string }>;
  keptBlobs(): AsyncIterable<{ readonly tenant: string; readonly digest: string }>;
}

const pageRows = 500;

/** Rejects as the store does. */
export function withSnapshot<T>(
  database: Database,
  run: (snapshot: PostgresSnapshot) => Promise<T>,
): Promise<T> {
  return database.withClient(async (client) => {
    await client.query('begin transaction isolation level repeatable read read only');
    await client.query(
      `set local statement_timeout = ${longStatementMsMax}; set local idle_in_transaction_session_timeout = 0; set local jit = off`,
    );
    try {
      // It has one connection: what is asked at the same time is asked one after the other.
      let last: Promise<unknown> = Promise.resolve();
      const ask = (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
        const config = { text: database.sql(text), values: [...values], query_timeout: longAnswerMsMax };
        const answer = last.then(async () => (await client.query<Row>(config)).rows);
        last = answer.catch(() => {});
        return answer;
      };
      const inside: Database = {
        ...database,
        query: async ({ text }, values) => {
          try {
            return await ask(text, values);
          } catch (error) {
            throw toError(error);
          }
        },
      };
      return await run({ ...readersOf(inside), ...listsOf(ask) });
    } finally {
      await client.query('rollback').catch(() => {});
    }
  });
}

function readersOf(database: Database): Pick<PostgresSnapshot, 'store' | 'blobs'> {
  const ledger = openLedger({
    database,
    now: () => Date.now(),
    given: () => null,
    heard: () => {},
    hints: { channel: '', node: '' },
  });
  return {
    store: { ...openStreams(database), ...openExecutions(database, () => null), wakeUps: ledger.wakeUps },
    blobs: openPostgresBlobs(database),
  };
}

function listsOf(
  ask: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>,
): Omit<PostgresSnapshot, 'store' | 'blobs'> {
  async function* executions(name: string, condition: string) {
    const query = `select distinct tenant, execution from {schema}.wake_ups ${condition} order by tenant, execution`;
    for await (const rows of pages(name, query, pageRows))
      for (const row of rows) yield { tenant: String(row.tenant), execution: String(row.execution) };
  }
  async function* pages(name: string, query: string, rowsMax: number): AsyncGenerator<readonly Row[]> {
    await ask(`declare ${name} no scroll cursor for ${query}`);
    for (;;) {
      const rows = await ask(`fetch ${rowsMax} from ${name}`);
      if (rows.length > 0) yield rows;
      if (rows.length < rowsMax) break;
    }
    await ask(`close ${name}`);
  }
  return {
    async *documents(rowsMax) {
      const query = `select tenant, collection, key, revision, time, body from {schema}.documents
        order by time, tenant, collection, key`;
      for await (const rows of pages('kept_documents', query, rowsMax))
        yield rows.map((row) => ({
          ...toDocument(row),
          tenant: String(row.tenant),
          collection: String(row.collection),
        }));
    },
    withWakeUps: () => executions('kept_wake_ups', ''),
    withListeners: () => executions('kept_listeners', "where kind = 'event'"),
    async *keptBlobs() {
      const query = 'select tenant, digest from {schema}.blobs where part = 0 order by tenant, digest';
      for await (const rows of pages('kept_blobs', query, pageRows))
        for (const row of rows) yield { tenant: String(row.tenant), digest: String(row.digest) };
    },
  };
}
