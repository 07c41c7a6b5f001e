import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { createTestDatabase, type TestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { type Acknowledged, lossesOf } from '../faults/log-checks.ts';
import { deployKinds, type Kind, mixedKinds } from '../faults/processes/mixed-kinds.ts';
import { type Api, connect } from '../support/api.ts';
import { buildNewer, type NewerBuild } from '../support/newer-build.ts';
import { openRecordingService } from '../support/recording-service.ts';

const missing = whyNoPostgres();
const executionsEach = 24;

describe.skipIf(missing !== undefined)(
  `an upgrade while it works${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    let newer: NewerBuild;
    const databases: TestDatabase[] = [];
    beforeAll(async () => {
      newer = await buildNewer();
    }, 60_000);
    afterAll(async () => {
      newer?.remove();
      for (const database of databases) await database.drop();
    });

    it('of two processes each is replaced by one of the next version, one after the other: nothing that was acknowledged is lost, no result is there twice, and none of the old ones writes behind a new one', {
      timeout: 180_000,
    }, async ({ annotate }) => {
      const service = await openRecordingService(() => 80);
      onTestFinished(() => service.close());
      const database = await createTestDatabase();
      databases.push(database);
      const env = { MILLRACE_STORE: database.url, MILLRACE_LEASE_MS: '1s', MILLRACE_CONNECTIONS_MAX: '6' };
      const start = async (launcher?: string) => {
        const server = await startServer({ env, ...(launcher === undefined ? {} : { launcher }) });
        onTestFinished(async () => void (await server.stop()));
        return server;
      };
      const serving: ServerProcess[] = [await start(), await start()];
      const kinds = mixedKinds(service.url);
      await deployKinds(connect((serving[0] as ServerProcess).url), kinds);
      const load = underLoad(serving, kinds);
      await load.started(executionsEach);
      for (const old of [...serving]) {
        serving.push(await start(newer.launcher));
        // Old and new are at work side by side for a while.
        await load.started(load.count + executionsEach);
        serving.splice(serving.indexOf(old), 1);
        expect(await old.stop()).toBe(0);
        await load.started(load.count + executionsEach / 2);
      }
      await load.end();
      const api = connect((serving[0] as ServerProcess).url);
      expect(await lossesOf(api, load.acknowledged, load.count, service)).toEqual([]);
      const { body } = await api.call<{ items: readonly { version: string; factSchema: number }[] }>(
        'GET',
        '/api/v1/nodes',
      );
      expect(body.items.map(({ version, factSchema }) => `${version} ${factSchema}`)).toEqual(
        Array.from({ length: 2 }, () => `${newer.version} ${newer.factSchema}`),
      );
      const [mixed] = await database.query(sidesOf(newer.factSchema));
      expect(mixed).toMatchObject({ behind: 0 });
      expect(
        Number(mixed?.handed),
        'no execution was begun by the old and gone on with by the new',
      ).toBeGreaterThan(0);
      await annotate(
        `${load.count} executions over the upgrade, ${mixed?.handed} of them begun by the old version and ended by the new`,
      );
    });
  },
);

/** How many executions both versions have written to, and how many commits of the old one stand behind one of the new. */
function sidesOf(factSchema: number): string {
  const isNew = `(body like '[${factSchema},%')`;
  return `select count(*) filter (where s.old > 0 and s.new > 0)::int as handed, coalesce(sum(s.behind), 0)::int as behind from (
    select count(*) filter (where not ${isNew}) as old, count(*) filter (where ${isNew}) as new,
      count(*) filter (where not ${isNew} and version > (
        select min(n.version) from millrace.commits n
        where n.tenant = c.tenant and n.stream = c.stream and n.body like '[${factSchema},%')) as behind
    from millrace.commits c where stream not like 'schedule/%' group by tenant, stream) s`;
}

/** Starts executions one after the other, by whatever server is there, and asks again until one has acknowledged it. */
function underLoad(serving: readonly ServerProcess[], kinds: readonly Kind[]) {
  const acknowledged: Acknowledged = new Map();
  let count = 0;
  let ends = false;
  const startOne = async (number: number): Promise<void> => {
    const kind = kinds[number % kinds.length] as Kind;
    const request = { workflow: { namespace: 'crash', name: kind.name }, input: { number } };
    for (let turn = number; ; turn += 1) {
      const api: Api = connect(serving[turn % serving.length]?.url ?? '');
      const execution = await api.start(request, { key: `upgrade-${number}` }).catch((error: Error) => {
        if (error.message.startsWith('answered with 4')) throw error;
      });
      if (execution !== undefined) {
        acknowledged.set(execution.id, kind);
        return;
      }
      await sleep(20);
    }
  };
  const lane = async () => {
    while (!ends) {
      await startOne(count++);
      await sleep(15);
    }
  };
  const lanes = Promise.all([lane(), lane(), lane()]);
  return {
    acknowledged,
    get count() {
      return count;
    },
    started: (least: number) =>
      expect.poll(() => acknowledged.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(least),
    async end() {
      ends = true;
      await lanes;
    },
  };
}
