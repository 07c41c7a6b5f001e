import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longWait, openTestServer, type TestServer } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

describe('the system', () => {
  it('says what runs here, how it is, and how it is bounded', async () => {
    await server.send('POST', '/api/v1/executions', { definition: longWait });
    const { status, body } = await server.send('GET', '/api/v1/system');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: expect.stringMatching(/^[0-9a-f-]{36}$/),
      startedAt: expect.stringMatching(/Z$/),
      uptimeMs: expect.any(Number),
      roles: ['api', 'worker', 'executor', 'timer', 'events'],
      ready: true,
      checks: { store: { ok: true }, worker: { ok: true }, executor: { ok: true }, timer: { ok: true } },
      store: { driver: 'memory', durability: 'memory', description: expect.any(String) },
      executions: { waiting: 1, faulted: 0 },
      wakeUps: { timer: 1, effect: 0 },
      overdue: 0,
      inDoubt: 0,
      orphans: { count: 0, ids: [] },
    });
    expect(body.limits).toMatchObject({
      bodyBytesMax: 10_485_760,
      responseBytesMax: 10_485_760,
      valueBytesMax: 67_108_864,
      historyEventsMax: 1_000_000,
      jumpsMax: 10_000,
      idempotencyMs: 86_400_000,
      leaseMs: 30_000,
    });
  });

  it('names an execution that nothing will ever move again', async () => {
    const { body: started } = await server.send('POST', '/api/v1/executions', { definition: longWait });
    const { store } = server.composition;
    const wakeUps = [{ type: 'remove', id: `${started.id}/timer` }] as const;
    await store.commit([{ tenant: 'default', stream: started.id, wakeUps }]);
    const { body } = await server.send('GET', '/api/v1/system');
    expect(body.orphans).toEqual({ count: 1, ids: [started.id] });
  });
});

describe('the nodes', () => {
  it('are the processes on the store, this one with its load, and seen now', async () => {
    const { status, body } = await server.send('GET', '/api/v1/nodes');
    const { body: system } = await server.send('GET', '/api/v1/system');
    expect(status).toBe(200);
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      ...{ id: system.node, version: system.version, roles: system.roles, startedAt: system.startedAt },
      ...{ pid: process.pid, state: 'running' },
      load: { executionsInMemory: expect.any(Number), effectsRunning: 0, lagMs: expect.any(Number) },
    });
  });

  it('say which roles none of them has', async () => {
    const part = await openTestServer({ roles: ['api', 'worker', 'executor'] });
    expect((await part.send('GET', '/api/v1/nodes')).body.missingRoles).toEqual(['timer', 'events']);
    await part.close();
    expect((await server.send('GET', '/api/v1/nodes')).body.missingRoles).toEqual([]);
  });

  it('say that a process drains', async () => {
    const part = await openTestServer();
    await part.composition.drain();
    expect((await part.send('GET', '/api/v1/nodes')).body.items).toMatchObject([{ state: 'draining' }]);
    expect((await part.send('GET', '/ready')).status).toBe(503);
    await part.close();
  });
});

describe('readiness', () => {
  it('names each role of the process, and no other', async () => {
    const part = await openTestServer({ roles: ['api', 'timer'] });
    try {
      const { status, body } = await part.send('GET', '/ready');
      expect(status).toBe(200);
      expect(Object.keys(body.checks).sort()).toEqual(['store', 'tail', 'timer']);
    } finally {
      await part.close();
    }
  });

  it('is gone with the roles, though the store still answers', async () => {
    const part = await openTestServer();
    await part.composition.close(0);
    const { status, body } = await part.send('GET', '/ready');
    expect([status, body.checks.timer]).toEqual([503, { ok: false, detail: 'it was stopped' }]);
    await part.server.close();
  });
});
