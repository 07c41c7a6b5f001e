import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@millrace/core';
import { createEngine, type EmbeddedEngine } from 'millrace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
let engine: EmbeddedEngine;

beforeAll(async () => {
  engine = await createEngine();
  for (const name of ['checkout', 'charge', 'receipt']) await engine.deploy(read(`${name}.yaml`));
});
afterAll(() => engine.close());

describe('the example of children', () => {
  it('charges each basket in a child, goes on after one that faults, and leaves the receipt to itself', async () => {
    const input = JSON.parse(read('checkout.input.json')) as Json;
    const view = await engine.run({ workflow: { namespace: 'examples', name: 'checkout' }, input });
    expect(view).toMatchObject({
      status: 'completed',
      output: [{ charged: 7 }, { refused: 'The basket is empty' }, { charged: 12 }],
    });
    // The receipt, which nobody awaits, may begin after the end of its parent.
    const children = async () => (await engine.executions({ id: `${view.id}~`, limit: 10 })).rows;
    await expect
      .poll(async () => (await children()).map(({ workflow, status }) => `${workflow.name} ${status}`).sort())
      .toEqual([
        'charge completed',
        'charge completed',
        'charge faulted',
        expect.stringMatching(/^receipt (running|completed)$/),
      ]);
    const rows = await children();
    const receipt = rows.find(({ workflow }) => workflow.name === 'receipt');
    expect(await engine.wait(receipt?.id ?? '', 10_000)).toMatchObject({ output: { lines: 3 } });
  });
});
