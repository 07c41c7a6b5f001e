/** Costs that are counted, since a figure in milliseconds says nothing on another machine. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../ports/store.ts';
import { openHarness, step, workflow } from './test-support/harness.ts';

const set = { set: { n: '${ .n + 1 }' } };
const five = <T>(value: T): T[] => Array.from({ length: 5 }, () => value);

function commitsOf(groups: readonly (readonly Entry[])[]): Entry[] {
  return groups.flat().filter(({ commit }) => commit !== undefined);
}

describe('an execution', () => {
  it('of five `set` tasks is one commit', async () => {
    const { runtime, groups, advance } = openHarness();
    const started = runtime.engine.start('default', { definition: workflow(five(set)), input: { n: 0 } });
    await advance(100);
    expect((await started).execution).toMatchObject({ status: 'completed', output: { n: 5 } });
    expect(commitsOf(groups)).toHaveLength(1);
  });

  it('of five function effects is six commits', async () => {
    const { runtime, groups, advance } = openHarness();
    const { execution } = await runtime.engine.start('default', {
      definition: workflow(five(step)),
      input: { n: 7 },
    });
    await advance(100);
    expect(await runtime.engine.execution('default', execution.id)).toMatchObject({
      status: 'completed',
      output: { n: 7 },
    });
    expect(commitsOf(groups)).toHaveLength(6);
  });

  it('reads nothing back from the store once it runs, and claims no effect that was born leased', async () => {
    const { runtime, calls, advance } = openHarness();
    runtime.start();
    await advance(10);
    const { execution } = await runtime.engine.start('default', {
      definition: workflow(five(step)),
      input: { n: 7 },
    });
    await advance(1_000);
    expect(calls.slice(calls.indexOf('commit'))).toEqual(['commit', ...five('commit')]);
    expect(await runtime.engine.execution('default', execution.id)).toMatchObject({ status: 'completed' });
  });

  it('is shown from memory without a read while it is hot', async () => {
    const { runtime, calls } = openHarness();
    const wait = workflow([{ wait: { seconds: 60 } }]);
    const { execution } = await runtime.engine.start('default', { definition: wait, input: {} });
    calls.length = 0;
    expect(await runtime.engine.execution('default', execution.id)).toMatchObject({ status: 'waiting' });
    expect(calls).toEqual([]);
  });

  it('that gets no place in the executor is claimed later', async () => {
    const harness = openHarness({
      effectsMax: 1,
      perform: () =>
        new Promise((resolve) =>
          harness.world.after(20, () => resolve({ type: 'completed', output: { n: 1 } })),
        ),
    });
    const { runtime, calls, advance } = harness;
    runtime.start();
    const branches = ['a', 'b', 'c'].map((name) => ({ [name]: step }));
    const fork = workflow([{ fork: { branches } }]);
    const started = await runtime.engine.start('default', { definition: fork, input: { n: 1 } });
    calls.length = 0;
    await advance(1_000);
    expect(calls).toContain('claim');
    const view = await runtime.engine.execution('default', started.execution.id);
    expect(view).toMatchObject({ status: 'completed', output: [{ n: 1 }, { n: 1 }, { n: 1 }] });
  });
});

describe('a burst of starts', () => {
  it('asks for one commit each, before any of them is answered', async () => {
    const { runtime, groups } = openHarness();
    const definition = workflow(five(set));
    await runtime.engine.start('default', { definition, input: { n: 0 } });
    groups.length = 0;
    const burst = Array.from({ length: 40 }, () =>
      runtime.engine.start('default', { definition, input: { n: 0 } }),
    );
    const ended = await Promise.all(burst);
    expect(ended.every(({ execution }) => execution.status === 'completed')).toBe(true);
    expect(commitsOf(groups)).toHaveLength(40);
  });
});
