import { describe, expect, test } from 'vitest';
import { emptyState } from '../model/state.ts';
import { completed, Driven, drive, failed, startOfTime } from '../testing/drive.ts';
import { evolve } from './evolve.ts';
import { restoredState } from './restore.ts';

const asks = 'do:\n  - a: { call: ask, with: { n: 1 } }\n  - b: { set: { answer: "${ . }" } }';
const options = { functions: ['ask'] };

describe('time', () => {
  test('a wait ends at its instant, never before', () => {
    const driven = new Driven('do:\n  - w: { wait: { seconds: 5 } }\n  - s: { set: { done: true } }').start();
    expect(driven.state.due).toBe(startOfTime + 5_000);
    driven.now += 4_999;
    expect(driven.command({ type: 'timers.fire' })).toMatchObject({ facts: [] });
    driven.now += 1;
    driven.command({ type: 'timers.fire' });
    expect(driven.state).toMatchObject({ phase: 'completed', output: { done: true } });
  });

  test('a wait of no time is over at once, and no deadline is recorded for it', () => {
    const driven = drive('do:\n  - w: { wait: { seconds: 0 } }\n  - s: { set: { done: true } }');
    expect(driven.state).toMatchObject({ phase: 'completed', output: { done: true } });
    expect(driven.of('wait.started')).toEqual([]);
  });

  test('a wait takes ISO 8601 and expressions, and passes its input on', () => {
    const { state, now } = drive('do:\n  - a: { wait: PT1M }\n  - b: { wait: "${ .for }" }', {
      input: { for: 'PT30S' },
    });
    expect(now - startOfTime).toBe(90_000);
    expect(state.output).toEqual({ for: 'PT30S' });
  });

  test("the workflow's timeout faults the execution and cannot be caught", () => {
    const { state, facts } = drive(
      'timeout: { after: { seconds: 2 } }\ndo:\n  - t: { try: [{ w: { wait: { hours: 1 } } }], catch: { do: [{ h: { set: { x: 1 } } }] } }',
    );
    expect(state).toMatchObject({ phase: 'faulted', error: { status: 408, instance: '/timeout' } });
    expect(facts.map(({ type }) => type)).toContain('task.cancelled');
  });

  test('a timeout strikes whatever the task is doing, retries included', () => {
    const { state, now } = drive(
      `use: { timeouts: { short: { after: { seconds: 3 } } } }
do:
  - t: { try: [{ a: { call: ask } }], catch: { retry: { delay: { seconds: 1 } } }, timeout: short }`,
      { ...options, answer: () => failed(500) },
    );
    expect(state).toMatchObject({ phase: 'faulted', error: { status: 408, instance: '/do/0/t' } });
    expect(now - startOfTime).toBe(3_000);
  });
});

