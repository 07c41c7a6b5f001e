export interface LruOptions<V> {
  readonly entriesMax: number;
  /** of all entries together; the newest is kept even when it alone weighs more */
  readonly weightMax?: number;
  /** absent: nothing weighs anything */
  readonly weigh?: (value: V) => number;
}

/** A bounded map, from which the least recently used entry goes first. */
export class Lru<V> {
  readonly #options: LruOptions<V>;
  readonly #entries = new Map<string, V>();
  #weight = 0;

  constructor(options: LruOptions<V>) {
    this.#options = options;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    const { entriesMax, weightMax = Number.POSITIVE_INFINITY } = this.#options;
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax && this.#weight <= weightMax) return;
      if (oldest !== key) this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(value);
  }

  #weigh(value: V): number {
    return this.#options.weigh?.(value) ?? 0;
  }
}
