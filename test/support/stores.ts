/** The stores on which a journey with kills is made: whatever is promised is promised on each. */
import { createTestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';

export interface JourneyStore {
  readonly name: string;
  /** why it cannot be had here */
  readonly missing: string | undefined;
  /** Settings of a server on a store of its own, which `end` takes away. */
  open(): Promise<{ readonly env: Readonly<Record<string, string>>; end(): Promise<void> }>;
}

export const journeyStores: readonly JourneyStore[] = [
  { name: 'SQLite', missing: undefined, open: async () => ({ env: {}, end: async () => {} }) },
  {
    name: 'PostgreSQL',
    missing: whyNoPostgres(),
    async open() {
      const { url, drop } = await createTestDatabase();
      // What a killed process held is free soon.
      return { env: { MILLRACE_STORE: url, MILLRACE_LEASE_MS: '1s' }, end: drop };
    },
  },
];
