/** How long after an event was recorded the page of its execution shows it, at 200 events a second. */
import type { Browser } from 'playwright-core';
import { startServer } from '../../conformance/server-process.ts';
import { connect } from '../../test/support/api.ts';
import { contextOptions } from './browser.ts';
import { type Figure, quantile } from './figure.ts';
import { watchNumber } from './in-page.js';

/** Ten branches of a loop whose turn makes four events every 200 ms, one beginning 20 ms after the other. */
const branches = 10;
const turnMs = 200;
const turns = 75;
/** Before the loops begin, so that the page is there. */
const headStartMs = 4_000;
const quietMs = 8_000;
const eventsMin = 1_000;

export async function measureLiveEvents(browser: Browser): Promise<Figure[]> {
  const server = await startServer();
  const context = await browser.newContext(contextOptions());
  try {
    const api = connect(server.url);
    await api.deploy(definition());
    const { id } = await api.start({ workflow: { namespace: 'measured', name: 'ticks' } });
    const page = await context.newPage();
    await page.goto(`${server.url}/executions/${id}`);
    const events = page.getByRole('tab').nth(1);
    await events.waitFor();
    await page.locator('.react-flow__node').first().waitFor();
    const selector = '[role=tab]:nth-of-type(2)';
    const seen = await page.evaluate(watchNumber, { selector, quietMs });
    const recorded = await recordedAt(`${server.url}/api/v1/executions/${id}/events`);
    const lags = lagsOf(seen, recorded);
    if (lags.length < eventsMin)
      throw new Error(`the page was drawn too late: only ${lags.length} events came while it was watched`);
    const spanMs = Math.max(...recorded) - (recorded[recorded.length - lags.length] ?? 0);
    const note = `${lags.length} events, ${Math.round((lags.length / spanMs) * 1_000)} a second`;
    return [
      { name: 'event to pixel: p95', value: quantile(lags, 0.95), unit: 'ms', max: 300, note },
      { name: 'event to pixel: p50', value: quantile(lags, 0.5), unit: 'ms' },
    ];
  } finally {
    await context.close();
    await server.stop();
  }
}

function definition(): string {
  const branch = (_: unknown, index: number) => `          - branch-${index}:
              do:
                - begin: { wait: { milliseconds: ${headStartMs + (index * turnMs) / branches} } }
                - turns:
                    for: { each: turn, in: '\${ [range(${turns})] }' }
                    do:
                      - tick: { wait: { milliseconds: ${turnMs} } }
`;
  return `document: { dsl: '1.0.3', namespace: measured, name: ticks, version: '1.0.0' }
do:
  - all:
      fork:
        branches:
${Array.from({ length: branches }, branch).join('')}`;
}

/** Epoch ms of each event, in the order of their versions. */
async function recordedAt(address: string): Promise<number[]> {
  const times: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const answer = await fetch(`${address}?limit=1000&after=${after}`);
    const page = (await answer.json()) as { items: { time: string }[]; after?: number };
    times.push(...page.items.map(({ time }) => Date.parse(time)));
    after = page.after;
  }
  return times;
}

/** From each event to the frame that counted it. */
function lagsOf(seen: readonly { number: number; at: number }[], recorded: readonly number[]): number[] {
  const lags: number[] = [];
  let shown = seen[0]?.number ?? 0;
  for (const { number, at } of seen) {
    for (; shown < number; shown += 1) lags.push(at - (recorded[shown] ?? at));
  }
  return lags;
}
