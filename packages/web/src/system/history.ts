/** Figures that were read one after the other: totals, of which the growth is told, and gauges. */
export interface Scrape {
  /** epoch ms */
  readonly at: number;
  /** only ever grow while a process lives */
  readonly totals: Readonly<Record<Total, number>>;
  readonly gauges: Readonly<Record<Gauge, number>>;
}

export type Total = 'commits' | 'requests';

/** Bytes, seconds, and counts. */
export type Gauge = 'memory' | 'loopDelay' | 'effects' | 'inMemory';

export type History = readonly Scrape[];

/** Three minutes, at one in 2 s. */
const scrapesMax = 90;

/** A total that fell belongs to a server that was restarted: what was before says nothing about it. */
export function addScrape(history: History, scrape: Scrape): History {
  const last = history.at(-1);
  if (last === undefined) return [scrape];
  if (scrape.at <= last.at) return history;
  const { commits, requests } = scrape.totals;
  if (commits < last.totals.commits || requests < last.totals.requests) return [scrape];
  return [...history.slice(1 - scrapesMax), scrape];
}

/** Per second, between each scrape and the one before. */
export function rates(history: History, total: Total): readonly number[] {
  return history.slice(1).map((scrape, index) => {
    const before = history[index] ?? scrape;
    return ((scrape.totals[total] - before.totals[total]) * 1_000) / (scrape.at - before.at);
  });
}

export function gauges(history: History, gauge: Gauge): readonly number[] {
  return history.map((scrape) => scrape.gauges[gauge]);
}
