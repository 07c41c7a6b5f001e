import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { createTestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { type Api, connect } from '../support/api.ts';
import { millrace } from '../support/millrace.ts';

const missing = whyNoPostgres();

const greeting = `document: { dsl: '1.0.3', namespace: journey, name: greet, version: '1.0.0' }
do:
  - rest: { wait: { seconds: 6 } }
  - greet: { set: { greeting: '\${ "Hello, " + .name }', long: '\${ [range(20000)] }' } }
`;
const quick = greeting.replace('name: greet', 'name: quick').replace('seconds: 6', 'milliseconds: 10');
const workflow = (name: string, who: string) => ({
  workflow: { namespace: 'journey', name },
  input: { name: who },
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server with what has ended and what waits, backed up while others go on starting; then it is killed. */
async function backedUp(): Promise<{ folder: string; done: readonly string[]; open: readonly string[] }> {
  const server = await startServer();
  onTestFinished(async () => void (await server.stop()));
  const api = connect(server.url);
  for (const definition of [greeting, quick]) await api.deploy(definition);
  const starting = async (name: string, wait?: string) =>
    (await api.start(workflow(name, 'Ada'), wait === undefined ? {} : { wait })).id;
  const done = await Promise.all(Array.from({ length: 20 }, () => starting('quick', '30s')));
  const open = await Promise.all(Array.from({ length: 5 }, () => starting('greet')));
  let goesOn = true;
  const load = (async () => {
    while (goesOn) await starting('quick', '30s');
  })();
  const folder = join(newFolder(), 'copy');
  const store = ['--store', `sqlite:${server.data}/millrace.db`, '--data', server.data];
  const made = await millrace('backup', folder, ...store);
  goesOn = false;
  await load;
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+ executions, \d+ commits: sound\n$/),
  });
  expect(await millrace('backup', folder, ...store)).toMatchObject({
    code: 4,
    error: expect.stringContaining('is not empty'),
  });
  await server.kill();
  return { folder, done, open };
}

async function expectRestored(server: ServerProcess, done: readonly string[], open: readonly string[]) {
  const api: Api = connect(server.url);
  const output = async (id: string) =>
    (await api.call<{ greeting: string; long: number[] }>('GET', `/api/v1/executions/${id}/output`)).body;
  for (const id of [...done, ...open]) {
    expect(await api.execution(id, '30s')).toMatchObject({ status: 'completed' });
    const { greeting: said, long } = await output(id);
    expect([said, long.length]).toEqual(['Hello, Ada', 20_000]);
  }
  expect((await api.start(workflow('quick', 'Bo'), { wait: '30s' })).status).toBe('completed');
}

describe('a backup of a SQLite store that is written to', () => {
  it('is restored into a file with all that was there, large values included, and goes on', {
    timeout: 120_000,
  }, async () => {
    const { folder, done, open } = await backedUp();
    const data = newFolder();
    const store = ['--store', `sqlite:${data}/millrace.db`, '--data', data];
    expect(await millrace('restore', folder, ...store)).toMatchObject({ code: 0 });
    expect(await millrace('restore', folder, ...store)).toMatchObject({
      code: 4,
      error: expect.stringContaining('already'),
    });
    const server = await startServer({ data });
    onTestFinished(async () => void (await server.stop()));
    await expectRestored(server, done, open);
  });

  it.skipIf(missing !== undefined)(
    `is restored into PostgreSQL${missing === undefined ? '' : `: ${missing}`}`,
    { timeout: 120_000 },
    async () => {
      const { folder, done, open } = await backedUp();
      const database = await createTestDatabase();
      onTestFinished(() => database.drop());
      expect(await millrace('restore', folder, '--store', database.url)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^\d+ executions, \d+ commits: sound\n$/),
      });
      const server = await startServer({ env: { MILLRACE_STORE: database.url } });
      onTestFinished(async () => void (await server.stop()));
      await expectRestored(server, done, open);
    },
  );

  it('that was damaged is told, and ends with code 1', { timeout: 120_000 }, async () => {
    const { folder } = await backedUp();
    const copy = new DatabaseSync(join(folder, 'millrace.db'));
    const { changes } = copy
      .prepare(`update commits set body = replace(body, '"Ada"', '"Eve"') where version = 1`)
      .run();
    copy.close();
    expect(changes).toBeGreaterThan(0);
    const data = newFolder();
    const store = ['--store', `sqlite:${data}/millrace.db`, '--data', data];
    expect(await millrace('restore', folder, ...store)).toMatchObject({
      code: 1,
      out: expect.stringContaining('damaged'),
    });
  });
});

