/** The rows of the wake-up ledger that one commit changes, and the effects that this process may begin. */
import type { EffectRequested, LedgerChange, LedgerRow } from '@millrace/core';
import { listenRowId, unreachable } from '@millrace/core';
import type { Lease, WakeUp, WakeUpChange } from '../ports/store.ts';
import { listenKey } from './listen-key.ts';

/** An effect that this process holds the lease of. */
export interface EffectTask {
  readonly tenant: string;
  readonly execution: string;
  /** version of the fact that asked for it */
  readonly effect: number;
  readonly fact: EffectRequested;
  /** fencing number of the lease */
  readonly attempt: number;
  readonly lease: Lease;
}

export interface LeasePolicy {
  readonly now: number;
  readonly effectLease: () => Lease | null;
  readonly timerLease: (due: number) => Lease | null;
  readonly resumeLease: Lease | null;
  readonly hash: (text: string) => string;
}

/** A row that waits for a person: 9999-12-31T23:59:59Z, the last instant that every date format can say. */
export const neverDue = 253_402_300_799_000;

export function rowId(execution: string, row: LedgerRow): string {
  return `${execution}/${row}`;
}

export function ledgerEntries(
  { tenant, id }: { readonly tenant: string; readonly id: string },
  changes: readonly LedgerChange[],
  policy: LeasePolicy,
): { readonly wakeUps: readonly WakeUpChange[]; readonly effects: readonly EffectTask[] } {
  const effects: EffectTask[] = [];
  const put = (
    row: LedgerRow,
    kind: WakeUp['kind'],
    due: number,
    lease: Lease | null,
    unsafe = false,
  ): Extract<WakeUpChange, { type: 'put' }> => ({
    type: 'put',
    row: {
      id: rowId(id, row),
      execution: id,
      kind,
      due,
      attempt: lease === null ? 0 : 1,
      lease,
      unsafe,
      doubt: false,
      body: null,
    },
  });
  const wakeUps = changes.map((change): WakeUpChange => {
    switch (change.type) {
      case 'effect': {
        const lease = policy.effectLease();
        if (lease !== null)
          effects.push({
            tenant,
            execution: id,
            effect: change.version,
            fact: change.fact,
            attempt: 1,
            lease,
          });
        return put(change.version, 'effect', policy.now, lease, change.fact.unsafe === true);
      }
      case 'again':
        // Only what must not be repeated is ever in doubt, and it stays so.
        return put(change.version, 'effect', policy.now, null, true);
      case 'timer':
        return put('timer', 'timer', change.due, policy.timerLease(change.due));
      case 'resume':
        return put('resume', 'resume', policy.now, policy.resumeLease);
      case 'approval':
        return put('approval', 'approval', neverDue, null);
      case 'listen': {
        const { type, row } = put(listenRowId(change.row), 'event', neverDue, null);
        return { type, row: { ...row, listens: listenKey(change.row, change.definition, policy.hash) } };
      }
      case 'remove':
        return { type: 'remove', id: rowId(id, change.row) };
      default:
        return unreachable(change);
    }
  });
  return { wakeUps, effects };
}
