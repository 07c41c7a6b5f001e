/**
 * What one value may still take while it is put together of several expressions. Each of them is bounded by itself; fifty that
 * are just within the bound would otherwise stand in memory together before anybody looks at the whole.
 */
import type { Json } from '../model/json.ts';
import { standardFault } from './fault.ts';
import { approximateBytes } from './limits.ts';

export class Room {
  readonly #bytesMax: number;
  #bytesLeft: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#bytesLeft = bytesMax;
  }

  /** Throws when there is no more room for what an expression gave. */
  take(value: Json, source: string): Json {
    this.#bytesLeft -= approximateBytes(value, this.#bytesLeft);
    if (this.#bytesLeft >= 0) return value;
    const detail = `with what it is put together with, it takes more than ${this.#bytesMax} bytes`;
    throw standardFault('runtime', `${source.trim()}: ${detail}`);
  }
}
