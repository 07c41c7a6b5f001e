import { describe, expect, test } from 'vitest';
import { completed, Driven, drive, failed, startOfTime } from '../testing/drive.ts';

const boom = "raise: { error: { type: 'https://example.com/boom', status: 418, title: Boom } }";
const tryCall = (policy: string, handler = '') => `do:
  - attempt:
      try: [{ ask: { call: ask, with: { n: 1 } } }]
      catch:
        errors: { with: { status: 503 } }
        ${policy}
        ${handler}`;

describe('errors', () => {
  test('an error that nobody catches faults the execution with its instance', () => {
    expect(drive(`do: [{ a: { ${boom} } }]`).state).toMatchObject({
      phase: 'faulted',
      error: { type: 'https://example.com/boom', status: 418, title: 'Boom', instance: '/do/0/a' },
    });
  });

  test('a reusable error is raised by its name, with its texts evaluated', () => {
    const { state } = drive(
      `use: { errors: { odd: { type: 'https://example.com/odd', status: 400, title: Odd, detail: 'n is \${ .n }' } } }
do: [{ a: { raise: { error: odd } } }]`,
      { input: { n: 3 } },
    );
    expect(state.error).toMatchObject({ title: 'Odd', detail: 'n is 3' });
  });

  test.each([
    ['700', 700],
    ['100', 100],
    ["'${ 999 }'", 999],
    ["'${ 100 + 4 }'", 104],
    ['\'${ "404" }\'', 404],
  ])('the status %s is raised as %d', (status, raised) => {
    const { state } = drive(
      `do: [{ a: { raise: { error: { type: 'https://example.com/x', status: ${status} } } } }]`,
    );
    expect(state.error).toMatchObject({ type: 'https://example.com/x', status: raised });
  });

  test.each(['true', '[404]', '1000', '99', '404.5', 'null', '""', '"4e9"'])(
    'a status that is computed to be %s is an expression error',
    (status) => {
      const { state } = drive(
        `do: [{ a: { raise: { error: { type: 'https://example.com/x', status: '\${ ${status} }' } } } }]`,
      );
      expect(state.error).toMatchObject({
        type: expect.stringMatching(/\/expression$/),
        detail: expect.stringContaining('the status of an error is a whole number from 100 to 999, not'),
      });
    },
  );

  test.each(['title', 'detail', 'instance'])(
    'a %s that is computed to be null is as if it were not there',
    (member) => {
      const raised = (more: string) =>
        drive(`do: [{ a: { raise: { error: { type: 'https://example.com/x', status: 400 ${more} } } } }]`)
          .state.error;
      expect(raised(`, ${member}: '\${ null }'`)).toEqual(raised(''));
      expect(raised(`, ${member}: '\${ "null" }'`)).toMatchObject({ [member]: 'null' });
      if (member !== 'instance')
        expect(raised(`, ${member}: 'a \${ null }'`)).toMatchObject({ [member]: 'a null' });
    },
  );

  test('a type that is computed to be null is an expression error, which names the place', () => {
    const { state } = drive("do: [{ a: { raise: { error: { type: '${ .gone }', status: 400 } } } }]");
    expect(state.error).toMatchObject({
      type: expect.stringMatching(/\/expression$/),
      detail: '`raise.error.type` yields null, where there has to be a text',
    });
  });

  test('an error is raised with the members that it was given and no others, and at the instance that it names', () => {
    const raised = (more: string) =>
      drive(`do: [{ a: { raise: { error: { type: 'https://example.com/x', status: 400 ${more} } } } }]`, {
        input: { n: 3 },
      }).state.error;
    expect(raised('')).toEqual({ type: 'https://example.com/x', status: 400, instance: '/do/0/a' });
    expect(raised(", title: 'a ${ .n }', detail: '${ [.n] }', instance: '/orders/${ .n }'")).toEqual({
      type: 'https://example.com/x',
      status: 400,
      title: 'a 3',
      detail: '[3]',
      instance: '/orders/3',
    });
  });

  test('a handler sees the error under its name and the input of the try', () => {
    const { state } = drive(
      `do:
  - t:
      try: [{ change: { set: { changed: true } } }, { a: { ${boom} } }]
      catch: { as: problem, do: [{ h: { set: { input: '\${ . }', status: '\${ $problem.status }', at: '\${ $problem.instance }' } } }] }`,
      { input: { k: 1 } },
    );
    expect(state.output).toEqual({ input: { k: 1 }, status: 418, at: '/do/0/t/try/1/a' });
  });

  test.each([
    ['when: .nope.x.y + 1 | error', '1 (not a string)'],
    ['errors: { with: { title: \'${ error("odd") }\' } }', 'odd'],
    ["retry: { delay: '${ .nope }' }", '.nope: expected a duration: an object'],
    ['retry: { when: \'error("odd")\', limit: { attempt: { count: 3 } } }', 'odd'],
  ])('a catch whose %s fails catches nothing, and the error says why', (policy, why) => {
    const { state } = drive(
      `do: [{ t: { try: [{ a: { ${boom} } }], catch: { ${policy}, do: [{ h: { set: { caught: true } } }] } } }]`,
    );
    expect(state).toMatchObject({
      phase: 'faulted',
      error: { type: 'https://example.com/boom', status: 418, title: 'Boom', instance: '/do/0/t/try/0/a' },
    });
    expect(state.error?.detail).toMatch(/^not caught, as \/do\/0\/t\/catch failed: /);
    expect(state.error?.detail).toContain(why);
  });

  test('the detail of an error that a failing catch did not catch stands before the reason', () => {
    const { state } = drive(
      `do: [{ t: { try: [{ a: { raise: { error: { type: 'https://example.com/x', status: 400, detail: too loud } } } }], catch: { when: 'error("odd")' } } }]`,
    );
    expect(state.error?.detail).toMatch(/^too loud; not caught, as \/do\/0\/t\/catch failed: .*odd/);
  });

  test('a caught error without a handler yields the input of the try', () => {
    expect(
      drive(`do: [{ t: { try: [{ a: { ${boom} } }], catch: {} } }]`, { input: { k: 1 } }).state.output,
    ).toEqual({ k: 1 });
  });

  test.each([
    ['another status', 'errors: { with: { status: 404 } }'],
    ['another type', "errors: { with: { type: 'https://example.com/other' } }"],
    ['another title', 'errors: { with: { title: Bang } }'],
    ['a detail that it has not', 'errors: { with: { detail: loud } }'],
    ['another instance', 'errors: { with: { instance: /do/0/t } }'],
    ['one member that differs among others that fit', 'errors: { with: { status: 418, title: Bang } }'],
    ['when that does not hold', 'when: $error.status == 1'],
    ['exceptWhen that holds', 'exceptWhen: $error.status == 418'],
  ])('%s lets the error pass', (_, filter) => {
    expect(drive(`do: [{ t: { try: [{ a: { ${boom} } }], catch: { ${filter} } } }]`).state).toMatchObject({
      phase: 'faulted',
      error: { status: 418 },
    });
  });

  test('an error whose title, detail and instance are those of the filter is caught', () => {
    const { state } = drive(
      `do:
  - t:
      try: [{ a: { raise: { error: { type: 'https://example.com/x', status: 500, title: Loud, detail: 'no \${ .n }' } } } }]
      catch:
        errors: { with: { title: Loud, detail: 'no \${ .n }', instance: /do/0/t/try/0/a } }
        do: [{ h: { set: { caught: true } } }]`,
      { input: { n: 3 } },
    );
    expect(state.output).toEqual({ caught: true });
  });

  test.each([
    ['when', 'when: \'${ error("no condition") }\''],
    ['errors.with', 'errors: { with: { title: \'${ error("no title") }\' } }'],
    ['retry.when', 'retry: { when: \'${ error("no condition") }\' }'],
    ['retry.delay', 'retry: { delay: \'${ error("no delay") }\' }'],
  ])('a `%s` that cannot be computed does not hide the error that it is asked about', (_, policy) => {
    const { state } = drive(`do: [{ t: { try: [{ a: { ${boom} } }], catch: { ${policy} } } }]`);
    expect(state).toMatchObject({ phase: 'faulted', error: { title: 'Boom', instance: '/do/0/t/try/0/a' } });
  });

  test('`end` among the tasks of a try ends the workflow, also when the try says where to go', () => {
    const { state } = drive(`do:
  - t: { try: [{ a: { set: { n: 1 }, then: end } }, { b: { set: { n: 2 } } }], catch: {}, then: c }
  - c: { set: { n: 3 } }`);
    expect(state).toMatchObject({ phase: 'completed', output: { n: 1 } });
  });

  test.each([
    'https://serverlessworkflow.io/spec/1.0.0/errors/timeout',
    'https://open-workflow-specification.org/dsl/errors/types/timeout',
  ])('a standard error is caught under every spelling of its type: %s', (type) => {
    const { state } = drive(`do:
  - t:
      try: [{ slow: { wait: { minutes: 1 }, timeout: { after: { seconds: 1 } } } }]
      catch: { errors: { with: { type: '${type}' } }, do: [{ h: { set: { late: true } } }] }`);
    expect(state.output).toEqual({ late: true });
  });

  test('an error in a handler goes outwards, not into the same catch', () => {
    const { state } = drive(`do:
  - outer:
      try:
        - inner: { try: [{ a: { ${boom} } }], catch: { do: [{ again: { raise: { error: { type: 'https://example.com/second', status: 500 } } } }] } }
      catch: { do: [{ h: { set: { caught: '\${ $error.type }' } } }] }`);
    expect(state.output).toEqual({ caught: 'https://example.com/second' });
  });

  test('catch.then decides where to go after an error, and only then', () => {
    const text = (task: string) => `do:
  - t: { try: [{ a: { ${task} } }], catch: { then: rescue } }
  - normal: { set: { via: normal }, then: end }
  - rescue: { set: { via: rescue } }`;
    expect(drive(text(boom)).state.output).toEqual({ via: 'rescue' });
    expect(drive(text('set: { x: 1 }')).state.output).toEqual({ via: 'normal' });
  });

  test('`catch.then: continue` goes on after an error where the `then` of the try would not', () => {
    const { state } = drive(`do:
  - t: { try: [{ a: { ${boom} } }], catch: { then: continue }, then: end }
  - next: { set: { via: next } }`);
    expect(state.output).toEqual({ via: 'next' });
  });
});