describe('commands', () => {
  test('a result that comes twice is accepted once', () => {
    const driven = new Driven(asks, options).start();
    const result = { type: 'effect.complete', effect: 3, outcome: completed(7) } as const;
    expect(driven.command(result)).toMatchObject({ type: 'decided' });
    expect(driven.command(result)).toMatchObject({ type: 'decided', facts: [] });
    expect(driven.state).toMatchObject({ phase: 'completed', output: { answer: 7 } });
  });

  test('a result after a cancel is recorded as abandoned, and changes nothing else', () => {
    const driven = new Driven(asks, options).start();
    expect(driven.command({ type: 'execution.cancel', reason: 'enough' })).toMatchObject({ revoked: [3] });
    const result = { type: 'effect.complete', effect: 3, outcome: completed(7) } as const;
    expect(driven.command(result)).toMatchObject({
      facts: [{ type: 'effect.abandoned', effect: 3, output: 7 }],
    });
    expect(driven.command(result)).toMatchObject({ facts: [] });
    expect(driven.state.phase).toBe('cancelled');
  });

  test('a cancel revokes what is under way, and nothing that was answered or not asked for', () => {
    const revoked = (task: string, limits = {}) => {
      const driven = new Driven(`use: { functions: { f: { wait: PT1H } } }\ndo: [{ a: { ${task} } }]`, {
        ...options,
        limits,
      }).start();
      return driven.command({ type: 'execution.cancel' });
    };
    expect(revoked('call: ask')).toMatchObject({ revoked: [3] });
    expect(revoked('call: ask', { decisionEventsMax: 2 })).toMatchObject({ revoked: [] });
    expect(revoked('call: f')).toMatchObject({ revoked: [] });
    const answered = new Driven(asks, options).start();
    answered.command({ type: 'execution.suspend' });
    answered.command({ type: 'effect.complete', effect: 3, outcome: completed(7) });
    expect(answered.command({ type: 'execution.cancel' })).toMatchObject({ revoked: [] });
  });

  test('what has ended is not cancelled, suspended or resumed; a second cancel is the first', () => {
    const ended = drive('do: [{ a: { set: { x: 1 } } }]');
    expect(ended.command({ type: 'execution.cancel' })).toMatchObject({
      type: 'refused',
      refusal: { code: 'already-ended' },
    });
    expect(ended.command({ type: 'execution.suspend' })).toMatchObject({
      refusal: { code: 'already-ended' },
    });
    const cancelled = new Driven(asks, options).start();
    cancelled.command({ type: 'execution.cancel' });
    expect(cancelled.command({ type: 'execution.cancel' })).toMatchObject({ type: 'decided', facts: [] });
  });

  test('while suspended results are recorded and nothing goes on; resume goes on with all of it', () => {
    const driven = new Driven(
      `do:
  - f: { fork: { branches: [{ a: { call: ask } }, { w: { wait: { seconds: 1 } } }] } }
  - s: { set: { all: '\${ . }' } }`,
      { ...options, input: { k: 1 } },
    ).start();
    driven.command({ type: 'execution.suspend' });
    const effect = Number(Object.keys(driven.state.effects)[0]);
    driven.command({ type: 'effect.complete', effect, outcome: completed(7) });
    driven.now += 10_000;
    driven.command({ type: 'timers.fire' });
    expect(driven.state.phase).toBe('suspended');
    driven.command({ type: 'execution.resume' });
    expect(driven.state).toMatchObject({ phase: 'completed', output: { all: [7, { k: 1 }] } });
  });

  test('deadlines keep running while suspended, and strike on resume', () => {
    const driven = new Driven(
      'do:\n  - w: { wait: { minutes: 1 }, timeout: { after: { seconds: 5 } } }',
    ).start();
    driven.command({ type: 'execution.suspend' });
    driven.now += 20_000;
    driven.command({ type: 'execution.resume' });
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 408 } });
  });

  test('a decision at its bound yields, and goes on with the next command, whichever it is', () => {
    const driven = new Driven(
      'do:\n  - l: { for: { in: "[range(20)]" }, do: [{ a: { set: { n: "${ (.n // 0) + 1 }" } } }] }',
      { limits: { decisionEventsMax: 10 } },
    ).start();
    expect(driven.state.yielded).toBe(true);
    driven.run();
    expect(driven.state).toMatchObject({ phase: 'completed', output: { n: 20 }, yielded: false });
    expect(driven.commits.length).toBeGreaterThan(5);
  });

  test('large values bound a decision too', () => {
    const driven = drive(
      'do:\n  - l: { for: { in: "[range(8)]" }, do: [{ a: { set: { text: "${ \\"x\\" * 1000 }" } } }] }',
      { limits: { decisionBytesMax: 2_500 } },
    );
    expect(driven.state.phase).toBe('completed');
    expect(driven.commits.length).toBeGreaterThan(2);
  });

  test('a workflow with parts that are not run yet is not started', () => {
    const driven = new Driven('do:\n  - l: { run: { shell: { command: ls } } }');
    const definition = { namespace: 'n', name: 'n', version: '1', digest: 'd' };
    expect(driven.command({ type: 'execution.start', execution: 'x', definition, input: {} })).toMatchObject({
      type: 'refused',
      refusal: { code: 'not-runnable', message: expect.stringContaining('/do/0/l') },
    });
  });
});

describe('restore', () => {
  test('a restored execution enters the task at fault anew, with all that was before', () => {
    const text = `do:
  - first: { call: ask, export: { as: '{ first: . }' } }
  - second: { call: ask, with: { after: '\${ . }' } }
  - last: { set: { got: '\${ . }', context: '\${ $context }' } }`;
    let broken = true;
    const answer = (fact: { task: string }) =>
      fact.task.endsWith('second') && broken ? failed(500) : completed(fact.task);
    const old = drive(text, { ...options, answer });
    expect(old.state.phase).toBe('faulted');
    const before = emptyState();
    for (const { time, facts } of old.commits)
      for (const fact of facts)
        if (fact.type !== 'task.faulted' && fact.type !== 'execution.faulted') evolve(before, fact, time);
    broken = false;
    const next = new Driven(text, { ...options, answer });
    next.command({
      type: 'execution.restore',
      execution: 'x',
      from: { execution: 'old', version: before.version },
      state: before,
      task: '/do/1/second',
    });
    next.run();
    expect(next.state).toMatchObject({
      phase: 'completed',
      output: { got: '/do/1/second', context: { first: '/do/0/first' } },
      from: { execution: 'old' },
    });
    expect(next.of('effect.requested').map(({ task }) => task)).toEqual(['/do/1/second']);
  });

  test('clocks of a restored execution start now', () => {
    const driven = new Driven(
      'do:\n  - w: { wait: { seconds: 10 }, timeout: { after: { seconds: 30 } } }',
    ).start();
    const state = restoredState(driven.state, '', driven.now + 1_000_000);
    expect(state.tasks['/do/0/w']).toMatchObject({
      due: startOfTime + 1_010_000,
      deadline: startOfTime + 1_030_000,
    });
  });
});

