/** The tables of docs/conformance.md: what each chapter has, and which rules are not shown. */
import { basename } from 'node:path';
import { missingNeeds, optionalFeatures } from './features.ts';
import type { Feature, Scenario } from './gherkin.ts';
import type { Rule } from './rules.ts';

/** A row for each chapter, and their sum. A scenario that is run has passed: the tests hold that none fails. */
export function chapterTable(
  rules: readonly Rule[],
  features: readonly Feature[],
  claimed: ReadonlySet<string>,
): string {
  const rows = features.map(({ name, file, scenarios }) => {
    const chapter = basename(file, '.feature');
    const skipped = scenarios.filter(({ tags }) => missingNeeds(tags, claimed).length > 0).length;
    const of = rules.filter((rule) => rule.chapter === chapter).length;
    return { name, of, scenarios: scenarios.length, passed: scenarios.length - skipped, skipped };
  });
  const sum = (key: 'of' | 'scenarios' | 'passed' | 'skipped') =>
    rows.reduce((all, row) => all + row[key], 0);
  return [
    '| Chapter | Rules | Scenarios | Passed | Skipped |',
    '|---|---:|---:|---:|---:|',
    ...rows.map(
      (row) => `| ${row.name} | ${row.of} | ${row.scenarios} | ${row.passed} | ${row.skipped || ''} |`,
    ),
    `| **All** | **${sum('of')}** | **${sum('scenarios')}** | **${sum('passed')}** | **${sum('skipped')}** |`,
  ].join('\n');
}

/** Why scenarios are skipped, and how many. */
export function skippedTable(features: readonly Feature[], claimed: ReadonlySet<string>): string {
  const scenarios = features.flatMap((feature) => feature.scenarios);
  const rows = Object.entries(optionalFeatures).flatMap(([need, what]) => {
    const count = scenarios.filter((scenario) => lacks(scenario, need, claimed)).length;
    return count === 0 ? [] : [`| ${what} | ${count} |`];
  });
  if (rows.length === 0) return 'None is skipped.';
  return ['| Not claimed yet | Scenarios |', '|---|---:|', ...rows].join('\n');
}

export function withoutTable(rules: readonly Rule[]): string {
  const rows = rules.flatMap(({ id, says, without }) =>
    without === undefined ? [] : [`| \`${id}\` | ${cell(says)} | ${cell(without)} |`],
  );
  return ['| Rule | | Why no scenario shows it |', '|---|---|---|', ...rows].join('\n');
}

function lacks({ tags }: Scenario, need: string, claimed: ReadonlySet<string>): boolean {
  return missingNeeds(tags, claimed).includes(need);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