describe('what still runs inside a task that faults', () => {
  const hour = 'wait: { hours: 1 }';
  /** The ends of tasks in their order, without what is the same in all places. */
  const ends = (driven: Driven) =>
    driven.facts.flatMap((fact) =>
      fact.type === 'task.cancelled' || fact.type === 'task.faulted'
        ? [`${fact.type.slice(5)} ${fact.task.split('/').at(-1)}`]
        : [],
    );

  test('is cancelled before it, the innermost and the last begun first', () => {
    const driven = drive(`do:
  - t:
      do: [{ f: { fork: { branches: [{ a: { do: [{ w: { ${hour} } }] } }, { b: { ${hour} } }] } } }]
      timeout: { after: { seconds: 1 } }`);
    expect(ends(driven)).toEqual(['cancelled b', 'cancelled w', 'cancelled a', 'cancelled f', 'faulted t']);
  });

  test('is cancelled when the fault comes from beside it, and what runs around a `try` that catches is not', () => {
    const driven = new Driven(`do:
  - f:
      fork:
        branches:
          - beside: { ${hour} }
          - t:
              try: [{ g: { fork: { branches: [{ a: { ${hour} } }, { b: { wait: { seconds: 1 } } }, { c: { do: [{ w: { wait: { seconds: 1 } } }, { r: { ${boom} } }] } }] } } }]
              catch: { do: [{ h: { ${hour} } }] }`).start();
    driven.now += 1_000;
    driven.command({ type: 'timers.fire' });
    expect(ends(driven)).toEqual(['faulted r', 'faulted c', 'cancelled a', 'faulted g']);
    expect(Object.values(driven.state.tasks).map(({ task }) => task.split('/').at(-1))).toEqual([
      'f',
      'beside',
      't',
      'h',
    ]);
  });

  test('goes with the execution: all that runs is cancelled, the innermost first', () => {
    const driven = new Driven(`do:
  - f: { fork: { branches: [{ a: { do: [{ w: { ${hour} } }] } }, { b: { ${hour} } }] } }`).start();
    driven.command({ type: 'execution.cancel' });
    expect(ends(driven)).toEqual(['cancelled b', 'cancelled w', 'cancelled a', 'cancelled f']);
  });

  test('a race faults when all of its branches have, with the error of the last', () => {
    const driven = drive(`do:
  - f:
      fork:
        compete: true
        branches:
          - a: { ${boom} }
          - b: { raise: { error: { type: 'https://example.com/last', status: 500 } } }`);
    expect(ends(driven)).toEqual(['faulted a', 'faulted b', 'faulted f']);
    expect(driven.state.error?.type).toBe('https://example.com/last');
  });
});

