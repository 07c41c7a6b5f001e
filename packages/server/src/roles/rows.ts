/** The rows of the wake-up ledger that one commit changes, and the effects that this process may begin. */
import type { EffectRequested, Fact, LedgerChange, LedgerRow } from '@millrace/core';
import { listenRowId, unreachable } from '@millrace/core';
import type { Lease, ListenKey, WakeUp, WakeUpChange } from '../ports/store.ts';
import { listenKey } from './listen-key.ts';
import type { LiveExecution } from './live-execution.ts';

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

/** The leases that rows are born with, for each kind that may be. `null`: whoever claims it has it. */
export interface LeasePolicy {
  readonly effect: (now: number) => Lease | null;
  readonly send: (now: number) => Lease | null;
  readonly timer: (due: number) => Lease | null;
  readonly resume: (now: number) => Lease | null;
  readonly hash: (text: string) => string;
}

/** The row of what has to be told of the fact at `version`. */
export function sendRow(execution: string, version: number): string {
  return rowId(execution, `send-${version}`);
}

/** A row that waits for a person or for another execution: 9999-12-31T23:59:59Z, the last instant that every date format can say. */
export const neverDue = 253_402_300_799_000;

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
  { tenant, id, queue }: Pick<LiveExecution, 'tenant' | 'id' | 'queue'>,
  changes: readonly LedgerChange[],
  now: number,
  leases: LeasePolicy,
): {
  readonly wakeUps: readonly WakeUpChange[];
  readonly effects: readonly EffectTask[];
  readonly sends: readonly SendTask[];
} {
  const effects: EffectTask[] = [];
  const sends: SendTask[] = [];
  const wakeUps = changes.map((change): WakeUpChange => {
    const row = rowId(id, rowOf(change));
    switch (change.type) {
      case 'effect': {
        const { version: effect, fact } = change;
        const lease = leases.effect(now);
        if (lease !== null)
          effects.push({ tenant, execution: id, effect, row, fact, attempt: 1, lease, queue });
        return put(row, id, 'effect', now, lease, fact.unsafe === true, queue);
      }
      case 'again':
        // Only what must not be repeated is ever in doubt, and it stays so.
        return put(row, id, 'effect', now, null, true, queue);
      case 'timer':
        return put(row, id, 'timer', change.due, leases.timer(change.due), false, queue);
      case 'resume':
        return put(row, id, 'resume', now, leases.resume(now), false, queue);
      case 'approval':
        return put(row, id, 'approval', neverDue, null, false, queue);
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
      case 'remove':
        return { type: 'remove', id: row };
      default:
        return unreachable(change);
    }
  });
  return { wakeUps, effects, sends };
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

function put(
  id: string,
  execution: string,
  kind: WakeUp['kind'],
  due: number,
  lease: Lease | null,
  unsafe: boolean,
  queue: string | undefined,
  listens?: ListenKey,
): WakeUpChange {
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
