import type { PlaceRows } from './place-rows.ts';
import { kindOf } from './queued-kind.ts';
import { TenantMap } from './tenant-map.ts';
import type { Stream } from './thread-streams.ts';

/** What a row of the ledger says. */
export interface RowValues {
  readonly stream: Stream;
  readonly id: string;
  /** with its queue, as `toQueuedKind` writes it */
  readonly kind: string;
  readonly body: string | null;
  /** shape and key that it is found by, and the position of the commit that put it; null: it listens for nothing */
  readonly listens: readonly [shape: string, key: string, position: number] | null;
  readonly unsafe: number;
  readonly doubt: number;
  due: number;
  attempt: number;
  owner: string | null;
  until: number | null;
}

/** A wake-up as the writer thread knows it. */
export interface WakeUpRow extends RowValues {
  /** the instant from which it can be claimed; null: never as it stands */
  claimable: number | null;
  /** the table has, or may have, a row of this id */
  stored: boolean;
  /** the table does not say what this row says */
  dirty: boolean;
  removed: boolean;
}

/**
 * The wake-ups in the writer thread's memory: all that are leased, and all that a flush has yet to write. Leases live
 * and end with this process, which voids all others when it opens the file, so those in memory are all there are.
 */
export interface WakeUpRows {
  get(tenant: string, id: string): WakeUpRow | undefined;
  /** As `get`, and one that was removed but is in the table still. */
  find(tenant: string, id: string): WakeUpRow | undefined;
  put(row: RowValues): void;
  remove(stream: Stream, id: string): void;
  /** A row that the table has and that is not in memory, to be leased. */
  adopt(row: RowValues): WakeUpRow;
  lease(row: WakeUpRow, owner: string | null, until: number | null): void;
  /** Rows that are not leased and not yet written, those that could be claimed at an instant. */
  claimable(kinds: ReadonlySet<string>, now: number): readonly WakeUpRow[];
  /** the first instant at which the lease of a row that is not yet written lapses */
  readonly lapsesFrom: number;
  /** The rows to be flushed, by execution and id. */
  takeDirty(): readonly WakeUpRow[];
  /** Says that the table has one of them as it stands. */
  written(row: WakeUpRow): void;
  /** Says that the table has all of them. */
  flushed(): void;
  clear(): void;
}

/** @param count how many rows of an execution the table has */
export function openWakeUpRows(
  count: (tenant: string, execution: string) => number,
  places: PlaceRows,
): WakeUpRows {
  const rows = new TenantMap<WakeUpRow>();
  /** rows without a lease that are not written */
  const free = new Set<WakeUpRow>();
  let dirty: WakeUpRow[] = [];
  let lapsesFrom = Number.POSITIVE_INFINITY;
  /** as `lapsesFrom`, of the rows that are being flushed */
  let takenLapseFrom = Number.POSITIVE_INFINITY;

  function unseenOf(stream: Stream): number {
    stream.unseen ??= count(stream.tenant, stream.id);
    return stream.unseen;
  }
  function touch(row: WakeUpRow): void {
    if (row.dirty) return;
    row.dirty = true;
    dirty.push(row);
  }
  function settle(row: WakeUpRow): void {
    row.claimable = claimableFrom(row);
    touch(row);
    places.note(row.stream.tenant, row.id, row);
    if (row.owner === null) {
      if (row.claimable !== null) free.add(row);
      return;
    }
    free.delete(row);
    if (row.claimable !== null && row.claimable < lapsesFrom) lapsesFrom = row.claimable;
  }
  function add(row: RowValues, stored: boolean): WakeUpRow {
    const added = { ...row, claimable: null, stored, dirty: false, removed: false };
    rows.set(row.stream.tenant, row.id, added);
    return added;
  }
  /** What a new row of the same id takes the place of. */
  function displace(stream: Stream, id: string): boolean {
    const row = rows.get(stream.tenant, id);
    if (row === undefined || row.stream.id !== stream.id) return unseenOf(stream) > 0;
    free.delete(row);
    row.removed = true;
    // The newer row tells the table what becomes of it.
    const { stored } = row;
    row.stored = false;
    return stored;
  }
  return {
    get(tenant, id) {
      const row = rows.get(tenant, id);
      return row?.removed === true ? undefined : row;
    },
    find: (tenant, id) => rows.get(tenant, id),
    put(row) {
      settle(add(row, displace(row.stream, row.id)));
    },
    remove(stream, id) {
      const row = rows.get(stream.tenant, id);
      if (row === undefined || row.stream.id !== stream.id) {
        if (unseenOf(stream) === 0) return;
        places.forget(stream.tenant, id);
        const gone = add({ ...unknown, stream, id }, true);
        gone.removed = true;
        touch(gone);
        return;
      }
      free.delete(row);
      places.forget(stream.tenant, id);
      row.removed = true;
      if (row.stored) touch(row);
      else rows.delete(stream.tenant, row.id);
    },
    adopt(row) {
      if (row.owner !== null) places.note(row.stream.tenant, row.id, row);
      return add(row, true);
    },
    lease(row, owner, until) {
      row.owner = owner;
      row.until = until;
      settle(row);
    },
    claimable(kinds, now) {
      const found: WakeUpRow[] = [];
      for (const row of free)
        if (row.claimable !== null && row.claimable <= now && kinds.has(kindOf(row.kind))) found.push(row);
      return found;
    },
    get lapsesFrom() {
      return Math.min(lapsesFrom, takenLapseFrom);
    },
    takeDirty() {
      const taken = dirty.filter((row) => row.stored || !row.removed).sort(byKey);
      dirty = [];
      takenLapseFrom = lapsesFrom;
      lapsesFrom = Number.POSITIVE_INFINITY;
      return taken;
    },
    written(row) {
      row.dirty = false;
      row.stored = !row.removed;
      free.delete(row);
      // What has no lease and is written is the table's alone.
      if (!row.removed && row.owner !== null) return;
      const { tenant } = row.stream;
      if (rows.get(tenant, row.id) === row) rows.delete(tenant, row.id);
      if (!row.removed) row.stream.unseen = (row.stream.unseen ?? 0) + 1;
    },
    flushed() {
      takenLapseFrom = Number.POSITIVE_INFINITY;
    },
    clear() {
      rows.clear();
      free.clear();
      dirty = [];
      lapsesFrom = Number.POSITIVE_INFINITY;
      takenLapseFrom = Number.POSITIVE_INFINITY;
    },
  };
}

const unknown = {
  kind: '',
  listens: null,
  body: null,
  unsafe: 0,
  doubt: 0,
  due: 0,
  attempt: 0,
  owner: null,
  until: null,
};

function claimableFrom(row: WakeUpRow): number | null {
  if (row.doubt === 1) return null;
  if (row.until === null) return row.due;
  return row.unsafe === 1 ? null : Math.max(row.due, row.until);
}

function byKey(a: WakeUpRow, b: WakeUpRow): number {
  if (a.stream.id !== b.stream.id) return a.stream.id < b.stream.id ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
