import { expect, it } from 'vitest';
import { describeWakeUp } from './waiting-text.ts';

const row = {
  ...{ id: 'x/place', due: new Date(1_000).toISOString(), attempt: 0 },
  ...{ unsafe: false, doubt: false },
};

it('an execution that waits for its turn says by which limit', () => {
  const waits = { ...row, kind: 'place', limit: 'workflow:shop/order' } as const;
  expect(describeWakeUp(waits, [], 'x', 5_000)).toBe(
    'a place: no more executions of this workflow run at once (workflow:shop/order)',
  );
});

it('a call that waits for a place is told from one that is under way, and from one that is put off', () => {
  const call = { ...row, id: 'x/3', kind: 'effect', limit: 'task:call:http' } as const;
  const told = (extra: object) => describeWakeUp({ ...call, ...extra }, [], 'x', 5_000);
  expect(told({})).toContain('waits for a place');
  expect(told({})).toContain('(task:call:http)');
  expect(told({ lease: { owner: 'a', until: new Date(9_000).toISOString() } })).toContain('under way');
  expect(told({ due: new Date(9_000).toISOString() })).toContain('queued until');
});
