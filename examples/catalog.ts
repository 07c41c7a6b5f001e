/** The workflows of this folder, as they stand in their files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, parse } from '@millrace/core';

export interface Example {
  /** the file's name without its ending */
  readonly name: string;
  readonly text: string;
  /** the input of `NAME.input.json` */
  readonly input: Readonly<Record<string, Json>>;
  /** the comment at the head of the file, as one line */
  readonly summary: string;
  /** names of the secrets that it needs */
  readonly secrets: readonly string[];
}

/** All examples, by name. Throws when one has errors or no input. */
export function readExamples(folder: string = import.meta.dirname): readonly Example[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readExample(folder, file));
}

function readExample(folder: string, file: string): Example {
  const name = file.slice(0, -'.yaml'.length);
  const text = readFileSync(join(folder, file), 'utf8');
  const parsed = parse(text, { file });
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => `${file}: ${message}`).join('\n'));
  return {
    name,
    text,
    input: JSON.parse(readFileSync(join(folder, `${name}.input.json`), 'utf8')) as Example['input'],
    summary: /^(# .*\n)*/.exec(text)?.[0].replaceAll('# ', '').replaceAll('\n', ' ').trim() ?? '',
    secrets: parsed.workflow.use?.secrets ?? [],
  };
}

/** The command that runs an example against the stand-in, typed in the repository's folder. */
export function commandOf({ name, secrets }: Example): string {
  const environment = secrets.map((secret) => `MILLRACE_SECRET_${secret.toUpperCase()}=any-key-will-do `);
  return `${environment.join('')}npx millrace run examples/${name}.yaml --input @examples/${name}.input.json`;
}
