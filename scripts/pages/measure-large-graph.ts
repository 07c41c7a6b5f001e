/** How long a definition of 500 tasks takes to be laid out, and from the click that asks for its graph until it is drawn. */
import type { Browser } from 'playwright-core';
import { startServer } from '../../conformance/server-process.ts';
import { connect } from '../../test/support/api.ts';
import { contextOptions } from './browser.ts';
import { type Figure, quantile } from './figure.ts';
import { clickToPaint } from './in-page.js';

const rounds = 5;
/** Of ten tasks each. */
const groups = 50;

export async function measureLargeGraph(browser: Browser): Promise<Figure[]> {
  const server = await startServer();
  try {
    await connect(server.url).deploy(definition());
    const times: Times[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await drawOnce(browser, server.url));
    const median = (of: keyof Times) =>
      quantile(
        times.map((each) => each[of]),
        0.5,
      );
    const note = `median of ${rounds}`;
    return [
      { name: 'graph of 500 tasks: laid out', value: median('laidOut'), unit: 'ms', max: 1_000, note },
      {
        name: 'graph of 500 tasks: drawn',
        value: median('drawn'),
        unit: 'ms',
        note: `${note}, from the click, the code of the drawing and of the layout loaded after it`,
      },
    ];
  } finally {
    await server.stop();
  }
}

/** in ms */
interface Times {
  readonly laidOut: number;
  readonly drawn: number;
}

async function drawOnce(browser: Browser, url: string): Promise<Times> {
  const context = await browser.newContext(contextOptions());
  try {
    const page = await context.newPage();
    await page.goto(`${url}/workflows/measured/large/1.0.0?tab=source`);
    await page.locator('[data-line]').first().waitFor();
    const drawn = await page.evaluate(clickToPaint, {
      click: '[role=tab]:nth-of-type(1)',
      shown: '.react-flow__node',
      gone: '',
    });
    const laidOut: number = await page.evaluate("performance.getEntriesByName('layout').at(-1).duration");
    return { laidOut, drawn };
  } finally {
    await context.close();
  }
}

/** No group has the names of another in their lengths: a layout cannot serve for all. */
function definition(): string {
  const longer = (chars: number) => '-and-so-on-and-so-on'.slice(0, chars);
  const group = (_: unknown, n: number) => `  - group-${n}:
      do:
        - prepare-${n}: { set: { n: ${n} } }
        - choose-${n}:
            switch:
              - large: { when: .n > 10, then: last-${n} }
              - small: { then: continue }
        - loop-${n}:
            for: { each: item, in: '\${ [1, 2] }' }
            do:
              - double-${n}: { set: { twice: '\${ $item * 2 }' } }
        - both-${n}:
            fork:
              branches:
                - left-${n}${longer(n % 17)}: { set: { left: true } }
                - right-${n}: { set: { right: true } }
        - pause-${n}${longer(n % 16)}: { wait: PT1S }
        - last-${n}: { set: { done: true } }
`;
  return `document: { dsl: '1.0.3', namespace: measured, name: large, version: '1.0.0' }
do:
${Array.from({ length: groups }, group).join('')}`;
}
