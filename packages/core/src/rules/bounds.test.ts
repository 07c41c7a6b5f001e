/** Decisions that reach their bound: where one stops makes no difference to what becomes of the execution. */
import { describe, expect, test } from 'vitest';
import { Driven, drive } from '../testing/drive.ts';

const set = (name: string) => `{ ${name}: { set: { is: ${name} } } }`;
const sets = (...names: string[]) => names.map(set).join(', ');
const boom = "raise: { error: { type: 'https://example.com/boom', status: 418 } }";

const flows: readonly (readonly [what: string, text: string, output: unknown])[] = [
  [
    'a fork',
    `do: [{ f: { fork: { branches: [${set('a')}, { b: { do: [${sets('x', 'y')}] } }, { c: { wait: PT1S } }, ${set('d')}] } } }, { s: { set: { all: '\${ . }' } } }]`,
    { all: [{ is: 'a' }, { is: 'y' }, {}, { is: 'd' }] },
  ],
  [
    'a race',
    `do: [{ f: { fork: { compete: true, branches: [{ w: { wait: PT1H } }, { b: { do: [${sets('x', 'y')}] } }, { z: { wait: PT1H } }] } } }, { s: { set: { won: '\${ . }' } } }]`,
    { won: { is: 'y' } },
  ],
  [
    'a race in which some branches fail',
    `do: [{ f: { fork: { compete: true, branches: [{ a: { ${boom} } }, { b: { do: [{ c: { ${boom} } }] } }, ${set('d')}] } } }, { s: { set: { won: '\${ . }' } } }]`,
    { won: { is: 'd' } },
  ],
  [
    'a branch that ends the workflow',
    `do: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }, ${set('c')}] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a last branch that ends the workflow',
    `do: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a branch that ends the workflow, beside others that have still to start',
    `do: [{ o: { fork: { branches: [{ f: { fork: { branches: [{ w: { wait: PT1H } }, { b: { set: { is: b }, then: end } }] } } }, ${set('c')}] } } }, ${set('never')}]`,
    { is: 'b' },
  ],
  [
    'a loop',
    `do: [{ l: { for: { in: '[1, 2, 3]' }, do: [{ a: { set: { n: '\${ (.n // 0) + $item }' } } }, { w: { wait: PT1S } }] } }]`,
    { n: 6 },
  ],
  [
    'a try',
    `do: [{ t: { try: [${set('a')}, { b: { ${boom} } }], catch: { retry: { limit: { attempt: { count: 2 } } }, do: [${sets('x', 'y')}] } } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: { is: 'y' } },
  ],
  [
    'an extended task',
    `use: { extensions: [{ e: { extend: wait, before: [${sets('a', 'b')}], after: [${set('c')}] } }] }\ndo: [{ w: { wait: PT1S } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: {} },
  ],
  [
    'a function',
    `use: { functions: { f: { do: [${sets('a', 'b')}] } } }\ndo: [{ c: { call: f } }, { s: { set: { was: '\${ . }' } } }]`,
    { was: { is: 'b' } },
  ],
];

describe('a decision at its bound', () => {
  test.each(flows)('stops in %s anywhere, and the execution ends the same', (_, text, output) => {
    const whole = drive(text);
    for (let decisionEventsMax = 1; decisionEventsMax <= 25; decisionEventsMax++) {
      const driven = drive(text, { limits: { decisionEventsMax } });
      expect(driven.state, `of ${decisionEventsMax}`).toMatchObject({ phase: 'completed', output });
      expect(driven.now, `of ${decisionEventsMax}`).toBe(whole.now);
      for (const { facts } of driven.commits) expect(facts.length).toBeLessThanOrEqual(decisionEventsMax + 4);
    }
  });

  test('does not say that it goes on when all that is left waits', () => {
    const text = 'do: [{ f: { fork: { branches: [{ a: { wait: PT1S } }, { b: { wait: PT1S } }] } } }]';
    const whole = new Driven(text).start();
    const stopped = new Driven(text, { limits: { decisionEventsMax: whole.facts.length } }).start();
    expect(stopped.facts).toEqual(whole.facts);
  });
});
