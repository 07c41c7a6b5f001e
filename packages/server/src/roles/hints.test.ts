import { describe, expect, it } from 'vitest';
import { sweepMs } from '../engine/compose.ts';
import type { Hint, HintListener, Store } from '../ports/store.ts';
import { openHarness, step, workflow } from './test-support/harness.ts';

/** A store of several processes that hints, by the hand of the test. */
function hinting() {
  const listeners: HintListener[] = [];
  const tell = (hints: readonly Hint[], isOwn: boolean) => {
    for (const listener of listeners) listener(hints, isOwn);
  };
  return {
    hint: (...hints: readonly Hint[]) => tell(hints, false),
    hintOwn: (...hints: readonly Hint[]) => tell(hints, true),
    around: (store: Store): Store => ({
      ...store,
      features: { ...store.features, exclusive: false },
      hints: (listener) => {
        listeners.push(listener);
        return () => listeners.splice(listeners.indexOf(listener), 1);
      },
    }),
  };
}

describe('on a store that hints', () => {
  it('a process without work asks the store less than once a second', async () => {
    const { runtime, advance, calls } = openHarness({ around: hinting().around, sweepMs: sweepMs.hinted });
    runtime.start();
    await advance(1_000);
    calls.length = 0;
    await advance(600_000);
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.length).toBeLessThan(600);
  });

  it('roles look at once when they are told, and not before', async () => {
    const store = hinting();
    const api = openHarness({ around: store.around, roles: ['api'], sweepMs: 600_000 });
    const others = openHarness({
      ...{ shared: api, around: store.around, sweepMs: 600_000 },
      roles: ['worker', 'timer'],
    });
    const executor = openHarness({
      ...{ shared: api, around: store.around, sweepMs: 600_000 },
      roles: ['executor'],
    });
    for (const { runtime } of [api, others, executor]) runtime.start();
    await api.advance(100);
    const started = api.runtime.engine.start('default', { definition: workflow([step]), input: { n: 1 } });
    await api.advance(5_000);
    const [open] = (await api.store.executions('default', { rowsMax: 9 })).rows;
    expect(open).toBeUndefined();
    store.hint('command');
    await api.advance(5_000);
    const { execution } = await started;
    const statusOf = async () => (await api.store.execution('default', execution.id))?.status;
    expect(await statusOf()).toBe('running');
    store.hint('effect');
    await api.advance(100);
    // What came of the deed is a command again.
    expect(await statusOf()).toBe('running');
    store.hint('command');
    await api.advance(100);
    expect(await statusOf()).toBe('completed');
  });

  it('a hint that comes while a role is looking makes it look again', async () => {
    const store = hinting();
    const { runtime, advance, calls } = openHarness({ around: store.around, sweepMs: 600_000 });
    runtime.start();
    await advance(100);
    calls.length = 0;
    store.hint('command', 'timer', 'effect');
    store.hint('command', 'timer', 'effect');
    store.hint('command', 'timer', 'effect');
    await advance(100);
    expect(calls.filter((name) => name === 'nextDue')).toHaveLength(4);
    expect(calls.filter((name) => name === 'claim')).toHaveLength(2);
  });

  it('one reader of the log feeds all who follow or wait', async () => {
    const store = hinting();
    const api = openHarness({ around: store.around, roles: ['api'], sweepMs: 600_000 });
    const others = openHarness({
      ...{ shared: api, around: store.around, sweepMs: 600_000 },
      roles: ['worker', 'timer', 'executor'],
    });
    for (const { runtime } of [api, others]) runtime.start();
    await api.advance(100);
    const definition = workflow([{ wait: { seconds: 5 } }]);
    const { id } = (await others.runtime.engine.start('default', { definition })).execution;
    const { engine } = api.runtime;
    const waiting = Array.from({ length: 20 }, () => engine.wait('default', id, 60_000));
    const told = Array.from({ length: 20 }, async () => {
      const versions: number[] = [];
      for await (const { version } of engine.follow('default', id, 0, new AbortController().signal))
        versions.push(version);
      return versions;
    });
    await api.advance(100);
    api.calls.length = 0;
    await others.advance(6_000);
    store.hint('commits');
    await api.advance(100);
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set(['completed']));
    const [first, ...more] = await Promise.all(told);
    expect(first).toEqual((await engine.events('default', id, {})).rows.map(({ version }) => version));
    for (const versions of more) expect(versions).toEqual(first);
    expect(api.calls.filter((name) => name === 'tail').length).toBeLessThanOrEqual(2);
  });

  it('who waits for a worker of this process hears of an end that another decided, within a fifth of a second of the hint', async () => {
    const store = hinting();
    const roles = ['api', 'worker', 'executor', 'timer'] as const;
    const one = openHarness({ around: store.around, sweepMs: 600_000, roles: [...roles] });
    const other = openHarness({ shared: one, around: store.around, sweepMs: 600_000, roles: [...roles] });
    for (const { runtime } of [one, other]) runtime.start();
    await one.advance(1_000);
    const definition = workflow([{ wait: { seconds: 50 } }]);
    const { id } = (await one.runtime.engine.start('default', { definition })).execution;
    let status: string | undefined;
    void one.runtime.engine.wait('default', id, 60_000).then((execution) => (status = execution.status));
    await one.advance(1_000);
    expect(one.runtime.feed.needsLog).toBe(false);
    void other.runtime.engine.cancel('default', id);
    await other.advance(0);
    store.hint('commits');
    await one.advance(200);
    expect(status).toBe('cancelled');
  });

  it('who waits for an end is told of it by the worker: what this process commits is not read for that, what another does is', async () => {
    const store = hinting();
    const { runtime, advance, calls } = openHarness({
      ...{ around: store.around, sweepMs: 600_000 },
      roles: ['api', 'worker', 'executor', 'timer'],
    });
    runtime.start();
    await advance(1_000);
    const { engine } = runtime;
    const start = async (definition: ReturnType<typeof workflow>) => {
      const { execution } = await engine.start('default', { definition });
      return engine.wait('default', execution.id, 60_000);
    };
    const waiting = start(workflow([{ wait: { seconds: 5 } }]));
    await advance(1_000);
    calls.length = 0;
    const short = start(workflow([{ wait: { milliseconds: 50 } }]));
    for (let turn = 0; turn < 10; turn++) {
      store.hintOwn('commits');
      await advance(10);
    }
    expect((await short).status).toBe('completed');
    expect(calls).not.toContain('execution');
    // Since nothing was read for a second it is, and then not for a fifth of one.
    const reads = () => calls.filter((name) => name === 'tail').length;
    expect(reads()).toBe(1);
    store.hint('commits');
    await advance(200);
    expect(reads()).toBe(2);
    await advance(5_000);
    expect((await waiting).status).toBe('completed');
  });

  it('the matcher looks at once when there is an event, and passes other commits some at a time', async () => {
    const store = hinting();
    const harness = openHarness({
      ...{ around: store.around, sweepMs: 600_000 },
      roles: ['api', 'worker', 'executor', 'timer', 'events'],
    });
    const { runtime, advance, calls } = harness;
    runtime.start();
    await advance(1_000);
    const listens = workflow([{ listen: { to: { one: { with: { type: 'paid' } } } } }]);
    const { execution } = await runtime.engine.start('default', { definition: listens });
    store.hintOwn('commits', 'events');
    await advance(1_000);
    const read = () => calls.filter((name) => name === 'tail').length;
    const before = read();
    for (let turn = 0; turn < 100; turn++) {
      store.hintOwn('commits');
      await advance(10);
    }
    // It and the reader of the tail, five times each.
    expect(read() - before).toBeGreaterThan(7);
    expect(read() - before).toBeLessThan(13);
    await advance(1_000);
    const other = openHarness({ ...{ shared: harness, around: store.around }, roles: ['api'] });
    const event = { specversion: '1.0', id: '1', source: 'urn:t', type: 'paid' };
    await other.runtime.engine.publish('default', [event]);
    store.hint('commits', 'events');
    await advance(10);
    expect((await runtime.engine.execution('default', execution.id)).status).toBe('completed');
  });

  it('nobody reads the log when nobody follows, and no events are matched: whoever holds executions asks where streams stand, a few times a second', async () => {
    const store = hinting();
    const around = (inner: Store): Store => ({
      ...store.around(inner),
      async heads(cursor, rowsMax) {
        const page = await inner.tail(cursor, rowsMax);
        const heads = page.commits.map(({ tenant, stream, version }) => ({ tenant, stream, version }));
        return { heads, cursor: page.cursor };
      },
    });
    const { runtime, advance, calls } = openHarness({
      ...{ around, sweepMs: 1_000 },
      roles: ['api', 'worker', 'executor', 'timer'],
    });
    runtime.start();
    await advance(1_000);
    store.hint('commits');
    await advance(1_000);
    expect(calls).not.toContain('heads');
    for (let turn = 0; turn < 500; turn++) {
      await runtime.engine.start('default', { definition: workflow([{ set: { a: 1 } }]) });
      store.hint('commits');
      await advance(10);
    }
    expect(calls).not.toContain('tail');
    const asked = calls.filter((name) => name === 'heads').length;
    expect(asked).toBeGreaterThan(15);
    expect(asked).toBeLessThan(30);
  });
});
