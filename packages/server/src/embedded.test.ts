import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createEngine, type EmbeddedEngine, type EngineOptions } from './index.ts';

const header = "document: { dsl: '1.0.3', namespace: default, name: embedded, version: '1.0.0' }\n";
const open: EmbeddedEngine[] = [];

async function engineWith(options: EngineOptions): Promise<EmbeddedEngine> {
  const engine = await createEngine(options);
  open.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});

describe('the embedded engine', () => {
  test('call runs a function of the program, with the key of its deed', async () => {
    const keys: string[] = [];
    const engine = await engineWith({
      functions: {
        double: (input, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          return { n: (input as { n: number }).n * 2 };
        },
      },
    });
    const definition = `${header}do: [{ a: { call: double, with: { n: '\${ .n }' } } }, { b: { call: double, with: { n: '\${ .n }' } } }]`;
    const ended = await engine.run({ definition, input: { n: 10 } });
    expect(ended).toMatchObject({ status: 'completed', output: { n: 40 } });
    expect(new Set(keys).size).toBe(2);
  });

  test('an error that a function throws faults its task with the message', async () => {
    const engine = await engineWith({
      functions: {
        fail: () => {
          throw new Error('no luck');
        },
      },
    });
    const ended = await engine.run({ definition: `${header}do: [{ a: { call: fail } }]` });
    expect(ended).toMatchObject({
      status: 'faulted',
      error: { status: 500, detail: 'no luck', instance: '/do/0/a', source: { line: 2 } },
    });
  });

  test('a function that was not registered is an error of the definition', async () => {
    const engine = await engineWith({ functions: { known: () => null } });
    await expect(engine.start({ definition: `${header}do: [{ a: { call: knwon } }]` })).rejects.toMatchObject(
      { code: 'invalid-definition' },
    );
  });

  test('what the program changes afterwards does not change the input', async () => {
    const engine = await engineWith({});
    const input = { list: [1] };
    const { execution } = await engine.start({
      definition: `${header}do: [{ w: { wait: { milliseconds: 5 } } }]`,
      input,
    });
    input.list.push(2);
    expect(await engine.run({ definition: `${header}do: [{ a: { set: '\${ . }' } }]`, input })).toMatchObject(
      { output: { list: [1, 2] } },
    );
    expect(await engine.execution(execution.id)).toMatchObject({ input: { list: [1] } });
  });

  test('executions of a SQLite store go on where a program before left them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-embedded-'));
    const options = { store: `sqlite:${join(folder, 'm.db')}`, data: folder };
    const before = await createEngine(options);
    const { execution } = await before.start({
      definition: `${header}do: [{ w: { wait: { milliseconds: 300 } } }, { s: { set: { done: true } } }]`,
    });
    await before.close();
    const after = await engineWith(options);
    const ended = await after.wait(execution.id, 10_000, new AbortController().signal);
    expect(ended).toMatchObject({ status: 'completed', output: { done: true } });
  });
});
