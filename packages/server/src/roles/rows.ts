/** The rows of the wake-up ledger that one commit changes, and the effects that this process may begin. */
import type { EffectRequested, Fact, LedgerChange, LedgerRow } from '@millrace/core';
import { listenRowId, unreachable } from '@millrace/core';
import { type Lease, type ListenKey, neverDue, type WakeUp, type WakeUpChange } from '../ports/store.ts';
import type { LeftEffect } from './left-requests.ts';
import { listenKey } from './listen-key.ts';
import type { LiveExecution } from './live-execution.ts';
import { callOf, type Places, placeQueue } from './places.ts';

/** An effect that this process holds the lease of. */
export interface EffectTask {
  readonly tenant: string;
  readonly execution: string;
  /** version of the fact that asked for it */
  readonly effect: number;
  /** id of its row, `execution/version` */
  readonly row: string;
  readonly fact: EffectRequested;
  /** fencing number of the lease */
  readonly attempt: number;
  readonly lease: Lease;
  /** of its row */
  readonly queue?: string | undefined;
}

/** Something to be told that this process holds the lease of: the fact at `version` says to whom and what. */
export interface SendTask {
  readonly tenant: string;
  readonly execution: string;
  readonly version: number;
  readonly fact: Fact;
}

/** What the rows of a commit are for this process, when that is durable. */
export interface LedgerWork {
  /** effects that it may begin */
  readonly effects: readonly EffectTask[];
  /** effects that are left to be claimed */
  readonly left: readonly LeftEffect[];
  /** what it may tell other executions */
  readonly sends: readonly SendTask[];
}

export const noWork: LedgerWork = { effects: [], left: [], sends: [] };

/** The leases that rows are born with, for each kind that may be. `null`: whoever claims it has it. */
export interface LeasePolicy {
  readonly effect: (now: number) => Lease | null;
  readonly send: (now: number) => Lease | null;
  readonly timer: (due: number) => Lease | null;
  readonly resume: (now: number) => Lease | null;
  readonly hash: (text: string) => string;
  /** absent: nothing is limited in number */
  readonly places?: Places | undefined;
}

/** The row of what has to be told of the fact at `version`. */
export function sendRow(execution: string, version: number): string {
  return rowId(execution, `send-${version}`);
}

/** The queue of an execution's rows: that of its workflow. */
export function queueOf(
  definition: { readonly namespace: string; readonly name: string } | null,
): string | undefined {
  return definition === null ? undefined : `${definition.namespace}/${definition.name}`;
}

export function rowId(execution: string, row: LedgerRow): string {
  return `${execution}/${row}`;
}

/** @param queue whose rows take turns with those of others: the workflow */
export function ledgerEntries(
  live: Pick<LiveExecution, 'tenant' | 'id' | 'queue' | 'state' | 'executable'>,
  changes: readonly LedgerChange[],
  now: number,
  leases: LeasePolicy,
): {
  readonly wakeUps: readonly WakeUpChange[];
  readonly work: LedgerWork;
} {
  const { tenant, id, queue } = live;
  const effects: EffectTask[] = [];
  let left: LeftEffect[] = none;
  const sends: SendTask[] = [];
  const wakeUps = changes.map((change): WakeUpChange => {
    const row = rowId(id, rowOf(change));
    switch (change.type) {
      case 'effect': {
        const { version: effect, fact } = change;
        // Only a claim counts places: what is of a limit is never born leased.
        const limited = leases.places?.effectQueue(fact.request, queue ?? '');
        const lease = limited === undefined ? leases.effect(now) : null;
        if (lease !== null)
          effects.push({ tenant, execution: id, effect, row, fact, attempt: 1, lease, queue });
        else if (left === none) left = [{ tenant, row, fact }];
        else left.push({ tenant, row, fact });
        return put(row, id, 'effect', now, lease, fact.unsafe === true, limited ?? queue);
      }
      case 'again': {
        // Only what must not be repeated is ever in doubt, and it stays so.
        const call = callOf(live, change.version);
        const limited = call === undefined ? undefined : leases.places?.effectQueue(call, queue ?? '');
        return put(row, id, 'effect', now, null, true, limited ?? queue);
      }
      case 'timer':
        return put(row, id, 'timer', change.due, leases.timer(change.due), false, queue);
      case 'resume':
        return put(row, id, 'resume', now, leases.resume(now), false, queue);
      case 'approval':
        return put(row, id, 'approval', neverDue, null, false, queue);
      case 'place': {
        const due = change.held ? neverDue : change.since;
        const waiting = put(row, id, 'place', due, null, false, placeQueue(queue ?? ''));
        return change.held ? waiting : withBody(waiting, String(change.resumed));
      }
      case 'child':
        return put(row, id, 'child', neverDue, null, false, queue);
      case 'send': {
        const { version, fact } = change;
        const lease = leases.send(now);
        if (lease !== null) sends.push({ tenant, execution: id, version, fact });
        return put(row, id, 'send', now, lease, false, queue);
      }
      case 'listen': {
        const listens = listenKey(change.row, change.definition, leases.hash);
        return put(row, id, 'event', neverDue, null, false, queue, listens);
      }
      case 'remove': {
        const tells = leases.places === undefined ? undefined : freedBy(change.row);
        return tells === undefined ? { type: 'remove', id: row } : { type: 'remove', id: row, tells };
      }
      default:
        return unreachable(change);
    }
  });
  return { wakeUps, work: { effects, left, sends } };
}

/** Of the commits that leave nothing, which are nearly all. */
const none: LeftEffect[] = [];

/** The kind of rows that may have waited for the place of a row that goes; rows of effects are named by a number. */
function freedBy(row: LedgerRow): WakeUp['kind'] | undefined {
  if (row === 'place') return 'place';
  return typeof row === 'number' ? 'effect' : undefined;
}

function rowOf(change: LedgerChange): LedgerRow {
  switch (change.type) {
    case 'effect':
    case 'again':
      return change.version;
    case 'child':
      return `child-${change.version}`;
    case 'send':
      return `send-${change.version}`;
    case 'listen':
      return listenRowId(change.row);
    case 'remove':
      return change.row;
    default:
      return change.type;
  }
}

function withBody(change: Extract<WakeUpChange, { type: 'put' }>, body: string): WakeUpChange {
  return { type: 'put', row: { ...change.row, body } };
}

function put(
  id: string,
  execution: string,
  kind: WakeUp['kind'],
  due: number,
  lease: Lease | null,
  unsafe: boolean,
  queue: string | undefined,
  listens?: ListenKey,
): Extract<WakeUpChange, { type: 'put' }> {
  const attempt = lease === null ? 0 : 1;
  const row: { -readonly [Member in keyof WakeUp]: WakeUp[Member] } = {
    id,
    execution,
    kind,
    due,
    attempt,
    lease,
    unsafe,
    doubt: false,
    body: null,
  };
  if (queue !== undefined) row.queue = queue;
  if (listens !== undefined) row.listens = listens;
  return { type: 'put', row };
}
