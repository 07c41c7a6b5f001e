import { expect, test } from 'vitest';
import { createEngine } from '../index.ts';

const header = "document: { dsl: '1.0.3', namespace: default, name: cut, version: '1.0.0' }\n";

test.each([
  ['a cancel', 'do: [{ slow: { call: slow } }]', true],
  ['a timeout', 'do: [{ slow: { call: slow, timeout: { after: { milliseconds: 50 } } } }]', false],
])('%s ends the deed under way, and its outcome is recorded as abandoned', async (_, body, cancels) => {
  const begun = Promise.withResolvers<void>();
  let aborted = false;
  const engine = await createEngine({
    functions: {
      slow: (_input, { signal }) => {
        begun.resolve();
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('cut off'));
          }),
        );
      },
    },
  });
  try {
    const { execution } = await engine.start({ definition: header + body });
    await begun.promise;
    if (cancels) await engine.cancel(execution.id);
    const types: string[] = [];
    for (let tries = 0; tries < 200 && !types.includes('effect.abandoned'); tries++) {
      const { rows } = await engine.events(execution.id, {});
      types.splice(0, types.length, ...rows.map(({ fact }) => fact.type));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(aborted).toBe(true);
    expect(types.at(-1)).toBe('effect.abandoned');
    expect((await engine.execution(execution.id)).status).toBe(cancels ? 'cancelled' : 'faulted');
  } finally {
    await engine.close();
  }
});
