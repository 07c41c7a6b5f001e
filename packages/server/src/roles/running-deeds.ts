import type { Deed } from './deed.ts';

/** The deeds under way, by tenant and the id of their row: a key made of both would be put together at every effect. */
export class RunningDeeds {
  readonly #byTenant = new Map<string, Map<string, Deed>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(tenant: string, row: string): Deed | undefined {
    return this.#byTenant.get(tenant)?.get(row);
  }

  /** Answers whether it was added: a deed that is under way already is not begun again. */
  add(deed: Deed): boolean {
    const { tenant, row } = deed.task;
    const byRow = this.#byTenant.get(tenant) ?? new Map<string, Deed>();
    if (byRow.has(row)) return false;
    byRow.set(row, deed);
    if (byRow.size === 1) this.#byTenant.set(tenant, byRow);
    this.#size += 1;
    return true;
  }

  delete(deed: Deed): void {
    const { tenant, row } = deed.task;
    const byRow = this.#byTenant.get(tenant);
    if (byRow?.get(row) !== deed) return;
    byRow.delete(row);
    this.#size -= 1;
    if (byRow.size === 0) this.#byTenant.delete(tenant);
  }

  /** Those of each tenant. */
  byTenant(): Iterable<readonly [string, Iterable<Deed>]> {
    return [...this.#byTenant].map(([tenant, byRow]) => [tenant, [...byRow.values()]] as const);
  }

  *values(): Iterable<Deed> {
    for (const byRow of this.#byTenant.values()) yield* byRow.values();
  }

  clear(): void {
    this.#byTenant.clear();
    this.#size = 0;
  }
}
