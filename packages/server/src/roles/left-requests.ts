import { approximateBytes, type EffectRequested } from '@millrace/core';

/** An effect that was decided in this process and that nobody holds: there was no place for it, or only a claim counts its limit. */
export interface LeftEffect {
  readonly tenant: string;
  /** id of its row */
  readonly row: string;
  readonly fact: EffectRequested;
}

/** Those left longest are forgotten beyond either. */
const requestsMax = 20_000;
const bytesMax = 32 * 1024 * 1024;

/**
 * What the effects ask for that were left to be claimed. Nearly always this process claims them itself soon, and need not
 * read them in the log then, where a fork has all of its own in one commit. One that is not here is read there.
 */
export class LeftRequests {
  readonly #byRow = new Map<string, { readonly fact: EffectRequested; readonly bytes: number }>();
  #bytes = 0;

  /** Keeps the request of an effect whose commit is durable. */
  keep({ tenant, row, fact }: LeftEffect): void {
    this.take(tenant, row);
    const bytes = approximateBytes(fact, bytesMax);
    this.#byRow.set(keyOf(tenant, row), { fact, bytes });
    this.#bytes += bytes;
    for (const key of this.#byRow.keys()) {
      if (this.#byRow.size <= requestsMax && this.#bytes <= bytesMax) return;
      this.#forget(key);
    }
  }

  take(tenant: string, row: string): EffectRequested | undefined {
    return this.#forget(keyOf(tenant, row));
  }

  get size(): number {
    return this.#byRow.size;
  }

  #forget(key: string): EffectRequested | undefined {
    const kept = this.#byRow.get(key);
    if (kept === undefined) return undefined;
    this.#byRow.delete(key);
    this.#bytes -= kept.bytes;
    return kept.fact;
  }
}

function keyOf(tenant: string, row: string): string {
  return `${tenant}\0${row}`;
}
