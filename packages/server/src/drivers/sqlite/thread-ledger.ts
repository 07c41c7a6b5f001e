import type { DatabaseSync } from 'node:sqlite';
import type { PlaceLimit } from '../../ports/store.ts';
import { compareText } from '../rules.ts';
import { openTurns, type Taker } from '../turns.ts';
import { ownDue } from './entry-wire.ts';
import { openHighestKey } from './highest-key.ts';
import { openPlaceRows } from './place-rows.ts';
import { endOfKind, queueOf } from './queued-kind.ts';
import { rowAs } from './row-as.ts';
import { longId } from './short-id.ts';
import type { ThreadBacklog } from './thread-backlog.ts';
import type { Stream, ThreadStreams } from './thread-streams.ts';
import { openWakeUpRows, type RowValues, type WakeUpRow } from './wake-up-rows.ts';
import type { WireReader, WireValue } from './wire.ts';

/** The wake-up ledger as the writer thread changes it: in memory first, in its table at the next flush. */
export interface ThreadLedger {
  /** Takes the changes of one entry. */
  change(stream: Stream, from: WireReader, position: number): void;
  claim(from: WireReader, out: WireValue[]): void;
  renew(from: WireReader, out: WireValue[]): void;
  release(from: WireReader): void;
  /** The rows that the table does not have as they stand. */
  takeDirty(): readonly WakeUpRow[];
  /** Writes one of them as it stands. */
  write(row: WakeUpRow): void;
  /** Says that all of them were written. */
  flushed(): void;
  /** Forgets all but the leases that the table has. */
  reload(): void;
}

