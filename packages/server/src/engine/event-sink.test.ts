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
    ...{ store, data: folder, roles: ['worker', 'executor', 'timer'] },
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
    expect((await composition.figures()).stats).toMatchObject({ lifecycle_events_sent: rows.length });
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
