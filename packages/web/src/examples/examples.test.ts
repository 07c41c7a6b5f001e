import { readdirSync, readFileSync } from 'node:fs';
import { link, lower, parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { fieldOf } from '../form/fields.ts';
import { inputSchemaOf } from '../workflow/input-schema.ts';

const folder = new URL('.', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

describe('the examples', () => {
  it.each(texts)('%s has no errors, and nothing that a server could not run', (_, text) => {
    const parsed = parse(text);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const program = lower(parsed.workflow);
    expect(program.unsupported).toEqual([]);
    expect(() => link(program)).not.toThrow();
  });

  it.each(texts)('%s calls no other system', (_, text) => {
    expect(text).not.toMatch(/\bcall:|\brun:/);
  });

  it('those that take an input have a form for it', () => {
    const forms = texts.flatMap(([name, text]) => {
      const schema = inputSchemaOf(text);
      return schema === undefined ? [] : [[name, fieldOf(schema).type]];
    });
    expect(forms).toEqual([
      ['hello.yaml', 'object'],
      ['order.yaml', 'object'],
    ]);
  });
});
