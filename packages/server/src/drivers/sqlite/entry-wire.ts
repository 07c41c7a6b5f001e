import type {
  ClaimedWakeUp,
  ClaimRequest,
  CommitResult,
  Entry,
  ExecutionRow,
  WakeUpChange,
  WakeUpKind,
} from '../../ports/store.ts';
import { claimableFrom } from '../rules.ts';
import { nothingExpected, operation, type WireReader, type WireValue } from './wire.ts';
import type { Write } from './write-queue.ts';

type LeaseKey = { readonly id: string; readonly attempt: number };

/** What the port's writes are on the wire; the thread takes the values in the order in which they are put here. */
export function commitWrite(entries: readonly Entry[]): Write<readonly CommitResult[]> {
  return {
    units: entries.length,
    characters: entries.reduce((sum, entry) => sum + (entry.commit?.body.length ?? 0), 0),
    encode(out) {
      out.push(operation.commit, entries.length);
      for (const entry of entries) putEntry(out, entry);
    },
    decode: (from) => entries.map(() => takeResult(from)),
  };
}

export function claimWrite(request: ClaimRequest, now: number): Write<readonly ClaimedWakeUp[]> {
  const lease = { owner: request.owner, until: now + request.leaseMs };
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.push(
        operation.claim,
        now,
        lease.owner,
        lease.until,
        request.rowsMax,
        request.kinds.length,
        ...request.kinds,
      );
    },
    decode(from) {
      const rows: ClaimedWakeUp[] = [];
      for (let left = from.number(); left > 0; left--) rows.push(takeClaimed(from, lease));
      return rows;
    },
  };
}

export function renewWrite(
  tenant: string,
  leases: readonly LeaseKey[],
  owner: string,
  times: { readonly now: number; readonly until: number },
): Write<readonly string[]> {
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.push(operation.renew, tenant, owner, times.now, times.until);
      putLeases(out, leases);
    },
    decode(from) {
      const ids: string[] = [];
      for (let left = from.number(); left > 0; left--) ids.push(from.text());
      return ids;
    },
  };
}

export function releaseWrite(
  tenant: string,
  leases: readonly LeaseKey[],
  owner: string,
  times: { readonly now: number; readonly due: number },
): Write<void> {
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.push(operation.release, tenant, owner, times.now, times.due);
      putLeases(out, leases);
    },
    decode: () => {},
  };
}

function putEntry(out: WireValue[], entry: Entry): void {
  const { commit, execution } = entry;
  const place = out.push(0) - 1;
  out.push(entry.tenant, entry.stream, entry.after?.version ?? nothingExpected, entry.after?.commit ?? '');
  if (commit === undefined) out.push(0);
  else out.push(1, commit.version, commit.count, commit.id, commit.time, commit.cause, commit.body);
  if (execution === undefined) out.push(0);
  else putExecution(out, execution);
  out.push(entry.wakeUps.length);
  for (const change of entry.wakeUps) putChange(out, change);
  // The length lets the thread step over what is left of a refused entry.
  out[place] = out.length - place - 1;
}

function putExecution(out: WireValue[], row: ExecutionRow): void {
  out.push(1, row.namespace, row.name, row.version, row.definition, row.status);
  out.push(row.startedAt, row.updatedAt, row.endedAt, row.error);
}

function putChange(out: WireValue[], change: WakeUpChange): void {
  if (change.type === 'remove') {
    out.push(0, change.id);
    return;
  }
  const { row } = change;
  out.push(1, row.id, row.kind, row.due, row.attempt, row.lease?.owner ?? null, row.lease?.until ?? null);
  out.push(row.unsafe ? 1 : 0, row.doubt ? 1 : 0, row.body, claimableFrom(row));
}

function putLeases(out: WireValue[], leases: readonly LeaseKey[]): void {
  out.push(leases.length);
  for (const { id, attempt } of leases) out.push(id, attempt);
}

function takeResult(from: WireReader): CommitResult {
  const position = from.number();
  if (position >= 0) return { type: 'accepted', position };
  return { type: 'refused', version: from.number(), commit: from.text() };
}

function takeClaimed(from: WireReader, lease: ClaimedWakeUp['lease']): ClaimedWakeUp {
  return {
    tenant: from.text(),
    execution: from.text(),
    id: from.text(),
    kind: from.text() as WakeUpKind,
    due: from.number(),
    attempt: from.number(),
    unsafe: from.number() === 1,
    body: from.textOrNull(),
    doubt: false,
    lease,
  };
}
