import { commitContent } from '../../ports/commit-content.ts';
import type {
  Commit,
  CommitResult,
  Entry,
  ExecutionQuery,
  ExecutionRow,
  Page,
  Snapshot,
  Store,
  WakeUp,
} from '../../ports/store.ts';
import { limitOf } from '../../ports/store.ts';
import type { StoreCounts } from '../../ports/store-counts.ts';
import {
  checkClaim,
  checkEntry,
  checkInteger,
  checkRowsMax,
  claimableFrom,
  compareText,
  fromExecutionCursor,
  fromTailCursor,
  isDoubted,
  matchesQuery,
  newestFirst,
  openPhases,
  phases,
  toCursor,
  wakeUpKinds,
} from '../rules.ts';
import { openDocuments } from './documents.ts';
import { keyOf, type MemoryLedger, openLedger } from './ledger.ts';

interface KeptExecution {
  readonly tenant: string;
  readonly row: ExecutionRow;
}

/**
 * A store in this process's memory: complete, and gone with the process.
 *
 * `now` is its clock in epoch ms. `hash` (SHA-256 in hexadecimal) proves the id of each commit against its content:
 * here a wrong id throws at once, where other drivers keep what they are given.
 */
export function openMemoryStore(options: {
  readonly now: () => number;
  readonly hash: (text: string) => string;
}): Store {
  const log: Commit[] = [];
  const streams = new Map<string, Commit[]>();
  const executions = new Map<string, KeptExecution>();
  const snapshots = new Map<string, Snapshot>();
  const ledger = openLedger();
  const documents = openDocuments(options.now);
  const figures = { commits: 0, refused: 0, groups: 0 };

  function apply(entry: Entry): CommitResult {
    const { tenant, stream, after, commit } = entry;
    const commits = streams.get(keyOf(tenant, stream)) ?? [];
    const head = headOf(commits);
    if (after !== undefined && (head.version !== after.version || head.commit !== after.commit)) {
      figures.refused++;
      return { type: 'refused', ...head };
    }
    if (commit !== undefined) {
      const stored = { ...commit, tenant, stream, previous: head.commit, position: log.length + 1 };
      checkId(stored, options.hash);
      commits.push(stored);
      streams.set(keyOf(tenant, stream), commits);
      log.push(stored);
      figures.commits++;
    }
    const key = keyOf(tenant, stream);
    const row = entry.execution ?? executions.get(key)?.row;
    if (row !== undefined) {
      const updatedAt = Math.max(row.updatedAt, commit?.time ?? 0);
      executions.set(key, { tenant, row: { ...row, updatedAt } });
    }
    ledger.change(tenant, stream, entry.wakeUps, log.length);
    return { type: 'accepted', position: log.length };
  }

  return {
    features: {
      driver: 'memory',
      durability: 'memory',
      description: 'memory: everything is gone when the process ends',
      exclusive: true,
      globalOrder: true,
    },
    now: options.now,
    async commit(entries) {
      for (const entry of entries) checkEntry(entry);
      figures.groups++;
      return entries.map(apply);
    },
    async read(tenant, stream, { fromVersion = 1, rowsMax = Number.POSITIVE_INFINITY } = {}) {
      const commits = streams.get(keyOf(tenant, stream)) ?? [];
      return commits.slice(placeOf(commits, fromVersion)).slice(0, rowsMax);
    },
    async tail(cursor, rowsMax) {
      checkRowsMax(rowsMax);
      const from = fromTailCursor(cursor);
      const commits = log.slice(from, from + rowsMax);
      return { commits, cursor: commits.length === 0 ? cursor : String(from + commits.length) };
    },
    end: async () => (log.length === 0 ? '' : String(log.length)),
    execution: async (tenant, id) => executions.get(keyOf(tenant, id))?.row,
    executions: async (tenant, query) => pageOf(executions.values(), tenant, query),
    async claim(request) {
      checkClaim(request);
      return ledger.claim(request, options.now());
    },
    async renew(tenant, leases, owner, leaseMs) {
      checkInteger('leaseMs', leaseMs, 0);
      const now = options.now();
      return ledger.relet(tenant, leases, owner, now, (row) => ({
        ...row,
        lease: { owner, until: now + leaseMs },
      }));
    },
    async release(tenant, leases, owner, due) {
      if (due !== undefined) checkInteger('due', due, 0);
      ledger.relet(tenant, leases, owner, options.now(), (row) => ({
        ...row,
        lease: null,
        due: due ?? row.due,
      }));
    },
    wakeUps: async (tenant, execution) => ledger.of(tenant, execution, options.now()),
    nextDue: async (kinds) => ledger.nextDue(kinds),
    listeners: ledger.listeners,
    ...documents,
    snapshot: async (tenant, stream) => snapshots.get(keyOf(tenant, stream)),
    async putSnapshot(tenant, stream, snapshot) {
      snapshots.set(keyOf(tenant, stream), { ...snapshot });
    },
    async orphans(tenant, rowsMax) {
      checkRowsMax(rowsMax);
      return orphansOf(executions.values(), ledger, tenant).slice(0, rowsMax);
    },
    counts: async (overdueMs) => count(executions.values(), ledger, options.now(), overdueMs),
    stats: () => ({ ...figures }),
    close: async () => {},
  };
}

