export interface Head {
  readonly version: number;
  readonly commit: string;
}

/** The heads of the streams used last: two generations of at most `headsMax / 2`, the older dropped when the younger is full. */
export interface HeadCache {
  get(tenant: string, stream: string): Head | undefined;
  set(tenant: string, stream: string, head: Head): void;
  clear(): void;
}

/** Two maps cost a third of what an exact order of use costs, which deletes and inserts at every use. */
export function openHeadCache(headsMax: number): HeadCache {
  let young = new Map<string, Head>();
  let old = new Map<string, Head>();
  function set(key: string, head: Head): void {
    young.set(key, head);
    if (young.size < headsMax / 2) return;
    old = young;
    young = new Map();
  }
  return {
    get(tenant, stream) {
      const key = `${tenant}\0${stream}`;
      const head = young.get(key);
      if (head !== undefined) return head;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set(tenant, stream, head) {
      set(`${tenant}\0${stream}`, head);
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
