import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../model/json.ts';
import { eventErrors, withoutUnset } from './cloud-event.ts';

const event = { specversion: '1.0', id: 'i', source: 'urn:s', type: 't' };
const errorsOf = (more: JsonObject) => eventErrors({ ...event, ...more });

describe('an event', () => {
  test.each<Json>([null, [], 'text', 1])('is no %j', (value) => {
    expect(eventErrors(value)).toEqual([{ name: '', message: 'must be an object: a CloudEvent' }]);
  });

  test('has a version, an id, a source and a type, and says of each that is missing', () => {
    expect(eventErrors(event)).toEqual([]);
    expect(eventErrors({})).toEqual([
      { name: 'specversion', message: 'must be "1.0"' },
      ...['id', 'source', 'type'].map((name) => ({
        name,
        message: 'must be a text of 1 to 2048 characters',
      })),
    ]);
  });

  test('is told all that is wrong with it, each attribute once', () => {
    const names = eventErrors({
      id: 7,
      source: 'urn:s',
      specversion: '1.0',
      type: 't',
      count: 1.5,
      note: '\u0000',
    }).map(({ name }) => name);
    expect(names).toEqual(['id', 'count', 'note']);
  });

  test.each(['/orders', 'https://example.com/a?b#c', 'urn:s', 'a/b', '#x', '//host/x'])(
    'comes from %s, a URI or a relative reference',
    (source) => {
      expect(errorsOf({ source })).toEqual([]);
    },
  );

  test.each(['not a uri', '/a b', '1:b', 'http://[x', '/ä', '%zz'])('does not come from %j', (source) => {
    expect(errorsOf({ source })).toEqual([{ name: 'source', message: expect.stringContaining('RFC 3986') }]);
  });

  test('whose source is too long, or no text, is told so and nothing else of it', () => {
    for (const source of [' '.repeat(2_049), 7])
      expect(errorsOf({ source }).map(({ message }) => message)).toEqual([
        'must be a text of 1 to 2048 characters',
      ]);
    expect(errorsOf({ source: ' '.repeat(2_048) })).toHaveLength(1);
  });

  test.each<Json>(['abc', 5, [[]], 'ab==c', '====', 'a===', '*bcd'])(
    'has no %j as data in base64',
    (value) => {
      expect(errorsOf({ data_base64: value })).toMatchObject([{ name: 'data_base64' }]);
    },
  );

  test('has no empty list as data in base64', () => {
    expect(errorsOf({ data_base64: [] })).toMatchObject([{ name: 'data_base64' }]);
  });

  test.each(['id', 'source', 'type'])('has %s as a text of 1 to 2048 characters', (name) => {
    expect(errorsOf({ [name]: 'x'.repeat(2_048) })).toEqual([]);
    for (const wrong of ['', 'x'.repeat(2_049), 7])
      expect(errorsOf({ [name]: wrong })).toEqual([{ name, message: expect.stringContaining('1 to 2048') }]);
  });

  test.each([
    '2026-01-02T03:04:05Z',
    '2026-01-02t03:04:05z',
    '2026-01-02T03:04:05.678Z',
    '2026-01-02T03:04:05+01:30',
    '2026-01-02T03:04:05.6-11:00',
    '2028-02-29T03:04:05Z',
    '2016-12-31T23:59:60Z',
  ])('may tell its time as %s', (time) => {
    expect(errorsOf({ time })).toEqual([]);
  });

  test.each<Json>([
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02T03:04Z',
    '2026-01-02 03:04:05Z',
    '26-01-02T03:04:05Z',
    '2026-1-2T03:04:05Z',
    '2026-01-02T3:04:05Z',
    '2026-01-02T03:4:05Z',
    '2026-01-02T03:04:5Z',
    '2026-01-02T03:04:05.Z',
    '2026-01-02T03:04:05x6Z',
    '2026-01-02T03:04:05+1:30',
    '2026-01-02T03:04:05+01:3',
    '2026-13-02T03:04:05Z',
    '2026-02-29T03:04:05Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04:05Z and more',
    'at 2026-01-02T03:04:05Z',
    7,
  ])('does not tell its time as %j', (time) => {
    expect(errorsOf({ time })).toEqual([{ name: 'time', message: 'must be an instant of RFC 3339' }]);
    expect(errorsOf({ time: ['2026-01-02T03:04:05Z'] })).toContainEqual(errorsOf({ time })[0]);
  });

  test('has data of one kind or the other, which may be anything', () => {
    expect(errorsOf({ data: { any: ['thing'] } })).toEqual([]);
    expect(errorsOf({ data: null })).toEqual([]);
    expect(errorsOf({ data_base64: 'eA==' })).toEqual([]);
    expect(errorsOf({ data: 1, data_base64: 'eA==' })).toEqual([
      { name: 'data_base64', message: 'is for an event without "data"' },
    ]);
  });

  test('has bytes as base64, and as nothing that would be lost when they are read', () => {
    for (const bytes of ['', 'eA==', 'eHk=', 'eHl6', '+/+/'])
      expect(errorsOf({ data_base64: bytes })).toEqual([]);
    for (const wrong of ['eA=', 'eA', 'not base64!', 'e=A=', 'eA==eA==', '-_-_', { a: 1 }, 7, true])
      expect(errorsOf({ data_base64: wrong })).toEqual([
        { name: 'data_base64', message: 'must be a text in base64, with its padding' },
      ]);
  });

  test.each(['Upper', 'under_score', 'da-sh', '', 'x'.repeat(65), 'ä'])('has no attribute %s', (name) => {
    expect(errorsOf({ [name]: 1 })).toEqual([
      { name, message: 'is no attribute: those have lower-case letters and digits' },
    ]);
  });

  test('has attributes that are texts, numbers or booleans', () => {
    expect(errorsOf({ a: 't', b1: 2, c: false, ['x'.repeat(64)]: 1 })).toEqual([]);
    for (const wrong of [{ a: 1 }, [1], null])
      expect(errorsOf({ trace: wrong })).toEqual([
        { name: 'trace', message: 'must be a text, a number or a boolean' },
      ]);
  });

  test.each(['id', 'type', 'subject', 'trace'])('has no half of a surrogate pair in its %s', (name) => {
    expect(errorsOf({ [name]: 'a\u{1f600}' })).toEqual([]);
    for (const wrong of ['a\ud800', '\udc00\ud800', '\ude00a'])
      expect(errorsOf({ [name]: wrong })).toEqual([
        { name, message: 'must be Unicode: it holds half a surrogate pair' },
      ]);
    expect(errorsOf({ data: 'a\ud800' })).toEqual([]);
  });

  test.each(['id', 'type', 'subject', 'trace'])(
    'has no control characters in its %s, and says which it holds',
    (name) => {
      for (const right of ['\u00a0', 'ä \u{1f600}\u{10fffd}', '\u200b', '~'])
        expect(errorsOf({ [name]: right })).toEqual([]);
      for (const [wrong, code] of [
        ['\0', '0000'],
        ['a\nb', '000A'],
        ['\u001f', '001F'],
        ['\u007f', '007F'],
        ['\u009f', '009F'],
        ['\ufffe', 'FFFE'],
        ['\ufdd0', 'FDD0'],
        ['\u{10ffff}', '10FFFF'],
      ] as const)
        expect(errorsOf({ [name]: wrong })).toEqual([
          { name, message: `must have no control characters, and holds U+${code}` },
        ]);
      expect(errorsOf({ data: 'a\0\n' })).toEqual([]);
    },
  );

  test('has numbers of 32 bits, which are whole', () => {
    for (const trace of [0, -1, 2_147_483_647, -2_147_483_648, 1e3]) expect(errorsOf({ trace })).toEqual([]);
    for (const trace of [1.5, 2_147_483_648, -2_147_483_649, 1e300, 5e-324])
      expect(errorsOf({ trace })).toEqual([
        {
          name: 'trace',
          message: 'must be a whole number from -2147483648 to 2147483647; write another as a text',
        },
      ]);
    expect(errorsOf({ id: 1.5 })).toHaveLength(1);
    expect(errorsOf({ data: 1.5 })).toEqual([]);
  });

  test('has not what is null, but for its data', () => {
    expect(withoutUnset({ a: null, b: 1, data: null })).toEqual({ b: 1, data: null });
    const whole = { b: 1, data: null };
    expect(withoutUnset(whole)).toBe(whole);
  });
});
