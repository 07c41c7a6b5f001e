import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millraceAt } from '../cli/server-cli.fixture.ts';
import { greet, openTestServer, type TestServer } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.send('POST', '/api/v1/workflows', greet());
  await server.send('POST', '/api/v1/workflows', {
    document: { dsl: '1.0.3', namespace: 'test', name: 'nightly', version: '1.0.0' },
    schedule: { cron: '0 3 * * *', every: { hours: 6 } },
    do: [{ a: { set: { x: 1 } } }],
  });
});
afterAll(() => server.close());

const path = '/api/v1/workflows/test/nightly/schedule';

describe('the schedule of a workflow', () => {
  it('is told with the instants to come, in order, as many as are asked for', async () => {
    const { status, body } = await server.send('GET', `${path}?count=8`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { workflow: 'test/nightly/1.0.0', status: 'active', cron: '0 3 * * *', everyMs: 21_600_000 },
    });
    const dues = (body.next as { due: string }[]).map(({ due }) => due);
    expect(dues).toHaveLength(8);
    expect(dues).toEqual([...dues].sort());
  });

  it('is held with a reason, and goes on', async () => {
    expect((await server.send('POST', `${path}/pause`, { reason: 'moving house' })).body).toMatchObject({
      status: 'paused',
      paused: { reason: 'moving house' },
      next: [],
    });
    expect((await server.send('GET', path)).body.status).toBe('paused');
    expect((await server.send('POST', `${path}/resume`)).body.status).toBe('active');
  });

  it('is not found where a workflow has none, and where there is no workflow', async () => {
    for (const workflow of ['test/greet', 'test/nowhere'])
      expect((await server.send('GET', `/api/v1/workflows/${workflow}/schedule`)).status).toBe(404);
  });

  it.each([
    ['?count=0', 400],
    ['?count=101', 400],
    ['?much=1', 400],
  ])('with %s is a request that cannot be meant', async (query, status) => {
    expect((await server.send('GET', `${path}${query}`)).status).toBe(status);
  });
});

describe('millrace schedule', () => {
  const millrace = (...args: readonly string[]) => millraceAt(server, ...args);

  it('shows what starts the workflow and when, holds it, and lets it go on', async () => {
    const shown = await millrace('schedule', 'test/nightly', '--count', '2');
    expect(shown).toMatchObject({ code: 0, error: '' });
    expect(shown.out).toMatch(
      /^test\/nightly\/1\.0\.0 {2}active\nstarts {4}at 0 3 \* \* \* \(UTC\), every 6 h.*; missed: once\nnext {6}20/,
    );
    expect(shown.out.match(/\(in /g)).toHaveLength(2);
    expect((await millrace('schedule', 'test/nightly', '--pause', '--reason', 'a look')).out).toMatch(
      /paused: a look/,
    );
    expect(JSON.parse((await millrace('schedule', 'test/nightly', '--resume', '--json')).out)).toMatchObject({
      status: 'active',
    });
  });

  it('says nothing of missed instants where events start the workflow', async () => {
    await server.send('POST', '/api/v1/workflows', {
      document: { dsl: '1.0.3', namespace: 'test', name: 'called', version: '1.0.0' },
      schedule: { on: { one: { with: { type: 'paid' } } } },
      do: [{ a: { set: { x: 1 } } }],
    });
    expect((await millrace('schedule', 'test/called')).out).toBe(
      'test/called/1.0.0  active\nstarts    on events {"one":{"with":{"type":"paid"}}}\n',
    );
  });

  it.each([
    [['schedule']],
    [['schedule', 'nightly']],
    [['schedule', 'test/nightly', '--pause', '--resume']],
    [['schedule', 'test/nightly', '--reason', 'x']],
    [['schedule', 'test/nightly', '--count', '1000']],
  ])('%j is told how it is used', async (args) => {
    expect((await millrace(...args)).code).toBe(2);
  });
});
