import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../conformance/server-process.ts';
import { startPostgres } from '../../scripts/postgres.js';
import { createTestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { killAgainAndAgain } from '../faults/processes/kill-run.ts';
import { connect } from '../support/api.ts';
import { launcher, millrace } from '../support/millrace.ts';

const missing = whyNoPostgres();

const greeting = `document:
  dsl: '1.0.3'
  namespace: journey
  name: greet
  version: '1.0.0'
do:
  - rest:
      wait: { milliseconds: 300 }
  - greet:
      set:
        greeting: '\${ "Hello, " + .name }'
        long: '\${ [range(20000)] }'
`;

describe.skipIf(missing !== undefined)(`on PostgreSQL${missing === undefined ? '' : `: ${missing}`}`, () => {
  const databases: { drop(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });
  const newDatabase = async () => {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  };

  it('every acknowledged execution ends as it should, however often its server is killed', {
    timeout: 180_000,
  }, async ({ annotate }) => {
    const { url, query } = await newDatabase();
    const env = { MILLRACE_STORE: url, MILLRACE_LEASE_MS: '1s' };
    const { losses, seed, kills, requests, repeatedKeys } = await killAgainAndAgain({
      executions: 60,
      kills: 6,
      env,
    });
    expect(losses).toEqual([]);
    expect(repeatedKeys, 'no kill hit a deed under way: this run showed nothing').toBeGreaterThan(0);
    // Children and what the schedule started are there besides.
    const [kept] = await query(
      "select count(*)::int as executions from millrace.executions where id not like '%~%' and name <> 'ticks'",
    );
    expect(kept?.executions).toBe(60);
    await annotate(
      `PostgreSQL, seed ${seed}: ${kills} kills, ${requests} requests, ${repeatedKeys} keys sent more than once`,
    );
  });

  it('a server goes on with what a killed one left, large values included, and shows its pool', {
    timeout: 60_000,
  }, async () => {
    const { url, query } = await newDatabase();
    const env = { DATABASE_URL: url, DB_MAX_CONNECTIONS: '7', MILLRACE_LEASE_MS: '1s' };
    const first = await startServer({ env });
    onTestFinished(async () => void (await first.stop()));
    const api = connect(first.url);
    await api.deploy(greeting);
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        api.start({ workflow: { namespace: 'journey', name: 'greet' }, input: { name: `${at}` } }),
      ),
    );
    await first.kill();
    const second = await startServer({ env });
    onTestFinished(async () => void (await second.stop()));
    const again = connect(second.url);
    for (const [at, { id }] of started.entries()) {
      expect(await again.execution(id, '30s')).toMatchObject({ status: 'completed' });
      const { body } = await again.call<{ greeting: string; long: number[] }>(
        'GET',
        `/api/v1/executions/${id}/output`,
      );
      expect(body.greeting).toBe(`Hello, ${at}`);
      expect(body.long).toHaveLength(20_000);
    }
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toContain('millrace_store{driver="postgres",durability="power-loss"} 1\n');
    expect(metrics).toContain('millrace_store_pool_max 7\n');
    expect(metrics).toMatch(/^millrace_store_pool_connections [1-7]$/m);
    expect(metrics).toContain('millrace_orphans 0\n');
    expect(second.output()).not.toContain(new URL(url).password);
    const verify = () => millrace('verify', '--store', url);
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^20 executions, \d+ commits, .*: sound\n$/),
    });
    await query(
      `update millrace.commits set body = replace(body, '"name":"7"', '"name":"8"') where version = 1`,
    );
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('damaged') });
  });

  it('a store in a file is moved with all that is in it, and its executions go on', {
    timeout: 60_000,
  }, async () => {
    const { url } = await newDatabase();
    const first = await startServer({ env: { MILLRACE_LEASE_MS: '1s' } });
    onTestFinished(async () => void (await first.stop()));
    const api = connect(first.url);
    await api.deploy(greeting.replace('milliseconds: 300', 'seconds: 3'));
    await api.deploy(greeting.replace('name: greet', 'name: quick'));
    const workflow = (name: string) => ({ workflow: { namespace: 'journey', name }, input: { name: 'Ada' } });
    const done = await api.start(workflow('quick'), { wait: '30s', key: 'once' });
    const open = await Promise.all(Array.from({ length: 5 }, () => api.start(workflow('greet'))));
    await first.kill();
    const from = ['store', 'migrate', '--from', `sqlite:${first.data}/millrace.db`, '--data', first.data];
    expect(await millrace(...from, '--to', url)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^6 executions, \d+ commits, 5 wake-ups, \d+ documents, [1-9]\d* large values: sound\n$/,
      ),
    });
    expect(await millrace(...from, '--to', url)).toMatchObject({
      code: 4,
      error: expect.stringContaining('is not empty'),
    });
    const second = await startServer({ env: { MILLRACE_STORE: url } });
    onTestFinished(async () => void (await second.stop()));
    const moved = connect(second.url);
    expect((await moved.events(done.id)).at(-1)?.fact.type).toBe('execution.completed');
    expect((await moved.call('GET', `/api/v1/executions/${done.id}/output`)).body).toMatchObject({
      greeting: 'Hello, Ada',
    });
    expect((await moved.start(workflow('quick'), { key: 'once' })).id).toBe(done.id);
    for (const { id } of open)
      expect(await moved.execution(id, '30s')).toMatchObject({ status: 'completed' });
    expect((await moved.start(workflow('greet'), { wait: '30s' })).status).toBe('completed');
  });

  it('a database that is away is answered with 503 and Retry-After, and is used again by itself', {
    timeout: 90_000,
  }, async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.remove());
    const server = await startServer({ env: { MILLRACE_STORE: postgres.url } });
    onTestFinished(async () => void (await server.stop()));
    const api = connect(server.url);
    await api.deploy(greeting);
    const request = { workflow: { namespace: 'journey', name: 'greet' }, input: { name: 'Ada' } };
    await postgres.stop('immediate');
    const refused = await fetch(`${server.url}/api/v1/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await fetch(`${server.url}/ready`)).status).toBe(503);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('millrace_store_up 0\n');
    expect(metrics).toContain('millrace_store_pool_max 20\n');
    expect(metrics).toMatch(/^millrace_store_pool_waiting \d+$/m);
    await postgres.restart();
    await expect.poll(async () => (await fetch(`${server.url}/ready`)).status).toBe(200);
    expect(await api.start(request, { wait: '30s' })).toMatchObject({ status: 'completed' });
    expect(server.isAlive()).toBe(true);
  });

  it('a database that stands still is answered with 503 in a few seconds, then at once, and is used again by itself', {
    timeout: 120_000,
  }, async ({ annotate }) => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.remove());
    const server = await startServer({ env: { MILLRACE_STORE: postgres.url } });
    onTestFinished(async () => void (await server.stop()));
    const api = connect(server.url);
    await api.deploy(greeting.replace('milliseconds: 300', 'seconds: 4'));
    const request = { workflow: { namespace: 'journey', name: 'greet' }, input: { name: 'Ada' } };
    const begun = await api.start(request);
    postgres.freeze();
    const refusal = async () => {
      const asked = performance.now();
      const { status, headers } = await fetch(`${server.url}/api/v1/executions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'frozen' },
        body: JSON.stringify(request),
      });
      return { status, retryAfter: headers.get('retry-after'), tookMs: performance.now() - asked };
    };
    const [first, ready] = await Promise.all([refusal(), fetch(`${server.url}/ready`)]);
    expect([first.status, ready.status]).toEqual([503, 503]);
    expect(first.retryAfter).toMatch(/^\d+$/);
    // Without the watch it is 35 s; the rest is for a busy machine.
    expect(first.tookMs).toBeLessThan(10_000);
    const next = await refusal();
    expect(next.status).toBe(503);
    expect(next.tookMs).toBeLessThan(2_000);
    postgres.thaw();
    await expect.poll(async () => (await fetch(`${server.url}/ready`)).status, { timeout: 15_000 }).toBe(200);
    const asked = await api.start(request, { wait: '30s', key: 'frozen' });
    expect(asked).toMatchObject({ status: 'completed' });
    expect(await api.start(request, { key: 'frozen' })).toMatchObject({ id: asked.id });
    expect(await api.execution(begun.id, '30s')).toMatchObject({ status: 'completed' });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('millrace_orphans 0\n');
    await annotate(`refused after ${Math.round(first.tookMs)} ms, then after ${Math.round(next.tookMs)} ms`);
  });

  it.each([
    [
      'a schema that a newer program made',
      [`insert into millrace.migrations select 99, 'later', 99`],
      'made by a newer Millrace',
    ],
    [
      'a user without rights on the tables',
      [`create role "ROLE" login password 'poor'`],
      'grant usage on schema',
    ],
  ])(
    '%s ends the start with code 4, and a sentence that says what to do',
    {
      timeout: 60_000,
    },
    async (_, statements, sentence) => {
      const { url, query } = await newDatabase();
      // The first server makes the tables.
      await (await startServer({ env: { MILLRACE_STORE: url } })).stop();
      const user = `poor_${process.pid}`;
      for (const statement of statements) await query(statement.replace('ROLE', user));
      const address = new URL(url);
      if (statements[0]?.startsWith('create role'))
        Object.assign(address, { username: user, password: 'poor' });
      expect(await millrace('start', '--port', '0', '--store', address.href)).toMatchObject({
        code: 4,
        error: expect.stringContaining(sentence),
      });
      if (address.username === user) await query(`drop role ${user}`);
    },
  );

  it.each([
    ['a wrong password', { password: 'wrong' }, 'password authentication failed'],
    ['a port where nobody listens', { port: '1' }, 'Check host and port'],
    ['a database that is not there', { pathname: '/nobodys' }, 'create database'],
  ])('%s ends the start with code 4, and a sentence without the password', async (_, changed, sentence) => {
    const url = new URL((await newDatabase()).url);
    const { password } = url;
    Object.assign(url, changed);
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [launcher, 'start', '--port', '0', '--store', url.href],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(stderr).toContain('Cannot start: ');
    expect(stderr).toContain(sentence);
    expect(status).toBe(4);
    for (const secret of [password, 'wrong@']) expect(stdout + stderr).not.toContain(secret);
  });
});
