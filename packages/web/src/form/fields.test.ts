import type { Json } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { languages } from '../messages/messages.ts';
import { checkInput } from './check-input.ts';
import { errorText } from './error-text.ts';
import { fieldOf, initialValue, withMember } from './fields.ts';

const person = {
  type: 'object',
  required: ['name', 'age'],
  properties: {
    name: { type: 'string', title: 'Full name', description: 'As on the badge' },
    age: { type: 'integer', minimum: 0, default: 30 },
    colour: { enum: ['red', 'blue'] },
    tags: { type: 'array', items: { type: 'string' }, minItems: 1 },
    admin: { type: 'boolean' },
  },
} as const;

describe('a form made from a schema', () => {
  it('has a field for each property, with the title, help and bounds of the schema', () => {
    const field = fieldOf(person);
    expect(
      field.type === 'object' && field.fields.map(({ name, type, required }) => [name, type, required]),
    ).toEqual([
      ['name', 'text', true],
      ['age', 'number', true],
      ['colour', 'choice', false],
      ['tags', 'list', false],
      ['admin', 'boolean', false],
    ]);
    expect(field.type === 'object' && field.fields[0]).toMatchObject({
      label: 'Full name',
      help: 'As on the badge',
    });
    expect(field.type === 'object' && field.fields[1]).toMatchObject({ integer: true, minimum: 0 });
  });

  it('begins with defaults, and leaves out what is optional and has none', () => {
    expect(initialValue(fieldOf(person))).toEqual({ age: 30, tags: [null] });
    expect(initialValue(fieldOf({ type: 'object', default: { a: 1 } }))).toEqual({ a: 1 });
  });

  it('asks for JSON where a form could not say all that the schema allows', () => {
    for (const schema of [
      undefined,
      true,
      {},
      { oneOf: [{}] },
      { $ref: '#/x' },
      { type: 'object' },
      { type: 'array' },
      { type: ['string', 'null'] },
    ])
      expect([schema, fieldOf(schema).type]).toEqual([schema, 'json']);
  });

  it('asks for JSON when a required property is not described', () => {
    expect(fieldOf({ type: 'object', required: ['other'], properties: { a: { type: 'string' } } }).type).toBe(
      'json',
    );
  });

  it('asks for JSON below a depth that nobody wants to fill in', () => {
    let schema: Parameters<typeof fieldOf>[0] = { type: 'string' };
    for (let depth = 0; depth < 40; depth += 1) schema = { type: 'object', properties: { inner: schema } };
    expect(JSON.stringify(fieldOf(schema))).toContain('"type":"json"');
  });

  it('takes a property away when its field is emptied', () => {
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(withMember(undefined, 'a', 1)).toEqual({ a: 1 });
  });
});

describe('the check before sending', () => {
  it('names the place of what is wrong', () => {
    const errors = checkInput(person, { name: 'Ada', age: 'old' });
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/age']);
  });

  it('puts what is missing where it would stand, each name at its own place', () => {
    const schema = { type: 'object', required: ['a', 'b/c', 'd'], properties: { d: { required: ['e'] } } };
    const errors = checkInput(schema, { d: {} });
    expect(errors.map(({ pointer, keyword }) => `${keyword} ${pointer}`).sort()).toEqual([
      'required /a',
      'required /b~1c',
      'required /d/e',
    ]);
  });

  it('says the limit of each keyword in every language, and else what the validator says', () => {
    const cases: readonly (readonly [schema: Json, input: Json, limit: string])[] = [
      [{ type: ['integer', 'null'] }, 'x', 'integer / null'],
      [{ enum: ['red', 1] }, 'x', 'red, 1'],
      [{ minimum: 17 }, 1, '17'],
      [{ exclusiveMaximum: 17 }, 20, '17'],
      [{ multipleOf: 17 }, 20, '17'],
      [{ minLength: 17 }, 'x', '17'],
      [{ pattern: '^a17$' }, 'x', '^a17$'],
      [{ format: 'email' }, 'x', 'email'],
      [{ maxItems: 1 }, [1, 2], '1'],
      [{ $defs: { x: { minimum: 17 } }, $ref: '#/$defs/x' }, 1, '17'],
    ];
    for (const [schema, input, limit] of cases) {
      const [error] = checkInput(schema, input);
      const texts = Object.values(languages).map((messages) => error && errorText(error, messages));
      expect([schema, ...texts]).toEqual([schema, ...texts.map(() => expect.stringContaining(limit))]);
      expect([schema, new Set(texts).size]).toEqual([schema, texts.length]);
    }
    const [other] = checkInput({ not: {} }, 1);
    expect(other && errorText(other, languages.de)).toBe(other?.message);
  });

  it('lets pass what is valid, and what only the server can judge', () => {
    expect(checkInput(person, { name: 'Ada', age: 36 })).toEqual([]);
    expect(checkInput({ $ref: 'https://example.com/elsewhere' }, {})).toEqual([]);
  });
});
