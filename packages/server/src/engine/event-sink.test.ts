import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits, type LifecycleEvent } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../http-client/loopback-server.fixture.ts';
import { type Composition, composeEngine } from './compose.ts';

let sink: LoopbackServer;
let folder: string;
let composition: Composition;
let answer: (event: LifecycleEvent, count: number) => number;
const errors: unknown[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-sink-'));
  errors.splice(0);
  answer = () => 204;
  sink = await startLoopbackServer(({ body }, response) => {
    response.writeHead(answer(JSON.parse(body) as LifecycleEvent, sink.received.length)).end();
  });
});
afterEach(async () => {
  await composition.close(1_000);
  await sink.close();
  rmSync(folder, { recursive: true });
});

const compose = (statusChanged = false, store = 'memory:') =>
  composeEngine({
    ...{ store, data: folder, roles: ['worker', 'executor', 'timer', 'events'] },
    secrets: { environment: {} },
    http: { allow: ['loopback'] },
    eventSink: { uri: `${sink.origin}/events`, statusChanged },
    limits: defaultLimits,
    ...{
      leaseMs: 30_000,
      effectsMax: 16,
      blobThresholdBytes: 65_536,
      overdueMs: 10_000,
      idempotencyMs: 60_000,
    },
    onError: (error) => void errors.push(error),
    onFatal: (error) => void errors.push(error),
  });

const header = "document: { dsl: '1.0.3', namespace: default, name: test, version: '1.0.0' }\n";

async function run(definition: string): Promise<string> {
  const { execution } = await composition.engine.start('default', { definition: header + definition });
  await composition.engine.wait('default', execution.id, 10_000);
  return execution.id;
}

const taken = () => sink.received.map(({ body }) => JSON.parse(body) as LifecycleEvent);
const typesOf = (events: readonly LifecycleEvent[]) =>
  events.map(({ type }) => type.slice('io.serverlessworkflow.'.length, -'.v1'.length));

const ofExecution = (id: string) => taken().filter(({ subject }) => subject === id);
const lastOf = (id: string) =>
  typesOf(ofExecution(id))
    .filter((type) => !type.includes('status-changed'))
    .at(-1);

/** Resolves when the sink was sent so many events. */
async function sent(count: number): Promise<void> {
  await expect
    .poll(() => sink.received.length, { timeout: 15_000, interval: 20 })
    .toBeGreaterThanOrEqual(count);
}

