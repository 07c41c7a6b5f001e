/** Definitions as text: parsed, checked, lowered and linked, whatever they say. */

import { readdirSync, readFileSync } from 'node:fs';
import { link, lower, parse, parseValue } from '@millrace/core';
import fc from 'fast-check';
import { holdsThread } from './cpu-time.ts';
import { damaged, soup } from './damage.ts';
import { type Filled, fill, filled } from './filled.ts';
import { asTarget, type Target } from './target.ts';

export function yamlTarget(): Target {
  return asTarget<Filled>({ name: 'yaml', inputs: yamlInputs(), check: (input) => checkText(fill(input)) });
}

function yamlInputs(): fc.Arbitrary<Filled> {
  const seeds = readSeeds();
  const seed = fc.constantFrom(...seeds);
  const lines = seeds.flatMap((text) => text.split('\n').map((line) => `${line}\n`));
  const line = fc.constantFrom(...new Set(lines));
  const once = (texts: fc.Arbitrary<string>) => texts.map((text): Filled => [[text, 1]]);
  return fc.oneof(
    { arbitrary: once(seed.chain(damaged)), weight: 40 },
    { arbitrary: once(seed.chain((text) => moved(text, line))), weight: 40 },
    { arbitrary: once(fc.array(line, { maxLength: 30 }).map((all) => all.join(''))), weight: 5 },
    { arbitrary: once(soup()), weight: 10 },
    {
      arbitrary: filled(
        fc.oneof(
          line,
          soup().map((text) => text.slice(0, 8)),
        ),
      ),
      weight: 1,
    },
  );
}

/** The examples, and what they say nothing of. */
function readSeeds(): string[] {
  return ['../../examples/', 'seeds/'].flatMap((from) => {
    const folder = new URL(from, import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const texts = names.filter((name) => name.endsWith('.yaml') && !name.includes('node_modules'));
    return texts.toSorted().map((name) => readFileSync(new URL(name, folder), 'utf8'));
  });
}

/** The grammar's own slips: lines lost, doubled, moved, indented otherwise, given another value or come from elsewhere. */
function moved(text: string, foreign: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.constantFrom(
      'null',
      '-1',
      '1e9',
      '"${ . }"',
      '${ .a.b | map( }',
      '[]',
      '{}',
      '&a',
      '*a',
      '|',
      '>-',
      '!!int "1"',
      'PT-1S',
      'end',
    ),
    fc.string({ maxLength: 8 }),
  );
  const change = fc.record({
    kind: fc.constantFrom('lose', 'double', 'move', 'indent', 'value', 'foreign'),
    at: fc.nat(),
    to: fc.nat(),
    by: fc.integer({ min: -3, max: 3 }),
    value,
    foreign,
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const lines = text.split('\n');
    for (const { kind, at, to, by, value: put, foreign: other } of changes) {
      const from = at % lines.length;
      const line = lines[from] ?? '';
      if (kind === 'lose') lines.splice(from, 1);
      else if (kind === 'double') lines.splice(from, 0, line);
      else if (kind === 'move') lines.splice(to % lines.length, 0, ...lines.splice(from, 1));
      else if (kind === 'indent') lines[from] = by < 0 ? line.slice(-by) : ' '.repeat(by) + line;
      else if (kind === 'value')
        lines[from] = line.replace(/(:\s*|-\s+)\S.*$/, (_all, head: string) => head + put);
      else lines.splice(from, 0, other.trimEnd());
      if (lines.length === 0) lines.push('');
    }
    return lines.join('\n');
  });
}

function checkText(text: string): string | undefined {
  const parsed = parse(text);
  const slow = holdsThread(Buffer.byteLength(text), () => parse(text));
  if (slow !== undefined) return slow;
  if (!parsed.ok) return wrongErrors(text, parsed.errors);
  link(lower(parsed.workflow, new Set()));
  const again = parseValue(parsed.workflow);
  if (!again.ok) return `is valid as text, but not as a value: ${again.errors[0]?.message}`;
  if (JSON.stringify(again.workflow) !== JSON.stringify(parsed.workflow))
    return 'says another thing as a value than as text';
  return undefined;
}

type Errors = Extract<ReturnType<typeof parse>, { ok: false }>['errors'];

/** Errors have a sentence, and a place that is in the text. */
function wrongErrors(text: string, errors: Errors): string | undefined {
  const lines = text.split('\n');
  if (errors.length === 0) return 'is refused without an error';
  if (errors.length > 100) return `has ${errors.length} errors, more than the 100 that are told`;
  for (const { line, column, message } of errors) {
    const place = `${line}:${column}`;
    const isThere =
      line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1;
    if (!isThere) return `has an error at ${place}, which is not in the text: ${message}`;
    if (
      message === '' ||
      (/undefined|\[object|NaN/.test(message.replace(/'[^']*'|"[^"]*"/g, '')) && !/undefined|NaN/.test(text))
    )
      return `has an error at ${place} that says nothing: ${message}`;
  }
  return undefined;
}
