import { describe, expect, test } from 'vitest';
import { Driven } from '../testing/drive.ts';

/** Fires the timers at the next instant at which something is due. */
function fire(driven: Driven): void {
  driven.now = driven.state.due ?? driven.now;
  driven.command({ type: 'timers.fire' });
}

const shortWait = 'wait: { seconds: 1 }';

describe('a timer that fires', () => {
  test("leaves the workflow's timeout for its own time", () => {
    const driven = new Driven(
      `timeout: { after: { hours: 1 } }\ndo: [{ a: { ${shortWait} } }, { b: { wait: { minutes: 1 } } }]`,
    ).start();
    fire(driven);
    expect(driven.state).toMatchObject({ phase: 'running', tasks: { '/do/1/b': { kind: 'wait' } } });
  });

  test("leaves a task's timeout and an attempt's limit for their own time", () => {
    const driven = new Driven(
      `do:
  - t:
      try: [{ a: { ${shortWait}, timeout: { after: { hours: 1 } } } }, { b: { wait: { minutes: 1 } } }]
      catch: { retry: { limit: { attempt: { count: 2, duration: { minutes: 30 } } } } }`,
    ).start();
    fire(driven);
    expect(driven.state).toMatchObject({ phase: 'running', tasks: { '/do/0/t/try/1/b': { kind: 'wait' } } });
    expect(driven.of('retry.scheduled')).toEqual([]);
  });

  test('a running execution is due at its timeout, whatever else it waits for', () => {
    const driven = new Driven('timeout: { after: { minutes: 1 } }\ndo: [{ a: { call: ask } }]', {
      functions: ['ask'],
    }).start();
    expect(driven.state.due).toBe(driven.now + 60_000);
  });
});

describe('a timeout says what it was of', () => {
  test.each([
    [
      `timeout: { after: { seconds: 5 } }\ndo: [{ a: { wait: { hours: 1 } } }]`,
      "the workflow's timeout struck",
    ],
    [`do: [{ a: { wait: { hours: 1 }, timeout: { after: { seconds: 5 } } } }]`, "the task's timeout struck"],
    [
      `do: [{ t: { try: [{ a: { wait: { hours: 1 } } }], catch: { errors: { with: { status: 500 } }, retry: { limit: { attempt: { count: 2, duration: { seconds: 5 } } } } } } }]`,
      "the attempt's time limit struck",
    ],
  ])('%s', (text, detail) => {
    const driven = new Driven(text).start();
    fire(driven);
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 408, detail } });
  });

  test('an attempt that ends between two of its tasks, and that its try does not catch, faults the execution', () => {
    const sets = Array.from({ length: 20 }, (_, index) => `{ s${index}: { set: { x: 1 } } }`).join(', ');
    const driven = new Driven(
      `do:
  - t:
      try: [${sets}]
      catch: { errors: { with: { status: 500 } }, retry: { limit: { attempt: { count: 2, duration: { seconds: 5 } } } } }`,
      { limits: { decisionEventsMax: 6 } },
    ).start();
    expect(driven.state).toMatchObject({ yielded: true, tasks: { '/do/0/t': { live: 0 } } });
    driven.now += 6_000;
    driven.command({ type: 'timers.fire' });
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 408 } });
  });
});

describe('a timeout strikes', () => {
  const hour = 'wait: { hours: 1 }';
  test.each([
    ['wait', hour],
    ['call', 'call: ask'],
    ['do', `do: [{ x: { ${hour} } }]`],
    ['for', `for: { in: '[1, 2]' }, do: [{ x: { ${hour} } }]`],
    ['fork', `fork: { branches: [{ x: { ${hour} } }, { y: { call: ask } }] }`],
    ['try', `try: [{ x: { ${hour} } }], catch: { errors: { with: { status: 500 } } }`],
    ['run', 'run: { workflow: { namespace: a, name: b } }'],
  ])('a `%s` task in the middle of it, and can be caught around it', (_, task) => {
    const driven = new Driven(
      `do: [{ around: { try: [{ t: { ${task}, timeout: { after: { seconds: 5 } } } }], catch: { errors: { with: { status: 408 } }, do: [{ done: { set: { caught: '\${ $error.instance }' } } }] } } }]`,
      { functions: ['ask'] },
    ).start();
    fire(driven);
    expect(driven.state).toMatchObject({ phase: 'completed', output: { caught: '/do/0/around/try/0/t' } });
    expect(driven.state.tasks).toEqual({});
  });
});
