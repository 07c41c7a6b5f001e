/**
 * Filters that cannot be asked, by an error of ours and not by what they say: each takes no event, is told of once, and stops
 * nobody else's.
 */

/** What is told of an event in place of a predicate. */
export interface BrokenMiss {
  readonly type: 'miss';
  readonly broken: true;
  readonly predicate: 'filter';
  readonly detail: string;
}

/** filters of which it is remembered that they were told of */
const toldMax = 1_000;

export class BrokenFilters {
  readonly #onError: (error: unknown, execution: string) => void;
  readonly #told = new Set<string>();
  /** how often one could not be asked */
  count = 0;

  constructor(onError: (error: unknown, execution: string) => void) {
    this.#onError = onError;
  }

  /** @param filter in words: of which definition, and its place there */
  missed(filter: string, error: unknown): BrokenMiss {
    this.count += 1;
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#told.has(filter)) {
      if (this.#told.size >= toldMax) this.#told.clear();
      this.#told.add(filter);
      const message = `${filter} cannot be asked, and takes no events until that is mended: ${reason}`;
      this.#onError(new Error(message, { cause: error }), '');
    }
    return {
      type: 'miss',
      broken: true,
      predicate: 'filter',
      detail: `it could not be asked, by an error of the server: ${reason}`,
    };
  }
}
