import { useEffect, useState } from 'react';
import { byLabel, type Sample, sampleOf } from '../format/metrics.ts';
import { addScrape, type History } from './history.ts';

/**
 * What was scraped in the last minutes.
 *
 * @param at epoch ms of the scrape
 */
export function useHistory(samples: readonly Sample[] | undefined, at: number): History {
  const [history, setHistory] = useState<History>([]);
  useEffect(() => {
    if (samples === undefined) return;
    const value = (name: string, labels?: Readonly<Record<string, string>>) =>
      sampleOf(samples, name, labels) ?? 0;
    const requests = Object.values(byLabel(samples, 'millrace_http_requests_total', 'operation'));
    setHistory((before) =>
      addScrape(before, {
        at,
        totals: {
          commits: value('millrace_commits_total'),
          requests: requests.reduce((total, each) => total + each, 0),
        },
        gauges: {
          memory: value('process_resident_memory_bytes'),
          loopDelay: value('nodejs_eventloop_lag_seconds', { quantile: '0.99' }),
          effects: value('millrace_effects_running'),
          inMemory: value('millrace_executions_in_memory'),
        },
      }),
    );
  }, [samples, at]);
  return history;
}
