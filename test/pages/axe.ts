import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { Theme } from '../../scripts/pages/browser.ts';

/**
 * What axe finds at fault with a page as it stands: a line for each violation, with the rule and the element. What is
 * not about colours is the same in both themes, and looked for in the light one only.
 */
export async function faultsOf(page: Page, theme: Theme): Promise<string[]> {
  const rules = theme === 'light' ? {} : { runOnly: ['color-contrast'] };
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify({ resultTypes: ['violations'], ...rules })})`,
  )) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  );
}