describe('retries', () => {
  test.each([
    ['constant', [1_000, 1_000, 1_000]],
    ['linear', [1_000, 2_000, 3_000]],
    ['exponential', [1_000, 2_000, 4_000]],
  ])('%s backoff waits as it says, and attempts count the first', (backoff, waits) => {
    const driven = drive(
      tryCall(
        `retry: { delay: { seconds: 1 }, backoff: { ${backoff}: {} }, limit: { attempt: { count: 4 } } }`,
      ),
      {
        functions: ['ask'],
        answer: () => failed(503),
      },
    );
    const times = driven.commits
      .filter(({ facts }) => facts.some(({ type }) => type === 'effect.requested'))
      .map(({ time }) => time);
    expect(times.slice(1).map((time, index) => time - (times[index] as number))).toEqual(waits);
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 503 } });
    // What is recorded is the number of the attempt to come.
    expect(driven.of('retry.scheduled').map(({ attempt }) => attempt)).toEqual([2, 3, 4]);
    expect(driven.of('retry.started').map(({ attempt }) => attempt)).toEqual([2, 3, 4]);
  });

  test('a retry that succeeds ends the try with its output', () => {
    const { state } = drive(tryCall('retry: { delay: { seconds: 1 } }'), {
      functions: ['ask'],
      answer: (_, effect) => (effect < 10 ? failed(503) : completed({ ok: true })),
    });
    expect(state).toMatchObject({ phase: 'completed', output: { ok: true } });
  });

  test('a spent policy runs the handler when there is one', () => {
    const { state } = drive(
      tryCall('retry: { limit: { attempt: { count: 2 } } }', 'do: [{ h: { set: { gaveUp: true } } }]'),
      {
        functions: ['ask'],
        answer: () => failed(503),
      },
    );
    expect(state.output).toEqual({ gaveUp: true });
  });

  test.each(['count: 2', 'count: 1'])(
    '`catch.then` says where to go when a policy of %s is spent, without a handler as well',
    (count) => {
      const text = tryCall(`retry: { limit: { attempt: { ${count} } } }`, 'then: gaveUp');
      const { state } = drive(
        `${text}\n  - other: { set: { x: 1 }, then: end }\n  - gaveUp: { set: { gaveUp: true } }`,
        {
          functions: ['ask'],
          answer: () => failed(503),
        },
      );
      expect(state).toMatchObject({ phase: 'completed', output: { gaveUp: true } });
    },
  );

  test.each([
    ['when', 'retry: { when: $error.status == 503, limit: { attempt: { count: 3 } } }', 3],
    ['when', 'retry: { when: $error.status == 500, limit: { attempt: { count: 3 } } }', 1],
    ['exceptWhen', 'retry: { exceptWhen: $error.status == 503, limit: { attempt: { count: 3 } } }', 1],
    ['exceptWhen', 'retry: { exceptWhen: .n == 2, limit: { attempt: { count: 3 } } }', 3],
  ])('`%s` of a policy decides whether there is another attempt: %s', (_, policy, attempts) => {
    const driven = drive(tryCall(policy), {
      functions: ['ask'],
      answer: () => failed(503),
      input: { n: 1 },
    });
    expect(driven.of('effect.requested')).toHaveLength(attempts);
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 503 } });
  });

  test('a policy that does not retry this error leaves it to the handler', () => {
    const { state } = drive(
      tryCall('retry: { exceptWhen: $error.status == 503 }', 'do: [{ h: { set: { gaveUp: true } } }]'),
      { functions: ['ask'], answer: () => failed(503) },
    );
    expect(state.output).toEqual({ gaveUp: true });
  });

  test('a retry at the very end of `limit.duration` is still made', () => {
    const { now } = drive(
      tryCall('retry: { delay: { seconds: 10 }, limit: { duration: { seconds: 20 } } }'),
      { functions: ['ask'], answer: () => failed(503) },
    );
    expect(now - startOfTime).toBe(20_000);
  });

  test('a delay of a year is kept, and an exponent puts no retry further off than a hundred', () => {
    const day = 86_400_000;
    const driven = new Driven(tryCall('retry: { delay: { days: 365 }, backoff: { exponential: {} } }'), {
      functions: ['ask'],
      answer: () => failed(503),
    }).start();
    const waits: number[] = [];
    for (let turns = 0; turns < 9; turns++) {
      driven.command({
        type: 'effect.complete',
        effect: driven.facts.findLastIndex(({ type }) => type === 'effect.requested') + 1,
        outcome: failed(503),
      });
      waits.push(((driven.state.due ?? 0) - driven.now) / day);
      driven.now = driven.state.due ?? 0;
      driven.command({ type: 'timers.fire' });
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100].map((years) => years * 365));
  });

  test('limit.duration counts from the first attempt', () => {
    const { state, now } = drive(
      tryCall('retry: { delay: { seconds: 10 }, limit: { duration: { seconds: 25 } } }'),
      { functions: ['ask'], answer: () => failed(503) },
    );
    expect(state.phase).toBe('faulted');
    expect(now - startOfTime).toBe(20_000);
  });

  test('jitter is drawn between its bounds and recorded', () => {
    const driven = drive(
      tryCall(
        'retry: { delay: { seconds: 1 }, jitter: { from: { seconds: 1 }, to: { seconds: 3 } }, limit: { attempt: { count: 2 } } }',
      ),
      {
        functions: ['ask'],
        answer: () => failed(503),
        random: () => 0.25,
      },
    );
    expect(driven.of('retry.scheduled')[0]?.due).toBe(startOfTime + 2_500);
  });

  test('an attempt that takes too long is a timeout inside the try, and is tried again', () => {
    const driven = drive(
      `do:
  - t:
      try: [{ ask: { call: ask } }]
      catch: { retry: { limit: { attempt: { count: 2, duration: { seconds: 5 } } } }, do: [{ h: { set: { status: '\${ $error.status }' } } }] }`,
      { functions: ['ask'] },
    );
    expect(driven.of('effect.requested')).toHaveLength(2);
    expect(driven.state.output).toEqual({ status: 408 });
    expect(driven.now - startOfTime).toBe(10_000);
  });

  test('the idempotency key stays while the outcome is unknown, and changes after an answer', () => {
    const outcomes = [failed(503, true), failed(503), completed({})];
    const driven = drive(tryCall('retry: { delay: { seconds: 1 } }'), {
      functions: ['ask'],
      answer: () => outcomes.shift(),
    });
    const [first, ...keys] = driven.of('effect.requested').map(({ keyOf }) => keyOf);
    expect(first).toBeUndefined();
    expect(keys).toEqual([driven.facts.findIndex(({ type }) => type === 'effect.requested') + 1, undefined]);
  });

  test('an attempt whose time ends between two of its tasks is caught all the same', () => {
    const sets = Array.from({ length: 20 }, (_, index) => `{ s${index}: { set: { x: 1 } } }`).join(', ');
    const driven = new Driven(
      `do:
  - t:
      try: [${sets}]
      catch: { retry: { limit: { attempt: { count: 1, duration: { seconds: 5 } } } }, do: [{ h: { set: { status: '\${ $error.status }' } } }] }`,
      { limits: { decisionEventsMax: 6 } },
    ).start();
    expect(driven.state).toMatchObject({ yielded: true, tasks: { '/do/0/t': { live: 0 } } });
    driven.now += 6_000;
    driven.command({ type: 'timers.fire' });
    expect(driven.run().state).toMatchObject({ phase: 'completed', output: { status: 408 } });
  });

  test('a call that its timeout cut off keeps its key in the next attempt, also inside a loop', () => {
    let asked = 0;
    const driven = drive(
      `do:
  - t:
      try:
        - loop:
            for: { in: '[1, 2]' }
            do: [{ ask: { call: ask, timeout: { after: { seconds: 1 } } } }]
      catch: { retry: { limit: { attempt: { count: 3 } } } }`,
      { functions: ['ask'], answer: () => (++asked === 2 ? undefined : completed({})) },
    );
    const requested = driven.of('effect.requested');
    const versions = driven.facts.flatMap(({ type }, index) =>
      type === 'effect.requested' ? [index + 1] : [],
    );
    expect(requested.map(({ keyOf }) => keyOf)).toEqual([undefined, undefined, undefined, versions[1]]);
    expect(driven.state.phase).toBe('completed');
  });
});
