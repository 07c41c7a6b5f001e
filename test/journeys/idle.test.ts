import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../conformance/server-process.ts';
import { startPostgres } from '../../scripts/postgres.js';
import { whyNoPostgres } from '../../scripts/test-postgres.ts';
import { connect } from '../support/api.ts';

const missing = whyNoPostgres();
const processes = 3;
/** Every role looks at least once in twelve seconds. */
const watchedMs = 24_000;

/** A process that waits: what it holds must cost nothing either. */
const rests = `document: { dsl: '1.0.3', namespace: idle, name: rests, version: '1.0.0' }
do:
  - both:
      fork:
        branches:
          - rest: { wait: { hours: 1 } }
          - hear: { listen: { to: { one: { with: { type: idle.never } } } } }
`;

describe.skipIf(missing !== undefined)(
  `processes with nothing to do${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('ask their database less than once a second each, as the database counts it', {
      timeout: 120_000,
    }, async ({ annotate }) => {
      const { url, query } = await countingDatabase();
      const env = { MILLRACE_STORE: url, MILLRACE_CONNECTIONS_MAX: '6' };
      const servers = [];
      for (let at = 0; at < processes; at++) {
        const server = await startServer({ env });
        onTestFinished(async () => void (await server.stop()));
        servers.push(server);
      }
      const api = connect(servers[0]?.url ?? '');
      await api.deploy(rests);
      for (let at = 0; at < 20; at++) await api.start({ workflow: { namespace: 'idle', name: 'rests' } });
      // What a start has to do is over.
      await sleep(2_000);
      await query('select pg_stat_statements_reset()');
      await sleep(watchedMs);
      const rows = await query(
        `select calls::int, query from pg_stat_statements
         where query not like '%pg_stat_statements%' order by calls desc`,
      );
      const asked = rows.reduce((sum, { calls }) => sum + Number(calls), 0);
      const rate = asked / processes / (watchedMs / 1_000);
      await annotate(`${rate.toFixed(2)} statements a second for each idle process`);
      const told = rows.map(({ calls, query: text }) => `${calls} ${String(text).slice(0, 80)}`).join('\n');
      // Each writes itself down every five seconds.
      expect(asked, told).toBeGreaterThan(processes * (watchedMs / 5_000 - 1));
      expect(rate, told).toBeLessThan(1);
    });
  },
);

/** A server of its own that counts the statements of each kind. */
async function countingDatabase() {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.remove());
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<Readonly<Record<string, unknown>>>(text);
    await client.end();
    return rows;
  };
  await query("alter system set shared_preload_libraries = 'pg_stat_statements'");
  await postgres.stop('fast');
  await postgres.restart();
  await query('create extension pg_stat_statements');
  return { url: postgres.url, query };
}
