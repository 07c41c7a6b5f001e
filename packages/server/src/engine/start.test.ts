import { describe, expect, it } from 'vitest';
import { openHarness, workflow } from '../roles/test-support/harness.ts';
import { idempotencyKeys } from './idempotency.ts';
import type { ExecutionEvent } from './interface.ts';

const definition = workflow([{ set: { done: true } }]);
const idempotencyKey = 'order-7';

describe('an idempotency key', () => {
  it.each([
    ['of an unknown workflow', { workflow: { namespace: 'tests', name: 'nobody' } }, 'not-found'],
    ['of a definition with errors', { definition: 'do: 1' }, 'invalid-definition'],
    [
      'of what cannot be run yet',
      { definition: workflow([{ run: { shell: { command: 'ls' } } }]) },
      'not-runnable',
    ],
  ])('is not used up by a start %s', async (_, refused, code) => {
    const { engine } = openHarness().runtime;
    await expect(engine.start('default', { ...refused, idempotencyKey })).rejects.toMatchObject({ code });
    const { created } = await engine.start('default', { definition, idempotencyKey });
    expect(created).toBe(true);
  });

  it('stands for the same request when the members of its input come in another order', async () => {
    const { engine } = openHarness().runtime;
    const first = await engine.start('default', {
      definition,
      input: { a: 1, b: [{ c: 2, d: 3 }] },
      idempotencyKey,
    });
    const second = await engine.start('default', {
      definition,
      input: { b: [{ d: 3, c: 2 }], a: 1 },
      idempotencyKey,
    });
    expect([second.created, second.execution.id]).toEqual([false, first.execution.id]);
    const other = engine.start('default', { definition, input: { a: 1, b: [] }, idempotencyKey });
    await expect(other).rejects.toMatchObject({ code: 'idempotency-mismatch' });
  });

  it('is not taken by a start with the id of an execution that is there, which it did not start', async () => {
    const { engine } = openHarness().runtime;
    await engine.start('default', { definition, id: 'mine' });
    for (let times = 0; times < 2; times++) {
      const again = engine.start('default', { definition, id: 'mine', idempotencyKey });
      await expect(again).rejects.toMatchObject({ code: 'conflict' });
    }
  });

  it('that a process took and died before it started anything is free for another request', async () => {
    const { runtime, store, world, advance } = openHarness();
    const key = world.hash(idempotencyKey);
    await store.putDocument('default', idempotencyKeys, key, '{"id":"lost","content":"other"}', 0);
    const start = () => runtime.engine.start('default', { definition, idempotencyKey });
    // The one who took it may be about to start.
    await expect(start()).rejects.toMatchObject({ code: 'idempotency-mismatch' });
    await advance(10_001);
    const { created, execution } = await start();
    expect([created, execution.status]).toEqual([true, 'completed']);
    expect(execution.id).not.toBe('lost');
    expect(await start()).toMatchObject({ created: false, execution: { id: execution.id } });
    const other = runtime.engine.start('default', { definition, input: 1, idempotencyKey });
    await expect(other).rejects.toMatchObject({ code: 'idempotency-mismatch' });
  });
});

describe('without a worker', () => {
  it('a start is durable, answers as pending within 30 s, and is run by the first worker that comes', async () => {
    const { runtime, queue, store, advance } = openHarness({ roles: ['api'] });
    const started = runtime.engine.start('default', { definition, input: { n: 1 } });
    await advance(30_200);
    const { execution } = await started;
    expect(execution).toMatchObject({ status: 'pending', version: 0, input: { n: 1 } });
    expect(await runtime.engine.execution('default', execution.id)).toEqual(execution);
    const waited = runtime.engine.wait('default', execution.id, 5_000);
    const { signal } = new AbortController();
    const told = typesOf(runtime.engine.follow('default', execution.id, 0, signal));
    openHarness({ shared: { queue, store }, sweepMs: 25 }).runtime.start();
    await advance(1_000);
    expect(await waited).toMatchObject({ id: execution.id, status: 'completed', output: { done: true } });
    expect((await told).at(-1)).toBe('execution.completed');
  });

  it('waits no longer than the caller does', async () => {
    const { engine } = openHarness({ roles: ['api'] }).runtime;
    const gone = new AbortController();
    const started = engine.start('default', { definition }, { signal: () => gone.signal });
    gone.abort();
    expect((await started).execution.status).toBe('pending');
    const { advance, runtime } = openHarness({ roles: ['api'] });
    const brief = runtime.engine.start('default', { definition }, { ms: 100 });
    await advance(300);
    expect((await brief).execution.status).toBe('pending');
  });

  it('the same key starts it once, and other content is refused, however long it is pending', async () => {
    const { runtime, store, advance } = openHarness({ roles: ['api'] });
    const begin = async (input: number) => {
      const started = runtime.engine.start('default', { definition, input, idempotencyKey }, { ms: 100 });
      const settled = Promise.allSettled([started]);
      await advance(20_000);
      return (await settled)[0];
    };
    const [first, second, other] = [await begin(1), await begin(1), await begin(2)];
    expect(first).toMatchObject({ value: { created: true, execution: { status: 'pending' } } });
    expect(second).toMatchObject({ value: { created: false, execution: { status: 'pending' } } });
    expect(other).toMatchObject({ reason: { code: 'idempotency-mismatch' } });
    const id = first.status === 'fulfilled' ? first.value.execution.id : '';
    expect(await store.wakeUps('default', id)).toHaveLength(1);
  });

  it('a command is answered with what became of it: nothing yet', async () => {
    const whole = openHarness();
    const { execution } = await whole.runtime.engine.start('default', {
      definition: workflow([{ wait: { hours: 1 } }]),
    });
    const { queue, store } = whole;
    const part = openHarness({ shared: { queue, store }, roles: ['api'] });
    const cancelled = expect(part.runtime.engine.cancel('default', execution.id)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'no worker has taken the command yet; it is durable and will be done',
    });
    await part.advance(30_200);
    await cancelled;
    whole.runtime.start();
    await whole.advance(120_000);
    expect((await part.runtime.engine.execution('default', execution.id)).status).toBe('cancelled');
  });
});

async function typesOf(events: AsyncIterable<ExecutionEvent>): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { fact } of events) types.push(fact.type);
  return types;
}
