/** Records what became of events on the side, so that no match waits for it. */
import type { Store } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Judged } from './filter-index.ts';
import { type Matched, recordMatches } from './match-record.ts';
import { type Looked, lookForNear } from './near-listeners.ts';

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

  /**
   * Who nearly waits for each event, to be asked before an event behind it is brought to anybody: a listener that one of those
   * ends is told of too. Undefined: there is no room for a record of it.
   */
  look(
    events: readonly LoggedEvent[],
    judged: readonly (readonly Judged[])[],
  ): readonly (Looked | undefined)[] {
    const room = Math.max(0, recordsMax - this.#underWay);
    return lookForNear(this.#store, events.slice(0, room), judged);
  }

  /** One page after the other, so that the last near miss is the one that is told. */
  record(page: readonly (Omit<Matched, 'near'> & { readonly near: Looked | undefined })[]): void {
    const asked = page.filter(({ judged, schedules }) => judged.length > 0 || schedules.length > 0);
    const told = asked.flatMap(({ near, ...matched }) => (near === undefined ? [] : [{ ...matched, near }]));
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
