/**
 * `npm run measure:pages`: holds the pages against their bars, in a real Chromium before a real server, and prints a
 * table. `-- --only first,events,graph,output,list` measures some of it, `--executions N` fills a shorter list.
 * Ends with 1 when a bar is missed.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './pages/browser.ts';
import { type Figure, formatFigures, isMet } from './pages/figure.ts';
import { measureFirstPage } from './pages/measure-first-page.ts';
import { measureLargeGraph } from './pages/measure-large-graph.ts';
import { measureLargeOutput } from './pages/measure-large-output.ts';
import { measureLiveEvents } from './pages/measure-live-events.ts';
import { measureLongList } from './pages/measure-long-list.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, executions: { type: 'string', default: '100000' } },
});
const executions = Number(values.executions);

const measures: Readonly<Record<string, (browser: Browser) => Promise<Figure[]>>> = {
  first: measureFirstPage,
  events: measureLiveEvents,
  graph: measureLargeGraph,
  output: measureLargeOutput,
  list: (browser) => measureLongList(browser, executions),
};

const chosen = values.only?.split(',') ?? Object.keys(measures);
if (!chosen.every((name) => name in measures) || !(executions >= 2_000)) {
  console.error(
    `usage: npm run measure:pages [-- --only ${Object.keys(measures)} --executions N], N from 2000`,
  );
  process.exit(2);
}
const figures: Figure[] = [];
for (const name of chosen) {
  // A browser of its own for each: nothing of one measure is in the way of the next.
  const browser = await launchBrowser();
  try {
    figures.push(...((await measures[name]?.(browser)) ?? []));
  } finally {
    await browser.close();
  }
}
const load = loadavg().map((each) => each.toFixed(1));
console.log(
  `${formatFigures(figures)}\n\n${availableParallelism()} cores, load ${load.join(', ')}, Node ${process.version}`,
);
process.exitCode = figures.every(isMet) ? 0 : 1;
