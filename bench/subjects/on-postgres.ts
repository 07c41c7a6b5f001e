/** Millrace inside this process, on a PostgreSQL that is started for it and syncs what it commits. */
import pg from 'pg';
import { startPostgres } from '../../scripts/postgres.js';
import type { EmbeddedSubject } from './embedded.ts';
import { type EmbeddedOptions, openEmbedded } from './embedded.ts';

export interface PostgresSubject extends EmbeddedSubject {
  /** since the database was made */
  used(): Promise<DatabaseUse>;
}

export interface DatabaseUse {
  readonly statements: number;
  /** of the database's own log */
  readonly logBytes: number;
  readonly bytes: number;
}

export async function openOnPostgres(options: EmbeddedOptions): Promise<PostgresSubject> {
  const begun = performance.now();
  const server = await startPostgres();
  const preparedMs = performance.now() - begun;
  const subject = await openEmbedded({ ...options, store: server.url });
  return {
    ...subject,
    title: `${subject.title}; PostgreSQL in a process of its own`,
    engine: [process.pid, server.pid],
    preparedMs,
    used: () => useOf(server.url),
    async close() {
      await subject.close();
      await server.remove();
    },
  };
}

/** Each statement of a store is a transaction, and is counted when its connection has said so: a moment later. */
export async function useOf(url: string): Promise<DatabaseUse> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(
      `select xact_commit as statements, pg_current_wal_lsn() - '0/0' as log, pg_database_size(datname) as size
       from pg_stat_database where datname = current_database()`,
    );
    const { statements, log, size } = rows[0] ?? {};
    return { statements: Number(statements), logBytes: Number(log), bytes: Number(size) };
  } finally {
    await client.end();
  }
}
