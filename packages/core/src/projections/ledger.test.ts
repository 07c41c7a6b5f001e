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
