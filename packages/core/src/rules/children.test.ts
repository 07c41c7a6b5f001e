import { describe, expect, test } from 'vitest';
import type { ChildOutcome, Command } from '../model/commands.ts';
import { ledgerChanges, noRows, ownRows } from '../projections/ledger.ts';
import { phaseOf } from '../projections/phase.ts';
import { Driven, drive } from '../testing/drive.ts';

const run = (more = '') => `{ run: { workflow: { namespace: shop, name: pay, version: '1.0.0'${more} } } }`;
const definition = { namespace: 'shop', name: 'pay', version: '1.0.0', digest: 'sha256:1' };
const error = {
  type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication',
  status: 503,
  title: 'no',
  instance: '/do/9/inside',
};

const found = (child: number): Command => ({
  type: 'child.resolve',
  child,
  resolution: { type: 'found', definition },
});
const ended = (child: number, outcome: ChildOutcome): Command => ({ type: 'child.complete', child, outcome });

/** Version of the last child that was asked for. */
function asked(driven: Driven): number {
  return driven.facts.findLastIndex(({ type }) => type === 'child.requested') + 1;
}

describe('a task that runs a workflow', () => {
  test('asks for it with its evaluated input, and yields what the child yields', () => {
    const driven = drive(
      `do: [{ a: ${run(", input: { n: '${ .n + 1 }' }")} }, { b: { set: { got: '\${ . }' } } }]`,
      {
        input: { n: 1 },
      },
    );
    expect(driven.of('child.requested')).toMatchObject([
      { task: '/do/0/a', workflow: { namespace: 'shop', name: 'pay', version: '1.0.0' }, input: { n: 2 } },
    ]);
    expect(phaseOf(driven.state)).toBe('running');
    driven.command(found(3));
    driven.command(ended(3, { type: 'completed', output: { paid: true } }));
    expect(driven.state).toMatchObject({ phase: 'completed', output: { got: { paid: true } } });
    expect(driven.state.children).toBeUndefined();
  });

  test('names no version where it is `latest`, and the one that is named otherwise', () => {
    const workflows = (version: string) =>
      drive(`do: [{ a: { run: { workflow: { namespace: shop, name: pay, version: ${version} } } } }]`).of(
        'child.requested',
      )[0]?.workflow;
    expect(workflows('latest')).toEqual({ namespace: 'shop', name: 'pay' });
    expect(workflows('\'${ "latest" }\'')).toEqual({ namespace: 'shop', name: 'pay' });
    expect(workflows("'1.0.0'")).toEqual({ namespace: 'shop', name: 'pay', version: '1.0.0' });
  });

  test('yields nothing with `return: none`, and keeps nothing of what the child yields', () => {
    const text = run().replace(/ \}$/, '');
    for (const [returned, got] of [
      ['none', null],
      ['stdout', { paid: true }],
    ] as const) {
      const driven = drive(
        `do: [{ a: ${text.replace('{ run: {', `{ run: { return: ${returned},`)} } }, { b: { set: { got: '\${ . }' } } }]`,
      );
      driven.command(found(3));
      driven.command(ended(3, { type: 'completed', output: { paid: true } }));
      expect(driven.state).toMatchObject({ phase: 'completed', output: { got } });
      expect(driven.of('child.completed')).toMatchObject([{ output: got }]);
    }
  });

  test('hands its own input on when it names none, and asks for the latest when it names no version', () => {
    const driven = drive('do: [{ a: { run: { workflow: { namespace: shop, name: pay } } } }]', {
      input: { n: 5 },
    });
    expect(driven.of('child.requested')).toMatchObject([
      { workflow: { namespace: 'shop', name: 'pay' }, input: { n: 5 } },
    ]);
    expect(driven.of('child.requested')[0]?.workflow).not.toHaveProperty('version');
  });

  test('asks for the latest where the version is computed to be null, and for none where a name is', () => {
    const driven = drive(
      "do: [{ a: { run: { workflow: { namespace: shop, name: pay, version: '${ .nothing }' } } } }]",
      { input: { n: 5 } },
    );
    expect(driven.of('child.requested')[0]?.workflow).toEqual({ namespace: 'shop', name: 'pay' });
    const nameless = drive("do: [{ a: { run: { workflow: { namespace: shop, name: '${ .nothing }' } } } }]", {
      input: { n: 5 },
    });
    expect(nameless.of('child.requested')).toEqual([]);
    expect(nameless.of('task.faulted')).toMatchObject([
      { error: { status: 400, detail: expect.stringContaining('`run.workflow.name` yields null') } },
    ]);
  });

  test('counts the first answer about what runs, and the first end, however often they come', () => {
    const driven = drive(`do: [{ a: ${run()} }, { b: { wait: { hours: 1 } } }]`);
    driven.command(found(3));
    const { version } = driven.state;
    driven.command({
      type: 'child.resolve',
      child: 3,
      resolution: { type: 'found', definition: { ...definition, digest: 'sha256:2' } },
    });
    driven.command({ type: 'child.resolve', child: 3, resolution: { type: 'failed', error } });
    expect(driven.state.version).toBe(version);
    driven.command(ended(3, { type: 'completed', output: 1 }));
    const after = driven.state.version;
    driven.command(ended(3, { type: 'faulted', error }));
    driven.command(ended(99, { type: 'completed', output: 2 }));
    expect(driven.state.version).toBe(after);
  });

  test("faults with the child's error, whose own place stays in the fact", () => {
    const driven = drive(`do: [{ a: ${run()} }]`);
    driven.command(found(3));
    driven.command(ended(3, { type: 'faulted', error }));
    expect(driven.state).toMatchObject({
      phase: 'faulted',
      error: { status: 503, title: 'no', instance: '/do/0/a' },
    });
    expect(driven.of('child.faulted')[0]?.error.instance).toBe('/do/9/inside');
  });

  test("can catch the child's error, and runs another child when it is tried again", () => {
    const driven = drive(
      `do: [{ t: { try: [{ a: ${run()} }], catch: { errors: { with: { status: 503 } }, retry: { delay: { seconds: 1 }, limit: { attempt: { count: 2 } } }, do: [{ c: { set: { caught: '\${ $error.title }' } } }] } } }]`,
    );
    const first = asked(driven);
    driven.command(found(first));
    driven.command(ended(first, { type: 'faulted', error }));
    driven.run();
    const second = asked(driven);
    expect(second).toBeGreaterThan(first);
    driven.command(found(second));
    driven.command(ended(second, { type: 'faulted', error }));
    expect(driven.state).toMatchObject({ phase: 'completed', output: { caught: 'no' } });
  });

  test('faults with a runtime error when somebody cancelled the child', () => {
    const driven = drive(`do: [{ a: ${run()} }]`);
    driven.command(found(3));
    driven.command(ended(3, { type: 'cancelled', reason: 'by hand' }));
    expect(driven.state.error).toMatchObject({
      status: 500,
      detail: 'the execution that the task runs was cancelled: by hand',
    });
  });

  test('says no reason for a cancel that has none, and records the one that it has', () => {
    for (const reason of [undefined, 'by hand']) {
      const driven = drive(`do: [{ a: ${run()} }]`);
      driven.command(found(3));
      driven.command(ended(3, { type: 'cancelled', ...(reason === undefined ? {} : { reason }) }));
      expect(driven.of('child.cancelled')[0]?.reason).toBe(reason);
      expect('reason' in (driven.of('child.cancelled')[0] ?? {})).toBe(reason !== undefined);
      expect(driven.state.error?.detail).toBe(
        `the execution that the task runs was cancelled${reason === undefined ? '' : ': by hand'}`,
      );
    }
  });

  test('goes on waiting for its own child when that of another branch has ended', () => {
    const driven = drive(`do: [{ f: { fork: { branches: [{ a: ${run()} }, { b: ${run()} }] } } }]`);
    const [first, second] = driven.facts.flatMap(({ type }, index) =>
      type === 'child.requested' ? [index + 1] : [],
    );
    for (const child of [first, second]) driven.command(found(child ?? 0));
    driven.command(ended(second ?? 0, { type: 'completed', output: 'b' }));
    expect(Object.keys(driven.state.children ?? {})).toEqual([String(first)]);
    driven.command(ended(first ?? 0, { type: 'completed', output: 'a' }));
    expect(driven.state).toMatchObject({ phase: 'completed', output: ['a', 'b'] });
  });

  test('ends while its execution has stopped at its bound, and the rest goes on as well', () => {
    const loop = '{ for: { in: "[range(20)]" }, do: [{ n: { set: { x: 1 } } }] }';
    const driven = new Driven(`do: [{ f: { fork: { branches: [{ a: ${run()} }, { b: ${loop} }] } } }]`, {
      limits: { decisionEventsMax: 10 },
    }).start();
    expect(driven.state.yielded).toBe(true);
    const child = asked(driven);
    const before = driven.facts.length;
    driven.command(found(child));
    expect(driven.facts.length - before).toBeGreaterThan(1);
    driven.run();
    driven.command(ended(child, { type: 'completed', output: 1 }));
    expect(driven.state).toMatchObject({ phase: 'completed', output: [1, { x: 1 }] });
  });

  test('hears nothing of what it never asked for', () => {
    for (const tasks of [`{ a: ${run()} }`, '{ w: { wait: { hours: 1 } } }']) {
      const driven = drive(`do: [${tasks}]`);
      expect(driven.command(found(99))).toMatchObject({ type: 'decided', facts: [] });
      expect(driven.command(ended(99, { type: 'completed', output: 1 }))).toMatchObject({ facts: [] });
    }
  });

  test('faults when what it names cannot be run', () => {
    const driven = drive(`do: [{ a: ${run()} }]`);
    driven.command({ type: 'child.resolve', child: 3, resolution: { type: 'failed', error } });
    expect(driven.state.phase).toBe('faulted');
  });

  test('does not wait with `await: false`: it yields its input as soon as it is known what runs', () => {
    const driven = drive(`do: [{ a: { run: { await: false, workflow: { namespace: shop, name: pay } } } }]`, {
      input: { n: 1 },
    });
    expect(driven.state.phase).toBe('running');
    driven.command(found(3));
    expect(driven.state).toMatchObject({ phase: 'completed', output: { n: 1 } });
    expect(driven.of('child.revoked')).toEqual([]);
  });

  test('records the end while its execution is suspended, and goes on when it is resumed', () => {
    const driven = drive(`do: [{ a: ${run()} }, { b: { set: { x: 1 } } }]`);
    driven.command(found(3));
    driven.command({ type: 'execution.suspend' });
    driven.command(ended(3, { type: 'completed', output: 1 }));
    expect(driven.facts.at(-1)?.type).toBe('child.completed');
    driven.command({ type: 'execution.resume' });
    expect(driven.state).toMatchObject({ phase: 'completed', output: { x: 1 } });
  });

  test('takes nothing back that has ended, or that it has not asked for', () => {
    const driven = drive(`do: [{ a: ${run()} }]`);
    driven.command({ type: 'execution.suspend' });
    driven.command(ended(3, { type: 'completed', output: 1 }));
    driven.command({ type: 'execution.cancel' });
    expect(driven.facts.slice(-2).map(({ type }) => type)).toEqual(['task.cancelled', 'execution.cancelled']);
    const failing = drive(`do: [{ a: ${run(", input: '${ error }'")} }]`);
    expect(failing.state.phase).toBe('faulted');
    for (const each of [driven, failing]) expect(each.of('child.revoked')).toEqual([]);
  });

  test('takes the child back when it times out, or its execution is cancelled', () => {
    const timed = drive(
      `do: [{ a: { timeout: { after: { seconds: 1 } }, ...RUN } }]`.replace('...RUN', run().slice(1, -1)),
    );
    expect(timed.state.phase).toBe('faulted');
    expect(timed.of('child.revoked')).toEqual([{ type: 'child.revoked', child: 3 }]);
    const cancelled = drive(`do: [{ a: ${run()} }]`);
    cancelled.command(found(3));
    cancelled.command({ type: 'execution.cancel' });
    expect(cancelled.facts.slice(-3)).toEqual([
      { type: 'child.revoked', child: 3, resolved: 4 },
      { type: 'task.cancelled', task: '/do/0/a' },
      { type: 'execution.cancelled' },
    ]);
  });

  test('is nested no deeper than its bound, which a workflow that runs itself reaches', () => {
    const driven = drive(`do: [{ a: ${run()} }]`, { begins: false, limits: { childDepthMax: 2 } });
    const parent = { execution: 'p', version: 3, depth: 2 };
    driven.command({ type: 'execution.start', execution: 'x', definition, input: {}, parent });
    expect(driven.state).toMatchObject({
      phase: 'faulted',
      error: { status: 500, detail: expect.stringContaining('nested 2 deep') },
    });
    const last = drive(`do: [{ a: ${run()} }]`, { begins: false, limits: { childDepthMax: 3 } });
    last.command({ type: 'execution.start', execution: 'x', definition, input: {}, parent });
    expect(last.of('child.requested')).toHaveLength(1);
  });
});

describe('a child', () => {
  const parent = { execution: 'p', version: 3, depth: 1 };
  const start = { type: 'execution.start', execution: 'x', definition, input: { n: 1 }, parent } as const;

  test('that is taken back before it was started is started and cancelled at once, so that no start comes later', () => {
    const driven = drive('do: [{ w: { wait: { hours: 1 } } }]', { begins: false });
    driven.command({ type: 'child.withdraw', start });
    expect(driven.facts.map(({ type }) => type)).toEqual(['execution.started', 'execution.cancelled']);
    expect(driven.command(start)).toMatchObject({ type: 'refused', refusal: { code: 'already-exists' } });
  });

  test('that runs is cancelled when its parent takes it back, and one that has ended stays as it is', () => {
    const driven = drive('do: [{ w: { wait: { hours: 1 } } }]', { begins: false });
    driven.command(start);
    driven.command({ type: 'child.withdraw', start });
    expect(driven.state.phase).toBe('cancelled');
    const done = drive('do: [{ s: { set: { x: 1 } } }]', { begins: false });
    done.command(start);
    expect(done.command({ type: 'child.withdraw', start })).toMatchObject({ type: 'decided', facts: [] });
  });

  test('is not taken back by an execution that is not its parent', () => {
    const driven = drive('do: [{ w: { wait: { hours: 1 } } }]', { begins: false });
    driven.command(start);
    const other = { ...start, parent: { ...parent, execution: 'q' } };
    driven.command({ type: 'child.withdraw', start: other });
    driven.command({ type: 'child.withdraw', start: { ...start, parent: { ...parent, version: 9 } } });
    expect(driven.state.phase).toBe('running');
    const orphan = drive('do: [{ w: { wait: { hours: 1 } } }]', { begins: false });
    const { parent: _, ...alone } = start;
    orphan.command(alone);
    expect(orphan.command({ type: 'child.withdraw', start })).toMatchObject({ type: 'decided', facts: [] });
  });
});

describe('the ledger of a parent', () => {
  test('holds what is to be told until it is, and the child until its end is decided', () => {
    const driven = new Driven(`do: [{ a: ${run()} }]`).start();
    const changes = (first: number, facts = driven.facts.slice(first - 1)) =>
      ledgerChanges(noRows, driven.state, facts, first, []).map((change) =>
        change.type === 'remove'
          ? `-${change.row}`
          : 'version' in change
            ? `${change.type}-${change.version}`
            : change.type,
      );
    expect(changes(1)).toEqual(['send-3']);
    driven.command(found(3));
    expect(changes(4)).toEqual(['-send-3', 'child-3', 'send-4']);
    driven.command({ type: 'execution.cancel' });
    expect(changes(5)).toEqual(['-child-3', 'send-5']);
    expect(ownRows(driven.state)).toEqual(noRows);
  });

  test('tells a parent of an end, but not when it has gone on without waiting', () => {
    for (const [detached, rows] of [
      [undefined, 1],
      [true, 0],
    ] as const) {
      const driven = drive('do: [{ s: { set: { x: 1 } } }]', { begins: false });
      const parent = { execution: 'p', version: 3, depth: 1, ...(detached === true ? { detached } : {}) };
      driven.command({ type: 'execution.start', execution: 'x', definition, input: {}, parent });
      const sends = ledgerChanges(noRows, driven.state, driven.facts, 1, []).filter(
        ({ type }) => type === 'send',
      );
      expect(sends).toHaveLength(rows);
    }
  });
});
