import pg, { type PoolClient } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { empty, entryOf, rowOf } from '../../ports/store-fixture.contract.ts';
import { withoutPassword } from '../../without-password.ts';
import { readAddress } from './address.ts';
import { type Database, openDatabase } from './database.ts';
import { toError } from './failure.ts';
import type { MigrateOptions } from './migrate.ts';
import { migrations } from './migrations.ts';
import { openPostgresStore } from './store.ts';
import { dropTestDatabase, freshAddress, openTestStore, testDatabase } from './test-store.fixture.ts';

const missing = whyNoPostgres();

async function refusal(address: string, options: MigrateOptions = {}): Promise<unknown> {
  const database = await openDatabase({ address, connectionsMax: 4, patienceMs: 200 });
  const opened = openPostgresStore({ database, ...options });
  return opened.then(
    (store) => store.close().then(() => 'opened'),
    (error: unknown) => error,
  );
}

async function queryAs(address: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: readAddress(address).url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const changed = (address: string, change: (url: URL) => void) => {
  const url = new URL(address);
  change(url);
  return url.href;
};

describe('an address', () => {
  test.each(['not an address', 'postgres://u:p%@h/d?schema=Upper'])('%j is refused', (text) => {
    expect(() => readAddress(text)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  test('is never shown with its password', () => {
    const address = 'postgres://user:p@ss:word@host:5432/name?schema=x&password=other';
    expect(readAddress('postgres://user:secret@host/name').shown).toBe('postgres://user:***@host/name');
    expect(readAddress(address.replace('p@ss:word', 'p%40ss')).shown).toBe(
      'postgres://user:***@host:5432/name?schema=x&password=***',
    );
    expect(() => readAddress('postgres://user:secret@host:port/name')).not.toThrow('secret');
    expect(readAddress('postgres://user@host/name').shown).toBe('postgres://user@host/name');
  });

  test.each(['user:secret@host/name', 'postgres:user:secret@host/name', 'postgres//user:secret@host/name'])(
    '%j, which is none, is shown without a password all the same',
    (mistyped) => {
      expect(withoutPassword(mistyped)).toMatch(/:\*{3}@host\/name$/);
      expect(withoutPassword(mistyped)).not.toContain('secret');
    },
  );
});

describe.skipIf(missing !== undefined)(`opening${missing === undefined ? '' : `: ${missing}`}`, () => {
  afterAll(dropTestDatabase);

  test('with a wrong password is refused in a sentence that says where to look', async () => {
    const address = changed(await freshAddress(), (url) => {
      url.password = 'wrong';
    });
    const error = await refusal(address);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'login' } });
    expect(String(error)).toMatch(
      /password authentication failed.*Check user and password in postgres:\/\/postgres:\*\*\*@/,
    );
    expect(String(error)).not.toContain('wrong');
  });

  test('without the password that the server asks for is refused as a wrong one is', async () => {
    const address = changed(await freshAddress(), (url) => {
      url.password = '';
    });
    const error = await refusal(address);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'login' } });
    expect(String(error)).toMatch(/Check user and password in postgres:\/\/postgres@/);
  });

  test('on a socket of the machine works, wherever the address has its folder', async () => {
    const url = new URL(await freshAddress());
    const { query } = await testDatabase();
    const [row] = await query("select current_setting('unix_socket_directories') as folder");
    const { username, password, pathname, port, searchParams } = url;
    const rest = `port=${port}&schema=${searchParams.get('schema')}`;
    const folder = encodeURIComponent(String(row?.folder));
    expect(await refusal(`postgres://${username}:${password}@${pathname}?host=${folder}&${rest}`)).toBe(
      'opened',
    );
    expect(await refusal(`postgres://${username}:${password}@${folder}${pathname}?${rest}`)).toBe('opened');
  });

  test('where nobody listens is refused as lost', async () => {
    const address = changed(await freshAddress(), (url) => {
      url.port = '1';
    });
    const error = await refusal(address);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'lost' } });
    expect(String(error)).toContain('Check host and port');
  });

  test('through a pooler that does not keep sessions is refused, and what to set is said', async () => {
    const database = await openDatabase({ address: await freshAddress(), connectionsMax: 4 });
    // Of such a pooler two clients get one session of the server, one after the other.
    let shared: PoolClient | undefined;
    const pooled: Database = {
      ...database,
      withClient: (run) =>
        database.withClient((client) => {
          shared = client;
          return run(client);
        }),
      write: async ({ text }, values) => (await shared?.query(text, [...values]))?.rows ?? [],
    };
    const error = await openPostgresStore({ database: pooled }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'no-session' } });
    expect(String(error)).toContain('pool_mode=session');
    // One that came in between later is told by what becomes of statements.
    expect(toError({ code: '26000', message: 'prepared statement "x" does not exist' })).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('pool_mode=session'),
    });
  });

  test('a database that is not there is refused, and how to make it is said', async () => {
    const error = await refusal(
      changed(await freshAddress(), (url) => {
        url.pathname = '/nobodys';
      }),
    );
    expect(error).toMatchObject({ details: { reason: 'no-database' } });
    expect(String(error)).toContain('create database');
  });

  test('a server that is too old is refused', async () => {
    const error = await refusal(await freshAddress(), { oldestServer: 990_000 });
    expect(error).toMatchObject({ details: { reason: 'server-version' } });
    expect(String(error)).toContain('needs 99 or newer');
  });

  test('a user who may not make tables is refused, and told the grants; with them it works', async () => {
    const { query } = await testDatabase();
    const address = await freshAddress();
    await query("create role poor login password 'poor'");
    const poor = changed(address, (url) => {
      url.username = 'poor';
      url.password = 'poor';
    });
    const error = await refusal(poor);
    expect(error).toMatchObject({ details: { reason: 'missing-rights' } });
    expect(String(error)).toContain('grant');
    const schema = new URL(address).searchParams.get('schema');
    expect(await refusal(address)).toBe('opened');
    await query(`grant usage on schema ${schema} to poor`);
    await query(`grant select, insert, update, delete on all tables in schema ${schema} to poor`);
    expect(await refusal(poor)).toBe('opened');
    // Weeks later it makes partitions, and drops them, though it does not own the tables.
    const week = 7 * 86_400_000;
    let later = Date.now() + 70 * week;
    const opened = await openTestStore(poor, () => later, 4);
    const ended = rowOf('late', { status: 'completed', endedAt: later });
    const late = { ...entryOf('late', empty), execution: ended };
    expect(await opened.store.commit([late])).toMatchObject([{ type: 'accepted' }]);
    await opened.store.close();
    later += 5 * week;
    const { store } = await openTestStore(poor, () => later, 4);
    expect(await store.commit([entryOf('new', empty)])).toMatchObject([{ type: 'accepted' }]);
    const periods = await query(
      `select period from ${schema}.periods where first_position is not null order by 1`,
    );
    expect(periods.map(({ period }) => Number(period)).slice(-2)).toEqual(
      [later - 5 * week, later].map((at) => Math.floor(at / week)),
    );
    expect(await store.dropEndedBefore?.(later - week)).toMatchObject({ executions: 1 });
    await store.close();
    // Who may only read may neither.
    await query(`revoke insert, update, delete on all tables in schema ${schema} from poor`);
    for (const asked of ['prepare_periods_8(1)', "drop_ended_before_8('2100-01-01')"])
      await expect(queryAs(poor, `select ${schema}.${asked}`)).rejects.toThrow('permission denied');
    await query('drop owned by poor');
    await query('drop role poor');
  });

  test('a user who lost the rights to one table, as by an upgrade of another user, is refused and told which', async () => {
    const { query } = await testDatabase();
    const address = await freshAddress();
    const schema = new URL(address).searchParams.get('schema');
    expect(await refusal(address)).toBe('opened');
    await query("create role behind login password 'behind'");
    await query(`grant usage on schema ${schema} to behind`);
    await query(`grant select, insert, update, delete on all tables in schema ${schema} to behind`);
    await query(`revoke insert on ${schema}.documents from behind`);
    const behind = changed(address, (url) => {
      url.username = 'behind';
      url.password = 'behind';
    });
    const error = await refusal(behind);
    expect(error).toMatchObject({ details: { reason: 'missing-rights' } });
    expect(String(error)).toMatch(
      /lacks rights to \w+\.documents\. As the owner of the tables: grant select/,
    );
    await query(`grant insert on ${schema}.documents to behind`);
    await query(`revoke execute on function ${schema}.clock_1 from public`);
    expect(String(await refusal(behind))).toMatch(
      /lacks rights to \w+\.clock_1\. As the owner of the tables: grant execute on all functions in schema/,
    );
    await query(`grant execute on function ${schema}.clock_1 to public`);
    // Who only reads needs no more than that.
    await query(`revoke insert, update, delete on all tables in schema ${schema} from behind`);
    expect(await refusal(behind, { existing: true })).toBe('opened');
    await query('drop owned by behind');
    await query('drop role behind');
  });

  test('an empty database is refused by who wants to read a store, and stays empty', async () => {
    const address = await freshAddress();
    const error = await refusal(address, { existing: true });
    expect(error).toMatchObject({ details: { reason: 'no-store' } });
    expect(String(error)).toContain('Check the database in the address');
    const schema = new URL(address).searchParams.get('schema');
    const [row] = await (await testDatabase()).query('select to_regnamespace($1) as there', [schema]);
    expect(row?.there).toBeNull();
  });

  test('who only reads makes no partitions, and so may read a standby of a store that was long not written to', async () => {
    const address = await freshAddress();
    expect(await refusal(address)).toBe('opened');
    const { query } = await testDatabase();
    const counter = `${new URL(address).searchParams.get('schema')}.counter`;
    await query(`update ${counter} set ready_period = ready_period - 1`);
    const standby = `${address}&options=-c%20default_transaction_read_only%3Don`;
    expect(await refusal(standby, { existing: true })).toBe('opened');
    expect(await refusal(standby)).toMatchObject({ details: { reason: 'read-only' } });
  });

  test.each([
    ['sslmode=verify-full', 'does not support SSL'],
    ['sslmode=verify-full&sslrootcert=/nowhere/ca.pem', '/nowhere/ca.pem'],
  ])('TLS (%s) that cannot be had is refused, and what to choose is said', async (parameters, told) => {
    const error = await refusal(`${await freshAddress()}&${parameters}`);
    expect(error).toMatchObject({ code: 'unavailable', details: { reason: 'tls' } });
    expect(String(error)).toContain(told);
    expect(String(error)).toContain('sslmode=disable does without');
  });

  test('a schema that a newer program made is refused, unless that one says that this may go on', async () => {
    const address = await freshAddress();
    const known = migrations.length;
    const next = { number: known + 1, name: 'next', worksFrom: 1, sql: 'select 1' };
    const later = { number: known + 2, name: 'later', worksFrom: known + 1, sql: 'select 1' };
    expect(await refusal(address, { migrations: [...migrations, next] })).toBe('opened');
    expect(await refusal(address)).toBe('opened');
    expect(await refusal(address, { migrations: [...migrations, next, later] })).toBe('opened');
    const error = await refusal(address);
    expect(error).toMatchObject({ details: { reason: 'newer-schema' } });
    expect(String(error)).toContain(
      `made by a newer Millrace (schema ${known + 2}; this one knows ${known}, and needs to know ${known + 1})`,
    );
  });

  test('who only reads does not bring an older schema up to date, and is told so', async () => {
    const address = await freshAddress();
    const known = migrations.length;
    expect(await refusal(address)).toBe('opened');
    const next = { number: known + 1, name: 'next', worksFrom: 1, sql: 'select 1' };
    const error = await refusal(address, { existing: true, migrations: [...migrations, next] });
    expect(error).toMatchObject({ details: { reason: 'older-schema' } });
    expect(String(error)).toContain(
      `by an older Millrace (schema ${known}; this one reads schema ${known + 1})`,
    );
    expect(await refusal(address, { existing: true })).toBe('opened');
  });

  test('a migration that fails leaves nothing, and is done at the next start', async () => {
    const address = await freshAddress();
    const broken = {
      number: migrations.length + 1,
      name: 'broken',
      worksFrom: 1,
      sql: 'create table {schema}.half (); select nonsense',
    };
    expect(await refusal(address, { migrations: [...migrations, broken] })).toMatchObject({
      code: 'internal',
    });
    expect(await refusal(address)).toBe('opened');
    const [row] = await (await testDatabase()).query('select to_regclass($1) as half', [
      `${new URL(address).searchParams.get('schema')}.half`,
    ]);
    expect(row?.half).toBeNull();
  });

  test('a migration takes its time, and who starts meanwhile waits for it, above the bound of other statements', async () => {
    const address = `${await freshAddress()}&query_timeout=2000&statement_timeout=2000`;
    const slow = {
      ...{ number: migrations.length + 1, name: 'slow', worksFrom: 1 },
      sql: 'select pg_sleep(2.5)',
    };
    const opened = [1, 2].map(() => refusal(address, { migrations: [...migrations, slow] }));
    expect(await Promise.all(opened)).toEqual(['opened', 'opened']);
  });

  test('many processes that start at once on an empty database make its tables once', async () => {
    const address = await freshAddress();
    const opened = await Promise.all(Array.from({ length: 6 }, () => openTestStore(address)));
    const [row] =
      (await opened[0]?.database.query(
        { name: 'migrations_of_test', text: 'select count(*) as count from {schema}.migrations' },
        [],
      )) ?? [];
    expect(row?.count).toBe(migrations.length);
    await Promise.all(opened.map(({ store }) => store.close()));
  });

  test('it says what survives, from the settings of the server', async () => {
    const address = await freshAddress();
    const { store } = await openTestStore(address);
    expect(store.features).toMatchObject({ driver: 'postgres', durability: 'power-loss', exclusive: false });
    await store.close();
    const weak = await openTestStore(`${address}&options=-c%20synchronous_commit%3Doff`);
    expect(weak.store.features.durability).toBe('process-crash');
    await weak.store.close();
  });
});
