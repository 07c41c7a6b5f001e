import { describe, expect, test } from 'vitest';
import type { Fact, TaskKind } from '../model/facts.ts';
import { type ExecutionState, emptyState, type ForkState, type TryState } from '../model/state.ts';
import { completed, Driven, failed } from '../testing/drive.ts';
import { evolve } from './evolve.ts';

const asking = { functions: ['ask'] };
const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
const begun: Fact = { type: 'execution.started', definition, input: { n: 1 } };

/** The state after these facts, which no decision has looked at. */
function folded(...facts: readonly Fact[]): ExecutionState {
  const state = emptyState();
  for (const [index, fact] of facts.entries()) evolve(state, fact, 1_000 + index);
  return state;
}

const entered = (task: string, kind: TaskKind, more: object = {}): Fact => ({
  type: 'task.started',
  task,
  kind,
  ...more,
});

describe('an execution', () => {
  test('names the one that goes on in its place only when there is one', () => {
    const ended: Fact = { type: 'execution.completed' };
    expect(folded(begun, { ...ended, continuedAs: 'y' })).toMatchObject({
      phase: 'completed',
      continuedAs: 'y',
    });
    expect(Object.keys(folded(begun, ended))).not.toContain('continuedAs');
  });

  test('that is restored goes on at once, also when the other one had stopped at its bound', () => {
    const before = { ...folded(begun), yielded: true };
    const from = { execution: 'old', version: 1 };
    expect(folded({ type: 'execution.restored', from, state: before })).toMatchObject({
      phase: 'running',
      yielded: false,
      from,
    });
  });

  test.each<[string, Fact]>([
    ['a result that comes too late', { type: 'effect.abandoned', effect: 2, output: 1 }],
    ['what was said of an effect in doubt', { type: 'effect.resolved', effect: 2, as: 'again' }],
  ])('still has to go on after a decision at its bound when there came %s', (_what, fact) => {
    expect(folded(begun, { type: 'execution.yielded' }, fact).yielded).toBe(true);
    expect(folded(begun, { type: 'execution.yielded' }, { type: 'execution.suspended' }).yielded).toBe(false);
  });
});

describe('a task that ends', () => {
  test('leaves its directive only when it gave one', () => {
    const task = entered('/do/0/a', 'set');
    expect(folded(begun, task, { type: 'task.completed', task: '/do/0/a' }).main.last).toStrictEqual({
      task: '/do/0/a',
    });
    expect(
      folded(begun, task, { type: 'task.completed', task: '/do/0/a', then: 'end' }).main.last,
    ).toStrictEqual({ task: '/do/0/a', then: 'end' });
  });

  test('before it asked for its deed leaves no effect behind', () => {
    const driven = new Driven(
      "do: [{ t: { try: [{ a: { call: ask, with: { x: '${ error }' } } }], catch: {} } }, { w: { wait: { hours: 1 } } }]",
      asking,
    ).start();
    expect(driven.state.effects).toEqual({});
    expect(driven.of('error.caught')).toHaveLength(1);
  });

  test('and that names how it is undone is kept in the order of the endings', () => {
    const facts = ['a', 'b'].flatMap((name): Fact[] => [
      entered(`/do/${name}`, 'set', { visit: 2 }),
      { type: 'task.completed', task: `/do/${name}`, visit: 2, compensable: true },
    ]);
    expect(folded(begun, ...facts).main.compensable).toEqual(['/do/a#2', '/do/b#2']);
    expect(
      folded(begun, entered('/do/c', 'set'), { type: 'task.completed', task: '/do/c' }).main.compensable,
    ).toBeUndefined();
  });

  test('stands in no branch unless it runs in a fork', () => {
    const { tasks } = folded(begun, entered('/do/0/a', 'set'));
    expect(Object.keys(tasks['/do/0/a'] ?? {})).not.toContain('branch');
  });
});

