import type { ExecutionChange } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Harness, openHarness, step, workflow } from '../roles/test-support/harness.ts';

const done = workflow([{ set: { n: 1 } }]);

/** Follows, and takes a change only when it is told to. */
function follow(harness: Harness, after?: string) {
  const gone = new AbortController();
  const changes = harness.runtime.engine
    .followExecutions('default', after, gone.signal)
    [Symbol.asyncIterator]();
  const next = async (ms = 200) => {
    const change = changes.next();
    await harness.advance(ms);
    return (await change).value as ExecutionChange;
  };
  return { gone, next };
}

async function start(harness: Harness, prefix: string, count: number, definition = done): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  const started = Promise.all(ids.map((id) => harness.runtime.engine.start('default', { definition, id })));
  await harness.advance(20);
  await started;
}

function open(): Harness {
  const harness = openHarness();
  harness.runtime.start();
  return harness;
}

describe('a reader of the live list', () => {
  it('that takes nothing costs no more than its bound, and is told to read the list anew', async () => {
    const harness = open();
    const reader = follow(harness);
    expect(await reader.next()).toMatchObject({ type: 'open', position: '0' });
    await start(harness, 'e', 2_000);
    expect(await reader.next()).toMatchObject({ type: 'changed', execution: { id: 'e0' } });
    await start(harness, 'f', 2_001);
    for (let count = 1; count < 2_000; count++) await reader.next(0);
    expect(await reader.next()).toEqual({ type: 'reset', position: '4001' });
    reader.gone.abort();
  });

  it('that comes back is told what was committed since, unless that is too much', async () => {
    const harness = open();
    await start(harness, 'e', 3);
    const near = follow(harness, '1');
    expect(await near.next()).toEqual({ type: 'open', position: '1' });
    expect(await near.next()).toMatchObject({ execution: { id: 'e1' }, position: '1' });
    expect(await near.next()).toMatchObject({ execution: { id: 'e2' }, position: '3' });
    await start(harness, 'g', 2_000);
    const far = follow(harness, '1');
    await far.next();
    expect(await far.next()).toEqual({ type: 'reset', position: '2003' });
    near.gone.abort();
    far.gone.abort();
  });

  it('is told of an execution once a phase, however many commits it makes in it', async () => {
    const harness = open();
    const reader = follow(harness);
    await reader.next();
    await start(
      harness,
      'x',
      1,
      workflow([step, { wait: { seconds: 1 } }, step, step, { wait: { seconds: 1 } }]),
    );
    const told: string[] = [];
    while (told.at(-1) !== 'completed') {
      const change = reader.next();
      await harness.advance(2_000);
      const { execution } = (await change) as Extract<ExecutionChange, { type: 'changed' }>;
      told.push(execution.status);
    }
    expect(told.join(' ')).toMatch(/^(running )?waiting (running waiting )?completed$/);
    reader.gone.abort();
  });

  it('of a process that decides nothing reads the rows that the log tells it of', async () => {
    const main = open();
    const surface = openHarness({
      roles: ['api'],
      sweepMs: 25,
      shared: { queue: main.queue, store: main.store },
    });
    surface.runtime.start();
    const reader = follow(surface);
    expect(await reader.next()).toMatchObject({ type: 'open' });
    await start(main, 'there', 1);
    const changed = reader.next();
    await main.advance(5_000);
    expect(await changed).toMatchObject({
      type: 'changed',
      execution: { id: 'there0', status: 'completed' },
    });
    reader.gone.abort();
  });

  it('ends when it is told to, whatever it waits for', async () => {
    const harness = open();
    const reader = follow(harness);
    await reader.next();
    const waiting = reader.next();
    reader.gone.abort();
    expect(await waiting).toBeUndefined();
    expect(harness.runtime.feed.listeners).toBe(0);
  });
});
