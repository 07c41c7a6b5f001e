/** The ledger of wake-ups, apart from what commits change in it. Instants are compared in the database. */
import { limitOf, neverDue, type PlaceLimit, type Store } from '../../ports/store.ts';
import { checkClaim, checkInteger, compareText } from '../rules.ts';
import type { Database, Row, Statement } from './database.ts';
import type { Hints } from './hints.ts';
import { toClaimed, toWakeUp, wakeUpColumns } from './rows.ts';
import { together } from './together.ts';

const claim: Statement = {
  name: 'claim_10',
  text: `select * from {schema}.claim_10($1::bigint, $2::text[], $3, $4::bigint, $5::integer, $6, $7::text[], $8::bigint[], $9::text[])`,
};
const relet: Statement = {
  name: 'relet_1',
  text: `select id from {schema}.relet_1($1::bigint, $2, $3::text[], $4::bigint[], $5, $6::bigint, $7::bigint)`,
};
const release: Statement = {
  name: 'release_2',
  text: `select {schema}.release_2($1::bigint, $2, $3::text[], $4::bigint[], $5, $6::bigint, $7, $8)`,
};
/** In no order: with one the planner may take the index by ids. */
export const ofExecution: Statement = {
  name: 'wake_ups_9',
  text: `select ${wakeUpColumns} from {schema}.wake_ups where tenant = $1 and execution = $2`,
};
/** It carries the database's clock along: who asks for this waits until then. */
const nextDue: Statement = {
  name: 'next_due_10',
  text: 'select {schema}.next_due_10($1::text[]) as due, {schema}.clock_1(null) as clock',
};

/** The first row that is yet to come: those that wait already do not hide it. */
const nextLapse: Statement = {
  name: 'next_lapse_10',
  text: `select {schema}.next_lapse_10(at.clock, $1::text[], $2) as due, at.clock
    from (select {schema}.clock_1($3::bigint) as clock offset 0) at`,
};

interface LedgerOptions {
  readonly database: Database;
  /** the store's clock as this process knows it */
  readonly now: () => number;
  /** the clock that a test sets, for the database */
  readonly given: () => number | null;
  readonly heard: (instant: number) => void;
  readonly hints: Pick<Hints, 'channel' | 'node'>;
}

