/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** of the next page; absent: this was the last */
  readonly cursor?: string;
}

/**
 * A list that is read page by page. Nothing is asked before it is iterated or a page is taken.
 *
 * @example
 * for await (const execution of millrace.executions.list({ status: ['faulted'] })) print(execution.id);
 * const { items, cursor } = await millrace.executions.list({ pageSize: 20 }).page();
 */
export interface Listing<T> extends AsyncIterable<T> {
  /** The first page, or the one at a cursor that a page before gave. */
  page(cursor?: string): Promise<Page<T>>;
}

/** Reads the pages of a list in turn, for as long as their cursors lead on. */
export function listing<T>(page: (cursor?: string) => Promise<Page<T>>): Listing<T> {
  return {
    page,
    async *[Symbol.asyncIterator]() {
      for (let cursor: string | undefined; ; ) {
        const { items, cursor: next } = await page(cursor);
        yield* items;
        if (next === undefined) return;
        if (next === cursor) throw new Error(`the list does not go on after the cursor ${cursor}`);
        cursor = next;
      }
    },
  };
}
