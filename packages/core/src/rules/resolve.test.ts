import { describe, expect, test } from 'vitest';
import { ledgerChanges, ownRows } from '../projections/ledger.ts';
import { completed, Driven, failed } from '../testing/drive.ts';

const asking = { functions: ['ask'] };
const text = `do:
  - pay: { call: ask, metadata: { unsafe: true } }
  - after: { set: { paid: '\${ . }' } }`;
const open = (body = text) => new Driven(body, asking).start();
const effectOf = (driven: Driven) => Number(Object.keys(driven.state.effects)[0]);

describe('an effect that somebody resolves', () => {
  test('as done goes on with the output that was said, and both are recorded in one decision', () => {
    const driven = open();
    const effect = effectOf(driven);
    driven.command({ type: 'effect.resolve', effect, outcome: completed(5), reason: 'seen at the bank' });
    expect(driven.commits.at(-1)?.facts.slice(0, 2)).toEqual([
      { type: 'effect.resolved', effect, as: 'done', reason: 'seen at the bank' },
      { type: 'effect.completed', effect, output: 5 },
    ]);
    expect(driven.state).toMatchObject({ phase: 'completed', output: { paid: 5 } });
  });

  test('as failed raises the error that was said at its task, where a try may catch it', () => {
    const driven = open(
      `do: [{ t: { try: [{ pay: { call: ask } }], catch: { do: [{ no: { set: { paid: false } } }] } } }]`,
    );
    driven.command({ type: 'effect.resolve', effect: effectOf(driven), outcome: failed(402) });
    expect(driven.of('effect.resolved')).toMatchObject([{ as: 'failed' }]);
    expect(driven.of('effect.failed')[0]?.error).toMatchObject({
      status: 402,
      instance: '/do/0/t/try/0/pay',
    });
    expect(driven.state).toMatchObject({ phase: 'completed', output: { paid: false } });
  });

  test('to be done again stays open under its id, and asks the ledger for a row that nobody holds', () => {
    const driven = open();
    const effect = effectOf(driven);
    const rows = ownRows(driven.state);
    const { version } = driven.state;
    driven.command({ type: 'effect.resolve', effect });
    const facts = driven.commits.at(-1)?.facts ?? [];
    expect(facts).toEqual([{ type: 'effect.resolved', effect, as: 'again' }]);
    expect(ledgerChanges(rows, driven.state, facts, version + 1, [])).toEqual([
      { type: 'again', version: effect },
    ]);
    driven.command({ type: 'effect.complete', effect, outcome: completed(1) });
    expect(driven.state.phase).toBe('completed');
  });

  test('is refused when it has its outcome, and when there is no such effect', () => {
    const driven = open();
    const effect = effectOf(driven);
    driven.command({ type: 'effect.complete', effect, outcome: completed(1) });
    for (const one of [effect, 99])
      expect(driven.command({ type: 'effect.resolve', effect: one })).toMatchObject({
        type: 'refused',
        refusal: { code: 'not-open' },
      });
  });

  test('while suspended is recorded, and goes on when the execution is resumed', () => {
    const driven = open();
    const effect = effectOf(driven);
    driven.command({ type: 'execution.suspend' });
    driven.command({ type: 'effect.resolve', effect, outcome: completed(5) });
    expect(driven.state.phase).toBe('suspended');
    driven.command({ type: 'execution.resume', reason: 'all clear' });
    expect(driven.of('execution.resumed')[0]?.reason).toBe('all clear');
    expect(driven.state).toMatchObject({ phase: 'completed', output: { paid: 5 } });
  });
});