const hears = `document: { dsl: '1.0.3', namespace: journey, name: hears, version: '1.0.0' }
do:
  - hear: { listen: { to: { one: { with: { type: journey.said } } } }, output: { as: '.[0].words' } }
`;

describe.skipIf(missing !== undefined)(
  `a backup of a PostgreSQL store that is written to${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    it('is one instant of it, and is restored into a file and into PostgreSQL: what waited for time or an event goes on', {
      timeout: 180_000,
    }, async () => {
      const { folder, done, open, hearing } = await backedUpDatabase();
      const database = await createTestDatabase();
      onTestFinished(() => database.drop());
      const data = newFolder();
      const file = ['--store', `sqlite:${data}/millrace.db`, '--data', data];
      expect(await millrace('restore', folder, ...file)).toMatchObject({ code: 0 });
      expect(await millrace('restore', folder, '--store', database.url)).toMatchObject({ code: 0 });
      for (const options of [{ data }, { env: { MILLRACE_STORE: database.url } }]) {
        const server = await startServer(options);
        onTestFinished(async () => void (await server.stop()));
        await expectRestored(server, done, open);
        const api = connect(server.url);
        expect(await api.execution(hearing)).toMatchObject({ status: 'waiting' });
        await publish(api, 'now');
        expect(await api.execution(hearing, '30s')).toMatchObject({ status: 'completed', output: 'now' });
        await server.stop();
      }
    });

    it('is refused of a database without a store, and so is verifying it', { timeout: 60_000 }, async () => {
      const database = await createTestDatabase();
      onTestFinished(() => database.drop());
      const refused = { code: 4, out: '', error: expect.stringContaining('there is no store in schema') };
      const folder = join(newFolder(), 'copy');
      expect(await millrace('backup', folder, '--store', database.url)).toMatchObject(refused);
      expect(await millrace('verify', '--store', database.url)).toMatchObject(refused);
    });
  },
);

/** Two servers that go on starting executions while the database is copied, of which some was dropped before. */
async function backedUpDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const env = { MILLRACE_STORE: database.url, MILLRACE_CONNECTIONS_MAX: '8' };
  const servers = [await startServer({ env }), await startServer({ env })];
  onTestFinished(async () => {
    for (const server of servers) await server.stop();
  });
  const [one, two] = servers.map(({ url }) => connect(url)) as [Api, Api];
  for (const definition of [greeting, quick, hears]) await one.deploy(definition);
  const starting = async (api: Api, name: string, wait?: string) =>
    (await api.start(workflow(name, 'Ada'), wait === undefined ? {} : { wait })).id;
  // What was dropped leaves numbers of the log that stand for nothing.
  for (let at = 0; at < 5; at++) {
    const id = await starting(one, 'quick', '30s');
    for (const table of ['commits', 'streams'])
      await database.query(`delete from millrace.${table} where stream = $1`, [id]);
  }
  const done = await Promise.all(Array.from({ length: 10 }, () => starting(one, 'quick', '30s')));
  const hearing = await starting(two, 'hears');
  const open = await Promise.all(Array.from({ length: 5 }, () => starting(two, 'greet')));
  await expect.poll(async () => (await two.execution(hearing)).status).toBe('waiting');
  let goesOn = true;
  const load = Promise.all(
    [one, two].map(async (api) => {
      while (goesOn) await starting(api, 'quick', '30s');
    }),
  );
  const folder = join(newFolder(), 'copy');
  const made = await millrace('backup', folder, '--store', database.url);
  goesOn = false;
  await load;
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+ executions, \d+ commits: sound\n$/),
  });
  for (const server of servers) await server.kill();
  return { folder, done, open, hearing };
}

async function publish(api: Api, words: string): Promise<void> {
  const event = {
    specversion: '1.0',
    id: words,
    source: 'urn:journey',
    type: 'journey.said',
    data: { words },
  };
  const { status } = await api.call('POST', '/api/v1/events', event, {
    'content-type': 'application/cloudevents+json',
  });
  expect(status).toBeLessThan(300);
}
