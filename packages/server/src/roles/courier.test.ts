import type { ExecutionView, JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { type Harness, openHarness, step, workflow } from './test-support/harness.ts';

const wait = { wait: { seconds: 60 } };
const child = (name: string, more: JsonObject = {}): JsonObject => ({
  run: { workflow: { namespace: 'tests', name }, ...more },
});

async function publish(harness: Harness, name: string, tasks: readonly JsonObject[], version = '1.0.0') {
  const definition = workflow(tasks, name);
  const document = { ...(definition.document as JsonObject), version };
  await harness.runtime.engine.deploy('default', JSON.stringify({ ...definition, document }));
}

async function start({ runtime }: Harness, name: string, id: string): Promise<ExecutionView> {
  const request = { workflow: { namespace: 'tests', name }, id, input: { n: 1 } };
  return (await runtime.engine.start('default', request)).execution;
}

const view = ({ runtime }: Harness, id: string) => runtime.engine.execution('default', id);

async function rows({ store }: Harness, id: string): Promise<string[]> {
  return (await store.wakeUps('default', id)).map((row) => row.id);
}

describe('a child', () => {
  it('runs under the id of its parent and the version that asked for it, and its output is the task’s', async () => {
    const harness = openHarness();
    await publish(harness, 'inner', [step]);
    await publish(harness, 'outer', [child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect(await view(harness, 'p')).toMatchObject({ status: 'completed', output: { n: 1 } });
    expect(await view(harness, 'p~3')).toMatchObject({ status: 'completed', workflow: { name: 'inner' } });
    expect([...(await rows(harness, 'p')), ...(await rows(harness, 'p~3'))]).toEqual([]);
    expect(harness.errors).toEqual([]);
  });

  it('runs the latest version as it was when the child was started, whatever is published meanwhile', async () => {
    const harness = openHarness();
    await publish(harness, 'inner', [wait, { set: { v: 1 } }]);
    await publish(harness, 'outer', [child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    await publish(harness, 'inner', [{ set: { v: 2 } }], '2.0.0');
    await harness.advance(70_000);
    expect(await view(harness, 'p')).toMatchObject({ output: { v: 1 } });
  });

  it('of a workflow that is not published faults the task with a configuration error', async () => {
    const harness = openHarness();
    await publish(harness, 'outer', [child('nowhere')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect(await view(harness, 'p')).toMatchObject({
      status: 'faulted',
      error: {
        type: expect.stringMatching(/configuration$/),
        detail: 'there is no workflow tests/nowhere',
        instance: '/do/0/t0',
      },
    });
  });

  it('that is not published is a warning with its line when its parent is published, and none once it is there', async () => {
    const harness = openHarness();
    const text = JSON.stringify(workflow([{ set: { x: 1 } }, child('later')], 'outer'), null, 2);
    const { workflow: first } = await harness.runtime.engine.deploy('default', text);
    const line = text.slice(0, text.indexOf('"workflow"')).split('\n').length;
    expect(first.warnings).toEqual([
      {
        pointer: '/do/1/t1/run/workflow',
        line,
        message: 'there is no workflow tests/later yet: the task faults until it is published',
      },
    ]);
    await publish(harness, 'later', [step]);
    const again = await harness.runtime.engine.deploy('default', text);
    expect(again.workflow).not.toHaveProperty('warnings');
    expect(await harness.runtime.engine.workflow('default', first)).not.toHaveProperty('warnings');
  });

  it('that faults faults its parent with its error', async () => {
    const harness = openHarness();
    const error = { type: 'https://example.com/broke', status: 418, title: 'broke' };
    await publish(harness, 'inner', [{ raise: { error } }]);
    await publish(harness, 'outer', [child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect(await view(harness, 'p')).toMatchObject({
      status: 'faulted',
      error: { status: 418, title: 'broke' },
    });
  });

  it('is cancelled with its parent, and so are its own children', async () => {
    const harness = openHarness();
    await publish(harness, 'leaf', [wait]);
    await publish(harness, 'inner', [child('leaf')]);
    await publish(harness, 'outer', [child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect((await view(harness, 'p~3~3')).status).toBe('waiting');
    await harness.runtime.engine.cancel('default', 'p');
    await harness.advance(10);
    for (const id of ['p~3', 'p~3~3']) expect((await view(harness, id)).status).toBe('cancelled');
  });

  it('that is not waited for goes on when its parent has ended', async () => {
    const harness = openHarness();
    await publish(harness, 'inner', [wait, { set: { x: 1 } }]);
    await publish(harness, 'outer', [child('inner', { await: false })]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect(await view(harness, 'p')).toMatchObject({ status: 'completed', output: { n: 1 } });
    expect((await view(harness, 'p~3')).status).toBe('waiting');
    await harness.advance(70_000);
    expect((await view(harness, 'p~3')).status).toBe('completed');
  });

  it('is run anew when its parent is retried from the fault that it brought', async () => {
    const harness = openHarness();
    await publish(harness, 'outer', [{ set: { n: 7 } }, child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    expect((await view(harness, 'p')).status).toBe('faulted');
    await publish(harness, 'inner', [step]);
    const again = await harness.runtime.engine.retry('default', 'p');
    await harness.advance(10);
    expect(await view(harness, again.id)).toMatchObject({ status: 'completed', output: { n: 7 } });
  });

  it('that is retried by itself does not speak to the parent of the one before', async () => {
    const harness = openHarness();
    await publish(harness, 'inner', [
      { raise: { error: { type: 'https://example.com/broke', status: 500 } } },
    ]);
    await publish(harness, 'outer', [child('inner')]);
    await start(harness, 'outer', 'p');
    await harness.advance(10);
    const { version } = await view(harness, 'p');
    const again = await harness.runtime.engine.retry('default', 'p~3');
    await harness.advance(10);
    expect(again.id).not.toContain('~');
    expect((await view(harness, 'p')).version).toBe(version);
    expect(harness.errors).toEqual([]);
  });

  it('that runs itself ends with a fault at the bound of its depth', async () => {
    const harness = openHarness();
    await publish(harness, 'endless', [child('endless')]);
    await start(harness, 'endless', 'p');
    await harness.advance(100);
    const { status, error } = await view(harness, 'p');
    expect({ status, detail: error?.detail }).toMatchObject({
      status: 'faulted',
      detail: expect.stringContaining('nested 16 deep'),
    });
    expect((await harness.store.counts(0)).executions.faulted).toBe(17);
  });
});

describe('what is to be told', () => {
  it('is told again when its lease has lapsed and nobody has heard of it', async () => {
    let works = true;
    const around = (store: Store): Store => ({
      ...store,
      // Another process may publish: what is the latest is looked up each time.
      features: { ...store.features, exclusive: false },
      documents: async (...asked) => {
        if (!works) throw new MillraceError('unavailable', 'the store is away');
        return store.documents(...asked);
      },
    });
    const harness = openHarness({ around, leaseMs: 1_000, sweepMs: 100 });
    harness.runtime.start();
    await publish(harness, 'inner', [step]);
    works = false;
    const definition = workflow([child('inner')]);
    await harness.runtime.engine.start('default', { definition, id: 'p', input: { n: 1 } });
    await harness.advance(500);
    expect(harness.errors).not.toEqual([]);
    expect(await rows(harness, 'p')).toEqual(['p/send-3']);
    works = true;
    await harness.advance(2_000);
    expect(await view(harness, 'p')).toMatchObject({ status: 'completed', output: { n: 1 } });
    expect(await rows(harness, 'p')).toEqual([]);
  });
});