/** A row of the table in the order of the query for what is due, and what it is claimed by. */
type TableRow = [
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

type LeasedRow = Omit<RowValues, 'listens'> & { readonly tenant: string; readonly execution: string };

/** Where a row stands among those of its kind that can be claimed. */
interface Place {
  readonly claimable: number;
  readonly tenant: string;
  readonly execution: string;
  readonly id: string;
}

interface Candidate extends Place {
  readonly queue: string;
  take(): WakeUpRow;
}

/** What is claimed. */
interface Asked {
  readonly kinds: readonly string[];
  readonly now: number;
  readonly rowsMax: number;
  readonly limits: readonly PlaceLimit[];
}

export interface LedgerParts {
  readonly streams: ThreadStreams;
  readonly backlog: ThreadBacklog;
  /** Brings all tables up to what is in memory, in the transaction of the batch. */
  readonly flushAll: () => void;
}

export function openThreadLedger(
  database: DatabaseSync,
  { streams, backlog, flushAll }: LedgerParts,
): ThreadLedger {
  const put = database.prepare(
    `insert or replace into wake_ups (tenant, execution, id, kind, due, attempt, owner, until, unsafe, doubt, body, claimable,
       shape, "key", position)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare('delete from wake_ups where tenant = ? and execution = ? and id = ?');
  const due = database.prepare(
    `select tenant, execution, id, kind, due, attempt, unsafe, body, claimable from wake_ups
     where kind = ? and claimable <= ? and (claimable, tenant, execution, id) > (?, ?, ?, ?)
     order by claimable, tenant, execution, id`,
  );
  due.setReturnArrays(true);
  // A kind and its queues are a stretch of the index, in which one queue after the other is skipped to.
  const dueKinds = database.prepare(
    `with recursive stored (kind) as (
       select min(kind) from wake_ups where kind >= ?1 and kind < ?2
       union all select (select min(w.kind) from wake_ups w where w.kind > stored.kind and w.kind < ?2)
       from stored where stored.kind is not null)
     select kind from stored
     where exists (select 1 from wake_ups w where w.kind = stored.kind and w.claimable <= ?3)`,
  );
  /**
   * By kind, the row of the table up to which memory knows better of all: those that were claimed stand there until a flush
   * writes them, and each claim would go over all of them again.
   */
  const passed = new Map<string, Place>();
  const turns = openTurns();
  const places = openPlaceRows(database);
  const leased = database.prepare(
    `select tenant, execution, id, kind, due, attempt, owner, until, unsafe, doubt, body from wake_ups
     where owner is not null`,
  );
  const count = database.prepare('select count(*) as rows from wake_ups where tenant = ? and execution = ?');
  const highest = openHighestKey(database, 'select max(execution) as highest from wake_ups where tenant = ?');
  const rows = openWakeUpRows(
    (tenant, execution) =>
      highest.isBehindAll(tenant, execution) ? 0 : (count.get(tenant, execution) as { rows: number }).rows,
    places,
  );

  function putRow(stream: Stream, from: WireReader, position: number): void {
    const id = longId(stream.id, from.text());
    const kind = from.shared();
    const dueAt = from.time();
    const attempt = from.number();
    const owner = from.sharedOrNull();
    const until = from.timeOrNull();
    const flags = from.number();
    const body = from.textOrNull();
    const unsafe = flags & 1;
    const doubt = (flags >> 1) & 1;
    const listens = (flags & 4) === 0 ? null : ([from.shared(), from.text(), position] as const);
    rows.put({ stream, id, kind, due: dueAt, attempt, owner, until, unsafe, doubt, body, listens });
  }
  function fromTable(kind: string, now: number, rowsMax: number): Candidate[] {
    const found: Candidate[] = [];
    let behind: Place | undefined;
    const { claimable: from, tenant: t, execution: e, id: i } = passed.get(kind) ?? first;
    for (const row of due.iterate(kind, now, from, t, e, i)) {
      const [tenant, execution, id, , dueAt, attempt, unsafe, body, claimable] = rowAs<TableRow>(row);
      const known = rows.find(tenant, id);
      // Memory knows better what became of it.
      if (known?.dirty === true) {
        if (found.length === 0) behind = { claimable, tenant, execution, id };
        continue;
      }
      const adopt = () => {
        const stream = streams.of(tenant, execution);
        // What waits for an event is claimed by nobody.
        const lease = { owner: null, until: null, doubt: 0, listens: null };
        return known ?? rows.adopt({ stream, id, kind, due: dueAt, attempt, unsafe, body, ...lease });
      };
      const queue = queueOf(kind);
      if (found.push({ tenant, execution, id, queue, claimable, take: adopt }) === rowsMax) break;
    }
    if (behind !== undefined) passed.set(kind, behind);
    return found;
  }
  /** In the first round each queue of the table is read for its part only; if that is not enough, for all of it. */
  function candidates(asked: Asked): readonly Candidate[] {
    const { kinds, now, rowsMax } = asked;
    const stored = kinds
      .flatMap((kind) => dueKinds.all(kind, endOfKind(kind), now))
      .map((row) => rowAs<{ kind: string }>(row).kind);
    const part = Math.ceil(rowsMax / Math.max(1, new Set(stored.map(queueOf)).size));
    const { chosen, isCut } = choose(asked, stored, part);
    if (chosen.length === rowsMax || part === rowsMax || !isCut) return chosen;
    return choose(asked, stored, rowsMax).chosen;
  }
  /** @returns also whether a queue had its part, hence may have more */
  function choose(
    { kinds, now, rowsMax, limits }: Asked,
    storedKinds: readonly string[],
    part: number,
  ): { readonly chosen: readonly Candidate[]; readonly isCut: boolean } {
    const free = rows.claimable(new Set(kinds), now).map((row) => ({
      tenant: row.stream.tenant,
      execution: row.stream.id,
      id: row.id,
      queue: queueOf(row.kind),
      claimable: row.claimable ?? 0,
      take: () => row,
    }));
    const stored = storedKinds.flatMap((kind) => fromTable(kind, now, part));
    const byQueue = Map.groupBy([...free, ...stored].sort(compareClaims), ({ queue }) => queue);
    const takers = [...byQueue].map(([name, found]): Taker<Candidate> => {
      // Behind its part a row of another kind may come that was not read.
      const rows = found.slice(0, part).values();
      return [name, () => rows.next().value];
    });
    const taken = turns.take(takers, rowsMax, limits, (limit) => places.taken(limit, kinds, now));
    const isCut = [...byQueue.values()].some((found) => found.length >= part);
    return { chosen: [...taken].sort(compareClaims), isCut };
  }
  /** The places that lapsed, for the same executions. */
  function lapsed({ kinds, now, rowsMax, limits }: Asked): readonly WakeUpRow[] {
    if (!kinds.includes('place')) return [];
    const found = limits.flatMap(({ limit, placesMax }) =>
      places
        .lapsed(limit, now)
        .flatMap(({ tenant, id }) => rows.get(tenant, id) ?? [])
        .slice(0, Math.max(0, placesMax - places.taken(limit, kinds, now))),
    );
    return found.slice(0, rowsMax);
  }
  /** A row under a lease that is held, if these are its owner and fencing number. */
  function held(tenant: string, owner: string, now: number, from: WireReader): WakeUpRow | undefined {
    const row = rows.get(tenant, from.text());
    const attempt = from.number();
    const holds = row?.owner === owner && row.attempt === attempt && (row.until ?? 0) > now;
    return holds ? row : undefined;
  }
  /** The table says of a row what memory does: where it stands among those that were passed, they are gone over again. */
  function comesBack({ kind, claimable, id, stream }: WakeUpRow): void {
    const place = passed.get(kind);
    if (place === undefined || claimable === null) return;
    const { tenant, id: execution } = stream;
    if (compareClaims({ claimable, tenant, execution, id }, place) <= 0) passed.delete(kind);
  }
  function relet(row: WakeUpRow, owner: string | null, until: number | null): void {
    rows.lease(row, owner, until);
    backlog.keepRow(row);
  }

  return {
    change(stream, from, position) {
      for (let changes = from.number(); changes > 0; changes--) {
        if (from.number() === 1) putRow(stream, from, position);
        else rows.remove(stream, longId(stream.id, from.text()));
      }
    },
    claim(from, out) {
      const now = from.number();
      const owner = from.text();
      const until = from.number();
      const rowsMax = from.number();
      const kinds: string[] = [];
      for (let left = from.number(); left > 0; left--) kinds.push(from.text());
      const limits: PlaceLimit[] = [];
      for (let left = from.number(); left > 0; left--)
        limits.push({ limit: from.text(), placesMax: from.number() });
      // Among leases that lapse memory looks for nothing: that is for the index of the table.
      if (rows.lapsesFrom <= now) flushAll();
      const asked = { kinds, now, rowsMax, limits };
      const claimed: WakeUpRow[] = [];
      const give = (row: WakeUpRow) => {
        row.attempt++;
        relet(row, owner, until);
        claimed.push(row);
      };
      for (const row of lapsed(asked)) give(row);
      const left = rowsMax - claimed.length;
      if (left > 0) for (const candidate of candidates({ ...asked, rowsMax: left })) give(candidate.take());
      turns.done();
      out.push(claimed.length);
      for (const row of claimed) {
        const { tenant, id: execution } = row.stream;
        out.push(tenant, execution, row.id, row.kind, row.due, row.attempt, row.unsafe, row.body);
      }
    },
    renew(from, out) {
      const tenant = from.text();
      const owner = from.text();
      const now = from.number();
      const until = from.number();
      const ids: string[] = [];
      for (let leases = from.number(); leases > 0; leases--) {
        const row = held(tenant, owner, now, from);
        if (row === undefined) continue;
        relet(row, owner, until);
        ids.push(row.id);
      }
      out.push(ids.length, ...ids);
    },
    release(from) {
      const tenant = from.text();
      const owner = from.text();
      const now = from.number();
      const dueAt = from.number();
      for (let leases = from.number(); leases > 0; leases--) {
        const row = held(tenant, owner, now, from);
        if (row === undefined) continue;
        if (dueAt !== ownDue) row.due = dueAt;
        relet(row, null, null);
      }
    },
    takeDirty: () => rows.takeDirty(),
    write(row) {
      const { tenant, id: execution } = row.stream;
      if (!row.removed) {
        put.run(tenant, execution, row.id, ...columnsOf(row));
        highest.raise(tenant, execution);
        comesBack(row);
      } else if (row.stored) remove.run(tenant, execution, row.id);
      rows.written(row);
    },
    flushed: () => rows.flushed(),
    reload() {
      rows.clear();
      passed.clear();
      highest.clear();
      places.reload();
      for (const row of leased.all().map(rowAs<LeasedRow>)) {
        const { tenant, execution, ...values } = row;
        rows.adopt({ ...values, listens: null, stream: streams.of(tenant, execution) });
      }
    },
  };
}

/** Before every row. */
const first: Place = { claimable: Number.MIN_SAFE_INTEGER, tenant: '', execution: '', id: '' };

function columnsOf(row: WakeUpRow): WireValue[] {
  const { kind, due, attempt, owner, until, unsafe, doubt, body, claimable, listens } = row;
  const [shape, key, position] = listens ?? [null, null, null];
  return [kind, due, attempt, owner, until, unsafe, doubt, body, claimable, shape, key, position];
}

/** Byte by byte in what ties, as the table's index orders it. */
function compareClaims(a: Place, b: Place): number {
  return (
    a.claimable - b.claimable ||
    compareText(a.tenant, b.tenant) ||
    compareText(a.execution, b.execution) ||
    compareText(a.id, b.id)
  );
}
