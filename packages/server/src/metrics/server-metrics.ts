/** What the server tells about itself: its requests, its process, and the engine behind it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { StoreCounts } from '../ports/store-counts.ts';
import { createRegistry, type Gauge, type Registry } from './registry.ts';

/**
 * What the engine gives at a scrape. `counts` are read from the store, and absent when it does not answer; `stats` are its
 * driver's and roles' own, and say most when it does not.
 */
export interface EngineFigures {
  readonly counts?: StoreCounts;
  readonly stats: Readonly<Record<string, number>>;
}

export interface ServerMetrics {
  /** Counts a request that was answered. */
  request(operation: string, method: string, status: number, seconds: number): void;
  /** Streams of events that are open: called with +1 and -1. */
  stream(change: 1 | -1): void;
  /** The text for Prometheus. Figures of the engine are at most `figuresAgeMsMax` old. */
  print(): Promise<string>;
  close(): void;
}

export interface ServerMetricsOptions {
  readonly figures: () => Promise<EngineFigures>;
  readonly version: string;
  readonly store: { readonly driver: string; readonly durability: string };
  /** default 1000: scrapes, however many, do not load the store */
  readonly figuresAgeMsMax?: number;
}

const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createServerMetrics(options: ServerMetricsOptions): ServerMetrics {
  const registry = createRegistry();
  const requests = registry.counter(
    'millrace_http_requests_total',
    'Requests answered, by operation, method and status.',
  );
  const latency = registry.histogram(
    'millrace_http_request_duration_seconds',
    'Time to answer, by operation.',
    latencyBounds,
  );
  const streams = registry.gauge('millrace_http_streams', 'Event streams that are open.');
  registry
    .gauge('millrace_build', 'Always 1; its label is the version.')
    .set(1, { version: options.version });
  registry
    .gauge(
      'millrace_store',
      'Always 1; its labels are the driver of the store and what acknowledged work survives.',
    )
    .set(1, { driver: options.store.driver, durability: options.store.durability });
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const observeProcess = processGauges(registry, lag);
  const observeEngine = engineGauges(registry, options.figures, options.figuresAgeMsMax ?? 1_000);
  let open = 0;
  streams.set(0);
  return {
    request: (operation, method, status, seconds) => {
      requests.increment({ operation, method, status: String(status) });
      latency.observe(seconds, { operation });
    },
    stream: (change) => {
      open += change;
      streams.set(open);
    },
    print: async () => {
      observeProcess();
      await observeEngine();
      return registry.print();
    },
    close: () => void lag.disable(),
  };
}

function processGauges(registry: Registry, lag: ReturnType<typeof monitorEventLoopDelay>): () => void {
  const resident = registry.gauge('process_resident_memory_bytes', 'Memory of the process.');
  const heap = registry.gauge('nodejs_heap_size_used_bytes', 'Heap in use.');
  const cpu = registry.total('process_cpu_seconds_total', 'Processor time used, user and system.');
  const started = registry.gauge('process_start_time_seconds', 'When the process started, epoch seconds.');
  const delay = registry.gauge(
    'nodejs_eventloop_lag_seconds',
    'Delay of the event loop since the last scrape.',
  );
  started.set(Date.now() / 1_000 - process.uptime());
  return () => {
    const memory = process.memoryUsage();
    resident.set(memory.rss);
    heap.set(memory.heapUsed);
    const { user, system } = process.cpuUsage();
    cpu.set((user + system) / 1e6);
    if (lag.count > 0) {
      delay.set(lag.mean / 1e9, { quantile: 'mean' });
      delay.set(lag.percentile(99) / 1e9, { quantile: '0.99' });
      delay.set(lag.max / 1e9, { quantile: '1' });
    }
    lag.reset();
  };
}

function engineGauges(
  registry: Registry,
  figures: () => Promise<EngineFigures>,
  ageMsMax: number,
): () => Promise<void> {
  const executions = registry.gauge('millrace_executions', 'Executions by status.');
  const wakeUps = registry.gauge('millrace_wakeups', 'Rows of the wake-up ledger, by kind.');
  const orphans = registry.gauge(
    'millrace_orphans',
    'Open executions that own no reason to move again; must be 0.',
  );
  const overdue = registry.gauge('millrace_overdue', 'Wake-ups that are long due and that nobody took.');
  const doubted = registry.gauge('millrace_in_doubt', 'Effects marked unsafe whose outcome nobody knows.');
  const answers = registry.gauge('millrace_store_up', '1: the store answered this scrape.');
  const stats = new Map<string, Gauge>();
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - readAt < ageMsMax) return;
    const read = await figures().catch(() => undefined);
    for (const [name, value] of Object.entries(read?.stats ?? {}))
      statGauge(registry, stats, name).set(value);
    const counts = read?.counts;
    answers.set(counts === undefined ? 0 : 1);
    if (counts === undefined) return;
    readAt = performance.now();
    setAll(executions, 'status', counts.executions);
    setAll(wakeUps, 'kind', counts.wakeUps);
    orphans.set(counts.orphans);
    overdue.set(counts.overdue);
    doubted.set(counts.doubted);
  };
}

function setAll(gauge: Gauge, label: string, values: Readonly<Record<string, number>>): void {
  gauge.clear();
  for (const [name, value] of Object.entries(values)) gauge.set(value, { [label]: name });
}

