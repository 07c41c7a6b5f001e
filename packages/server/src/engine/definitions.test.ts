import { describe, expect, it } from 'vitest';
import { openHarness } from '../roles/test-support/harness.ts';

const text = (version: string, value: number, name = 'order') => `document:
  dsl: '1.0.0'
  namespace: tests
  name: ${name}
  version: '${version}'
do:
  - answer:
      set:
        value: ${value}
`;
const id = { namespace: 'tests', name: 'order' };

describe('published workflows', () => {
  it('of one version have one content', async () => {
    const { engine } = openHarness().runtime;
    expect((await engine.deploy('default', text('1.0.0', 1))).created).toBe(true);
    expect((await engine.deploy('default', text('1.0.0', 1))).created).toBe(false);
    await expect(engine.deploy('default', text('1.0.0', 2))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('run in their latest version by semantic order, whichever was published last', async () => {
    const { engine } = openHarness().runtime;
    for (const [version, value] of [
      ['1.10.0', 110],
      ['1.9.0', 19],
      ['1.10.0-rc.1', 1],
    ] as const)
      await engine.deploy('default', text(version, value));
    const { execution } = await engine.start('default', { workflow: id });
    expect(execution).toMatchObject({ output: { value: 110 }, workflow: { version: '1.10.0' } });
    await engine.deploy('default', text('2.0.0', 200));
    expect((await engine.start('default', { workflow: id })).execution.output).toEqual({ value: 200 });
  });

  it('of one tenant are not there for another', async () => {
    const { engine } = openHarness().runtime;
    await engine.deploy('one', text('1.0.0', 1));
    await expect(engine.workflow('two', id)).rejects.toMatchObject({ code: 'not-found' });
    await engine.deploy('two', text('1.0.0', 2));
    expect((await engine.start('one', { workflow: id })).execution.output).toEqual({ value: 1 });
  });

  it('are named as a prefix says, and not as a longer name begins', async () => {
    const { engine } = openHarness().runtime;
    await engine.deploy('default', text('1.0.0', 1));
    await engine.deploy('default', text('9.0.0', 9, 'order-again'));
    expect((await engine.workflow('default', id)).version).toBe('1.0.0');
  });

  it('that have errors are refused with all of them, each with its place', async () => {
    const { engine } = openHarness().runtime;
    const broken = text('1.0.0', 1).replace('set:', 'sett:');
    await expect(engine.deploy('default', broken)).rejects.toMatchObject({
      code: 'invalid-definition',
      details: {
        errors: [expect.objectContaining({ line: expect.any(Number), column: expect.any(Number) })],
      },
    });
  });

  it('are removed only when nothing runs in them, or with force, which cancels what does', async () => {
    const { engine } = openHarness().runtime;
    await engine.deploy('default', text('1.0.0', 1).replace(/set:[\s\S]*$/, 'wait: { hours: 1 }\n'));
    const { execution } = await engine.start('default', { workflow: id });
    await expect(engine.undeploy('default', id, { force: false })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await engine.undeploy('default', id, { force: true })).toEqual({ removed: 1, cancelled: 1 });
    expect((await engine.execution('default', execution.id)).status).toBe('cancelled');
  });

  it('go on running for those who started them before they were removed', async () => {
    const harness = openHarness();
    const { engine } = harness.runtime;
    await engine.deploy(
      'default',
      text('1.0.0', 1).replace('  - answer', '  - first: { wait: { seconds: 1 } }\n  - answer'),
    );
    const { execution } = await engine.start('default', { workflow: id });
    await harness.store.deleteDocument('default', 'workflows', 'tests/order/1.0.0', undefined);
    const other = openHarness({ shared: harness, leaseMs: 100, sweepMs: 50 });
    other.runtime.start();
    await harness.runtime.stop(0);
    await harness.advance(60_000);
    expect(await other.runtime.engine.execution('default', execution.id)).toMatchObject({
      status: 'completed',
      output: { value: 1 },
    });
  });
});

describe('definitions that are kept ready', () => {
  it('have 8 MiB of text in all: what was used least recently is read from the store again', async () => {
    const { runtime, calls } = openHarness();
    const digests: string[] = [];
    for (let value = 0; value < 9; value++) {
      const definition = `${text('1.0.0', value)}# ${'x'.repeat(1_000_000)}\n`;
      digests.push((await runtime.engine.start('default', { definition })).execution.definition);
    }
    calls.length = 0;
    await runtime.engine.definition('default', digests.at(-1) ?? '');
    expect(calls).toEqual([]);
    await runtime.engine.definition('default', digests[0] ?? '');
    expect(calls).toEqual(['document']);
  });
});
