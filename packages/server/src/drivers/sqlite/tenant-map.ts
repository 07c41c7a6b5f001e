/**
 * A map by tenant and id. One map for each tenant instead of keys put together of both: the writer thread looks up five
 * keys a commit, and a text that was just put together is copied and hashed each time.
 */
export class TenantMap<T> {
  readonly #maps = new Map<string, Map<string, T>>();
  #size = 0;
  /** Most of a message is of one tenant. */
  #last: { readonly tenant: string; readonly map: Map<string, T> } | undefined;

  get size(): number {
    return this.#size;
  }

  get(tenant: string, id: string): T | undefined {
    return this.#of(tenant)?.get(id);
  }

  set(tenant: string, id: string, value: T): void {
    let map = this.#of(tenant);
    if (map === undefined) {
      map = new Map();
      this.#maps.set(tenant, map);
    }
    this.#size -= map.size;
    map.set(id, value);
    this.#size += map.size;
  }

  delete(tenant: string, id: string): void {
    const map = this.#of(tenant);
    if (map?.delete(id) !== true) return;
    this.#size--;
    if (map.size > 0) return;
    this.#maps.delete(tenant);
    this.#last = undefined;
  }

  clear(): void {
    this.#maps.clear();
    this.#size = 0;
    this.#last = undefined;
  }

  #of(tenant: string): Map<string, T> | undefined {
    if (this.#last?.tenant === tenant) return this.#last.map;
    const map = this.#maps.get(tenant);
    if (map !== undefined) this.#last = { tenant, map };
    return map;
  }
}
