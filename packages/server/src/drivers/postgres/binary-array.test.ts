import { afterAll, describe, expect, test } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { binaryArray, type Element, type ElementType } from './binary-array.ts';
import { dropTestDatabase, plainClient } from './test-store.fixture.ts';

const missing = whyNoPostgres();

const arrays: readonly (readonly [ElementType, readonly Element[]])[] = [
  ['text', []],
  ['text', [null]],
  ['text', ['', 'plain', '"quoted\\', '{a,b}', 'NULL', 'ü\u{1f600}', null, 'x'.repeat(100_000)]],
  ['integer', [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), null]],
  [
    'bigint',
    [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null],
  ],
  ['boolean', [true, false, null]],
];

test.each([1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('%d is no bigint', (value) => {
  expect(() => binaryArray('bigint', [value])).toThrow(RangeError);
});

describe.skipIf(missing !== undefined)(
  `as the database reads them${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    afterAll(dropTestDatabase);

    test.each(arrays)('%s[] %.60j', async (type, values) => {
      const client = await plainClient();
      const { rows } = await client.query(`select to_json($1::${type}[]) as read`, [
        binaryArray(type, values),
      ]);
      expect(rows[0].read).toEqual(values);
    });
  },
);
