/** Who holds which lease of the ledger, seen from the store: nobody begins a deed without one. */
import type { ClaimedWakeUp, CommitResult, Entry } from '../ports/store.ts';
import type { Mirror } from './mirror.ts';
import type { Deed } from './sim-performer.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import type { LeaseKey, StoreObserver } from './sim-store.ts';
import type { Violations } from './violations.ts';

interface Grant {
  readonly holder: Owner;
  /** step at which it was taken */
  readonly step: number;
  until: number;
}

export interface LeaseWatchOptions {
  readonly queue: SimQueue;
  readonly violations: Violations;
  readonly mirror: () => Mirror;
  /** one process owns the store */
  readonly exclusive: boolean;
  /** whether a process has an execution in memory: of what has left it the process knows nothing */
  readonly holds: (process: Owner, tenant: string, execution: string) => boolean;
  /** step at which an execution's cancellation was acknowledged */
  readonly cancelledAt: (tenant: string, execution: string) => number | undefined;
}

export class LeaseWatch implements StoreObserver {
  readonly #options: LeaseWatchOptions;
  /** the lease in force, by tenant and row */
  readonly #current = new Map<string, Grant>();
  /** the last lease of each process, in force or not */
  readonly #last = new Map<Owner, Map<string, Grant>>();
  /** deeds that must not be done twice */
  readonly #unsafe = new Set<string>();
  readonly #begunOnce = new Set<string>();
  /** the keys that each place of a workflow has seen, in their order */
  readonly #keys = new Map<string, string[]>();
  readonly #places = new Map<string, string>();
  /** streams whose rows were changed since the last look, as `tenant/execution` */
  readonly touched = new Set<string>();

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  committed(by: Owner, entries: readonly Entry[], results: readonly CommitResult[]): void {
    for (const [index, entry] of entries.entries()) {
      if (results[index]?.type !== 'accepted') continue;
      this.touched.add(`${entry.tenant}/${entry.stream}`);
      for (const change of entry.wakeUps) {
        if (change.type === 'remove') this.#current.delete(`${entry.tenant}/${change.id}`);
        else if (change.row.lease !== null)
          this.#grant(by, `${entry.tenant}/${change.row.id}`, change.row.lease.until);
        else this.#current.delete(`${entry.tenant}/${change.row.id}`);
        if (change.type === 'put' && change.row.unsafe) this.#unsafe.add(`${entry.tenant}/${change.row.id}`);
      }
    }
  }

  claimed(by: Owner, rows: readonly ClaimedWakeUp[]): void {
    const { queue, violations } = this.#options;
    for (const row of rows) {
      const key = `${row.tenant}/${row.id}`;
      const held = this.#current.get(key);
      violations.expect(
        held === undefined || held.until <= queue.now,
        'a row that is leased is not claimed by another',
        () => key,
      );
      this.#grant(by, key, row.lease.until);
    }
  }

  renewed(by: Owner, tenant: string, ids: readonly string[], until: number): void {
    for (const id of ids) {
      const grant = this.#last.get(by)?.get(`${tenant}/${id}`);
      if (grant !== undefined) grant.until = until;
    }
  }

  released(by: Owner, tenant: string, leases: readonly LeaseKey[]): void {
    for (const { id } of leases)
      if (this.#current.get(`${tenant}/${id}`)?.holder === by) this.#current.delete(`${tenant}/${id}`);
  }

  /** The leases of a process that died are void: it owned its store alone. */
  forget(by: Owner): void {
    for (const [key, grant] of this.#current) if (grant.holder === by) this.#current.delete(key);
  }

  /** Checks that a deed may begin. */
  begun(deed: Deed): void {
    const { queue, violations, cancelledAt } = this.#options;
    const key = `${deed.tenant}/${deed.effect}`;
    const grant = this.#last.get(deed.process)?.get(key);
    if (grant === undefined) return violations.add('no deed begins without a lease', key);
    violations.expect(grant.until > queue.now, 'no deed begins under a lapsed lease', () => key);
    const cancelled = cancelledAt(deed.tenant, deed.execution);
    violations.expect(
      cancelled === undefined || grant.step <= cancelled,
      'no deed begins under a lease taken after an acknowledged cancel',
      () => key,
    );
    this.#checkWanted(deed);
    this.#checkKey(deed, grant);
    if (!this.#unsafe.has(key)) return;
    violations.expect(!this.#begunOnce.has(key), 'an unsafe deed is done at most once', () => key);
    this.#begunOnce.add(key);
  }

  /** An only process knows what its log wants; another's may be behind for a moment, which the key covers. */
  #checkWanted({ process, tenant, execution, effect }: Deed): void {
    const { violations, exclusive, mirror, holds } = this.#options;
    const version = Number(effect.slice(effect.lastIndexOf('/') + 1));
    const isOpen = typeof mirror().get(tenant, execution)?.state.effects[version] === 'string';
    violations.expect(
      !exclusive || isOpen || !holds(process, tenant, execution),
      'an only process begins no deed that nobody waits for',
      () => effect,
    );
  }

  #checkKey(deed: Deed, grant: Grant): void {
    const { violations } = this.#options;
    const { key, tenant, execution } = deed;
    const known = this.#knownAt(deed, key);
    violations.expect(
      known === undefined || grant.step <= known,
      'no deed is repeated under a key whose outcome is recorded',
      () => key,
    );
    const place = `${tenant}/${execution} ${deed.place}`;
    const first = this.#places.get(key) ?? place;
    this.#places.set(key, first);
    violations.expect(first === place, 'a key stands for one deed', () => `${key}: ${first}, ${place}`);
    const keys = this.#keys.get(place) ?? [];
    this.#keys.set(place, keys);
    const last = keys.at(-1);
    if (keys.includes(key)) return;
    keys.push(key);
    violations.expect(
      last === undefined || this.#knownAt(deed, last) !== undefined,
      'a key changes only when its outcome is recorded',
      () => `${key} after ${last}`,
    );
  }

  /** The step at which the outcome of a key was recorded. */
  #knownAt({ tenant, execution }: Deed, key: string): number | undefined {
    const stream = this.#options.mirror().get(tenant, execution);
    return stream?.known.get(Number(key.slice(key.lastIndexOf('/') + 1)));
  }

  #grant(by: Owner, key: string, until: number): void {
    const { queue, violations, cancelledAt } = this.#options;
    const grant: Grant = { holder: by, step: queue.steps, until };
    const [tenant = '', execution = '', row = ''] = key.split('/');
    const cancelled = cancelledAt(tenant, execution);
    violations.expect(
      cancelled === undefined || grant.step <= cancelled || !/^\d+$/.test(row),
      'no effect is leased after an acknowledged cancel',
      () => key,
    );
    this.#current.set(key, grant);
    const own = this.#last.get(by) ?? new Map<string, Grant>();
    this.#last.set(by, own.set(key, grant));
  }
}
