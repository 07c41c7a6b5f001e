import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../embedded.ts';

let engine: EmbeddedEngine;
afterEach(() => engine.close());

const header = "document: { dsl: '1.0.3', namespace: default, name: test, version: '1.0.0' }\n";

/** Runs to its fault, then tries again from there; answers the output, and how often `flaky` and `note` ran. */
async function retried(definition: string) {
  const calls = { flaky: 0, note: 0 };
  engine = await createEngine({
    functions: {
      flaky: (input) => {
        calls.flaky += 1;
        if (calls.flaky === 1) throw new Error('not yet');
        return input;
      },
      note: (input) => {
        calls.note += 1;
        return input;
      },
    },
  });
  const first = await engine.run({ definition: header + definition, input: { k: 1 } });
  expect(first.status).toBe('faulted');
  const { id } = await engine.retry(first.id);
  const { status, output, error } = await engine.wait(id, 10_000);
  return { status, output, error, calls };
}

describe('a faulted execution that is tried again', () => {
  it('goes on within the function that faulted, with what the function was given', async () => {
    const text =
      "use: { functions: { f: { do: [{ a: { call: note, output: { as: '$input' } } }, { b: { call: flaky, with: { n: '${ .n + 1 }' } } }] } } }\ndo: [{ x: { call: f, with: { n: 41 } } }]";
    expect(await retried(text)).toEqual({
      status: 'completed',
      output: { n: 42 },
      error: undefined,
      calls: { flaky: 2, note: 1 },
    });
  });

  it('goes on within an extension, and does not begin those again that have ended', async () => {
    const text =
      "use: { extensions: [{ x: { extend: set, before: [{ b: { call: note } }], after: [{ a: { call: flaky } }] } }] }\ndo: [{ s: { set: { n: '${ .k + 1 }' } } }]";
    expect(await retried(text)).toMatchObject({
      status: 'completed',
      output: { n: 2 },
      calls: { flaky: 2, note: 1 },
    });
  });

  it('goes on at an extended task', async () => {
    const text =
      "use: { extensions: [{ x: { extend: call, before: [{ b: { set: { y: 1 } } }], after: [{ a: { set: { y: 2 } } }] } }] }\ndo: [{ c: { call: flaky, with: { n: '${ .k }' }, then: end } }, { d: { set: { never: 1 } } }]";
    expect(await retried(text)).toMatchObject({ status: 'completed', output: { n: 1 } });
  });
});
