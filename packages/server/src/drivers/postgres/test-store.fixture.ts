/** Stores for tests: each in a schema of its own of the file's database. */
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../scripts/test-postgres.ts';
import type { Store } from '../../ports/store.ts';
import { type Database, openDatabase } from './database.ts';
import { openPostgresStore } from './store.ts';

let shared: Promise<TestDatabase> | undefined;
let schemas = 0;

/** The database of this file. */
export function testDatabase(): Promise<TestDatabase> {
  shared ??= createTestDatabase();
  return shared;
}

export async function dropTestDatabase(): Promise<void> {
  const database = await shared;
  shared = undefined;
  await database?.drop();
}

/** An address with a schema that nobody else has. */
export async function freshAddress(): Promise<string> {
  const { url } = await testDatabase();
  return `${url}?schema=test_${++schemas}`;
}

export async function openTestStore(
  address: string,
  now?: () => number,
  connectionsMax = 20,
): Promise<{ readonly store: Store; readonly database: Database }> {
  const database = await openDatabase({ address, connectionsMax });
  return { store: await openPostgresStore({ database, ...(now === undefined ? {} : { now }) }), database };
}

/** A client of the file's database with nothing of ours around it, until the test ends. */
export async function plainClient(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: (await testDatabase()).url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