/** What drivers and roles are known to count; what is not in here is named after them. */
const statTable: Readonly<Record<string, { name: string; help: string; type?: 'total' }>> = {
  commits: { name: 'millrace_commits_total', help: 'Commits that were stored.', type: 'total' },
  units: {
    name: 'millrace_store_writes_total',
    help: 'Commits, claims and documents written.',
    type: 'total',
  },
  batches: { name: 'millrace_store_groups_total', help: 'Groups of writes, one sync each.', type: 'total' },
  groups: { name: 'millrace_store_groups_total', help: 'Groups of writes, one sync each.', type: 'total' },
  refused: {
    name: 'millrace_store_refused_total',
    help: 'Commits refused by their expectation.',
    type: 'total',
  },
  failedBatches: {
    name: 'millrace_store_failed_groups_total',
    help: 'Groups that were not stored.',
    type: 'total',
  },
  unitsPerBatchMax: { name: 'millrace_store_group_size_max', help: 'Most writes in one group so far.' },
  entriesPerBatchMax: { name: 'millrace_store_group_size_max', help: 'Most writes in one group so far.' },
  queuedUnits: { name: 'millrace_store_queue_length', help: 'Writes that wait for the storage thread.' },
  batchesInFlight: { name: 'millrace_store_groups_in_flight', help: 'Groups at the storage thread.' },
  readsInFlight: { name: 'millrace_store_reads_in_flight', help: 'Reads at the storage thread.' },
  walBytes: { name: 'millrace_store_wal_bytes', help: 'Size of the write-ahead log.' },
  databaseBytes: { name: 'millrace_store_database_bytes', help: 'Size of the database file.' },
  poolConnections: { name: 'millrace_store_pool_connections', help: 'Connections to the database.' },
  poolIdle: { name: 'millrace_store_pool_idle', help: 'Connections to the database that nobody uses.' },
  poolWaiting: {
    name: 'millrace_store_pool_waiting',
    help: 'Calls that wait for a connection to the database.',
  },
  poolMax: { name: 'millrace_store_pool_max', help: 'Connections that this process may have.' },
  databaseStatements: {
    name: 'millrace_store_statements_total',
    help: 'Statements sent to the database.',
    type: 'total',
  },
  databaseRetries: {
    name: 'millrace_store_retries_total',
    help: 'Statements sent again since the connection was lost.',
    type: 'total',
  },
  databaseLost: {
    name: 'millrace_store_lost_total',
    help: 'Statements whose connection was lost.',
    type: 'total',
  },
  databaseStandstills: {
    name: 'millrace_store_standstills_total',
    help: 'Times that the database took connections and answered nothing.',
    type: 'total',
  },
  hintsHeard: {
    name: 'millrace_store_hints_total',
    help: 'Hints from other processes on the store.',
    type: 'total',
  },
  hintGaps: {
    name: 'millrace_store_hint_gaps_total',
    help: 'Times that the connection for hints was lost.',
    type: 'total',
  },
  executions_dropped: {
    name: 'millrace_executions_dropped_total',
    help: 'Executions that this process has dropped since they ended long ago.',
    type: 'total',
  },
  weeks_dropped: {
    name: 'millrace_weeks_dropped_total',
    help: 'Weeks of the log that this process has dropped with them.',
    type: 'total',
  },
  large_values_dropped: {
    name: 'millrace_large_values_dropped_total',
    help: 'Large values that this process has dropped since nothing names them any more.',
    type: 'total',
  },
  executions_in_memory: { name: 'millrace_executions_in_memory', help: 'Executions kept ready to go on.' },
  effects_running: { name: 'millrace_effects_running', help: 'Effects under way in this process.' },
  timers_in_memory: { name: 'millrace_timers_in_memory', help: 'Timers that this process watches.' },
  lifecycle_events_sent: {
    name: 'millrace_lifecycle_events_sent_total',
    help: 'Lifecycle events that the sink has taken.',
    type: 'total',
  },
  lifecycle_events_refused: {
    name: 'millrace_lifecycle_events_refused_total',
    help: 'Times that the sink did not take a lifecycle event; it is sent again.',
    type: 'total',
  },
  lifecycle_events_waiting: {
    name: 'millrace_lifecycle_events_waiting',
    help: 'Commits whose lifecycle events are on their way: those of one page of the log, 100 at most.',
  },
  lifecycle_events_behind_seconds: {
    name: 'millrace_lifecycle_events_behind_seconds',
    help: 'Age of the oldest commit whose lifecycle events the sink has not taken; 0: it has all, or another process sends.',
  },
  filters_failed: {
    name: 'millrace_filters_failed_total',
    help: 'Times that a filter could not be held against an event, by an error of the server; the log has its place.',
    type: 'total',
  },
  followers: { name: 'millrace_followers', help: 'Readers that wait for events of an execution.' },
};

function statGauge(registry: Registry, known: Map<string, Gauge>, stat: string): Gauge {
  const snake = stat.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9_]/g, '_');
  const { name, help, type } = statTable[stat] ?? {
    name: `millrace_stat_${snake}`,
    help: `Figure "${stat}" of a driver or role.`,
  };
  const found =
    known.get(name) ?? (type === 'total' ? registry.total(name, help) : registry.gauge(name, help));
  known.set(name, found);
  return found;
}