describe('a sink of lifecycle events', () => {
  it('gets each as a CloudEvent in structured mode, in order, as the API tells them', async () => {
    composition = await compose();
    const id = await run('do: [{ a: { set: { x: 1 } } }, { b: { wait: { milliseconds: 10 } } }]');
    await sent(6);
    const { rows } = await composition.engine.lifecycle('default', id, {});
    await sent(rows.length);
    expect(taken()).toEqual(rows);
    expect(sink.received[0]?.headers['content-type']).toContain('application/cloudevents+json');
    // The sink has it before its answer is counted.
    await expect
      .poll(async () => (await composition.figures()).stats.lifecycle_events_sent)
      .toBe(rows.length);
  });

  it('gets the changes of statuses too when they are wanted', async () => {
    composition = await compose(true);
    await run('do: [{ b: { wait: { milliseconds: 30 } } }]');
    await sent(11);
    const changes = taken().filter(({ type }) => type.includes('status-changed'));
    const of = (kind: string) =>
      changes.filter(({ type }) => type.includes(`.${kind}.`)).map(({ data }) => data.status);
    expect(of('workflow')).toEqual(['waiting', 'completed']);
    expect(of('task')).toEqual(['pending', 'running', 'waiting', 'completed']);
    expect(changes.every(({ data }) => typeof data.updatedAt === 'string')).toBe(true);
  });

  it('gets all 18 events of real runs, with what the standard says of each and nothing else', async () => {
    composition = await compose(true);
    const { engine } = composition;
    const begin = async (definition: string) =>
      (await engine.start('default', { definition: header + definition })).execution.id;
    const waits = (id: string) =>
      expect.poll(async () => (await engine.execution('default', id)).status).toBe('waiting');
    const filter = `{ with: { type: t }, correlate: { order: { from: .data.order, expect: '7' } } }`;
    const listens = await begin(`do: [{ l: { listen: { to: { any: [${filter}], until: length == 2 } } } }]`);
    await waits(listens);
    await engine.suspend('default', listens);
    await engine.resume('default', listens);
    for (const id of ['1', '2'])
      await engine.publish('default', [
        { specversion: '1.0', id, source: 's', type: 't', data: { order: 7 } },
      ]);
    const cancelled = await begin('do: [{ w: { wait: { hours: 1 } } }]');
    await waits(cancelled);
    await engine.cancel('default', cancelled);
    const raise = "raise: { error: { type: 'https://example.com/x', status: 500, title: T } }";
    const faulted = await run(
      `do: [{ t: { try: [{ r: { ${raise} } }], catch: { retry: { delay: { milliseconds: 10 }, limit: { attempt: { count: 2 } } } } } }]`,
    );
    await expect
      .poll(() => [listens, cancelled, faulted].map(lastOf), { timeout: 15_000 })
      .toEqual(['workflow.completed', 'workflow.cancelled', 'workflow.faulted']);
    const statusesOf = (id: string, of: 'workflow' | 'task') =>
      ofExecution(id)
        .filter(({ type }) => type.includes(`${of}.status-changed`))
        .map(({ data }) => data.status);
    await expect
      .poll(() => [listens, cancelled, faulted].map((id) => statusesOf(id, 'workflow').at(-1)))
      .toEqual(['completed', 'cancelled', 'faulted']);
    // Those of one execution are in order, and those of different ones are not.
    const inOrder = [listens, cancelled, faulted].flatMap(ofExecution);
    const byType = new Map(inOrder.map((event) => [typesOf([event])[0] ?? '', event]));
    const name = (id: string) => `test-${id}.default`;
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const error = { type: 'https://example.com/x', status: 500, title: 'T', instance: '/do/0/t/try/0/r' };
    const [l, c, f] = [listens, cancelled, faulted].map((id) => ({ name: name(id) }));
    const task = (id: string, pointer: string) => ({ workflow: name(id), task: pointer });
    expect(Object.fromEntries([...byType].map(([type, { data }]) => [type, data]))).toEqual({
      'workflow.started': {
        ...f,
        startedAt: at,
        definition: { namespace: 'default', name: 'test', version: '1.0.0' },
      },
      'workflow.suspended': { ...l, suspendedAt: at },
      'workflow.resumed': { ...l, resumedAt: at },
      'workflow.correlation-started': { ...l, startedAt: at },
      'workflow.correlation-completed': { ...l, completedAt: at, correlationKeys: { order: '7' } },
      'workflow.cancelled': { ...c, cancelledAt: at },
      'workflow.faulted': { ...f, faultedAt: at, error },
      'workflow.completed': { ...l, completedAt: at, output: [{ order: 7 }, { order: 7 }] },
      'workflow.status-changed': { ...f, updatedAt: at, status: 'faulted' },
      'task.created': { ...task(faulted, '/do/0/t/try/0/r'), createdAt: at },
      'task.started': { ...task(faulted, '/do/0/t/try/0/r'), startedAt: at },
      'task.suspended': { ...task(listens, '/do/0/l'), suspendedAt: at },
      'task.resumed': { ...task(listens, '/do/0/l'), resumedAt: at },
      'task.retried': { ...task(faulted, '/do/0/t'), retriedAt: at },
      'task.cancelled': { ...task(cancelled, '/do/0/w'), cancelledAt: at },
      'task.faulted': { ...task(faulted, '/do/0/t'), faultedAt: at, error },
      'task.completed': {
        ...task(listens, '/do/0/l'),
        completedAt: at,
        output: [{ order: 7 }, { order: 7 }],
      },
      'task.status-changed': { ...task(faulted, '/do/0/t'), updatedAt: at, status: 'faulted' },
    });
    for (const id of [listens, cancelled, faulted]) {
      const { rows } = await engine.lifecycle('default', id, { limit: 1_000 });
      const required = ofExecution(id).filter(({ type }) => !type.includes('status-changed'));
      expect(required.map(({ type, data, time }) => [type, data, time])).toEqual(
        rows.map(({ type, data, time }) => [type, data, time]),
      );
    }
    expect(statusesOf(listens, 'task')).toEqual([
      ...['pending', 'running', 'waiting', 'suspended', 'running', 'waiting', 'running', 'completed'],
    ]);
    expect(errors).toEqual([]);
  });

  it('is told of no task that it goes on while its execution is suspended, whatever comes for it', async () => {
    composition = await compose(true);
    const { engine } = composition;
    const definition = `${header}do: [{ l: { listen: { to: { one: { with: { type: t } } } } } }]`;
    const { id } = (await engine.start('default', { definition })).execution;
    await expect.poll(async () => (await engine.execution('default', id)).status).toBe('waiting');
    await engine.suspend('default', id);
    await engine.publish('default', [{ specversion: '1.0', id: '1', source: 's', type: 't' }]);
    const completed = () => typesOf(ofExecution(id)).includes('workflow.correlation-completed');
    await expect.poll(completed, { timeout: 15_000 }).toBe(true);
    await engine.resume('default', id);
    await expect.poll(() => lastOf(id), { timeout: 15_000 }).toBe('workflow.completed');
    const statuses = ofExecution(id).filter(({ type }) => type.includes('task.status-changed'));
    expect(statuses.map(({ data }) => data.status)).toEqual([
      ...['pending', 'running', 'waiting', 'suspended', 'running', 'completed'],
    ]);
  });

  it('that refuses an event gets it again, before the next one of that execution, and others go on', async () => {
    composition = await compose();
    let refusals = 2;
    let stubborn: string | undefined;
    answer = (event) => {
      stubborn ??= event.subject;
      return event.subject === stubborn && refusals-- > 0 ? 503 : 204;
    };
    const ids = [await run('do: [{ a: { set: { x: 1 } } }]'), await run('do: [{ a: { set: { x: 1 } } }]')];
    await sent(12);
    for (const id of ids) {
      const told = typesOf(taken().filter(({ subject }) => subject === id));
      const expected = [
        'workflow.started',
        'task.created',
        'task.started',
        'task.completed',
        'workflow.completed',
      ];
      expect(told).toEqual(
        id === stubborn ? ['workflow.started', 'workflow.started', ...expected] : expected,
      );
    }
    expect(errors.map(String)).toEqual([expect.stringContaining('answered 503')]);
    expect((await composition.figures()).stats).toMatchObject({ lifecycle_events_refused: 2 });
  });

  it('that stands still is seen by how long ago what it has not taken happened, and no more when it has it all', async () => {
    composition = await compose();
    answer = () => 503;
    const behind = async () => (await composition.figures()).stats.lifecycle_events_behind_seconds ?? -1;
    expect(await behind()).toBe(0);
    const first = await run('do: [{ a: { set: { x: 1 } } }]');
    await sent(1);
    await run('do: [{ a: { set: { x: 1 } } }]');
    await expect.poll(behind, { timeout: 15_000 }).toBeGreaterThan(1);
    expect((await composition.figures()).stats.lifecycle_events_waiting).toBe(1);
    answer = () => 204;
    await expect.poll(behind, { timeout: 15_000 }).toBe(0);
    expect(lastOf(first)).toBe('workflow.completed');
  });

  it('that takes nothing is told of once, however many executions wait for it, and again when it had been back', async () => {
    composition = await compose();
    const runs = () => Promise.all(Array.from({ length: 5 }, () => run('do: [{ a: { set: { x: 1 } } }]')));
    const refused = async () => (await composition.figures()).stats.lifecycle_events_refused ?? 0;
    for (const outage of [1, 2]) {
      const before = await refused();
      answer = () => 503;
      const ids = await runs();
      await expect.poll(refused, { timeout: 15_000 }).toBeGreaterThan(before + 10);
      expect(errors).toHaveLength(outage);
      answer = () => 204;
      await expect
        .poll(() => ids.map(lastOf), { timeout: 15_000 })
        .toEqual(ids.map(() => 'workflow.completed'));
    }
  });

  it('gets what happened while nobody was there to send it, and nothing from before it was named', async () => {
    const store = `sqlite:${join(folder, 'store.db')}`;
    composition = await compose(false, store);
    answer = () => 500;
    const id = await run('do: [{ a: { set: { x: 1 } } }]');
    await sent(1);
    await composition.close(1_000);
    answer = () => 204;
    sink.received.splice(0);
    composition = await compose(false, store);
    await sent(5);
    expect(new Set(taken().map(({ subject }) => subject))).toEqual(new Set([id]));
    expect(typesOf(taken()).at(-1)).toBe('workflow.completed');
  });
});
