/** What is done again: by a try around a try, by a retry of the whole execution, by a decision after its bound. */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../model/facts.ts';
import { emptyState } from '../model/state.ts';
import { completed, Driven, failed } from '../testing/drive.ts';
import { evolve } from './evolve.ts';

const options = { functions: ['ask'] };
const nested = `do:
  - outer:
      try:
        - inner:
            try: [{ ask: { call: ask } }]
            catch: { retry: { delay: { seconds: 1 }, limit: { attempt: { count: 2 } } } }
            timeout: { after: { seconds: 5 } }
      catch: { retry: { delay: { seconds: 1 }, limit: { attempt: { count: 3 } } } }`;

/** The version of the effect that is open. */
function asked(driven: Driven): number {
  return driven.facts.findLastIndex(({ type }) => type === 'effect.requested') + 1;
}

function fire(driven: Driven): void {
  driven.now = driven.state.due ?? driven.now;
  driven.command({ type: 'timers.fire' });
}

function answer(driven: Driven, outcome: ReturnType<typeof failed>): void {
  driven.command({ type: 'effect.complete', effect: asked(driven), outcome });
}

const keysOf = (driven: Driven) => driven.of('effect.requested').map(({ keyOf }) => keyOf);

describe('the idempotency key of a call that is made more than once in an attempt', () => {
  test('is told from those that were made before a loop around others, and of a handler from none', () => {
    let count = 0;
    const run = new Driven(
      `do:
  - t:
      try:
        - ask: { call: ask, output: { as: $input } }
        - each: { for: { in: '[1]' }, do: [{ one: { set: { n: '\${ (.n // 0) + 1 }' } } }] }
        - again: { switch: [{ more: { when: .n < 2, then: ask } }] }
      catch: { retry: { limit: { attempt: { count: 3 } } } }`,
      { ...options, input: { n: 0 }, answer: () => (++count === 2 ? failed(503, true) : completed(1)) },
    )
      .start()
      .run();
    expect(run.state.phase).toBe('completed');
    const second = run.facts.indexOf(run.of('effect.requested')[1] as Fact) + 1;
    expect(keysOf(run)).toEqual([undefined, undefined, undefined, second]);
  });

  test('is not counted for the try whose handler makes it', () => {
    const text = `do: [{ t: { try: [{ a: { call: ask } }], catch: { do: [{ h: { call: ask } }] } } }]`;
    const run = new Driven(text, options).start();
    answer(run, failed(503));
    const [task] = Object.values(run.state.tasks).filter((each) => each.kind === 'try');
    expect(task).toMatchObject({ stage: 'catching', calls: { '/do/0/t/try/0/a': 1 } });
    expect(Object.keys(task?.kind === 'try' ? task.calls : {})).toHaveLength(1);
  });
});

describe('the idempotency key of a call in a try in a try', () => {
  test('is not taken up again by the outer try once an inner attempt has its answer', () => {
    const driven = new Driven(nested, options).start();
    const first = asked(driven);
    answer(driven, failed(503, true));
    fire(driven);
    answer(driven, failed(503));
    fire(driven);
    expect(keysOf(driven)).toEqual([undefined, first, undefined]);
  });

  test('goes on in the outer try when the last inner attempt was cut off', () => {
    const driven = new Driven(nested, options).start();
    answer(driven, failed(503));
    fire(driven);
    const second = asked(driven);
    fire(driven);
    expect(driven.of('task.cancelled')).toMatchObject([{ task: '/do/0/outer/try/0/inner/try/0/ask' }]);
    fire(driven);
    expect(keysOf(driven)).toEqual([undefined, undefined, second]);
  });

  test('is the first one for as long as nobody knows, however often it is carried on', () => {
    const driven = new Driven(nested, options).start();
    const first = asked(driven);
    for (let turn = 0; turn < 3; turn++) {
      answer(driven, failed(503, true));
      fire(driven);
    }
    expect(keysOf(driven)).toEqual([undefined, first, first, first]);
  });
});

describe('a result that comes between two decisions of one run', () => {
  test('lets everything go on, not only the task that asked for it', () => {
    const text = `do:
  - f:
      fork:
        branches:
          - a: { call: ask }
          - b: { for: { in: '[1, 2, 3, 4]' }, do: [{ s: { set: { x: 1 } } }] }`;
    const driven = new Driven(text, { ...options, limits: { decisionEventsMax: 6 } }).start();
    expect(driven.state.yielded).toBe(true);
    answer(driven, completed(7));
    expect(driven.run().state).toMatchObject({ phase: 'completed', output: [7, { x: 1 }] });
  });
});

describe('a restored execution', () => {
  /** The state before the fault at `task`, as a retry takes it. */
  function restored(text: string, old: Driven, task: string): Driven {
    const facts = old.commits.flatMap((commit) => commit.facts.map((fact) => ({ fact, time: commit.time })));
    const last = facts.findLastIndex(
      ({ fact }) => !/^(task\.(cancelled|faulted)|execution\.faulted)$/.test(fact.type),
    );
    const before = emptyState();
    for (const { fact, time } of facts.slice(0, last + 1)) evolve(before, fact, time);
    const next = new Driven(text, { ...options, answer: () => completed(1) });
    const from = { execution: 'old', version: before.version };
    next.command({ type: 'execution.restore', execution: 'x', from, state: before, task });
    return next;
  }

  test('enters a task that its timeout struck anew, with nothing left of what ran inside it', () => {
    const text =
      'do:\n  - t: { do: [{ u: { do: [{ a: { call: ask } }] } }], timeout: { after: { seconds: 1 } } }';
    const old = new Driven(text, options).start();
    fire(old);
    expect(old.state).toMatchObject({ phase: 'faulted', error: { status: 408 } });
    const next = restored(text, old, '/do/0/t');
    expect(next.of('task.started').map(({ task }) => task)).toEqual([
      '/do/0/t',
      '/do/0/t/do/0/u',
      '/do/0/t/do/0/u/do/0/a',
    ]);
    expect(next.run().state).toMatchObject({ phase: 'completed', output: 1 });
  });

  test('asks under keys of its own, whatever the other one had open', () => {
    const text = `do:
  - t:
      try: [{ ask: { call: ask } }]
      catch: { retry: { delay: { seconds: 1 } } }
      timeout: { after: { seconds: 3 } }`;
    const old = new Driven(text, options).start();
    answer(old, failed(503, true));
    fire(old);
    fire(old);
    expect(old.state.phase).toBe('faulted');
    const next = restored(text, old, '/do/0/t/try/0/ask');
    expect(keysOf(next)).toEqual([undefined]);
  });
});
