/** Rows by the instant from which they can be claimed: a binary heap whose stale entries are dropped when met. */
export interface DueQueue<T extends { readonly from: number }> {
  push(entry: T): void;
  /** The first live entry, left where it is. */
  peek(): T | undefined;
  pop(): T | undefined;
}

export function openDueQueue<T extends { readonly from: number }>(
  isLive: (entry: T) => boolean,
  compare: (a: T, b: T) => number,
): DueQueue<T> {
  let heap: T[] = [];
  let compactAt = 64;
  const dropStale = () => {
    while (heap[0] !== undefined && !isLive(heap[0])) removeFirst(heap, compare);
  };
  return {
    push(entry) {
      // Rows that are put again and again far in the future are never met at the top: without this they pile up.
      if (heap.length >= compactAt) {
        heap = heap.filter(isLive).sort(compare);
        compactAt = Math.max(64, heap.length * 2);
      }
      insert(heap, entry, compare);
    },
    peek() {
      dropStale();
      return heap[0];
    },
    pop() {
      dropStale();
      return removeFirst(heap, compare);
    },
  };
}

function insert<T>(heap: T[], entry: T, compare: (a: T, b: T) => number): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up] as T;
    if (compare(parent, entry) <= 0) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = entry;
}

function removeFirst<T>(heap: T[], compare: (a: T, b: T) => number): T | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let down = at * 2 + 1;
    if (down >= heap.length) break;
    if (down + 1 < heap.length && compare(heap[down + 1] as T, heap[down] as T) < 0) down++;
    if (compare(last, heap[down] as T) <= 0) break;
    heap[at] = heap[down] as T;
    at = down;
  }
  heap[at] = last;
  return first;
}
