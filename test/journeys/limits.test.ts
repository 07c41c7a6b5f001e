import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { createTestDatabase, type TestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { type Api, connect, type Execution } from '../support/api.ts';
import { openRecordingService } from '../support/recording-service.ts';

const missing = whyNoPostgres();
const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases) await database.drop();
});

const executionsMax = 5;
const callsMax = 4;
const executions = 60;

const orders = (
  service: string,
) => `document: { dsl: '1.0.3', namespace: limits, name: order, version: '1.0.0' }
do:
  - rest: { wait: { milliseconds: 20 } }
  - both:
      fork:
        branches:
${['one', 'two', 'three']
  .map(
    (step) =>
      `          - ${step}: { call: http, with: { method: post, endpoint: '${service}/steady', body: { execution: '\${ $workflow.id }', step: ${step} } } }`,
  )
  .join('\n')}
`;
const free = `document: { dsl: '1.0.3', namespace: limits, name: free, version: '1.0.0' }
do: [{ note: { set: { done: true } } }]
`;

describe.skipIf(missing !== undefined)(
  `limits over two processes on one PostgreSQL${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('hold while one of them is killed: no more executions and calls at once than were allowed, and all of them end', {
      timeout: 180_000,
    }, async () => {
      const service = await openRecordingService(() => 40);
      const database = await createTestDatabase();
      databases.push(database);
      const env = {
        MILLRACE_STORE: database.url,
        MILLRACE_LEASE_MS: '1s',
        MILLRACE_LIMITS: `workflow:limits/order=${executionsMax},task:call:http=${callsMax}`,
      };
      const servers: ServerProcess[] = [await startServer({ env }), await startServer({ env })];
      try {
        const apis = servers.map(({ url }) => connect(url));
        const [first, second] = apis as [Api, Api];
        await first.deploy(orders(service.url));
        await first.deploy(free);
        const started = await Promise.all(
          Array.from({ length: executions }, (_, at) =>
            (apis[at % 2] as Api).start({ workflow: { namespace: 'limits', name: 'order' }, input: { at } }),
          ),
        );
        expect(started.filter(({ status }) => status === 'pending').length).toBeGreaterThan(executions / 2);
        const unlimited = await second.start(
          { workflow: { namespace: 'limits', name: 'free' } },
          { wait: '10s' },
        );
        expect(unlimited.status).toBe('completed');
        const watch = watching(first);
        await expect.poll(() => service.requests.length, { timeout: 20_000 }).toBeGreaterThan(20);
        await (servers[1] as ServerProcess).kill();
        servers[1] = await startServer({ env });
        const ended: Execution[] = [];
        for (const { id } of started) ended.push(await first.execution(id, '60s'));
        const running = await watch.end();
        expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['completed']));
        expect(service.mostAtOnce).toBe(callsMax);
        expect(Math.max(...running)).toBe(executionsMax);
        const { body } = await first.call<{ wakeUps: object; orphans: { count: number } }>(
          'GET',
          '/api/v1/system',
        );
        expect(body).toMatchObject({ wakeUps: { place: 0, effect: 0 }, orphans: { count: 0 } });
        const nodes = await first.call<{ items: readonly { limits: object; state: string }[] }>(
          'GET',
          '/api/v1/nodes',
        );
        for (const { limits } of nodes.body.items)
          expect(limits).toEqual({ 'workflow:limits/order': executionsMax, 'task:call:http': callsMax });
      } finally {
        for (const server of servers) await server.stop();
        await service.close();
      }
    });
  },
);

/** Counts again and again how many executions have begun and not ended, each time as of one instant. */
function watching(api: Api): { end(): Promise<readonly number[]> } {
  const counts: number[] = [];
  let ends = false;
  const path = '/api/v1/executions?workflow=limits/order&limit=100';
  const watched = (async () => {
    while (!ends) {
      const { body } = await api.call<{ items: readonly Execution[] }>('GET', path);
      counts.push(body.items.filter(({ status }) => status === 'running' || status === 'waiting').length);
      await sleep(20);
    }
  })();
  return {
    async end() {
      ends = true;
      await watched;
      return counts;
    },
  };
}
