/**
 * The rules: one sentence for each line of the language, under an id such as `flow.then-end`, in `rules/CHAPTER.yaml`.
 * A scenario says by its tags which rules it shows.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Feature } from './gherkin.ts';

export interface Rule {
  readonly id: string;
  readonly chapter: string;
  readonly says: string;
  /** why no scenario shows it; absent: one must */
  readonly without?: string;
}

export const rulesFolder = fileURLToPath(new URL('rules', import.meta.url));

/** All rules, by chapter and in the order of their files; throws at an entry that is none. */
export function readRules(folder = rulesFolder): Rule[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((name) => {
    const chapter = name.slice(0, -'.yaml'.length);
    const entries = Object.entries(
      parse(readFileSync(`${folder}/${name}`, 'utf8')) as Record<string, unknown>,
    );
    return entries.map(([id, entry]) => toRule(id, chapter, entry));
  });
}

export interface Coverage {
  /** ids that no scenario shows, though one must */
  readonly unshown: readonly string[];
  /** tags that look like the id of a rule and are none, as `id (scenario)` */
  readonly unknown: readonly string[];
  /** ids with a reason for having no scenario that have one */
  readonly excused: readonly string[];
}

export function coverageOf(rules: readonly Rule[], features: readonly Feature[]): Coverage {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const shown = new Set<string>();
  const unknown: string[] = [];
  for (const { name, tags } of features.flatMap(({ scenarios }) => scenarios)) {
    for (const tag of tags.filter((each) => !each.includes(':'))) {
      if (known.has(tag)) shown.add(tag);
      else unknown.push(`${tag} (${name})`);
    }
  }
  return {
    unshown: rules.filter(({ id, without }) => without === undefined && !shown.has(id)).map(({ id }) => id),
    unknown,
    excused: rules.filter(({ id, without }) => without !== undefined && shown.has(id)).map(({ id }) => id),
  };
}

function toRule(id: string, chapter: string, entry: unknown): Rule {
  if (!new RegExp(`^${chapter}\\.[a-z0-9-]+$`).test(id))
    throw new Error(`${chapter}.yaml: '${id}' is no id of its own`);
  if (typeof entry === 'string') return { id, chapter, says: entry };
  const { says, without } = (entry ?? {}) as { says?: unknown; without?: unknown };
  if (typeof says !== 'string' || typeof without !== 'string')
    throw new Error(`${chapter}.yaml: '${id}' is a sentence, or an object with says and without`);
  return { id, chapter, says, without };
}
