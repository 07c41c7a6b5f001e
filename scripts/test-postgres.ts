/**
 * The PostgreSQL that the tests of a run share: started by the first file that needs one, with a database for each file.
 * Where there is none the files skip and say why; with `TEST_POSTGRES=required` they fail.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { findPostgres, howToInstallPostgres, startPostgres } from './postgres.js';

// A test that stops and starts one has its own.
export { startPostgres };

declare module 'vitest' {
  interface ProvidedContext {
    postgresFolder: string;
  }
}

const startMsMax = 60_000;

/** Why tests with a PostgreSQL are skipped; `undefined`: they are not. Throws where one is required. */
export function whyNoPostgres(): string | undefined {
  if (findPostgres() !== undefined) return undefined;
  if (process.env.TEST_POSTGRES === 'required') throw new Error(howToInstallPostgres());
  return howToInstallPostgres();
}

export interface TestDatabase {
  /** of a superuser */
  readonly url: string;
  /** One statement, on a connection that is ended behind it. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

let databases = 0;

/** A new, empty database on the server of this run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await sharedServer();
  const name = `test_${process.pid}_${++databases}_${Math.floor(performance.now())}`;
  await queryOnce(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => queryOnce(url.href, text, values),
    async drop() {
      await queryOnce(server, `drop database ${name} with (force)`);
    },
  };
}

/** The address of the server, which one of the files that ask at the same time starts. */
async function sharedServer(): Promise<string> {
  const folder = inject('postgresFolder');
  const note = join(folder, 'server.json');
  try {
    mkdirSync(join(folder, 'starting'));
  } catch {
    return untilNoted(note);
  }
  const server = await startPostgres();
  writeFileSync(`${note}.new`, JSON.stringify({ ...server.describe(), url: server.url }));
  renameSync(`${note}.new`, note);
  return server.url;
}

async function untilNoted(note: string): Promise<string> {
  for (const until = performance.now() + startMsMax; performance.now() < until; ) {
    try {
      return (JSON.parse(readFileSync(note, 'utf8')) as { url: string }).url;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`no PostgreSQL was started within ${startMsMax} ms`);
}

async function queryOnce(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
