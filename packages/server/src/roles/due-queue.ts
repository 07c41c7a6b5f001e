/** Executions by the instant at which they are due: one instant each, the last one set. A binary heap. */
export interface DueExecution {
  readonly tenant: string;
  readonly execution: string;
  readonly due: number;
}

export class DueQueue {
  readonly #heap: DueExecution[] = [];
  /** what is in force, by execution: an entry of the heap that is not is passed over */
  readonly #current = new Map<string, DueExecution>();

  set(tenant: string, execution: string, due: number): void {
    const entry = { tenant, execution, due };
    this.#current.set(`${tenant}/${execution}`, entry);
    this.#push(entry);
    // Entries that were replaced wait in the heap for their time; not for ever when they are many.
    if (this.#heap.length > 64 && this.#heap.length > this.#current.size * 2) this.#rebuild();
  }

  clear(tenant: string, execution: string): void {
    this.#current.delete(`${tenant}/${execution}`);
  }

  get size(): number {
    return this.#current.size;
  }

  /** All that is in force, in no order. */
  entries(): Iterable<DueExecution> {
    return this.#current.values();
  }

  /** The earliest instant in force. */
  next(): number | undefined {
    return this.peek()?.due;
  }

  /** The earliest entry in force. */
  peek(): DueExecution | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#isCurrent(top)) return top;
      this.#pop();
    }
    return undefined;
  }

  /** Takes the earliest entry that is due at `now`. */
  take(now: number): DueExecution | undefined {
    const due = this.next();
    if (due === undefined || due > now) return undefined;
    const entry = this.#pop() as DueExecution;
    this.#current.delete(`${entry.tenant}/${entry.execution}`);
    return entry;
  }

  #isCurrent(entry: DueExecution): boolean {
    return this.#current.get(`${entry.tenant}/${entry.execution}`) === entry;
  }

  #rebuild(): void {
    this.#heap.length = 0;
    for (const entry of this.#current.values()) this.#push(entry);
  }

  #push(entry: DueExecution): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as DueExecution;
      if (above.due <= entry.due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): DueExecution | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = heap[child + 1];
      if (right !== undefined && right.due < (heap[child] as DueExecution).due) child += 1;
      const below = heap[child] as DueExecution;
      if (below.due >= last.due) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
