import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor, plainRedactor } from './redactor.ts';

const secret = 'p@ss "wörd"/+&';

test.each([
  ['as it is', secret],
  ['in base64', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
  ['in base64url', Buffer.from(secret).toString('base64url')],
  ['encoded for a URI', encodeURIComponent(secret)],
  ['encoded with small letters', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['encoded in a form', new URLSearchParams({ a: secret }).toString().slice(2)],
  ['escaped in JSON', JSON.stringify(secret).slice(1, -1)],
])('a secret is taken out %s', (_, form) => {
  expect(createRedactor([secret]).text(`<${form}>`)).toBe('<***>');
});

test('a secret is taken out of values and names at any depth, and of numbers', () => {
  const redactor = createRedactor(['topsecret', '123456']);
  expect(redactor.json({ a: [{ 'topsecret-key': 'x topsecret y' }], n: 123456, m: 1234567 })).toEqual({
    a: [{ '***-key': 'x *** y' }],
    n: '***',
    m: 1234567,
  });
});

test('a secret within a longer text in base64 leaves no readable piece, wherever it starts', () => {
  for (const before of ['', 'a', 'ab']) {
    const text = Buffer.from(`${before}verysecretvalue and more`).toString('base64');
    const redacted = createRedactor(['verysecretvalue']).text(text);
    expect(redacted).toContain('***');
    expect(Buffer.from(redacted.replace('***', ''), 'base64').toString()).not.toContain('secret');
  }
});

test('a secret is taken out of bytes that are no text', () => {
  const redacted = createRedactor(['wörd']).bytes(Buffer.from([0xff, ...Buffer.from('wörd'), 0xfe]));
  expect([...redacted]).toEqual([0xff, ...Buffer.from('***'), 0xfe]);
});

test('a longer secret that holds a shorter one is taken out whole', () => {
  expect(createRedactor(['abcd', 'abcdefgh']).text('abcdefgh')).toBe('***');
});

test('texts of less than four characters are left', () => {
  expect(createRedactor(['abc', ''])).toBe(plainRedactor);
});

test('no text that holds a secret comes out with it', () => {
  const word = fc
    .string({ minLength: 4, maxLength: 12, unit: 'grapheme' })
    .filter((value) => !'***'.includes(value));
  fc.assert(
    fc.property(word, fc.string(), fc.string(), (value, before, after) => {
      const redacted = createRedactor([value]).text(`${before}${value}${after}`);
      expect(redacted).toContain('***');
    }),
  );
});