describe('a graph', () => {
  const graph: readonly Fact[] = [begun, entered('/do/0/g', 'graph')];
  const inside = { parent: '/do/0/g' };

  test('keeps the outputs of its nodes by their names, and which were skipped', () => {
    const state = folded(
      ...graph,
      entered('/do/0/g/a', 'set', inside),
      { type: 'task.completed', task: '/do/0/g/a', output: 7 },
      { type: 'task.skipped', task: '/do/0/g/b', kind: 'set', ...inside },
    );
    expect(state.tasks['/do/0/g']).toMatchObject({
      kind: 'graph',
      outputs: { '/do/0/g/a': 7 },
      skipped: ['/do/0/g/b'],
    });
  });

  test('begins with neither', () => {
    expect(folded(...graph).tasks['/do/0/g']).toMatchObject({ outputs: {}, skipped: [] });
  });
});

describe('a fork', () => {
  const text = (first: string, compete = false) =>
    `do: [{ f: { fork: { compete: ${compete}, branches: [{ a: { ${first} } }, { b: { wait: { hours: 1 } } }, { c: { wait: { hours: 2 } } }] } } }]`;
  const fork = (driven: Driven) => driven.state.tasks['/do/0/f'] as ForkState;

  test('has a place for the result of each branch before any has ended', () => {
    expect(fork(new Driven(text('wait: { hours: 1 }')).start()).results).toEqual([null, null, null]);
  });

  test('counts a branch that faults, and goes on when it is a race', () => {
    const raise = "raise: { error: { type: 'https://example.com/x', status: 500 } }";
    expect(fork(new Driven(text(raise, true)).start())).toMatchObject({ failed: 1, ended: 0, live: 2 });
  });

  test('takes its own input for the result of a branch that is skipped', () => {
    const driven = new Driven(text("if: 'false', set: { x: 1 }"), { input: { n: 1 } }).start();
    expect(fork(driven)).toMatchObject({ results: [{ n: 1 }, null, null], ended: 1 });
  });

  test('has the first that ended as its winner, and no directive without an end', () => {
    const driven = new Driven(text('set: { x: 1 }')).start();
    driven.now += 3_600_000;
    driven.command({ type: 'timers.fire' });
    expect(fork(driven)).toMatchObject({ winner: 0, ended: 2 });
    expect(fork(driven).last).toBeUndefined();
  });

  test('starts those branches again that it is told to, and counts none of them as new', () => {
    const state = new Driven(text('wait: { hours: 1 }')).start().state;
    const again = fork({ state } as Driven);
    again.again = [0, 2];
    for (const key of Object.keys(state.tasks)) if (key !== '/do/0/f') delete state.tasks[key];
    const start = (branch: number, name: string) =>
      evolve(
        state,
        entered(`/do/0/f/fork/branches/${branch}/${name}`, 'wait', { parent: '/do/0/f', branch }),
        2_000,
      );
    start(0, 'a');
    expect(again.again).toEqual([2]);
    start(2, 'c');
    expect(Object.keys(again)).not.toContain('again');
    expect(again.started).toBe(3);
  });

  test('of a damaged log, in which a branch has no place, is a broken rule', () => {
    const facts: readonly Fact[] = [
      begun,
      entered('/do/0/f', 'fork'),
      { type: 'fork.started', task: '/do/0/f', branches: 1 },
      entered('/do/0/f/a', 'set', { parent: '/do/0/f' }),
      { type: 'task.completed', task: '/do/0/f/a' },
    ];
    expect(() => folded(...facts)).toThrow('a branch has a place in its fork');
    const placed = facts.map((fact) =>
      fact.type === 'task.started' && fact.kind === 'set' ? { ...fact, branch: 0 } : fact,
    );
    expect(() => folded(...placed.filter(({ type }) => type !== 'fork.started'))).toThrow(
      'a branch has a place in its fork',
    );
  });
});

