import { afterEach, describe, expect, test } from 'vitest';
import type { HostFunction } from './function-effect.ts';
import { type Bench, openBench } from './performer.fixture.ts';

let bench: Bench;
afterEach(() => bench.close());

function call(run: HostFunction['run'], context: Parameters<Bench['perform']>[1] = {}, name = 'work') {
  bench = openBench({ functions: { work: run } });
  return bench.perform({ type: 'function', name, input: { n: 2 } }, context);
}

test('a function gets the input and the identity of the deed, and its result is the output', async () => {
  const outcome = await call(async (input, { execution, effect, idempotencyKey }) => ({
    input,
    execution,
    effect,
    idempotencyKey,
  }));
  expect(outcome).toEqual({
    type: 'completed',
    output: { input: { n: 2 }, execution: 'e1', effect: 'e1/4', idempotencyKey: 'e1/4' },
  });
});

test('a function that returns nothing yields null', async () => {
  expect(await call((() => undefined) as unknown as HostFunction['run'])).toEqual({
    type: 'completed',
    output: null,
  });
});

describe('an error', () => {
  test.each<[string, HostFunction['run']]>([
    [
      'thrown at once',
      () => {
        throw new Error('no stock');
      },
    ],
    [
      'of a promise',
      async () => {
        throw new Error('no stock');
      },
    ],
  ])('%s is a runtime error with its message', async (_, run) => {
    expect(await call(run)).toEqual({
      type: 'failed',
      error: {
        type: 'https://serverlessworkflow.io/spec/1.0.0/errors/runtime',
        status: 500,
        title: 'Runtime error',
        detail: 'no stock',
        instance: '/do/0/call',
      },
    });
  });

  test('with the members of a problem is passed on as it is', async () => {
    const outcome = await call(() => {
      throw Object.assign(new Error('only 2 left'), {
        type: 'https://example.com/stock',
        status: 409,
        title: 'No stock',
      });
    });
    expect(outcome).toMatchObject({
      error: {
        type: 'https://example.com/stock',
        status: 409,
        title: 'No stock',
        detail: 'only 2 left',
        instance: '/do/0/call',
      },
    });
  });

  test.each([undefined, null, 'text', 7, {}])('%j thrown does not break the performer', async (thrown) => {
    expect(
      await call(() => {
        throw thrown;
      }),
    ).toMatchObject({ type: 'failed', error: { status: 500 } });
  });
});

test.each<[string, () => unknown, string]>([
  ['a date', () => ({ at: new Date(0) }), 'a Date at /at'],
  ['a big integer', () => [1n], 'the bigint 1 at /0'],
  ['not a number', () => Number.NaN, 'the number NaN'],
  ['a function', () => ({ a: { f: () => 1 } }), 'a value of type function at /a/f'],
  ['a map', () => new Map(), 'a Map'],
  [
    'a circle',
    () => {
      const a: unknown[] = [];
      a.push(a);
      return a;
    },
    'holds itself',
  ],
])('a result that is not JSON is a clear error: %s', async (_, run, why) => {
  expect(await call(run as HostFunction['run'])).toMatchObject({
    type: 'failed',
    error: { status: 500, detail: expect.stringContaining(why) },
  });
});

test('a function that is not registered is a configuration error that names those that are', async () => {
  expect(await call(() => 1, {}, 'wrok')).toMatchObject({
    error: {
      type: expect.stringMatching(/configuration$/),
      status: 400,
      detail: expect.stringContaining('Registered are "work"'),
    },
  });
});

test('a function that does not end by the deadline ends as unknown, and is told', async () => {
  let told = false;
  const outcome = await call(
    (_, { signal }) =>
      new Promise(() =>
        signal.addEventListener('abort', () => {
          told = true;
        }),
      ),
    { deadline: Date.now() + 30 },
  );
  expect(outcome).toMatchObject({ type: 'failed', unknown: true, error: { status: 408 } });
  expect(told).toBe(true);
});

test('a function that is given up while it runs ends as unknown', async () => {
  const controller = new AbortController();
  const outcome = call(() => new Promise(() => controller.abort()), { signal: controller.signal });
  expect(await outcome).toMatchObject({ type: 'failed', unknown: true });
});

test('a function is not begun after its deadline', async () => {
  let begun = false;
  const outcome = await call(
    () => {
      begun = true;
      return 1;
    },
    { deadline: Date.now() - 1 },
  );
  expect(outcome).toMatchObject({ type: 'failed', error: { status: 408 } });
  expect(outcome).not.toHaveProperty('unknown');
  expect(begun).toBe(false);
});
