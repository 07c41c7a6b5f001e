import { readdirSync } from 'node:fs';
import { link, lower, parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { fieldOf } from '../form/fields.ts';
import { readDefinition } from '../graph/definition.ts';
import { examples, readmeLines } from './catalog.ts';
import { germanLines } from './lines-de.ts';

const folder = new URL('../../../../examples/', import.meta.url);
const own = examples.filter(({ shows }) => shows === undefined);
const listed = examples.filter(({ shows }) => shows !== undefined);

describe('the examples that the pages offer', () => {
  it('are all workflows of the examples folder', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    expect(listed.map(({ name }) => `${name}.yaml`).sort()).toEqual(files.sort());
  });

  it('each says what it shows, without marks, in English and in German', () => {
    for (const { name, shows } of listed) {
      expect([name, shows]).toEqual([name, expect.stringMatching(/^[A-Z][^`[\]]{8,}$/)]);
      expect([name, germanLines[name]]).toEqual([name, expect.any(String)]);
    }
    expect(Object.keys(germanLines).sort()).toEqual(listed.map(({ name }) => name).sort());
  });

  it('a row of the README is read up to its first semicolon', () => {
    const row = '| [a-b](a-b.yaml) | a `fork`, and [more](../x.md); see there | [input](a-b.input.json) |';
    expect(readmeLines(`| Workflow | Shows | |\n|---|---|---|\n${row}\n`)).toEqual([
      { name: 'a-b', shows: 'A fork, and more' },
    ]);
  });

  it('those that call no service come first, and one that needs a secret names it', () => {
    expect(examples.map(({ calls }) => calls).toSorted()).toEqual(examples.map(({ calls }) => calls));
    expect(examples.filter(({ calls }) => !calls).map(({ name }) => name)).toEqual([
      'tour',
      'fault',
      'hello',
      'payment-notice',
    ]);
    expect(examples.find(({ name }) => name === 'invoice-extraction')?.secrets).toEqual(['model_key']);
  });

  it.each(own)('$name has no errors, and nothing that a server could not run', ({ text }) => {
    const parsed = parse(text);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const program = lower(parsed.workflow);
    expect(program.unsupported).toEqual([]);
    expect(() => link(program)).not.toThrow();
  });

  it('the tour has a form for its input', () => {
    const read = readDefinition(own.find(({ name }) => name === 'tour')?.text ?? '');
    expect(fieldOf(read.ok ? read.inputSchema : undefined).type).toBe('object');
  });
});
