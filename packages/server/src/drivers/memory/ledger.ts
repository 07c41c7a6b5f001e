import {
  type ClaimedWakeUp,
  type ClaimRequest,
  type Lease,
  limitOf,
  neverDue,
  type Store,
  type WakeUp,
  type WakeUpChange,
  type WakeUpKind,
} from '../../ports/store.ts';
import { claimableFrom, compareText, isDoubted, isReason, mayBeGranted, takesPlace } from '../rules.ts';
import { openTurns, type Taker } from '../turns.ts';
import { type DueQueue, openDueQueue } from './due-queue.ts';
import { openListeners } from './listeners.ts';

type LeaseKey = { readonly id: string; readonly attempt: number };

/** The wake-up ledger in memory. Rows are replaced, never changed in place. */
export interface MemoryLedger {
  /** `position` is that of the entry that they come with. */
  change(tenant: string, execution: string, changes: readonly WakeUpChange[], position: number): void;
  claim(request: ClaimRequest, now: number): ClaimedWakeUp[];
  /** Puts another lease and due instant on each row that is held; answers the ids of those. */
  relet(
    tenant: string,
    leases: readonly LeaseKey[],
    owner: string,
    now: number,
    next: (row: WakeUp) => WakeUp,
  ): string[];
  of(tenant: string, execution: string, now: number): WakeUp[];
  nextDue(kinds: readonly WakeUpKind[]): number | undefined;
  listeners: Store['listeners'];
  rows(): Iterable<WakeUp>;
  /** Whether an execution has a reason to move. */
  owns(tenant: string, execution: string): boolean;
}

interface Kept {
  readonly tenant: string;
  readonly row: WakeUp;
}

interface Due extends Kept {
  readonly from: number;
}

