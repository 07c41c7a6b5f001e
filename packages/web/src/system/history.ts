/** Totals that were read one after the other, and how fast they grew. */
export interface Scrape {
  /** epoch ms */
  readonly at: number;
  readonly commits: number;
  readonly requests: number;
}

export type History = readonly Scrape[];

const scrapesMax = 90;

/** A total that fell belongs to a server that was restarted: what was before says nothing about it. */
export function addScrape(history: History, scrape: Scrape): History {
  const last = history.at(-1);
  if (last === undefined) return [scrape];
  if (scrape.at <= last.at) return history;
  if (scrape.commits < last.commits || scrape.requests < last.requests) return [scrape];
  return [...history.slice(1 - scrapesMax), scrape];
}

/** Per second, between each scrape and the one before. */
export function rates(history: History, total: 'commits' | 'requests'): readonly number[] {
  return history.slice(1).map((scrape, index) => {
    const before = history[index] ?? scrape;
    return ((scrape[total] - before[total]) * 1_000) / (scrape.at - before.at);
  });
}
