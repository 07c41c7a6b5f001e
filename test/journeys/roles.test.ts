import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../conformance/server-process.ts';
import { createTestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { type Acknowledged, lossesOf } from '../faults/log-checks.ts';
import { startSome } from '../faults/processes/kill-run.ts';
import { deployKinds, mixedKinds } from '../faults/processes/mixed-kinds.ts';
import { type Api, connect } from '../support/api.ts';
import { openRecordingService } from '../support/recording-service.ts';
import { startRoles } from '../support/role-process.ts';

const missing = whyNoPostgres();

interface Node {
  readonly id: string;
  readonly pid: number;
  readonly roles: readonly string[];
  readonly state: string;
  readonly version: string;
  readonly lastSeen: string;
}

const title = `roles apart, on PostgreSQL${missing === undefined ? '' : `: ${missing}`}`;
describe.skipIf(missing !== undefined)(title, () => {
  const databases: { drop(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });
  const newStore = async () => {
    const database = await createTestDatabase();
    databases.push(database);
    return { MILLRACE_STORE: database.url, MILLRACE_LEASE_MS: '1s', MILLRACE_CONNECTIONS_MAX: '6' };
  };
  const started = async <P extends { stop(): Promise<unknown> }>(process: Promise<P>): Promise<P> => {
    const ready = await process;
    onTestFinished(async () => void (await ready.stop()));
    return ready;
  };
  const nodesOf = async (api: Api) =>
    (await api.call<{ items: readonly Node[] }>('GET', '/api/v1/nodes')).body.items;

  async function openRun(api: Api) {
    const service = await openRecordingService(() => 40);
    onTestFinished(() => service.close());
    const kinds = mixedKinds(service.url);
    await deployKinds(api, kinds);
    const acknowledged: Acknowledged = new Map();
    return {
      acknowledged,
      start: (from: number, to: number, through = api) =>
        startSome(through, from, to, kinds, acknowledged, () => true),
      losses: (executions: number, through = api) => lossesOf(through, acknowledged, executions, service),
    };
  }

  it.each(['worker', 'executor', 'timer', 'events'])(
    'five processes with a role each run every kind of execution to its end, though the %s is killed and replaced',
    { timeout: 120_000 },
    async (victim) => {
      const env = await newStore();
      const server = await started(startServer({ env: { ...env, MILLRACE_ROLES: 'api' } }));
      const roles = ['worker', 'executor', 'timer', 'events'];
      const processes = new Map(
        await Promise.all(roles.map(async (role) => [role, await started(startRoles(role, env))] as const)),
      );
      const api = connect(server.url);
      expect((await nodesOf(api)).map((node) => `${node.roles} ${node.state}`).sort()).toEqual(
        ['api', ...roles].map((role) => `${role} running`).sort(),
      );
      const run = await openRun(api);
      await run.start(0, 16);
      await sleep(200);
      await processes.get(victim)?.kill();
      const more = run.start(16, 32);
      await sleep(300);
      await started(startRoles(victim, env));
      await more;
      expect(await run.losses(32)).toEqual([]);
    },
  );

  it('of two processes that do everything one is killed, and the other ends what was begun', {
    timeout: 120_000,
  }, async () => {
    const env = await newStore();
    const [one, two] = await Promise.all([started(startServer({ env })), started(startServer({ env }))]);
    const api = connect(two.url);
    const run = await openRun(connect(one.url));
    await run.start(0, 16);
    await sleep(300);
    await one.kill();
    await run.start(16, 24, api);
    expect(await run.losses(24, api)).toEqual([]);
    await expect
      .poll(async () => (await nodesOf(api)).map(({ state }) => state).sort(), {
        timeout: 20_000,
      })
      .toEqual(['running', 'silent']);
  });

  it('clocks of machines that are ten minutes ahead or behind do not matter: not to what runs, nor to what is told of it', {
    timeout: 120_000,
  }, async () => {
    const env = await newStore();
    const skewed = (minutes: number) => {
      const patch = `const now = Date.now; Date.now = () => now() + ${minutes * 60_000};`;
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(patch)}`;
      return started(startServer({ env: { ...env, NODE_OPTIONS } }));
    };
    const begun = Date.now();
    const [ahead, behind] = await Promise.all([skewed(10), skewed(-10)]);
    const apis = [connect(ahead.url), connect(behind.url)] as const;
    const run = await openRun(apis[0]);
    await Promise.all([run.start(0, 12), run.start(12, 24, apis[1])]);
    expect(await run.losses(24)).toEqual([]);
    const { body } = await apis[1].call<{ items: readonly { startedAt: string; endedAt: string }[] }>(
      'GET',
      '/api/v1/executions?limit=100',
    );
    const nodes = await apis[1].call<{ items: readonly { startedAt: string; lastSeen: string }[] }>(
      'GET',
      '/api/v1/nodes',
    );
    const system = await apis[0].call<{ startedAt: string; uptimeMs: number }>('GET', '/api/v1/system');
    const told = [
      ...body.items.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]),
      ...nodes.body.items.flatMap(({ startedAt, lastSeen }) => [startedAt, lastSeen]),
      system.body.startedAt,
    ].map((instant) => Date.parse(instant));
    expect(Math.min(...told)).toBeGreaterThanOrEqual(begun);
    expect(Math.max(...told)).toBeLessThanOrEqual(Date.now());
    expect(system.body.uptimeMs).toBeLessThanOrEqual(Date.now() - begun);
  });

  it('a call of a killed executor is begun again when its lease lapses, and not when another looks the next time', {
    timeout: 120_000,
  }, async ({ annotate }) => {
    const leaseMs = 4_000;
    const env = { ...(await newStore()), MILLRACE_LEASE_MS: `${leaseMs}ms` };
    const server = await started(startServer({ env: { ...env, MILLRACE_ROLES: 'api,worker,timer' } }));
    const service = await openRecordingService(() => 1_500);
    onTestFinished(() => service.close());
    const api = connect(server.url);
    const call = `call: http, with: { method: post, endpoint: '${service.url}/steady', body: { execution: '\${ $workflow.id }', step: one } }`;
    await api.deploy(
      `document: { dsl: '1.0.3', namespace: lapse, name: calls, version: '1.0.0' }\ndo: [ { one: { ${call} } } ]\n`,
    );
    const first = await started(startRoles('executor', env));
    const { id } = await api.start({ workflow: { namespace: 'lapse', name: 'calls' } });
    await expect.poll(() => service.requests.length, { timeout: 10_000 }).toBe(1);
    await first.kill();
    const killed = Date.now();
    // Whoever looks at its start and every ten seconds looks too early now, and late the next time.
    await started(startRoles('executor', env));
    await expect.poll(() => service.requests.length, { timeout: 30_000, interval: 20 }).toBe(2);
    const tookMs = Date.now() - killed;
    await annotate(`begun again ${tookMs} ms after the kill, by a lease of ${leaseMs} ms`);
    expect(tookMs).toBeLessThan(leaseMs + 2_500);
    expect(await api.execution(id, '30s')).toMatchObject({ status: 'completed' });
    expect(new Set(service.requests.map(({ key }) => key)).size).toBe(1);
  });

  it('a follower of a process that only serves the API is told every event of what others decide, in order', {
    timeout: 60_000,
  }, async () => {
    const env = await newStore();
    const server = await started(startServer({ env: { ...env, MILLRACE_ROLES: 'api' } }));
    await started(startRoles('worker,timer', env));
    await started(startRoles('executor', env));
    const api = connect(server.url);
    const run = await openRun(api);
    await run.start(0, 4);
    const told = await Promise.all(
      [...run.acknowledged.keys()].flatMap((id) => [
        versionsTold(server.url, id),
        versionsTold(server.url, id),
      ]),
    );
    for (const [at, id] of [...run.acknowledged.keys()].entries()) {
      const versions = (await api.events(id)).map(({ version }) => version);
      expect(told[at * 2]).toEqual(versions);
      expect(told[at * 2 + 1]).toEqual(versions);
    }
    expect(await run.losses(4)).toEqual([]);
  });

  it('a process that is told to stop is seen to drain, and another fires its timers when they are due', {
    timeout: 60_000,
  }, async ({ annotate }) => {
    // Leases are long: whoever waited for them to lapse would be late by minutes.
    const env = { ...(await newStore()), MILLRACE_LEASE_MS: '10m' };
    const [one, two] = await Promise.all([started(startServer({ env })), started(startServer({ env }))]);
    const service = await openRecordingService(() => 3_000);
    onTestFinished(() => service.close());
    const [first, second] = [connect(one.url), connect(two.url)];
    const document = (name: string) =>
      `document: { dsl: '1.0.3', namespace: drain, name: ${name}, version: '1.0.0' }\n`;
    await first.deploy(`${document('rests')}do: [ { rest: { wait: { seconds: 3 } } } ]\n`);
    const call = `call: http, with: { method: post, endpoint: '${service.url}/steady', body: { execution: '\${ $workflow.id }', step: one } }`;
    await first.deploy(`${document('calls')}do: [ { one: { ${call} } } ]\n`);
    const start = (name: string) => first.start({ workflow: { namespace: 'drain', name } });
    const called = await start('calls');
    const resting = await Promise.all(Array.from({ length: 20 }, () => start('rests')));
    const stopped = one.stop();
    await expect
      .poll(async () => (await nodesOf(second)).map(({ state }) => state).sort(), { timeout: 3_000 })
      .toEqual(['draining', 'running']);
    let latest = 0;
    for (const { id } of resting) {
      expect(await second.execution(id, '20s')).toMatchObject({ status: 'completed' });
      const { body } = await second.call<{ startedAt: string; endedAt: string }>(
        'GET',
        `/api/v1/executions/${id}`,
      );
      latest = Math.max(latest, Date.parse(body.endedAt) - Date.parse(body.startedAt) - 3_000);
    }
    expect(latest).toBeGreaterThanOrEqual(0);
    expect(latest).toBeLessThan(2_500);
    expect(await second.execution(called.id, '20s')).toMatchObject({ status: 'completed' });
    expect(await stopped).toBe(0);
    expect(service.requests).toHaveLength(1);
    expect(await nodesOf(second)).toHaveLength(1);
    await annotate(`timers of the process that ended were fired by the other at most ${latest} ms late`);
  });
});

/** The versions that a stream of events tells, until it ends. */
async function versionsTold(url: string, id: string): Promise<number[]> {
  const answer = await fetch(`${url}/api/v1/executions/${id}/events`, {
    headers: { accept: 'text/event-stream' },
    signal: AbortSignal.timeout(40_000),
  });
  return [...(await answer.text()).matchAll(/^id: ?(\d+)$/gm)].map(([, version]) => Number(version));
}
