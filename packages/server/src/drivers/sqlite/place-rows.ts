import type { DatabaseSync } from 'node:sqlite';
import { type Lease, limitOf, neverDue, type WakeUpKind } from '../../ports/store.ts';
import { mayBeGranted, takesPlace } from '../rules.ts';
import { kindOf, queueOf } from './queued-kind.ts';
import { rowAs } from './row-as.ts';

/** What of a row says whether it takes a place. */
interface PlaceRow {
  readonly kind: string;
  readonly due: number;
  readonly owner: string | null;
  readonly until: number | null;
}

/**
 * The rows that take places of limits, wherever the rest of the row is: so that a claim counts what is there without
 * reading what waits. Most rows are of no limit, and cost a look at their kind.
 */
export interface PlaceRows {
  /** Takes note of a row as it stands. */
  note(tenant: string, id: string, row: PlaceRow): void;
  forget(tenant: string, id: string): void;
  /** How many places of a limit are taken by rows of these kinds. */
  taken(limit: string, kinds: readonly string[], now: number): number;
  /** The rows of a limit that may be granted a place though their lease has lapsed. */
  lapsed(limit: string, now: number): readonly { readonly tenant: string; readonly id: string }[];
  /** Begins anew with what the table has. */
  reload(): void;
}

export function openPlaceRows(database: DatabaseSync): PlaceRows {
  // Leases of others are void when a file is opened: what is left of places is what executions hold.
  const stored = database.prepare(
    `select tenant, id, kind, due, owner, until from wake_ups indexed by wake_ups_by_claimable
     where kind > 'place ' and kind < 'place!' and claimable >= ${neverDue}`,
  );
  const byLimit = new Map<string, Map<string, PlaceRow>>();
  /** the limit of each row that is known */
  const limits = new Map<string, string>();
  const forget = (key: string) => {
    const limit = limits.get(key);
    if (limit === undefined) return;
    limits.delete(key);
    const rows = byLimit.get(limit);
    rows?.delete(key);
    if (rows?.size === 0) byLimit.delete(limit);
  };
  const note = (tenant: string, id: string, { kind, due, owner, until }: PlaceRow) => {
    const limit = limitOf(queueOf(kind));
    if (limit === undefined) return;
    const key = keyOf(tenant, id);
    if (owner === null && due < neverDue) return forget(key);
    const rows = byLimit.get(limit) ?? new Map<string, PlaceRow>();
    byLimit.set(limit, rows.set(key, { kind, due, owner, until }));
    limits.set(key, limit);
  };
  return {
    note,
    forget(tenant, id) {
      if (limits.size > 0) forget(keyOf(tenant, id));
    },
    taken(limit, kinds, now) {
      let taken = 0;
      for (const row of byLimit.get(limit)?.values() ?? []) {
        const takes = takesPlace({ due: row.due, lease: leaseOf(row) }, now);
        if (takes && kinds.includes(kindOf(row.kind) as WakeUpKind)) taken += 1;
      }
      return taken;
    },
    lapsed(limit, now) {
      const rows = [...(byLimit.get(limit) ?? [])].filter(([, row]) =>
        mayBeGranted({ kind: kindOf(row.kind), lease: leaseOf(row) }, now),
      );
      return rows.map(([key]) => {
        const end = key.indexOf('\0');
        return { tenant: key.slice(0, end), id: key.slice(end + 1) };
      });
    },
    reload() {
      byLimit.clear();
      limits.clear();
      for (const row of stored.all().map(rowAs<PlaceRow & { readonly tenant: string; readonly id: string }>))
        note(row.tenant, row.id, row);
    },
  };
}

function leaseOf({ owner, until }: PlaceRow): Lease | null {
  return owner === null ? null : { owner, until: until ?? 0 };
}

function keyOf(tenant: string, id: string): string {
  return `${tenant}\0${id}`;
}
