import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createEngine } from '../index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const definition = `document: { dsl: '1.0.3', namespace: default, name: doubt, version: '1.0.0' }
do: [{ pay: { call: pay, metadata: { unsafe: true } } }]`;

test('a deed whose process ended meanwhile is not repeated by itself, and is when somebody says so, under the same key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doubt-'));
  folders.push(folder);
  const keys: string[] = [];
  const options = { store: `sqlite:${join(folder, 'store.db')}`, data: folder };
  const begun = Promise.withResolvers<void>();
  const first = await createEngine({
    ...options,
    functions: {
      pay: (_, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        begun.resolve();
        return new Promise(() => {});
      },
    },
  });
  const { execution } = await first.start({ definition });
  await begun.promise;
  await first.close(0);
  const second = await createEngine({
    ...options,
    functions: {
      pay: (_, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { paid: true };
      },
    },
  });
  try {
    const [row] = await second.wakeUps(execution.id);
    expect(row).toMatchObject({ doubt: true, unsafe: true });
    expect(await second.execution(execution.id)).toMatchObject({ status: 'running' });
    await second.resolve(
      execution.id,
      Number(row?.id.split('/').at(-1)),
      { as: 'again' },
      'the bank has nothing',
    );
    expect(await second.wait(execution.id, 10_000)).toMatchObject({
      status: 'completed',
      output: { paid: true },
    });
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(await second.wakeUps(execution.id)).toEqual([]);
  } finally {
    await second.close();
  }
});
