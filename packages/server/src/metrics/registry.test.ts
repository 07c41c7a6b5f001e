import { expect, it } from 'vitest';
import { createRegistry } from './registry.ts';
import { createServerMetrics } from './server-metrics.ts';

it('prints counters as Prometheus reads them', () => {
  const registry = createRegistry();
  registry.counter('requests_total', 'Requests.').increment({ path: 'a"b\\c\nd' }, 2);
  expect(registry.print()).toBe(
    '# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total{path="a\\"b\\\\c\\nd"} 2\n',
  );
});

it('counts a value in every bucket that it fits, and in +Inf', () => {
  const registry = createRegistry();
  const histogram = registry.histogram('seconds', 'Time.', [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value, { operation: 'x' });
  expect(registry.print()).toContain(
    'seconds_bucket{operation="x",le="0.1"} 2\nseconds_bucket{operation="x",le="1"} 3\nseconds_bucket{operation="x",le="+Inf"} 4\nseconds_sum{operation="x"} 7.65\nseconds_count{operation="x"} 4\n',
  );
});

it('refuses a name that is there already', () => {
  const registry = createRegistry();
  registry.gauge('a', 'A.');
  expect(() => registry.counter('a', 'A.')).toThrow('registered twice');
});

const store = { driver: 'sqlite', durability: 'power-loss' };
const counts = { executions: { running: 2 }, wakeUps: { timer: 3 }, orphans: 0, overdue: 1, doubted: 0 };

it('asks the store once for scrapes that follow each other closely', async () => {
  let asked = 0;
  const figures = async () => ({ counts, stats: { commits: ++asked, entriesPerBatchMax: 9 } });
  const metrics = createServerMetrics({ figures, version: '1', store });
  await metrics.print();
  const text = await metrics.print();
  metrics.close();
  expect(asked).toBe(1);
  for (const line of [
    'millrace_executions{status="running"} 2',
    'millrace_wakeups{kind="timer"} 3',
    'millrace_orphans 0',
    'millrace_overdue 1',
    'millrace_store{driver="sqlite",durability="power-loss"} 1',
    'millrace_store_group_size_max 9',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

it('says that the store is down, and gives what it knows besides', async () => {
  const metrics = createServerMetrics({
    figures: () => Promise.reject(new Error('down')),
    version: '1',
    store,
  });
  metrics.request('getHealth', 'GET', 200, 0.002);
  const text = await metrics.print();
  metrics.close();
  expect(text).toContain('millrace_store_up 0\n');
  expect(text).toContain('millrace_http_requests_total{operation="getHealth",method="GET",status="200"} 1\n');
  expect(text).toMatch(/process_resident_memory_bytes \d+\n/);
});

it('tells the figures of the pool while the store does not answer', async () => {
  const figures = async () => ({ stats: { poolConnections: 20, poolIdle: 0, poolWaiting: 7, poolMax: 20 } });
  const metrics = createServerMetrics({ figures, version: '1', store });
  const text = await metrics.print();
  metrics.close();
  for (const line of ['up 0', 'pool_connections 20', 'pool_idle 0', 'pool_waiting 7', 'pool_max 20'])
    expect(text).toContain(`millrace_store_${line}\n`);
});

it('prints nothing that the text format does not have', async () => {
  const metrics = createServerMetrics({ figures: async () => ({ counts, stats: {} }), version: '1', store });
  metrics.request('x', 'GET', 200, 1);
  const text = await metrics.print();
  metrics.close();
  const line =
    /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (\d[\d.e+-]*|\+Inf|NaN))$/;
  for (const each of text.trimEnd().split('\n')) expect(each).toMatch(line);
});
