/**
 * The admission: gives places that are free to executions that wait for one, in the order in which they came. The claim
 * counts; the command that grants the place makes the row one that is due never, in one commit with what follows from it.
 */
import { MillraceError } from '../errors.ts';
import type { ClaimedWakeUp, PlaceLimit, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { isOfNewerFacts } from './codec.ts';
import { claimDue, Rounds } from './rounds.ts';
import type { Worker } from './worker.ts';

export interface AdmissionOptions {
  readonly world: World;
  readonly store: Store;
  readonly worker: Worker;
  readonly limits: readonly PlaceLimit[];
  readonly node: string;
  readonly leaseMs: number;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  readonly claimRowsMax: number;
  readonly onError: (error: unknown, execution: string) => void;
}

/** For so long a row is nobody's that this process could not decide. */
const handedBackMs = 250;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #rounds: Rounds;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#claim() });
  }

  start(): void {
    this.#rounds.look();
  }

  /** Takes nothing new. */
  stop(): void {
    void this.#rounds.stop();
  }

  /** Looks now: an execution waits for a place, or one has become free. */
  look(): void {
    this.#rounds.look();
  }

  async #claim(): Promise<number> {
    const { store, limits, node, leaseMs, sweepMs, claimRowsMax: rowsMax } = this.#options;
    const request = { kinds: ['place'], owner: node, leaseMs, rowsMax, limits } as const;
    const { rows, waitMs } = await claimDue(store, request, sweepMs);
    await Promise.all(rows.map((row) => this.#grant(row)));
    return waitMs;
  }

  async #grant(row: ClaimedWakeUp): Promise<void> {
    const { worker, store, node, onError } = this.#options;
    try {
      const since = row.body === null ? {} : { resumed: Number(row.body) };
      await worker.submit(row.tenant, row.execution, { type: 'place.grant', ...since });
    } catch (error) {
      if (!isOfNewerFacts(error)) onError(error, row.execution);
      // Nobody knows whether it was granted: its place is nobody else's, and when the lease has lapsed it is asked again.
      if (error instanceof MillraceError && error.details.reason === 'outcome-unknown') return;
      // Who wrote them may take it, after a moment in which this process does not take it again.
      const lease = { id: row.id, attempt: row.attempt };
      await store.release(row.tenant, [lease], node, store.now() + handedBackMs).catch(() => {});
    }
  }
}
