/** What a run says: a line for each scenario, a table by chapter, and the counts. */
import { basename, dirname } from 'node:path';
import type { ScenarioResult } from './runner.ts';

export interface ChapterCounts {
  readonly chapter: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Ends with `N passed, N failed, N skipped`. */
export function formatResults(results: readonly ScenarioResult[]): string {
  return `${[...lines(results)].join('\n')}\n\n${formatChapters(results)}\n\n${formatCounts(results)}`;
}

/** Scenarios by the name of their file, with its folder unless it is one of ours. */
export function countChapters(results: readonly ScenarioResult[]): ChapterCounts[] {
  const chapters = Map.groupBy(results, ({ file }) => chapterOf(file));
  return [...chapters].map(([chapter, of]) => ({ chapter, ...count(of) }));
}

function chapterOf(file: string): string {
  const folder = basename(dirname(file));
  return `${folder === 'features' ? '' : `${folder}/`}${basename(file, '.feature')}`;
}

export function count(results: readonly ScenarioResult[]): Omit<ChapterCounts, 'chapter'> {
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  const skipped = results.filter((result) => result.skipped !== undefined).length;
  return { passed: results.length - failed - skipped, failed, skipped };
}

function* lines(results: readonly ScenarioResult[]): Iterable<string> {
  let feature = '';
  for (const result of results) {
    if (result.feature !== feature) yield feature === '' ? result.feature : `\n${result.feature}`;
    feature = result.feature;
    if (result.skipped !== undefined) yield `  - ${result.scenario} (${result.skipped})`;
    else
      yield `  ${result.failure === undefined ? '✓' : '✗'} ${result.scenario} (${Math.round(result.elapsedMs)} ms)`;
    if (result.failure !== undefined) yield `      ${result.place}: ${result.failure}`;
  }
}

function formatChapters(results: readonly ScenarioResult[]): string {
  const rows = countChapters(results);
  const width = Math.max(7, ...rows.map(({ chapter }) => chapter.length));
  const row = (chapter: string, ...cells: readonly (string | number)[]) =>
    `${chapter.padEnd(width)}  ${cells.map((cell) => String(cell).padStart(7)).join('  ')}`;
  return [
    row('chapter', 'passed', 'failed', 'skipped'),
    ...rows.map(({ chapter, passed, failed, skipped }) => row(chapter, passed, failed, skipped)),
  ].join('\n');
}

function formatCounts(results: readonly ScenarioResult[]): string {
  const { passed, failed, skipped } = count(results);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
