/** Inputs that once showed a fault, or that are the worst of their kind: every run begins with them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TargetName } from './target.ts';

export interface Kept {
  readonly name: string;
  /** what it showed, or why it is kept */
  readonly why: string;
  readonly input: unknown;
}

const folder = new URL('./corpus/', import.meta.url);

export function readCorpus(target: TargetName): Kept[] {
  const names = readdirSync(new URL(`${target}/`, folder)).filter((name) => name.endsWith('.json'));
  return names.sort().map((file) => {
    const { why, input } = JSON.parse(readFileSync(new URL(`${target}/${file}`, folder), 'utf8')) as Omit<
      Kept,
      'name'
    >;
    return { name: file.slice(0, -'.json'.length), why, input };
  });
}

/** Writes an input to the corpus; answers its path from the repository's root. */
export function keep(target: TargetName, { name, why, input }: Kept): string {
  mkdirSync(new URL(`${target}/`, folder), { recursive: true });
  writeFileSync(new URL(`${target}/${name}.json`, folder), `${JSON.stringify({ why, input }, null, 2)}\n`);
  return `test/fuzz/corpus/${target}/${name}.json`;
}
