import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Harness, openHarness } from '../roles/test-support/harness.ts';

const id = { namespace: 'tests', name: 'tick' };
const second = 1_000;

function tick(
  schedule: JsonObject,
  more: { version?: string; metadata?: JsonObject; task?: JsonObject } = {},
) {
  const { version = '1.0.0', metadata, task = { set: { ran: true } } } = more;
  return JSON.stringify({
    document: { dsl: '1.0.3', ...id, version, ...(metadata === undefined ? {} : { metadata }) },
    schedule,
    do: [{ t: task }],
  });
}

const open = (options: Parameters<typeof openHarness>[0] = {}) => {
  const harness = openHarness({ sweepMs: 500, leaseMs: 5_000, ...options });
  harness.runtime.start();
  return harness;
};

/** Ids of the runs, in their order, without the workflow. */
async function runs({ runtime }: Harness): Promise<string[]> {
  const { rows } = await runtime.engine.executions('default', { workflow: 'tests/tick', limit: 1_000 });
  return rows.map((row) => row.id.replace('tests.tick~', '')).sort();
}

describe('a schedule', () => {
  it('starts a run each time that it is due, which knows what started it', async () => {
    const harness = open();
    const begin = harness.queue.now;
    await harness.runtime.engine.deploy('default', tick({ every: { seconds: 10 } }));
    await harness.advance(35 * second);
    const found = await runs(harness);
    expect(found).toHaveLength(3);
    const [first = ''] = found;
    const due = new Date(begin + 10 * second).toISOString();
    expect(await harness.runtime.engine.execution('default', `tests.tick~${first}`)).toMatchObject({
      status: 'completed',
      input: {},
      cause: { type: 'schedule', source: 'every', due },
    });
    expect(harness.errors).toEqual([]);
  });

  it('of a cron expression is due by the clock of its zone', async () => {
    const harness = open();
    // The harness begins at 2026-01-01T00:00:00Z.
    await harness.runtime.engine.deploy(
      'default',
      tick({ cron: '30 1 * * *' }, { metadata: { schedule: { timeZone: 'Europe/Berlin' } } }),
    );
    const view = await harness.runtime.engine.schedule('default', id, { count: 2 });
    expect(view.next).toEqual([
      { source: 'cron', due: '2026-01-01T00:30:00.000Z' },
      { source: 'cron', due: '2026-01-02T00:30:00.000Z' },
    ]);
    await harness.advance(31 * 60 * second);
    expect(await runs(harness)).toEqual(['cron-20260101T003000000Z']);
  });

  it('that runs after its own end counts from there, and only then', async () => {
    const harness = open();
    await harness.runtime.engine.deploy(
      'default',
      tick({ after: { seconds: 10 } }, { task: { wait: { seconds: 7 } } }),
    );
    await harness.advance(16 * second);
    expect(await runs(harness)).toHaveLength(1);
    const { next, running } = await harness.runtime.engine.schedule('default', id, {});
    expect({ next, running: running.length }).toEqual({ next: [], running: 1 });
    await harness.advance(2 * second);
    expect((await harness.runtime.engine.schedule('default', id, {})).next).toHaveLength(1);
    await harness.advance(40 * second);
    // 10, then 17 later each time: 27, 44.
    expect(await runs(harness)).toHaveLength(3);
  });

  it('that runs at once after its own end goes on, though a run ends in the millisecond that it began in', async () => {
    const harness = open();
    await harness.runtime.engine.deploy('default', tick({ after: { seconds: 0 } }));
    await harness.advance(20);
    expect((await runs(harness)).length).toBeGreaterThan(5);
  });

  it('goes on after a run that was cancelled', async () => {
    const harness = open();
    const text = tick({ after: { seconds: 10 } }, { task: { wait: { hours: 1 } } });
    await harness.runtime.engine.deploy('default', text);
    await harness.advance(11 * second);
    const [run = ''] = await runs(harness);
    await harness.runtime.engine.cancel('default', `tests.tick~${run}`);
    await harness.advance(11 * second);
    expect(await runs(harness)).toHaveLength(2);
  });

  it('holds as the latest version says it, and ends with the last version', async () => {
    const harness = open();
    const { engine } = harness.runtime;
    await engine.deploy('default', tick({ every: { seconds: 10 } }));
    await harness.advance(5 * second);
    // The same schedule again: what is due stays due.
    await engine.deploy('default', tick({ every: { seconds: 10 } }, { version: '1.1.0' }));
    await harness.advance(6 * second);
    const [run = ''] = await runs(harness);
    expect((await engine.execution('default', `tests.tick~${run}`)).workflow.version).toBe('1.1.0');
    await engine.deploy('default', tick({ every: { seconds: 3 } }, { version: '2.0.0' }));
    await harness.advance(7 * second);
    expect(await runs(harness)).toHaveLength(3);
    // An older version does not take over.
    await engine.deploy('default', tick({ every: { seconds: 1 } }, { version: '1.5.0' }));
    expect((await engine.schedule('default', id, {})).workflow).toBe('tests/tick/2.0.0');
    await engine.undeploy('default', id, { force: true });
    await expect(engine.schedule('default', id, {})).rejects.toThrow(/has no schedule/);
    const before = await runs(harness);
    await harness.advance(20 * second);
    expect(await runs(harness)).toEqual(before);
    expect(await harness.store.nextDue(['timer'])).toBeUndefined();
  });

  it('starts nothing while it is paused, and makes up for nothing when it is resumed', async () => {
    const harness = open();
    const { engine } = harness.runtime;
    await engine.deploy('default', tick({ every: { seconds: 10 } }));
    const held = await engine.pauseSchedule('default', id, 'the shop is closed');
    expect(held).toMatchObject({ status: 'paused', paused: { reason: 'the shop is closed' }, next: [] });
    await harness.advance(35 * second);
    expect(await runs(harness)).toEqual([]);
    await engine.resumeSchedule('default', id);
    await harness.advance(second);
    expect(await runs(harness)).toEqual([]);
    await harness.advance(5 * second);
    expect(await runs(harness)).toHaveLength(1);
  });

  it('of a version that cannot be run is idle, and says why', async () => {
    const harness = open();
    const script = { run: { script: { language: 'js', code: '1' } } };
    await harness.runtime.engine.deploy('default', tick({ every: { seconds: 1 } }, { task: script }));
    expect(await harness.runtime.engine.schedule('default', id, {})).toMatchObject({
      status: 'idle',
      idle: expect.stringContaining('script'),
    });
    await harness.advance(5 * second);
    expect(await runs(harness)).toEqual([]);
    expect(harness.errors).toEqual([]);
  });

  it.each([
    ['once', 1],
    ['skip', 0],
    ['all', 30],
  ] as const)(
    'of which runs were missed while no server was there makes %s of them',
    async (misfire, missed) => {
      const one = open();
      await one.runtime.engine.deploy(
        'default',
        tick({ every: { minutes: 2 } }, { metadata: { schedule: { misfire } } }),
      );
      await one.runtime.stop(0);
      // More than an hour without a server: thirty were due, the last of them more than a minute ago.
      await one.advance(3_600_000 + 110_000);
      const two = open({ shared: one });
      await two.advance(second);
      expect(await runs(two)).toHaveLength(missed);
      await two.advance(10 * second);
      expect(await runs(two)).toHaveLength(missed + 1);
    },
  );
});
