import { startPostgres } from './postgres.js';

export { startPostgres };

declare module 'vitest' {
  interface ProvidedContext {
    postgresFolder: string;
  }
}
/** Why tests with a PostgreSQL are skipped; `undefined`: they are not. Throws where one is required. */
export declare function whyNoPostgres(): string | undefined;
export interface TestDatabase {
  /** of a superuser */
  readonly url: string;
  /** One statement, on a connection that is ended behind it. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}
/** A new, empty database on the server of this run. */
export declare function createTestDatabase(): Promise<TestDatabase>;
