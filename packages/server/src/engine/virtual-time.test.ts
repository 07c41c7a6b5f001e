import type { JsonObject } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../embedded.ts';

const opened: EmbeddedEngine[] = [];

async function open(functions: Parameters<typeof createEngine>[0] = {}): Promise<EmbeddedEngine> {
  const engine = await createEngine({ virtualTime: true, ...functions });
  opened.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close(0);
});

const workflow = (tasks: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  document: { dsl: '1.0.3', namespace: 'tests', name: 'long', version: '1.0.0' },
  ...more,
  do: tasks.map((task, index) => ({ [`t${index}`]: task })),
});

describe('under virtual time', () => {
  it('a workflow that waits for a week ends at once, a week later', async () => {
    const engine = await open();
    const begun = performance.now();
    const view = await engine.run({
      definition: workflow([{ wait: { days: 7 } }, { set: { done: true } }]),
    });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(view).toMatchObject({ status: 'completed', output: { done: true } });
    const weekMs = 7 * 86_400_000;
    const tookMs = Date.parse(view.endedAt ?? '') - Date.parse(view.startedAt);
    expect(tookMs).toBeGreaterThanOrEqual(weekMs);
    expect(tookMs).toBeLessThan(weekMs + 5_000);
  });

  it('attempts, deadlines and schedules come in their order', async () => {
    const attempts: number[] = [];
    const engine = await open({
      functions: {
        flaky: () => {
          attempts.push(attempts.length);
          throw new Error('not yet');
        },
      },
    });
    const retry = { delay: { hours: 1 }, backoff: { exponential: {} }, limit: { attempt: { count: 5 } } };
    const view = await engine.run({
      definition: workflow([{ try: [{ call: { call: 'flaky' } }], catch: { retry } }], {
        timeout: { after: { hours: 10 } },
      }),
    });
    // 1, 2 and 4 hours later; the fifth would be due 15 hours after the first, and the workflow has 10.
    expect(attempts).toHaveLength(4);
    expect(view.error?.type).toMatch(/timeout$/);
  });

  it('the clock does not leap while a deed is under way', async () => {
    let release = () => {};
    const engine = await open({
      functions: { slow: () => new Promise((resolve) => (release = () => resolve({ ok: true }))) },
    });
    const fork = {
      fork: { compete: true, branches: [{ a: { call: 'slow' } }, { b: { wait: { hours: 1 } } }] },
    };
    const ended = engine.run({ definition: workflow([fork]) });
    // Much longer than the clock would need to find that nothing is to do.
    await new Promise((resolve) => setTimeout(resolve, 150));
    release();
    expect((await ended).output).toEqual({ ok: true });
  });

  it('whoever waits for an answer waits by the real clock', async () => {
    const engine = await open();
    const { execution } = await engine.start({ definition: workflow([{ wait: { hours: 5 } }]) });
    expect((await engine.wait(execution.id, 20_000)).status).toBe('completed');
  });

  it('a schedule runs day after day, no more than some runs a second', async () => {
    const engine = await open();
    const definition = workflow([{ set: { ran: true } }], { schedule: { cron: '0 0 * * *' } });
    await engine.deploy(JSON.stringify(definition));
    await expect
      .poll(async () => (await engine.executions({ limit: 100 })).rows.length, { timeout: 8_000 })
      .toBeGreaterThanOrEqual(3);
    const { rows } = await engine.executions({ limit: 100 });
    expect(rows.every(({ id }) => id.endsWith('T000000000Z'))).toBe(true);
    expect(rows.length).toBeLessThan(60);
  });
});
