import type { Json } from './values/json.ts';

/**
 * A variable that is computed when a filter first reads it, and at most once.
 * @example filter.first(input, [new Lazy(() => expensive())])
 */
export class Lazy {
  readonly #get: () => Json;
  #value: Json | undefined;

  constructor(get: () => Json) {
    this.#get = get;
  }

  get value(): Json {
    this.#value ??= this.#get() ?? null;
    return this.#value;
  }
}
