/** The rows of the wake-up ledger that one commit changes, and the effects that this process may begin. */
import type { EffectRequested, LedgerChange, LedgerRow } from '@millrace/core';
import { unreachable } from '@millrace/core';
import type { Lease, WakeUp, WakeUpChange } from '../ports/store.ts';

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

export interface LeasePolicy {
  readonly now: number;
  /** whose rows take turns with those of others: the workflow */
  readonly queue: string | undefined;
  readonly effectLease: () => Lease | null;
  readonly timerLease: (due: number) => Lease | null;
  readonly resumeLease: Lease | null;
}

/** A row that waits for a person: 9999-12-31T23:59:59Z, the last instant that every date format can say. */
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

export function ledgerEntries(
  { tenant, id }: { readonly tenant: string; readonly id: string },
  changes: readonly LedgerChange[],
  policy: LeasePolicy,
): { readonly wakeUps: readonly WakeUpChange[]; readonly effects: readonly EffectTask[] } {
  const effects: EffectTask[] = [];
  const put = putIn(policy.queue);
  const wakeUps = changes.map((change): WakeUpChange => {
    const row = rowId(id, rowOf(change));
    switch (change.type) {
      case 'effect': {
        const { version: effect, fact } = change;
        const lease = policy.effectLease();
        if (lease !== null) effects.push({ tenant, execution: id, effect, row, fact, attempt: 1, lease });
        return put(row, id, 'effect', policy.now, lease, fact.unsafe === true);
      }
      case 'again':
        // Only what must not be repeated is ever in doubt, and it stays so.
        return put(row, id, 'effect', policy.now, null, true);
      case 'timer':
        return put(row, id, 'timer', change.due, policy.timerLease(change.due), false);
      case 'resume':
        return put(row, id, 'resume', policy.now, policy.resumeLease, false);
      case 'approval':
        return put(row, id, 'approval', neverDue, null, false);
      case 'remove':
        return { type: 'remove', id: row };
      default:
        return unreachable(change);
    }
  });
  return { wakeUps, effects };
}

function rowOf(change: LedgerChange): LedgerRow {
  switch (change.type) {
    case 'effect':
    case 'again':
      return change.version;
    case 'remove':
      return change.row;
    default:
      return change.type;
  }
}

/** Puts rows in a queue. */
function putIn(queue: string | undefined): typeof put {
  if (queue === undefined) return put;
  return (...given) => {
    const change = put(...given);
    return { type: 'put', row: { ...change.row, queue } };
  };
}

function put(
  id: string,
  execution: string,
  kind: WakeUp['kind'],
  due: number,
  lease: Lease | null,
  unsafe: boolean,
): Extract<WakeUpChange, { type: 'put' }> {
  const attempt = lease === null ? 0 : 1;
  return { type: 'put', row: { id, execution, kind, due, attempt, lease, unsafe, doubt: false, body: null } };
}