describe('rounds without the world are counted', () => {
  /** Jumps backwards over and over, up to one task that lets the world in. */
  const rounds = (pause: string, last: string) =>
    `do:
  - a: { set: { n: '\${ (.n // 0) + 1 }' } }
  - b: { switch: [{ again: { when: '.n < 4', then: a } }, { on: { then: p } }] }
  - p: { ${pause} }
  - z: { ${last} }`;
  const hour = 'wait: { hours: 1 }';

  test('until the outcome of a call', () => {
    const driven = new Driven(rounds('call: ask', hour), asking).start();
    expect(driven.state.jumps).toBe(3);
    const [effect] = Object.keys(driven.state.effects).map(Number);
    evolve(driven.state, { type: 'effect.completed', effect: effect ?? 0, output: 1 }, driven.now);
    expect(driven.state.jumps).toBe(0);
  });

  test('until a wait', () => {
    expect(new Driven(rounds(hour, hour)).start().state.jumps).toBe(0);
  });

  test('until a retry that waits', () => {
    const raise =
      "try: [{ r: { raise: { error: { type: 'https://example.com/x', status: 500 } } } }], catch: { retry: { delay: { hours: 1 }, limit: { attempt: { count: 2 } } } }";
    const driven = new Driven(rounds(raise, hour)).start();
    expect(driven.of('retry.scheduled')).toHaveLength(1);
    expect(driven.state.jumps).toBe(0);
  });
});

describe('the calls of an attempt', () => {
  const tryOf = (driven: Driven, key: string) => driven.state.tasks[key] as TryState;

  test('are counted anew in each iteration of a loop', () => {
    const driven = new Driven(
      "do: [{ t: { try: [{ l: { for: { in: '[1, 2]' }, do: [{ a: { call: ask } }] } }], catch: {} } }]",
      asking,
    ).start();
    const call = '/do/0/t/try/0/l/do/0/a';
    expect(tryOf(driven, '/do/0/t').calls).toEqual({ [call]: 1 });
    const [effect] = Object.keys(driven.state.effects).map(Number);
    driven.command({ type: 'effect.complete', effect: effect ?? 0, outcome: completed(1) });
    expect(tryOf(driven, '/do/0/t').calls).toEqual({ [call]: 1 });
  });

  test('of an inner try that is over are taken off those of the outer one, and no others', () => {
    let asked = 0;
    const driven = new Driven(
      `do:
  - o:
      try:
        - a: { call: ask, then: i }
        - i: { try: [{ b: { call: ask } }], catch: { retry: { limit: { attempt: { count: 5 } } } } }
      catch: {}`,
      { ...asking, answer: () => (++asked === 1 ? completed(1) : asked === 2 ? failed(503) : undefined) },
    )
      .start()
      .run();
    expect(tryOf(driven, '/do/0/o').calls).toEqual({ '/do/0/o/try/0/a': 1, '/do/0/o/try/1/i/try/0/b': 1 });
    expect(tryOf(driven, '/do/0/o/try/1/i')).toMatchObject({ attempt: 2 });
    expect(Object.keys(tryOf(driven, '/do/0/o/try/1/i'))).not.toContain('due');
  });

  test('that were made several times keep the number of the attempts before', () => {
    const inner: TryState = {
      ...(folded(begun, entered('/do/0/o', 'try')).tasks['/do/0/o'] as TryState),
      task: '/do/0/o/i',
      parent: '/do/0/o',
      calls: { x: 1 },
    };
    const state = folded(begun, entered('/do/0/o', 'try'));
    const outer = state.tasks['/do/0/o'] as TryState;
    outer.calls = { x: 3 };
    state.tasks['/do/0/o/i'] = inner;
    evolve(state, { type: 'retry.started', task: '/do/0/o/i', attempt: 2 }, 2_000);
    expect([outer.calls, inner.calls]).toEqual([{ x: 2 }, {}]);
  });
});
