/** Records what became of events on the side, so that no match waits for it. */
import type { Store } from '../ports/store.ts';
import { type Matched, recordMatches } from './match-record.ts';

/** records of matches that may be under way; beyond it some are not made */
const recordsMax = 1_000;

export class MatchRecorder {
  readonly #store: Store;
  readonly #onError: (error: unknown, execution: string) => void;
  #underWay = 0;
  #recording: Promise<void> = Promise.resolve();
  #stopped = false;
  /** records that were not made */
  leftOut = 0;

  constructor(store: Store, onError: (error: unknown, execution: string) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** From now on nobody is told of what fails. */
  stop(): void {
    this.#stopped = true;
  }

  /** One page after the other, so that the last near miss is the one that is told. */
  record(page: readonly Matched[]): void {
    const asked = page.filter(({ judged, schedules }) => judged.length > 0 || schedules.length > 0);
    const told = asked.slice(0, Math.max(0, recordsMax - this.#underWay));
    this.leftOut += asked.length - told.length;
    if (told.length === 0) return;
    this.#underWay += told.length;
    this.#recording = this.#recording
      .then(() => recordMatches(this.#store, told))
      .catch((error: unknown) => {
        if (!this.#stopped) this.#onError(error, '');
      })
      .finally(() => {
        this.#underWay -= told.length;
      });
  }
}
