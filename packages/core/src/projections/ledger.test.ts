import { describe, expect, test } from 'vitest';
import { emptyState } from '../model/state.ts';
import { completed, Driven, failed } from '../testing/drive.ts';
import { type LedgerChange, ledgerChanges, noRows, ownRows } from './ledger.ts';

const call = 'do: [{ a: { call: ask } }]';
const asking = { functions: ['ask'] };

/** The changes of what a command records. */
function changesOf(driven: Driven, command: Parameters<Driven['command']>[0]): readonly LedgerChange[] {
  const before = ownRows(driven.state);
  const first = driven.state.version + 1;
  const decided = driven.command(command);
  if (decided.type === 'refused') throw new Error(decided.refusal.message);
  return ledgerChanges(before, driven.state, decided.facts, first, decided.revoked);
}

describe('the rows of an execution', () => {
  test('a cancel takes the row of the open effect away', () => {
    const driven = new Driven(call, asking).start();
    expect(changesOf(driven, { type: 'execution.cancel' })).toEqual([{ type: 'remove', row: 3 }]);
  });

  test('the row of an effect that was asked for and revoked in this commit was never there', () => {
    const driven = new Driven(call, asking).start();
    driven.command({ type: 'execution.cancel' });
    expect(ledgerChanges(noRows, driven.state, driven.facts, 1, [1, 3])).toEqual([]);
  });

  test('a failure takes the row of its effect away, as a result does', () => {
    const driven = new Driven(call, asking).start();
    expect(changesOf(driven, { type: 'effect.complete', effect: 3, outcome: failed(500) })).toEqual([
      { type: 'remove', row: 3 },
    ]);
  });

  test('an effect that somebody says is done is not asked for again', () => {
    const driven = new Driven(call, asking).start();
    expect(changesOf(driven, { type: 'effect.resolve', effect: 3, outcome: completed(1) })).toEqual([
      { type: 'remove', row: 3 },
    ]);
  });

  test('a decision at its bound asks to go on, once, and is done with it when it has gone on', () => {
    const driven = new Driven("do: [{ f: { for: { in: '[range(4)]' }, do: [{ s: { set: { x: 1 } } }] } }]", {
      limits: { decisionEventsMax: 6 },
    }).start();
    expect(ledgerChanges(noRows, driven.state, driven.facts, 1, [])).toEqual([{ type: 'resume' }]);
    const changes: (readonly LedgerChange[])[] = [];
    while (driven.state.yielded) changes.push(changesOf(driven, { type: 'execution.continue' }));
    expect(changes.slice(0, -1).flat()).toEqual([]);
    expect(changes.at(-1)).toEqual([{ type: 'remove', row: 'resume' }]);
  });

  test('a suspend puts an approval in the place of the timer, and a resume puts it back', () => {
    const driven = new Driven('do: [{ w: { wait: { hours: 1 } } }]').start();
    const due = driven.now + 3_600_000;
    expect(changesOf(driven, { type: 'execution.suspend' })).toEqual([
      { type: 'remove', row: 'timer' },
      { type: 'approval' },
    ]);
    expect(ownRows(driven.state)).toEqual({
      due: null,
      resume: false,
      place: null,
      approval: true,
      listens: [],
    });
    expect(changesOf(driven, { type: 'execution.resume' })).toEqual([
      { type: 'timer', due },
      { type: 'remove', row: 'approval' },
    ]);
  });

  test('what has ended, or not begun, owns none, whatever else its state says', () => {
    const rest = { due: 5, yielded: true };
    expect(ownRows({ ...emptyState(), ...rest })).toEqual(noRows);
    expect(ownRows({ ...emptyState(), phase: 'faulted', ...rest })).toEqual(noRows);
  });
});

describe('the rows of a parent', () => {
  const definition = { namespace: 'shop', name: 'pay', version: '1.0.0', digest: 'sha256:1' };
  const found = { type: 'child.resolve', child: 3, resolution: { type: 'found', definition } } as const;
  const error = { type: 'https://example.com/x', status: 503 };
  const text = (more = '') =>
    `do: [{ a: { run: { ${more} workflow: { namespace: shop, name: pay, version: '1.0.0' } } } }]`;

  test.each([
    ['completed', { type: 'completed', output: 1 }],
    ['faulted', { type: 'faulted', error }],
    ['cancelled', { type: 'cancelled' }],
  ] as const)('go when its child has %s, also what was to be told', (_, outcome) => {
    const driven = new Driven(text()).start();
    changesOf(driven, found);
    const complete = { type: 'child.complete', child: 3, outcome } as const;
    expect(changesOf(driven, complete).filter(({ type }) => type === 'remove')).toEqual([
      { type: 'remove', row: 'send-3' },
      { type: 'remove', row: 'child-3' },
    ]);
  });

  test('are of what is to be told, and not of a child, where it is not waited for', () => {
    const driven = new Driven(text('await: false,')).start();
    expect(changesOf(driven, found)).toEqual([
      { type: 'remove', row: 'send-3' },
      { type: 'send', version: 4, fact: driven.facts[3] },
    ]);
  });

  test('take back what was not told yet, and tell what was', () => {
    const untold = new Driven(text()).start();
    expect(changesOf(untold, { type: 'execution.cancel' })).toEqual([{ type: 'remove', row: 'send-3' }]);
    const told = new Driven(text()).start();
    changesOf(told, found);
    expect(changesOf(told, { type: 'execution.cancel' })).toEqual([
      { type: 'remove', row: 'child-3' },
      { type: 'send', version: 5, fact: told.facts[4] },
    ]);
  });

  test('of a child that was asked for and taken back in one commit were never there', () => {
    const driven = new Driven(text()).start();
    driven.command({ type: 'execution.cancel' });
    const changes = ledgerChanges(noRows, driven.state, driven.facts, 1, []);
    expect(changes.filter(({ type }) => type === 'send')).toEqual([]);
  });
});

