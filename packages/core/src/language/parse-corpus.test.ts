import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseValue } from './parse.ts';

const shared = new URL('../../../../../shared/dsl/', import.meta.url);
const absent = !existsSync(shared);

describe.skipIf(absent)('the specification’s own material (skipped without ../shared/dsl)', () => {
  const examples = absent
    ? []
    : readdirSync(new URL('examples/', shared)).filter((name) => name.endsWith('.yaml'));
  const features = absent
    ? []
    : readdirSync(new URL('ctk/', shared)).filter((name) => name.endsWith('.feature'));

  it.each(examples)('the example %s is a valid workflow, as text and as a value', (name) => {
    const text = readFileSync(new URL(`examples/${encodeURIComponent(name)}`, shared), 'utf8');
    const parsed = parse(text, { file: name });
    expect(parsed).toMatchObject({ ok: true });
    if (parsed.ok) expect(parseValue(parsed.workflow)).toMatchObject({ ok: true, workflow: parsed.workflow });
  });

  it.each(features)('every definition of the official scenarios in %s is a valid workflow', (name) => {
    const definitions = definitionsIn(readFileSync(new URL(`ctk/${name}`, shared), 'utf8'));
    expect(definitions).not.toEqual([]);
    for (const text of definitions) expect(parse(text)).toMatchObject({ ok: true });
  });
});

function definitionsIn(feature: string): string[] {
  const texts = feature.matchAll(/Given a workflow with definition:\s*\n\s*"""yaml\n([\s\S]*?)\n\s*"""/g);
  return [...texts].map((match) => match[1] ?? '');
}
