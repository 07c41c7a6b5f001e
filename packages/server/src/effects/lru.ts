/** The entries used last, at most `entriesMax` of them. */
export interface Lru<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

export function createLru<T>(entriesMax: number): Lru<T> {
  const entries = new Map<string, T>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.size > entriesMax ? entries.keys().next() : undefined;
      if (oldest?.done === false) entries.delete(oldest.value);
    },
  };
}
