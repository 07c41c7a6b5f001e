import { describe, expect, test } from 'vitest';
import { drive, startOfTime } from '../testing/drive.ts';

const append = (color: string) => `set: { colors: '\${ .colors + ["${color}"] }' }`;

describe('flow', () => {
  test('then goes to a task of the same list, forwards and backwards', () => {
    const { state } = drive(`do:
  - red: { ${append('red')}, then: green }
  - blue: { ${append('blue')}, then: end }
  - green: { ${append('green')}, then: blue }`);
    expect(state.output).toEqual({ colors: ['red', 'green', 'blue'] });
  });

  test('a loop by then ends when its condition says so', () => {
    const { state } = drive(`do:
  - count: { set: { n: '\${ (.n // 0) + 1 }' } }
  - again: { switch: [{ more: { when: .n < 5, then: count } }, { done: { then: continue } }] }
  - last: { set: { n: '\${ .n * 10 }' } }`);
    expect(state).toMatchObject({ phase: 'completed', output: { n: 50 } });
  });

  test('exit leaves the current scope only; end leaves the workflow', () => {
    const exit = drive(`do:
  - outer: { do: [{ a: { set: { a: 1 }, then: exit } }, { b: { set: { b: 1 } } }] }
  - after: { set: { seen: '\${ . }' } }`);
    expect(exit.state.output).toEqual({ seen: { a: 1 } });
    const end = drive(`do:
  - outer: { do: [{ a: { set: { a: 1 }, then: end } }, { b: { set: { b: 1 } } }] }
  - after: { set: { seen: '\${ . }' } }`);
    expect(end.state.output).toEqual({ a: 1 });
  });

  test('a skipped task passes its input on, and its directive does not count', () => {
    const { state, facts } = drive(
      `do:
  - a: { if: .never == true, set: { x: 1 }, then: end }
  - b: { set: { y: '\${ .n }' } }`,
      { input: { n: 3 } },
    );
    expect(state.output).toEqual({ y: 3 });
    expect(facts.map(({ type }) => type)).toContain('task.skipped');
  });

  test('a fact names the visit from the second on, the scope inside another task, and the branch of a fork', () => {
    const { facts } = drive(`do:
  - a: { set: { n: '\${ (.n // 0) + 1 }' } }
  - b: { if: 'false', set: { x: 1 } }
  - c: { switch: [{ again: { when: .n < 2, then: a } }] }
  - f: { fork: { branches: [{ x: { set: { x: 1 } } }, { y: { if: 'false', set: { x: 1 } } }] } }`);
    const entered = facts.filter(({ type }) => type === 'task.started' || type === 'task.skipped');
    const [started, skipped] = ['task.started', 'task.skipped'];
    const [x, y] = ['/do/3/f/fork/branches/0/x', '/do/3/f/fork/branches/1/y'];
    expect(entered).toEqual([
      { type: started, task: '/do/0/a', kind: 'set' },
      { type: skipped, task: '/do/1/b', kind: 'set' },
      { type: started, task: '/do/2/c', kind: 'switch' },
      { type: started, task: '/do/0/a', kind: 'set', visit: 2 },
      { type: skipped, task: '/do/1/b', kind: 'set', visit: 2 },
      { type: started, task: '/do/2/c', kind: 'switch', visit: 2 },
      { type: started, task: '/do/3/f', kind: 'fork' },
      { type: started, task: x, kind: 'set', parent: '/do/3/f', branch: 0 },
      { type: skipped, task: y, kind: 'set', parent: '/do/3/f', branch: 1 },
    ]);
  });

  test('the end of a task tells its output, its directive and its case only when there is something to tell', () => {
    const ends = drive(`do:
  - a: { wait: PT0S }
  - b: { wait: PT0S, then: continue }
  - c: { set: { n: 1 }, then: d }
  - d: { switch: [{ go: { when: .n == 1, then: continue } }] }
  - e: { switch: [{ go: { when: .n == 2, then: continue } }] }`).of('task.completed');
    const type = 'task.completed';
    expect(ends).toEqual([
      { type, task: '/do/0/a' },
      { type, task: '/do/1/b' },
      { type, task: '/do/2/c', output: { n: 1 }, then: 'd' },
      { type, task: '/do/3/d', case: 'go' },
      { type, task: '/do/4/e' },
    ]);
  });

  test('the end of a workflow tells its output only when it is not that of the last task', () => {
    const end = (header: string) =>
      drive(`${header}\ndo: [{ a: { set: { n: 1 } } }]`).of('execution.completed');
    const type = 'execution.completed';
    expect(end('')).toEqual([{ type }]);
    expect(end('output: { as: . }')).toEqual([{ type }]);
    expect(end('output: { as: .n }')).toEqual([{ type, output: 1 }]);
  });

  test('a list without tasks yields what it was given, and goes on', () => {
    const { state } = drive(`do: [{ a: { do: [] } }, { b: { set: { was: '\${ . }' } } }]`, {
      input: { k: 1 },
    });
    expect(state.output).toEqual({ was: { k: 1 } });
  });

  test.each([
    ['the condition', 'if: \'${ error("no") }\', set: { x: 1 }'],
    ['the input', 'input: { from: \'${ error("no") }\' }, set: { x: 1 }'],
    ['the timeout', 'timeout: { after: \'${ error("no") }\' }, wait: PT1S'],
  ])('a fault in %s of a task is one of the task, which has started and can be caught', (_, task) => {
    const driven = drive(
      `do: [{ t: { try: [{ a: { ${task} } }], catch: { as: e, do: [{ h: { set: { at: '\${ $e.instance }' } } }] } } }]`,
    );
    expect(driven.state.output).toEqual({ at: '/do/0/t/try/0/a' });
    expect(driven.of('task.faulted').map(({ task: at }) => at)).toEqual(['/do/0/t/try/0/a']);
  });

  test('a timeout and the limit of an attempt may be computed from the input that the task is given', () => {
    const limits = (task: string) =>
      drive(`do: [{ a: { input: { from: .inner }, ${task} } }]`, {
        input: { inner: { after: 'PT3S' } },
      });
    expect(limits("wait: PT1H, timeout: { after: '${ .after }' }").now - startOfTime).toBe(3_000);
    expect(
      limits(
        "try: [{ w: { wait: PT1H } }], catch: { retry: { limit: { attempt: { count: 1, duration: '${ .after }' } } } }",
      ).now - startOfTime,
    ).toBe(3_000);
  });

  test('a switch takes the first case that holds, its default, or goes on', () => {
    const text = (rest: string) => `do:
  - pick: { switch: [{ red: { when: .c == "red", then: setRed } }${rest}] }
  - setNext: { set: { is: next }, then: end }
  - setRed: { set: { is: red }, then: end }
  - setOther: { set: { is: other }, then: end }`;
    expect(drive(text(''), { input: { c: 'red' } }).state.output).toEqual({ is: 'red' });
    expect(drive(text(''), { input: { c: 'blue' } }).state.output).toEqual({ is: 'next' });
    expect(drive(text(', { other: { then: setOther } }'), { input: { c: 'blue' } }).state.output).toEqual({
      is: 'other',
    });
  });

  test('iterations chain, see their item and index, and the last output is the output', () => {
    const { state } = drive(
      `do:
  - loop:
      for: { each: word, in: .words, at: n }
      do:
        - join: { set: { text: '\${ (.text // "") + $word + ($n | tostring) }' } }`,
      { input: { words: ['a', 'b', 'c'] } },
    );
    expect(state.output).toEqual({ text: 'a0b1c2' });
  });

  test('a loop over nothing yields its input; while is asked before each iteration', () => {
    expect(
      drive(`do: [{ l: { for: { in: '[]' }, do: [{ a: { set: { x: 1 } } }] } }]`, { input: { k: 1 } }).state
        .output,
    ).toEqual({ k: 1 });
    const { state } = drive(`do:
  - loop:
      for: { in: '[1, 2, 3, 4]' }
      while: (.sum // 0) < 3
      do: [{ add: { set: { sum: '\${ (.sum // 0) + $item }' } } }]`);
    expect(state.output).toEqual({ sum: 3 });
  });

  test('inner loops shadow outer names', () => {
    const { state } = drive(`do:
  - outer:
      for: { in: '[1, 2]' }
      do:
        - inner: { for: { in: '["a", "b"]' }, do: [{ add: { set: { all: '\${ (.all // []) + [$item] }' } } }] }
        - own: { set: { all: '\${ .all + [$item] }' } }`);
    expect(state.output).toEqual({ all: ['a', 'b', 1, 'a', 'b', 2] });
  });

  test('exit in a loop ends the iteration, end the workflow', () => {
    const loop = (then: string) => `do:
  - loop:
      for: { in: '[1, 2, 3]' }
      do:
        - keep: { set: { last: '\${ $item }', n: '\${ (.n // 0) + 1 }' } }
        - leave: { switch: [{ two: { when: .last == 2, then: ${then} } }] }
        - tail: { set: { last: '\${ .last }', n: '\${ .n + 10 }' } }`;
    expect(drive(loop('exit')).state.output).toEqual({ last: 3, n: 23 });
    expect(drive(loop('end')).state.output).toEqual({ last: 2, n: 12 });
    const after = `\n  - after: { set: { never: true } }`;
    expect(drive(loop('end') + after).state.output).toEqual({ last: 2, n: 12 });
  });

  test('the items of a loop are computed and recorded once', () => {
    const driven = drive(`do: [{ l: { for: { in: '[1, 2, 3]' }, do: [{ a: { wait: PT1S } }] } }]`);
    expect(driven.of('loop.started').map(({ items }) => items)).toEqual([[1, 2, 3]]);
    expect(driven.of('iteration.started').map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test('a case that continues goes on with the next task, whatever the switch itself says', () => {
    const { state } = drive(
      `do:
  - pick: { switch: [{ red: { when: .c == "red", then: continue } }], then: last }
  - next: { set: { via: next }, then: end }
  - last: { set: { via: last } }`,
      { input: { c: 'red' } },
    );
    expect(state.output).toEqual({ via: 'next' });
  });

  test('for.in that is no array is an expression error', () => {
    expect(
      drive(`do: [{ l: { for: { in: .n }, do: [{ a: { set: { x: 1 } } }] } }]`, { input: { n: 1 } }).state
        .error,
    ).toMatchObject({ status: 400, instance: '/do/0/l' });
  });

  test.each([
    ['null', 'null'],
    ['"text"', 'string'],
    ['{a: 1}', 'object'],
  ])('for.in that is %s is told to be %s, not an array', (value, kind) => {
    const { state } = drive(`do: [{ l: { for: { in: '\${ ${value} }' }, do: [{ a: { set: { x: 1 } } }] } }]`);
    expect(state.error?.detail).toBe(`\`for.in\` yields an array, not ${kind}`);
  });

  test('while sees the item and the index of the iteration that it is asked before', () => {
    const sum = (condition: string) =>
      drive(`do:
  - loop:
      for: { each: color, at: place, in: '[5, 6, 7, 8]' }
      while: ${condition}
      do: [{ add: { set: { sum: '\${ (.sum // 0) + $color }' } } }]`).state.output;
    expect(sum('$color < 7')).toEqual({ sum: 11 });
    expect(sum('$place < 3')).toEqual({ sum: 18 });
  });

  test('a fork yields the outputs of its branches in their order', () => {
    const { state } = drive(`do:
  - fork:
      fork:
        branches:
          - slow: { do: [{ w: { wait: { seconds: 2 } } }, { s: { set: { is: slow } } }] }
          - fast: { set: { is: fast } }`);
    expect(state.output).toEqual([{ is: 'slow' }, { is: 'fast' }]);
  });

  test('in a race the first to end wins and the others are cancelled', () => {
    const { state } = drive(`do:
  - race:
      fork:
        compete: true
        branches:
          - slow: { do: [{ w: { wait: { seconds: 2 } } }, { s: { set: { is: slow } } }] }
          - fast: { do: [{ w: { wait: { seconds: 1 } } }, { s: { set: { is: fast } } }] }`);
    expect(state.output).toEqual({ is: 'fast' });
  });

  test('what a fork leaves behind is cancelled before it ends, and holds nothing up', () => {
    const left = (branch: string) =>
      drive(
        `do:
  - f: { fork: { BRANCHES } }
  - w: { wait: { seconds: 1 } }`.replace('BRANCHES', branch),
      );
    for (const branches of [
      'compete: true, branches: [{ slow: { wait: PT1H } }, { fast: { wait: PT1S } }]',
      'branches: [{ slow: { wait: PT1H } }, { fast: { set: { x: 1 }, then: end } }]',
    ]) {
      const driven = left(branches);
      const told = driven.facts.map((fact) => `${fact.type} ${'task' in fact ? fact.task : ''}`);
      const cancelled = told.indexOf('task.cancelled /do/0/f/fork/branches/0/slow');
      expect(cancelled).toBeGreaterThan(0);
      expect(cancelled).toBeLessThan(told.indexOf('task.completed /do/0/f'));
    }
  });

  test('a fork or a race without branches is over at once: with no results, or with its input', () => {
    const over = (fork: string) =>
      drive(`do: [{ f: { fork: { ${fork}branches: [] } } }]`, { input: { k: 1 } }).state.output;
    expect(over('')).toEqual([]);
    expect(over('compete: true, ')).toEqual({ k: 1 });
  });

  test('a skipped branch of a fork yields what it was given', () => {
    const { state } = drive(
      `do: [{ f: { fork: { branches: [{ a: { if: 'false', set: { x: 1 } } }, { b: { set: { x: 2 } } }] } } }]`,
      { input: { k: 1 } },
    );
    expect(state.output).toEqual([{ k: 1 }, { x: 2 }]);
  });

  test('a branch that faults faults the fork and cancels the rest; in a race the others go on', () => {
    const branches = `branches:
          - bad: { raise: { error: { type: 'https://example.com/bad', status: 500 } } }
          - good: { do: [{ w: { wait: { seconds: 1 } } }, { s: { set: { is: good } } }] }`;
    const all = drive(`do:\n  - f:\n      fork:\n        ${branches}`);
    expect(all.state).toMatchObject({ phase: 'faulted', error: { instance: '/do/0/f/fork/branches/0/bad' } });
    const race = drive(`do:\n  - f:\n      fork:\n        compete: true\n        ${branches}`);
    expect(race.state.output).toEqual({ is: 'good' });
  });

  test('end in a branch ends the workflow with its output', () => {
    const { state } = drive(`do:
  - f:
      fork:
        branches:
          - a: { do: [{ w: { wait: { hours: 1 } } }] }
          - b: { set: { done: true }, then: end }
  - never: { set: { x: 1 } }`);
    expect(state).toMatchObject({ phase: 'completed', output: { done: true } });
  });

  test('an endless loop faults at its place when its history is full, in bounded decisions', () => {
    const driven = drive(
      `do:
  - spin: { set: { n: 1 }, then: spin }`,
      { limits: { decisionEventsMax: 10, historyEventsMax: 95 } },
    );
    expect(driven.state).toMatchObject({ phase: 'faulted', error: { status: 500, instance: '/do/0/spin' } });
    expect(Math.max(...driven.commits.map(({ facts }) => facts.length))).toBeLessThan(15);
  });

  test('a loop that records large values faults at its place when they are too large together', () => {
    const driven = drive(
      `do:
  - count: { set: { n: '\${ (.n // 0) + 1 }', text: '\${ "x" * 1000 }' }, then: count }`,
      { limits: { decisionEventsMax: 10, historyBytesMax: 50_000 } },
    );
    expect(driven.state).toMatchObject({
      phase: 'faulted',
      error: {
        status: 500,
        instance: '/do/0/count',
        detail: expect.stringContaining('50000 bytes of values'),
      },
    });
    expect(driven.of('task.completed').length).toBeGreaterThan(20);
    expect(driven.of('task.completed').length).toBeLessThan(60);
  });
});
