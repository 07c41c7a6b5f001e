/**
 * What the SQLite store takes: `node --conditions=millrace-source sqlite.bench.ts [pure|effects] [inFlight] [commits]`.
 * A quarter of the commits more goes before, uncounted.
 *
 * `pure`: an execution is one commit of 12 facts. `effects`: an execution of five effects is six commits, each of which
 * puts and removes wake-ups. What main spends is for the making of entries too.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, ExecutionRow, Store, WakeUpChange } from '../../ports/store.ts';
import { openSqliteStore } from './store.ts';

const mode = process.argv[2] ?? 'pure';
const inFlight = Number(process.argv[3] ?? 512);
const commitsMax = Number(process.argv[4] ?? 200_000);
const folder = mkdtempSync(join(process.env.MILLRACE_BENCH_FOLDER ?? tmpdir(), 'millrace-bench-'));

let made = 0;
let executions = 0;
let walBytesMax = 0;
let factsBytes = 0;
const latencies: number[] = [];
const store = await openSqliteStore({ path: join(folder, 'bench.db') });
await run(commitsMax / 4);
latencies.length = 0;
executions = 0;
factsBytes = 0;
const grownBefore = store.stats().databaseBytes ?? 0;
const started = performance.now();
const cpu = process.cpuUsage();
const mainCpu = process.threadCpuUsage();
const bytesBefore = bytesWritten();
const watch = setInterval(() => {
  walBytesMax = Math.max(walBytesMax, store.stats().walBytes ?? 0);
}, 50);
await run(commitsMax);
clearInterval(watch);
const used = {
  cpu: process.cpuUsage(cpu),
  main: process.threadCpuUsage(mainCpu),
  wall: performance.now() - started,
};
const stats = store.stats();
await store.close();
report();
rmSync(folder, { recursive: true });

async function run(commits: number): Promise<void> {
  let left = commits;
  const drive = async () => {
    for (; left > 0; left -= mode === 'pure' ? 1 : 6)
      await (mode === 'pure' ? runPure(store) : runEffects(store));
  };
  await Promise.all(Array.from({ length: inFlight }, drive));
}

async function runPure(into: Store): Promise<void> {
  const id = nextId();
  await timed(into, entryOf(id, 0, 12, [], rowOf(id, 'completed')));
}

async function runEffects(into: Store): Promise<void> {
  const id = nextId();
  await timed(into, entryOf(id, 0, 3, [effectOf(id, 3)], rowOf(id, 'running')));
  for (let step = 1; step < 5; step++) {
    const version = 1 + step * 2;
    const changes: WakeUpChange[] = [{ type: 'remove', id: `${id}/${version}` }, effectOf(id, version + 2)];
    await timed(into, entryOf(id, version, 2, changes));
  }
  await timed(into, entryOf(id, 11, 3, [{ type: 'remove', id: `${id}/11` }], rowOf(id, 'completed')));
}

async function timed(into: Store, entry: Entry): Promise<void> {
  const at = performance.now();
  const [result] = await into.commit([entry]);
  latencies.push(performance.now() - at);
  if (result?.type !== 'accepted') throw new Error(`refused: ${JSON.stringify(result)}`);
}

function nextId(): string {
  executions++;
  made++;
  return `019a9f00-${String(made).padStart(12, '0')}-7c21-9d40`;
}

function entryOf(
  id: string,
  after: number,
  count: number,
  wakeUps: readonly WakeUpChange[],
  execution?: ExecutionRow,
): Entry {
  const commit = {
    version: after + 1,
    count,
    id: commitIdOf(id, after + count),
    time: Date.now(),
    cause: 'bench',
    body: factsOf(count),
  };
  const entry = {
    tenant: 'default',
    stream: id,
    after: { version: after, commit: after === 0 ? '' : commitIdOf(id, after) },
    commit,
    wakeUps,
  };
  return execution === undefined ? entry : { ...entry, execution };
}

function commitIdOf(id: string, version: number): string {
  return createHash('sha256').update(`${id}${version}`).digest('hex');
}

/** Bytes that reached the block device on behalf of this process, its close included. */
function bytesWritten(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
}

function factsOf(count: number): string {
  const facts = Array.from({ length: count }, (_, at) => ({
    type: 'io.millrace.task.completed.v1',
    data: { task: `/do/${at}/s${at}`, output: { n: at, customer: 'abc', items: [1, 2, 3] } },
  }));
  const text = JSON.stringify(facts);
  factsBytes += text.length;
  return text;
}

function effectOf(execution: string, version: number): WakeUpChange {
  const now = Date.now();
  const lease = { owner: 'bench', until: now + 30_000 };
  const row = {
    id: `${execution}/${version}`,
    execution,
    kind: 'effect',
    due: now,
    attempt: 1,
    lease,
    unsafe: false,
    doubt: false,
    body: null,
  } as const;
  return { type: 'put', row };
}

function rowOf(id: string, status: 'running' | 'completed'): ExecutionRow {
  const now = Date.now();
  const definition = 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
  const names = { namespace: 'bench', name: 'steps', version: '1.0.0', definition };
  return {
    id,
    ...names,
    status,
    startedAt: now,
    updatedAt: now,
    endedAt: status === 'completed' ? now : null,
    error: null,
  };
}

function report(): void {
  const { wall } = used;
  const all = used.cpu.user + used.cpu.system;
  const main = used.main.user + used.main.system;
  const commits = latencies.length;
  const round = (value: number) => Number(value.toFixed(2));
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    Number((latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(2));
  const figures = {
    mode,
    inFlight,
    executionsPerSecond: Math.round((executions / wall) * 1000),
    commitsPerSecond: Math.round((latencies.length / wall) * 1000),
    commitMs: { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) },
    cpuUsPerCommit: { main: round(main / commits), others: round((all - main) / commits) },
    bytesPerExecution: {
      written: Math.round((bytesWritten() - bytesBefore) / executions),
      grown: Math.round((statSync(join(folder, 'bench.db')).size - grownBefore) / executions),
      facts: Math.round(factsBytes / executions),
    },
    walBytesMax,
    ...stats,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
