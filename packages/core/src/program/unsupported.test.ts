import { expect, test } from 'vitest';
import { parse } from '../language/parse.ts';
import { lower } from './lower.ts';
import { unsupportedMessage, unsupportedPlaces } from './unsupported.ts';

const parts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ feature: `f${index}`, pointer: `/do/${index}` }));

test.each([
  [1, 'f0 (at /do/0)'],
  [2, 'f0 (at /do/0), f1 (at /do/1)'],
  [5, 'f0 (at /do/0), f1 (at /do/1), f2 (at /do/2), f3 (at /do/3), f4 (at /do/4)'],
  [7, 'f0 (at /do/0), f1 (at /do/1), f2 (at /do/2), f3 (at /do/3), f4 (at /do/4) and 2 more'],
])('one sentence names the first five of %i', (count, named) => {
  expect(unsupportedMessage(parts(count))).toBe(
    `the workflow uses what this version cannot run yet: ${named}`,
  );
});

test('each has a warning of its own, at its line and column', () => {
  const parsed = parse(`document: { dsl: '1.0.3', namespace: t, name: a, version: '1.0.0' }
do:
  - fine: { set: { a: 1 } }
  - list: { run: { shell: { command: ls } } }
`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  expect(unsupportedPlaces(lower(parsed.workflow), parsed.source)).toEqual([
    {
      pointer: '/do/1/list',
      line: 4,
      column: 5,
      message: '`run: shell` tasks cannot be run by this version yet',
    },
  ]);
});