export function openLedger({
  database,
  now,
  given,
  heard,
  hints,
}: LedgerOptions): Pick<Store, 'claim' | 'renew' | 'release' | 'wakeUps' | 'nextDue' | 'nextLapse'> {
  const { query } = database;
  const renewAll = async (tenant: string, leases: readonly HeldLease[], owner: string, leaseMs: number) => {
    const { ids, attempts } = columnsOf(leases);
    const rows = await query(relet, [given(), tenant, ids, attempts, owner, leaseMs, null], 'again');
    return rows.map(({ id }) => String(id));
  };
  // An executor renews each effect that it has claimed, just before it begins.
  const renewOne = together<Renewal, readonly string[]>(async (asked) => {
    const groups = await Promise.all(
      alike(asked).map(async ([first, ...others]) => {
        const all = [first, ...others];
        const leases = all.map(({ lease }) => lease);
        const held = new Set(await renewAll(first.tenant, leases, first.owner, first.leaseMs));
        return all.map((renewal) => [renewal, held.has(renewal.lease.id)] as const);
      }),
    );
    const held = new Map(groups.flat());
    return asked.map((renewal) => (held.get(renewal) === true ? [renewal.lease.id] : []));
  }, renewedTogetherMax);
  let lastServed = '';
  /** by limit, the queue of it that got a row last */
  const servedOf = new Map<string, string>();
  /** What of the limits of a claim the database is told, in the order in which it locks them. */
  const argumentsOf = (limits: readonly PlaceLimit[]) => {
    const sorted = [...limits].sort((a, b) => compareText(a.limit, b.limit));
    return [
      ...[sorted.map(({ limit }) => limit), sorted.map(({ placesMax }) => placesMax)],
      sorted.map(({ limit }) => servedOf.get(limit) ?? ''),
    ];
  };
  return {
    async claim(request) {
      checkClaim(request);
      const { kinds, owner, leaseMs, rowsMax, limits = [] } = request;
      if (kinds.length === 0) return [];
      const values = [given(), [...new Set(kinds)], owner, leaseMs, rowsMax, lastServed];
      const answered = await query(claim, [...values, ...argumentsOf(limits)]);
      lastServed = String(answered.at(-1)?.turn ?? lastServed);
      // A row of nulls has a turn only.
      const rows = answered.filter(({ id }) => id !== null);
      for (const queue of limits.length === 0 ? [] : rows.map((row) => String(row.queue))) {
        const limit = limitOf(queue);
        if (limit !== undefined) servedOf.set(limit, queue);
      }
      return rows.sort(earliestFirst).map((row) => toClaimed(row, owner));
    },
    async renew(tenant, leases, owner, leaseMs) {
      checkInteger('leaseMs', leaseMs, 0);
      if (leases.length === 0) return [];
      return leases.length === 1
        ? renewOne({ tenant, owner, leaseMs, lease: leases[0] as HeldLease })
        : renewAll(tenant, leases, owner, leaseMs);
    },
    async release(tenant, leases, owner, due) {
      if (due !== undefined) checkInteger('due', due, 0);
      if (leases.length === 0) return;
      const { ids, attempts } = columnsOf(leases);
      const values = [given(), tenant, ids, attempts, owner, due ?? null, hints.channel, hints.node];
      await query(release, values, 'again');
    },
    async wakeUps(tenant, execution) {
      const rows = await query(ofExecution, [tenant, execution], 'again');
      return rows.map((row) => toWakeUp(row, now())).sort((a, b) => compareText(a.id, b.id));
    },
    async nextDue(kinds) {
      if (kinds.length === 0) return undefined;
      const [row] = await query(nextDue, [[...new Set(kinds)]], 'again');
      if (row !== undefined) heard(Number(row.clock));
      return row === undefined || row.due === null ? undefined : Number(row.due);
    },
    async nextLapse(kinds, owner) {
      if (kinds.length === 0) return undefined;
      const [row] = await query(nextLapse, [[...new Set(kinds)], owner, given()], 'again');
      if (row !== undefined) heard(Number(row.clock));
      return row === undefined || row.due === null || Number(row.due) >= neverDue
        ? undefined
        : Number(row.due);
    },
  };
}

interface HeldLease {
  readonly id: string;
  readonly attempt: number;
}

interface Renewal {
  readonly tenant: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly lease: HeldLease;
}

const renewedTogetherMax = 500;

/** Those that one statement can do: of one id there is only one attempt in each. */
function alike(asked: readonly Renewal[]): readonly (readonly [Renewal, ...Renewal[]])[] {
  const groups = new Map<string, [Renewal, ...Renewal[]]>();
  const times = new Map<string, number>();
  for (const renewal of asked) {
    const { tenant, owner, leaseMs, lease } = renewal;
    const time = times.get(lease.id) ?? 0;
    times.set(lease.id, time + 1);
    const key = JSON.stringify([tenant, owner, leaseMs, time]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [renewal]);
    else group.push(renewal);
  }
  return [...groups.values()];
}

function columnsOf(leases: readonly HeldLease[]): {
  readonly ids: readonly string[];
  readonly attempts: readonly number[];
} {
  return { ids: leases.map(({ id }) => id), attempts: leases.map(({ attempt }) => attempt) };
}

function earliestFirst(a: Row, b: Row): number {
  return (
    Number(a.since) - Number(b.since) ||
    compareText(String(a.tenant), String(b.tenant)) ||
    compareText(String(a.execution), String(b.execution)) ||
    compareText(String(a.id), String(b.id))
  );
}
