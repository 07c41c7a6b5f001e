import { hash } from 'node:crypto';
import { factSchema } from '@millrace/core';
import { expect, it } from 'vitest';
import { commitContent } from '../ports/commit-content.ts';
import type { Store } from '../ports/store.ts';
import { openHarness, workflow } from './test-support/harness.ts';

const shared = (store: Store): Store => ({ ...store, features: { ...store.features, exclusive: false } });

/** An execution that waits, to which a process of a version to come has written. */
async function openWritten() {
  const old = openHarness({ around: shared, sweepMs: 1_000 });
  old.runtime.start();
  const { engine } = old.runtime;
  const definition = workflow([{ wait: { seconds: 20 } }]);
  const { id } = (await engine.start('default', { definition })).execution;
  const other = (await engine.start('default', { definition })).execution.id;
  await old.advance(100);
  const last = (await old.store.read('default', id)).at(-1);
  if (last === undefined) throw new Error('nothing was committed');
  const after = { version: last.version + last.count - 1, commit: last.id };
  const body = JSON.stringify([factSchema + 1, { type: 'weather.changed' }]);
  const content = { version: after.version + 1, count: 1, time: last.time, cause: 'newer', body };
  const commit = { ...content, id: hash('sha256', commitContent(after.commit, 'default', id, content)) };
  const [result] = await old.store.commit([{ tenant: 'default', stream: id, after, commit, wakeUps: [] }]);
  expect(result?.type).toBe('accepted');
  const commands = async () =>
    (await old.store.wakeUps('default', id)).filter(({ kind }) => kind === 'command');
  return { old, engine, id, other, commands };
}

it('a process that meets facts of a newer schema says so, and goes on with all other executions', async () => {
  const { old, engine, id, other } = await openWritten();
  await expect(engine.execution('default', id)).rejects.toMatchObject({
    code: 'unavailable',
    details: { reason: 'newer-facts' },
    message: expect.stringContaining(`facts are of schema ${factSchema + 1}`),
  });
  await old.advance(25_000);
  expect(await engine.execution('default', other)).toMatchObject({ status: 'completed' });
});

it('what it cannot decide becomes a durable command that it leaves to others, and it says so once', async () => {
  const { old, engine, id, commands } = await openWritten();
  const asked = engine.cancel('default', id, 'enough', { ms: 3_000 }).catch((error: unknown) => error);
  await old.advance(5_000);
  expect(await asked).toMatchObject({ code: 'unavailable', message: expect.stringContaining('durable') });
  const [row, ...more] = await commands();
  expect(more).toEqual([]);
  expect(JSON.parse(row?.body ?? '')).toMatchObject({ type: 'execution.cancel' });
  await old.advance(60_000);
  // Between two tries it is free for whoever can.
  const free: boolean[] = [];
  for (let look = 0; look < 20; look++) {
    await old.advance(97);
    free.push((await commands()).some(({ lease }) => lease === null));
  }
  expect(free.filter(Boolean).length).toBeGreaterThan(10);
  const said = old.errors.filter((error) => String(error).includes('newer Millrace'));
  expect(said).toHaveLength(1);
});
