import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from '../api/test-support/test-server.ts';
import { millraceAt } from './server-cli.fixture.ts';

/** Nobody does effects here, so that what is in doubt stays so. */
let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ roles: ['api', 'worker', 'timer'] });
});
afterAll(() => server.close());

const millrace = (...args: readonly string[]) => millraceAt(server, ...args);

const call =
  "{ call: http, with: { method: post, endpoint: 'https://bank.example/' }, metadata: { unsafe: true } }";
const one = workflowText('one', `  - pay: ${call}`);
const two = workflowText('two', `  - both: { fork: { branches: [{ pay: ${call} }, { ship: ${call} }] } }`);

/** As a store has it after a crash between a deed that must not be repeated and its record. */
async function doubted(definition = one): Promise<string> {
  const { id } = (await server.send('POST', '/api/v1/executions', { definition })).body;
  const { store } = server.composition;
  const wakeUps = (await store.wakeUps('default', id)).map(
    (row) => ({ type: 'put', row: { ...row, doubt: true } }) as const,
  );
  await store.commit([{ tenant: 'default', stream: id, wakeUps }]);
  return id;
}

describe('millrace resolve', () => {
  it('says what became of the deed that is in doubt, and show says how to say it', async () => {
    const id = await doubted();
    const { out } = await millrace('show', id);
    expect(out).toContain('in doubt: nobody knows whether it was done');
    expect(out).toContain(`millrace resolve ${id} --effect 3 --done JSON`);
    const resolved = await millrace('resolve', id, '--done', '{"receipt":"R-17"}', '--reason', 'seen');
    expect(resolved).toEqual({ code: 0, out: `${id}  completed\n`, error: '' });
    expect((await millrace('events', id)).out).toMatch(/effect\.resolved.*"as":"done","reason":"seen"/);
  });

  it('fails it with an error, or has it done again', async () => {
    const failed = JSON.parse(
      (await millrace('resolve', await doubted(), '--failed', '{"status":402}', '--json')).out,
    );
    expect(failed).toMatchObject({ status: 'faulted', error: { status: 402 } });
    const id = await doubted();
    expect((await millrace('resolve', id, '--again')).out).toBe(`${id}  running\n`);
    expect(await millrace('resolve', id, '--again')).toMatchObject({
      code: 1,
      error: expect.stringContaining(`Nothing of ${id} is in doubt`),
    });
  });

  it('asks which one when several are in doubt', async () => {
    const id = await doubted(two);
    const { code, error } = await millrace('resolve', id, '--done', '1');
    expect(code).toBe(2);
    const effects = [...error.matchAll(/--effect (\d+)/g)].map(([, effect]) => effect);
    expect(effects).toHaveLength(2);
    for (const effect of effects)
      expect((await millrace('resolve', id, '--done', '1', '--effect', String(effect))).code).toBe(0);
    expect((await server.send('GET', `/api/v1/executions/${id}`)).body.status).toBe('completed');
  });

  it.each([
    [['--done', '1', '--again'], 'takes one of'],
    [[], 'takes one of'],
    [['--done', '{'], '--done: expected JSON'],
    [['--failed', '1'], '--failed: expected an object'],
    [['--again', '--effect', 'x'], '--effect: expected the version'],
  ])('%j is wrong usage, and says so', async (flags, why) => {
    expect(await millrace('resolve', 'any', ...flags)).toMatchObject({
      code: 2,
      error: expect.stringContaining(why),
    });
  });
});

describe('what runs is shown though it is published nowhere', () => {
  it('the fault of an inline definition has its excerpt of YAML', async () => {
    const definition = workflowText(
      'inline',
      '  - stop:\n      raise: { error: { type: https://example.com/stop, status: 418, title: Stopped } }',
    );
    const { id } = (await server.send('POST', '/api/v1/executions?wait=5s', { definition })).body;
    expect((await millrace('show', id)).out).toMatch(/:7:5\n +7 \| {3}- stop:\n +\| +\^/);
  });

  it('an execution is found by how its id begins', async () => {
    const { id } = (await server.send('POST', '/api/v1/executions', { definition: one, id: 'findme-1' }))
      .body;
    expect((await millrace('ls', '--id', 'findme')).out).toContain(id);
    expect(await millrace('ls', '--id', 'fi')).toMatchObject({ code: 2 });
  });

  it('a large output is printed whole by run', async () => {
    const letters = 'x'.repeat(100_000);
    const folder = mkdtempSync(join(tmpdir(), 'millrace-large-'));
    const file = join(folder, 'echo.yaml');
    writeFileSync(file, workflowText('echo', "  - all: { set: '${ . }' }"));
    const { out, code } = await millrace(
      'run',
      file,
      '--server',
      server.url,
      '--input',
      JSON.stringify({ letters }),
    );
    rmSync(folder, { recursive: true });
    expect([code, JSON.parse(out)]).toEqual([0, { letters }]);
  });
});