describe('calls', () => {
  test('an HTTP call is recorded as it will be made', () => {
    const driven = new Driven(
      `do:
  - get:
      call: http
      with:
        method: post
        endpoint: { uri: 'https://example.com/pets/{id}?x={q}', authentication: { basic: { username: '\${ .user }', password: p } } }
        headers: { x-n: '\${ .n | tostring }' }
        query: { page: '\${ .n }' }
        body: { pet: '\${ .id }' }
        output: response`,
      { input: { id: 'a b', q: '1&2', user: 'u', n: 3 } },
    ).start();
    expect(driven.of('effect.requested')[0]?.request).toEqual({
      type: 'http',
      method: 'POST',
      uri: 'https://example.com/pets/a%20b?x=1%262',
      headers: { 'x-n': '3' },
      query: { page: 3 },
      body: { pet: 'a b' },
      output: 'response',
      redirect: false,
      authentication: { scheme: 'basic', username: 'u', password: 'p' },
    });
  });

  test('a URI may mix a template with expressions, whose results are not templates', () => {
    const driven = new Driven(
      "do:\n  - get: { call: http, with: { method: get, endpoint: 'https://example.com/{a}/${ .b }' } }",
      { input: { a: 'x y', b: '{a}' } },
    ).start();
    expect(driven.of('effect.requested')[0]?.request).toMatchObject({ uri: 'https://example.com/x%20y/{a}' });
  });

  test('a fetched document is pinned for later calls of the execution', () => {
    const call =
      "call: openapi, with: { document: { endpoint: 'https://example.com/openapi.json' }, operationId: get }";
    const driven = new Driven(`do:\n  - a: { ${call} }\n  - b: { ${call} }`).start();
    driven.command({
      type: 'effect.complete',
      effect: 3,
      outcome: { type: 'completed', output: {}, pins: { 'https://example.com/openapi.json': 'sha256:1' } },
    });
    expect(driven.of('effect.requested')[1]?.request).toMatchObject({
      document: { uri: 'https://example.com/openapi.json', digest: 'sha256:1' },
    });
  });

  test('emit fills in what the author left out, and yields the event', () => {
    const driven = drive(
      "do:\n  - e: { emit: { event: { with: { type: com.example.hello, data: { n: '${ .n }' } } } } }",
      { input: { n: 1 } },
    );
    expect(driven.state.output).toMatchObject({
      specversion: '1.0',
      id: 'x/3',
      source: '/default/test/1.0.0',
      type: 'com.example.hello',
      data: { n: 1 },
    });
    expect(driven.of('event.emitted')).toHaveLength(1);
  });

  test.each([
    [
      "type: x, Trace-Id: '1'",
      "the event's `Trace-Id` is no attribute: those have lower-case letters and digits",
    ],
    ["type: x, trace: '${ { a: 1 } }'", "the event's `trace` must be a text, a number or a boolean"],
    ['type: x, time: \'${ "soon" }\'', "the event's `time` must be an instant of RFC 3339"],
    ["type: x, specversion: '0.3'", 'the event\'s `specversion` must be "1.0"'],
    ["type: '${ .none }'", "the event's `type` must be a text of 1 to 2048 characters"],
  ])('emit of %s is a validation error: it would be no CloudEvent', (attributes, detail) => {
    const driven = drive(`do:\n  - e: { emit: { event: { with: { ${attributes} } } } }`);
    expect(driven.state.error).toMatchObject({ status: 400, detail, instance: '/do/0/e' });
    expect(driven.of('event.emitted')).toEqual([]);
  });

  test('emit keeps what the author wrote, and says of data what it is', () => {
    const emitted = (attributes: string) =>
      drive(`do:\n  - e: { emit: { event: { with: { ${attributes} } } } }`).state.output;
    const given = "id: i, source: 'urn:s', time: '2026-01-01T00:00:00Z', type: x";
    const event = { specversion: '1.0', id: 'i', source: 'urn:s', time: '2026-01-01T00:00:00Z', type: 'x' };
    expect(emitted(given)).toEqual(event);
    expect(emitted(`${given}, data: hi`)).toEqual({
      ...event,
      data: 'hi',
      datacontenttype: 'application/json',
    });
    expect(emitted(`${given}, data: hi, datacontenttype: text/plain`)).toEqual({
      ...event,
      data: 'hi',
      datacontenttype: 'text/plain',
    });
    expect(emitted('type: x')).toMatchObject({ time: new Date(startOfTime).toISOString() });
  });

  test('emit leaves out an attribute that is null, but for the data', () => {
    const driven = drive(
      "do:\n  - e: { emit: { event: { with: { type: x, subject: '${ .none }', time: '${ null }', data: '${ null }' } } } }",
    );
    expect(driven.state.output).toEqual({
      ...{ specversion: '1.0', id: 'x/3', source: '/default/test/1.0.0', type: 'x', data: null },
      ...{ datacontenttype: 'application/json', time: expect.any(String) },
    });
  });
});
