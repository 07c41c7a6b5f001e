/** The ledger of wake-ups, apart from what commits change in it. Instants are compared in the database. */
import type { Store } from '../../ports/store.ts';
import { checkClaim, checkInteger, compareText } from '../rules.ts';
import type { Database, Row, Statement } from './database.ts';
import type { Hints } from './hints.ts';
import { toClaimed, toWakeUp, wakeUpColumns } from './rows.ts';

const claim: Statement = {
  name: 'claim_3',
  text: `select * from {schema}.claim_3($1::bigint, $2::text[], $3, $4::bigint, $5::integer, $6)`,
};
const relet: Statement = {
  name: 'relet_1',
  text: `select id from {schema}.relet_1($1::bigint, $2, $3::text[], $4::bigint[], $5, $6::bigint, $7::bigint)`,
};
const release: Statement = {
  name: 'release_2',
  text: `select {schema}.release_2($1::bigint, $2, $3::text[], $4::bigint[], $5, $6::bigint, $7, $8)`,
};
const ofExecution: Statement = {
  name: 'wake_ups_1',
  text: `select ${wakeUpColumns} from {schema}.wake_ups where tenant = $1 and execution = $2 order by id`,
};
/** It carries the database's clock along: who asks for this waits until then. */
const nextDue: Statement = {
  name: 'next_due_3',
  text: `with recursive q (kind, queue, claimable) as (
      (select k.kind, w.queue, w.claimable from unnest($1::text[]) as k (kind) cross join lateral (
        select w.queue, w.claimable from {schema}.wake_ups w where w.kind = k.kind and w.claimable is not null
        order by w.queue, w.claimable limit 1) w)
      union all
      select q.kind, w.queue, w.claimable from q cross join lateral (
        select w.queue, w.claimable from {schema}.wake_ups w
        where w.kind = q.kind and w.queue > q.queue and w.claimable is not null
        order by w.queue, w.claimable limit 1) w
    )
    select min(q.claimable) as due, {schema}.clock_1(null) as clock from q`,
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
}: LedgerOptions): Pick<Store, 'claim' | 'renew' | 'release' | 'wakeUps' | 'nextDue'> {
  const { query } = database;
  let lastServed = '';
  return {
    async claim(request) {
      checkClaim(request);
      const { kinds, owner, leaseMs, rowsMax } = request;
      if (kinds.length === 0) return [];
      const values = [given(), [...new Set(kinds)], owner, leaseMs, rowsMax, lastServed];
      const rows = await query(claim, values);
      lastServed = String(rows.at(-1)?.queue ?? lastServed);
      return [...rows].sort(earliestFirst).map((row) => toClaimed(row, owner));
    },
    async renew(tenant, leases, owner, leaseMs) {
      checkInteger('leaseMs', leaseMs, 0);
      if (leases.length === 0) return [];
      const { ids, attempts } = columnsOf(leases);
      const rows = await query(relet, [given(), tenant, ids, attempts, owner, leaseMs, null], 'again');
      return rows.map(({ id }) => String(id));
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
      return rows.map((row) => toWakeUp(row, now()));
    },
    async nextDue(kinds) {
      if (kinds.length === 0) return undefined;
      const [row] = await query(nextDue, [[...new Set(kinds)]], 'again');
      if (row !== undefined) heard(Number(row.clock));
      return row === undefined || row.due === null ? undefined : Number(row.due);
    },
  };
}

function columnsOf(leases: readonly { readonly id: string; readonly attempt: number }[]): {
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
