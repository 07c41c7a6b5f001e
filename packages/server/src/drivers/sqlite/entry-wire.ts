import type {
  ClaimedWakeUp,
  ClaimRequest,
  CommitResult,
  Entry,
  ExecutionRow,
  WakeUpChange,
  WakeUpKind,
} from '../../ports/store.ts';
import { kindOf, queueOf, toQueuedKind } from './queued-kind.ts';
import type { RecentCommits } from './recent-commits.ts';
import { shortId } from './short-id.ts';
import { noText, nothingExpected, operation, type WireReader, type WireWriter } from './wire.ts';
import type { Write } from './write-queue.ts';

/** For the instant of a release: that at which each row was due. */
export const ownDue = -1;

type LeaseKey = { readonly id: string; readonly attempt: number };

/** What became of entries, counted. */
export interface CommitFigures {
  commits: number;
  refused: number;
}

/** What the port's writes are on the wire; the thread takes the values in the order in which they are put here. */
export function commitWrite(
  entries: readonly Entry[],
  figures: CommitFigures,
  recent: RecentCommits,
): Write<readonly CommitResult[]> {
  const units = entries.length;
  const appends = entries.map(({ commit }) => commit !== undefined);
  // Once they are on their way the message has them: what is held until they are durable outlives collections.
  let held: readonly Entry[] = entries;
  return {
    units,
    characters: entries.reduce((sum, entry) => sum + (entry.commit?.body.length ?? 0), 0),
    encode(out, few) {
      out.put(operation.commit, units);
      for (const entry of held) putEntry(out, entry);
      if (!few) held = [];
    },
    decode: (from) =>
      appends.map((isCommit, at) => {
        const result = takeResult(isCommit, from, figures);
        if (isCommit && result.type === 'accepted') {
          const entry = held[at];
          if (entry === undefined) recent.pass(result.position);
          else recent.add(entry, result.position);
        }
        return result;
      }),
  };
}

export function claimWrite(request: ClaimRequest, now: number): Write<readonly ClaimedWakeUp[]> {
  const lease = { owner: request.owner, until: now + request.leaseMs };
  const { limits = [] } = request;
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.put(
        operation.claim,
        now,
        lease.owner,
        lease.until,
        request.rowsMax,
        request.kinds.length,
        ...request.kinds,
        limits.length,
        ...limits.flatMap(({ limit, placesMax }) => [limit, placesMax]),
      );
    },
    decode(from) {
      const rows: ClaimedWakeUp[] = [];
      for (let left = from.number(); left > 0; left--) rows.push(takeClaimed(from, lease));
      return rows;
    },
  };
}

/** Numbers of flushes: `wanted` has to end before the tables tell of all that was written before the first asking. */
export interface FlushProgress {
  readonly wanted: number;
  readonly ended: number;
}

/**
 * Writes a part of what brings the tables of executions, wake-ups and streams up to date.
 * @param wanted what the first asking was answered; 0: this is the first
 */
export function flushWrite(wanted: number): Write<FlushProgress> {
  return {
    units: 1,
    characters: 0,
    encode: (out) => out.put(operation.flush, wanted),
    decode: (from) => ({ wanted: from.number(), ended: from.number() }),
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
      out.put(operation.renew, tenant, owner, times.now, times.until);
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
  times: { readonly now: number; readonly due: number | undefined },
): Write<void> {
  return {
    units: 1,
    characters: 0,
    encode(out) {
      out.put(operation.release, tenant, owner, times.now, times.due ?? ownDue);
      putLeases(out, leases);
    },
    decode: () => {},
  };
}

/** What changes nothing but the stream ends with its commit. */
function putEntry(out: WireWriter, { tenant, stream, after, commit, execution, wakeUps }: Entry): void {
  const { values } = out;
  const place = values.push(0);
  values.push(out.numberOf(tenant), stream, after?.version ?? nothingExpected, after?.commit ?? '');
  if (commit === undefined) values.push(0);
  else values.push(commit.count, commit.id, commit.time - out.base, commit.cause, commit.body);
  if (execution !== undefined || wakeUps.length > 0) {
    if (execution === undefined) values.push(noText);
    else putExecution(out, execution);
    values.push(wakeUps.length);
    for (const change of wakeUps) putChange(out, stream, change);
  }
  // The length lets the thread step over what is left of a refused entry.
  values[place - 1] = values.length - place;
}

function putExecution(out: WireWriter, row: ExecutionRow): void {
  out.share(namesOf(row));
  out.share(row.status);
  out.time(row.startedAt);
  out.time(row.updatedAt);
  out.time(row.endedAt);
  out.values.push(row.error);
}

let lastNamed: ExecutionRow | undefined;
let lastNames = '';

/** Most rows are of the workflow of the row before. */
function namesOf(row: ExecutionRow): string {
  const { namespace, name, version, definition } = row;
  if (
    lastNamed === undefined ||
    lastNamed.definition !== definition ||
    lastNamed.name !== name ||
    lastNamed.version !== version ||
    lastNamed.namespace !== namespace
  ) {
    lastNames = JSON.stringify([namespace, name, version, definition]);
    lastNamed = row;
  }
  return lastNames;
}

function putChange(out: WireWriter, stream: string, change: WakeUpChange): void {
  const { values } = out;
  if (change.type === 'remove') {
    values.push(0, shortId(stream, change.id));
    return;
  }
  const { row } = change;
  values.push(
    1,
    shortId(stream, row.id),
    out.numberOf(toQueuedKind(row.kind, row.queue)),
    row.due - out.base,
    row.attempt,
  );
  out.share(row.lease?.owner ?? null);
  out.time(row.lease?.until ?? null);
  values.push((row.unsafe ? 1 : 0) | (row.doubt ? 2 : 0) | (row.listens ? 4 : 0), row.body);
  if (row.listens !== undefined) values.push(out.numberOf(row.listens.shape), row.listens.key);
}

function putLeases(out: WireWriter, leases: readonly LeaseKey[]): void {
  out.put(leases.length);
  for (const { id, attempt } of leases) out.put(id, attempt);
}

function takeResult(isCommit: boolean, from: WireReader, figures: CommitFigures): CommitResult {
  const position = from.number();
  if (position >= 0) {
    if (isCommit) figures.commits++;
    return { type: 'accepted', position };
  }
  figures.refused++;
  return { type: 'refused', version: from.number(), commit: from.text() };
}

function takeClaimed(from: WireReader, lease: ClaimedWakeUp['lease']): ClaimedWakeUp {
  const head = { tenant: from.text(), execution: from.text(), id: from.text() };
  const queued = from.text();
  const queue = queueOf(queued);
  return {
    ...head,
    kind: kindOf(queued) as WakeUpKind,
    ...(queue === '' ? {} : { queue }),
    due: from.number(),
    attempt: from.number(),
    unsafe: from.number() === 1,
    body: from.textOrNull(),
    doubt: false,
    lease,
  };
}
