import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../index.ts';

const header = "document: { dsl: '1.0.3', namespace: default, name: told, version: '1.0.0' }\n";

describe('lifecycle events of an execution', () => {
  let engine: EmbeddedEngine;
  beforeAll(async () => {
    engine = await createEngine();
  });
  afterAll(() => engine.close());

  test('come in pages that together are all of them, in order', async () => {
    const { id } = await engine.run({
      definition: `${header}do: [{ a: { set: { x: 1 } } }, { b: { set: { y: 2 } } }]`,
    });
    const all = await engine.lifecycle(id, {});
    const pages: string[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page = await engine.lifecycle(id, { after, limit: 3 });
      pages.push(...page.rows.map((event) => event.id));
      after = page.cursor === undefined ? undefined : Number(page.cursor);
    }
    expect(pages).toEqual(all.rows.map((event) => event.id));
    expect(all.rows.at(-1)).toMatchObject({
      type: 'io.serverlessworkflow.workflow.completed.v1',
      data: { output: { y: 2 } },
    });
  });

  test('a suspended execution says that it waits for a person', async () => {
    const { execution } = await engine.start({ definition: `${header}do: [{ w: { wait: { hours: 1 } } }]` });
    await engine.suspend(execution.id, 'look at it');
    const [row, ...others] = await engine.wakeUps(execution.id);
    expect(others).toEqual([]);
    expect(row?.kind).toBe('approval');
    expect(new Date(row?.due ?? Number.NaN).getUTCFullYear()).toBe(9_999);
    await engine.cancel(execution.id);
    expect(await engine.wakeUps(execution.id)).toEqual([]);
  });
});