function headOf(commits: readonly Commit[]): { readonly version: number; readonly commit: string } {
  const last = commits.at(-1);
  return last === undefined
    ? { version: 0, commit: '' }
    : { version: last.version + last.count - 1, commit: last.id };
}

function checkId(commit: Commit, hash: (text: string) => string): void {
  const id = hash(commitContent(commit.previous, commit.tenant, commit.stream, commit));
  if (id !== commit.id)
    throw new Error(`commit ${commit.stream}/${commit.version}: its id is ${commit.id}, its content's ${id}`);
}

/** The index of the first commit whose facts reach `fromVersion`. */
function placeOf(commits: readonly Commit[], fromVersion: number): number {
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const commit = commits[middle] as Commit;
    if (commit.version + commit.count - 1 < fromVersion) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pageOf(kept: Iterable<KeptExecution>, tenant: string, query: ExecutionQuery): Page<ExecutionRow> {
  checkRowsMax(query.rowsMax);
  const after = query.cursor === undefined ? undefined : fromExecutionCursor(query.cursor);
  const found: ExecutionRow[] = [];
  for (const { tenant: owner, row } of kept) {
    if (owner === tenant && matchesQuery(row, query) && (after === undefined || newestFirst(row, after) > 0))
      found.push(row);
  }
  const rows = found.sort(newestFirst).slice(0, query.rowsMax);
  const last = rows.at(-1);
  return last === undefined || found.length <= rows.length
    ? { rows }
    : { rows, cursor: toCursor([last.startedAt, last.id]) };
}

function count(
  kept: Iterable<KeptExecution>,
  ledger: MemoryLedger,
  now: number,
  overdueMs: number,
): StoreCounts {
  const executions = Object.fromEntries(phases.map((phase) => [phase, 0]));
  const wakeUps = Object.fromEntries(wakeUpKinds.map((kind) => [kind, 0]));
  let orphans = 0;
  for (const { tenant, row } of kept) {
    executions[row.status] = (executions[row.status] ?? 0) + 1;
    if (openPhases.includes(row.status) && !ledger.owns(tenant, row.id)) orphans++;
  }
  let overdue = 0;
  let doubted = 0;
  for (const row of ledger.rows()) {
    wakeUps[row.kind] = (wakeUps[row.kind] ?? 0) + 1;
    if (isDoubted(row, now)) doubted++;
    if (isOverdue(row, now, overdueMs)) overdue++;
  }
  return { executions, wakeUps, orphans, overdue, doubted };
}

function orphansOf(kept: Iterable<KeptExecution>, ledger: MemoryLedger, tenant: string): string[] {
  const ids: string[] = [];
  for (const { tenant: owner, row } of kept)
    if (owner === tenant && openPhases.includes(row.status) && !ledger.owns(owner, row.id)) ids.push(row.id);
  return ids.sort(compareText);
}

function isOverdue(row: WakeUp, now: number, overdueMs: number): boolean {
  const from = claimableFrom(row);
  return from !== null && from <= now && row.due < now - overdueMs && limitOf(row.queue) === undefined;
}
