import type { DatabaseSync } from 'node:sqlite';
import type { WireReader, WireValue } from './wire.ts';

/** The wake-up ledger as the writer thread changes it. */
export interface ThreadLedger {
  /** Takes the changes of one entry. */
  change(tenant: string, execution: string, from: WireReader): void;
  claim(from: WireReader, out: WireValue[]): void;
  renew(from: WireReader, out: WireValue[]): void;
  release(from: WireReader): void;
  /** Reads the leases anew, after a batch was rolled back. */
  reload(): void;
}

interface Held {
  readonly execution: string;
  readonly owner: string;
  readonly attempt: number;
  readonly until: number;
  readonly unsafe: number;
  readonly due: number;
}

type ClaimRow = [
  tenant: string,
  execution: string,
  id: string,
  kind: string,
  due: number,
  attempt: number,
  unsafe: number,
  body: string | null,
  claimable: number,
];

/**
 * Leases live and end with this process, which voids all others when it opens the file: so all that are are in the
 * map `held`, and neither renewing nor releasing needs an index by id.
 */
export function openThreadLedger(database: DatabaseSync): ThreadLedger {
  const put = database.prepare(
    `insert or replace into wake_ups (tenant, execution, id, kind, due, attempt, owner, until, unsafe, doubt, body, claimable)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare('delete from wake_ups where tenant = ? and execution = ? and id = ?');
  const due = database.prepare(
    `select tenant, execution, id, kind, due, attempt, unsafe, body, claimable from wake_ups
     where kind = ? and claimable <= ? order by claimable, tenant, execution, id limit ?`,
  );
  due.setReturnArrays(true);
  const lease = database.prepare(
    `update wake_ups set owner = ?, until = ?, attempt = ?, due = ?, claimable = ?
     where tenant = ? and execution = ? and id = ?`,
  );
  const leased = database.prepare(
    'select tenant, execution, id, owner, attempt, until, unsafe, due from wake_ups where owner is not null',
  );
  const held = new Map<string, Held>();

  function putRow(tenant: string, execution: string, from: WireReader): void {
    const id = from.text();
    const kind = from.text();
    const dueAt = from.number();
    const attempt = from.number();
    const owner = from.textOrNull();
    const until = from.numberOrNull();
    const unsafe = from.number();
    const doubt = from.number();
    const body = from.textOrNull();
    const claimable = from.numberOrNull();
    put.run(tenant, execution, id, kind, dueAt, attempt, owner, until, unsafe, doubt, body, claimable);
    if (owner === null || until === null) held.delete(keyOf(tenant, id));
    else held.set(keyOf(tenant, id), { execution, owner, attempt, until, unsafe, due: dueAt });
  }

  /** The lease that is held, if these are its owner and fencing number. */
  function take(
    tenant: string,
    owner: string,
    now: number,
    from: WireReader,
  ): { readonly id: string; readonly row?: Held } {
    const id = from.text();
    const attempt = from.number();
    const row = held.get(keyOf(tenant, id));
    return row?.owner === owner && row.attempt === attempt && row.until > now ? { id, row } : { id };
  }

  return {
    change(tenant, execution, from) {
      for (let changes = from.number(); changes > 0; changes--) {
        if (from.number() === 1) putRow(tenant, execution, from);
        else {
          const id = from.text();
          remove.run(tenant, execution, id);
          held.delete(keyOf(tenant, id));
        }
      }
    },
    claim(from, out) {
      const now = from.number();
      const owner = from.text();
      const until = from.number();
      const rowsMax = from.number();
      const found: ClaimRow[] = [];
      for (let kinds = from.number(); kinds > 0; kinds--) {
        found.push(...claimRows(due.all(from.text(), now, rowsMax)));
      }
      const rows = found.sort(compareClaims).slice(0, rowsMax);
      out.push(rows.length);
      for (const [tenant, execution, id, kind, dueAt, before, unsafe, body] of rows) {
        const attempt = before + 1;
        lease.run(
          owner,
          until,
          attempt,
          dueAt,
          unsafe === 1 ? null : Math.max(dueAt, until),
          tenant,
          execution,
          id,
        );
        held.set(keyOf(tenant, id), { execution, owner, attempt, until, unsafe, due: dueAt });
        out.push(tenant, execution, id, kind, dueAt, attempt, unsafe, body);
      }
    },
    renew(from, out) {
      const tenant = from.text();
      const owner = from.text();
      const now = from.number();
      const until = from.number();
      const ids: string[] = [];
      for (let leases = from.number(); leases > 0; leases--) {
        const { id, row } = take(tenant, owner, now, from);
        if (row === undefined) continue;
        const claimable = row.unsafe === 1 ? null : Math.max(row.due, until);
        lease.run(owner, until, row.attempt, row.due, claimable, tenant, row.execution, id);
        held.set(keyOf(tenant, id), { ...row, until });
        ids.push(id);
      }
      out.push(ids.length, ...ids);
    },
    release(from) {
      const tenant = from.text();
      const owner = from.text();
      const now = from.number();
      const dueAt = from.number();
      for (let leases = from.number(); leases > 0; leases--) {
        const { id, row } = take(tenant, owner, now, from);
        if (row === undefined) continue;
        lease.run(null, null, row.attempt, dueAt, dueAt, tenant, row.execution, id);
        held.delete(keyOf(tenant, id));
      }
    },
    reload() {
      held.clear();
      for (const { tenant, id, ...row } of heldRows(leased.all())) {
        held.set(keyOf(tenant, id), row);
      }
    },
  };
}

function keyOf(tenant: string, id: string): string {
  return `${tenant}\0${id}`;
}

/** Each kind comes in this order from its index; ties among kinds are broken the same way, byte by byte. */
function compareClaims(a: ClaimRow, b: ClaimRow): number {
  return a[8] - b[8] || compareBytes(a[0], b[0]) || compareBytes(a[1], b[1]) || compareBytes(a[2], b[2]);
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The columns of the query for what is due, in their order. */
function claimRows(rows: unknown): ClaimRow[] {
  return rows as ClaimRow[];
}

/** The columns of the query for what is leased, by name. */
function heldRows(rows: unknown): (Held & { readonly tenant: string; readonly id: string })[] {
  return rows as (Held & { readonly tenant: string; readonly id: string })[];
}