describe('the end of an execution', () => {
  const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
  const parent = { execution: 'p', version: 3, depth: 1 };
  type Started = Parameters<Driven['command']>[0] & { type: 'execution.start' };
  const starts = (more: Partial<Started>): Started =>
    ({ type: 'execution.start', execution: 'x', definition, input: {}, ...more }) as Started;
  const sends = (text: string, more: Partial<Started>, then?: Parameters<Driven['command']>[0]) => {
    const driven = new Driven(text);
    const changes = [
      ...changesOf(driven, starts(more)),
      ...(then === undefined ? [] : changesOf(driven, then)),
    ];
    return changes.flatMap((change) => (change.type === 'send' ? [change.fact.type] : []));
  };
  const cause = (source: 'after' | 'every') => ({ type: 'schedule', source, due: 1 }) as const;
  const completes = 'do: [{ s: { set: { x: 1 } } }]';
  const faults = "do: [{ r: { raise: { error: { type: 'https://example.com/x', status: 400 } } } }]";
  const waits = 'do: [{ w: { wait: { hours: 1 } } }]';

  test('is told to its parent, however it ends', () => {
    expect(sends(completes, { parent })).toEqual(['execution.completed']);
    expect(sends(faults, { parent })).toEqual(['execution.faulted']);
    expect(sends(waits, { parent }, { type: 'execution.cancel' })).toEqual(['execution.cancelled']);
  });

  test('is told to the schedule that runs it again after it, and to nobody else', () => {
    expect(sends(completes, { cause: cause('after') })).toEqual(['execution.completed']);
    expect(sends(completes, { cause: cause('every') })).toEqual([]);
    expect(sends(completes, { parent: { ...parent, detached: true } })).toEqual([]);
    expect(sends(completes, {})).toEqual([]);
  });
});

describe('the rows of a task that listens', () => {
  const filter = (type: string) => `{ with: { type: ${type} }, correlate: { room: { from: .data.room } } }`;
  const text = `do: [{ h: { listen: { to: { all: [${filter('one')}, ${filter('two')}] } } } }]`;
  const come = (type: string, room: string | number) =>
    ({
      type: 'event.deliver',
      event: { specversion: '1.0', id: type, source: 'urn:t', type, data: { room } },
      listeners: [
        { version: 3, filter: 0 },
        { version: 3, filter: 1 },
      ],
    }) as const;
  const row = (number: number, bound: readonly (readonly [string, string])[] = []) => ({
    type: 'listen',
    row: { version: 3, filter: number, task: '/do/0/h', bound },
    definition: 'sha256:0',
  });

  test('are one for each filter, under what is known by now', () => {
    const driven = new Driven(text).start();
    expect(ledgerChanges(noRows, driven.state, driven.facts, 1, [])).toEqual([row(0), row(1)]);
  });

  test('go when their filter has its event, and change their key with the first value', () => {
    const driven = new Driven(text).start();
    expect(changesOf(driven, come('one', 'red'))).toEqual([
      row(1, [['room', expect.stringContaining('red')]]),
      { type: 'remove', row: '3.0' },
    ]);
    expect(changesOf(driven, come('two', 'red'))).toEqual([{ type: 'remove', row: '3.1' }]);
  });

  test('stay as they are while nothing comes that concerns them, and while they are held', () => {
    const driven = new Driven(text).start();
    expect(changesOf(driven, come('three', 'red'))).toEqual([]);
    expect(changesOf(driven, { type: 'execution.suspend' })).toEqual([{ type: 'approval' }]);
  });

  test('are written anew when a name or a value of their key is another, and not when all is the same', () => {
    const driven = new Driven(text).start();
    driven.command(come('one', 'red'));
    const now = ownRows(driven.state);
    const [listening] = now.listens;
    if (listening === undefined) throw new Error('it listens for the other');
    const value = listening.bound[0]?.[1] ?? '';
    const changes = (bound: readonly (readonly [string, string])[]) =>
      ledgerChanges({ ...now, listens: [{ ...listening, bound }] }, driven.state, [], 1, []).length;
    expect(changes([['room', value]])).toBe(0);
    for (const bound of [
      [],
      [['hall', value]],
      [['room', 'blue']],
      [
        ['room', value],
        ['x', value],
      ],
    ] as const)
      expect(changes(bound as readonly (readonly [string, string])[])).toBe(1);
  });
});

test('an execution that waits for a place owns a row that waits, and only its own timeout is due', () => {
  const waiting = new Driven(`timeout: { after: { seconds: 9 } }\n${call}`, {
    ...asking,
    needsPlace: true,
  }).start();
  expect(ownRows(waiting.state)).toEqual({ ...noRows, due: waiting.now + 9_000, place: 'waits' });
});