export function openLedger(): MemoryLedger {
  const executions = new Map<string, Map<string, Kept>>();
  const leased = new Map<string, Kept>();
  const listeners = openListeners();
  /** by kind, then by the queue's name */
  const queues = new Map<WakeUpKind, Map<string, DueQueue<Due>>>();
  /** rows of limits, by limit */
  const limited = new Map<string, Map<string, WakeUp>>();
  const turns = openTurns();
  const current = (tenant: string, row: WakeUp) =>
    executions.get(keyOf(tenant, row.execution))?.get(row.id)?.row;

  function put(tenant: string, row: WakeUp): void {
    const kept = { tenant, row };
    const place = keyOf(tenant, row.execution);
    const rows = executions.get(place) ?? new Map<string, Kept>();
    executions.set(place, rows.set(row.id, kept));
    if (row.lease === null) leased.delete(keyOf(tenant, row.id));
    else leased.set(keyOf(tenant, row.id), kept);
    const limit = limitOf(row.queue);
    if (limit !== undefined)
      limited.set(limit, (limited.get(limit) ?? new Map<string, WakeUp>()).set(keyOf(tenant, row.id), row));
    const from = claimableFrom(row);
    if (from !== null) queueOf(row).push({ ...kept, from });
  }
  function remove(tenant: string, execution: string, id: string): void {
    const place = keyOf(tenant, execution);
    const rows = executions.get(place);
    const limit = limitOf(rows?.get(id)?.row.queue);
    if (rows?.delete(id) !== true) return;
    leased.delete(keyOf(tenant, id));
    if (limit !== undefined) limited.get(limit)?.delete(keyOf(tenant, id));
    if (rows.size === 0) executions.delete(place);
  }
  function queueOf({ kind, queue: name = '' }: WakeUp): DueQueue<Due> {
    const byName = queues.get(kind) ?? new Map<string, DueQueue<Due>>();
    const queue =
      byName.get(name) ?? openDueQueue<Due>((due) => current(due.tenant, due.row) === due.row, compareDue);
    queues.set(kind, byName.set(name, queue));
    return queue;
  }
  /** The names of the queues that have rows, those that have none left forgotten. */
  function namesOf(kinds: readonly WakeUpKind[]): readonly string[] {
    const names = new Set<string>();
    for (const kind of kinds)
      for (const [name, queue] of queues.get(kind) ?? []) {
        if (queue.peek() === undefined) queues.get(kind)?.delete(name);
        else names.add(name);
      }
    return [...names];
  }
  /** How many places of a limit are taken by rows of these kinds. */
  function takenOf(limit: string, kinds: readonly WakeUpKind[], now: number): number {
    let taken = 0;
    for (const row of limited.get(limit)?.values() ?? [])
      if (kinds.includes(row.kind) && takesPlace(row, now)) taken += 1;
    return taken;
  }
  /** The places that lapsed, for the same executions. */
  function lapsedOf({ kinds, limits = [], rowsMax }: ClaimRequest, now: number): readonly Due[] {
    if (!kinds.includes('place')) return [];
    return limits
      .flatMap(({ limit, placesMax }) => {
        const kept = [...(limited.get(limit)?.keys() ?? [])].flatMap((key) => leased.get(key) ?? []);
        return kept
          .map((one): Due => ({ ...one, from: claimableFrom(one.row) ?? neverDue }))
          .filter(({ row, from }) => mayBeGranted(row, now) && from <= now)
          .sort(compareDue)
          .slice(0, Math.max(0, placesMax - takenOf(limit, kinds, now)));
      })
      .slice(0, rowsMax);
  }
  function firstOf(kinds: readonly WakeUpKind[], name: string): Due | undefined {
    let first: Due | undefined;
    for (const kind of kinds) {
      const due = queues.get(kind)?.get(name)?.peek();
      if (due !== undefined && (first === undefined || compareDue(due, first) < 0)) first = due;
    }
    return first;
  }
  return {
    change(tenant, execution, changes, position) {
      for (const change of changes) {
        const id = change.type === 'put' ? change.row.id : change.id;
        const known = executions.get(keyOf(tenant, execution))?.get(id)?.row;
        if (known?.listens !== undefined) listeners.remove(tenant, known);
        if (change.type === 'remove') remove(tenant, execution, id);
        else put(tenant, { ...change.row });
        if (change.type === 'put' && change.row.listens !== undefined)
          listeners.add(tenant, change.row, position);
      }
    },
    claim(request, now) {
      const lease: Lease = { owner: request.owner, until: now + request.leaseMs };
      const { kinds, limits = [], rowsMax } = request;
      const takers = namesOf(kinds).map((name): Taker<Due> => {
        const take = () => {
          const due = firstOf(kinds, name);
          if (due === undefined || due.from > now) return undefined;
          queueOf(due.row).pop();
          return due;
        };
        return [name, take];
      });
      const give = ({ tenant, row: { attempt, ...kept } }: Due): ClaimedWakeUp => {
        const row = { ...kept, attempt: attempt + 1, lease };
        put(tenant, row);
        return { ...row, tenant };
      };
      const again = lapsedOf(request, now).map(give);
      const taken = turns.take(takers, rowsMax - again.length, limits, (limit) => takenOf(limit, kinds, now));
      turns.done();
      return [...again, ...[...taken].sort(compareDue).map(give)];
    },
    relet(tenant, leases, owner, now, next) {
      const held: string[] = [];
      for (const { id, attempt } of leases) {
        const row = leased.get(keyOf(tenant, id))?.row;
        if (row?.lease?.owner !== owner || row.attempt !== attempt || row.lease.until <= now) continue;
        put(tenant, next(row));
        held.push(id);
      }
      return held;
    },
    of(tenant, execution, now) {
      const rows = [...(executions.get(keyOf(tenant, execution))?.values() ?? [])];
      return rows
        .map(({ row }) => ({ ...row, doubt: isDoubted(row, now) }))
        .sort((a, b) => compareText(a.id, b.id));
    },
    nextDue(kinds) {
      let next: number | undefined;
      for (const name of namesOf(kinds)) {
        const from = firstOf(kinds, name)?.from;
        if (from !== undefined && (next === undefined || from < next)) next = from;
      }
      return next;
    },
    listeners: async (...asked) => listeners.find(...asked),
    *rows() {
      for (const rows of executions.values()) for (const kept of rows.values()) yield kept.row;
    },
    owns(tenant, execution) {
      for (const { row } of executions.get(keyOf(tenant, execution))?.values() ?? [])
        if (isReason(row)) return true;
      return false;
    },
  };
}

/** U+0000 stands in no tenant, so two tenants never share a key. */
export function keyOf(tenant: string, ...names: readonly string[]): string {
  return [tenant, ...names].join('\0');
}

function compareDue(a: Due, b: Due): number {
  return (
    a.from - b.from ||
    compareText(a.tenant, b.tenant) ||
    compareText(a.row.execution, b.row.execution) ||
    compareText(a.row.id, b.row.id)
  );
}
