/** The parts of docs/conformance.md that are written from the rules and the scenarios. */
import { chapterTable, skippedTable, withoutTable } from '../conformance/chapters.ts';
import { differencesTable } from '../conformance/differential/differences.ts';
import { examplesTable } from '../conformance/examples.ts';
import { millraceFeatures } from '../conformance/features.ts';
import { ownFeatures } from '../conformance/kit.ts';
import { readRules } from '../conformance/rules.ts';
import { readFeatures } from '../conformance/runner.ts';
import { fillBetween } from './document-parts.ts';

export const conformancePage = 'docs/conformance.md';

export function fillConformance(page: string): string {
  const rules = readRules();
  const features = readFeatures([ownFeatures]);
  const tables = {
    'conformance-chapters': chapterTable(rules, features, millraceFeatures),
    'conformance-skipped': skippedTable(features, millraceFeatures),
    'conformance-examples': examplesTable(millraceFeatures),
    'conformance-differences': differencesTable(),
    'conformance-without': withoutTable(rules),
  };
  return Object.entries(tables).reduce((text, [name, table]) => fillBetween(text, name, `${table}\n`), page);
}
