/**
 * Turns of queues: whoever claims rows goes round, so that one queue with very many rows does not make the others wait.
 * Of `k` queues that have rows which can be claimed, each gets its turn within `k` rows that a process claims.
 *
 * Queues of one limit share their turns: whose turn it is among them is remembered apart. Else the queue that comes first
 * by name would get every place that becomes free, when one becomes free at a time and other queues are served in between.
 */
import { limitOf, type PlaceLimit } from '../ports/store.ts';
import { compareText } from './rules.ts';

/** A queue, and its next row. */
export type Taker<T> = readonly [name: string, next: () => T | undefined];

export interface Turns {
  /**
   * Takes one of each queue in turn, each queue's own in their order, until there are enough or no more. Nobody has been
   * served before `done`.
   */
  take<T>(
    takers: readonly Taker<T>[],
    rowsMax: number,
    limits: readonly PlaceLimit[],
    taken: (limit: string) => number,
  ): readonly T[];
  /** The rows that were taken last are claimed. */
  done(): void;
}

interface Served {
  /** the queue whose turn was last */
  readonly last: string;
  /** by limit, the queue of it that got a row last */
  readonly ofLimits: ReadonlyMap<string, string>;
}

export function openTurns(): Turns {
  let served: Served = { last: '', ofLimits: new Map() };
  let next = served;
  return {
    take(takers, rowsMax, limits, taken) {
      const free = new Map(limits.map(({ limit, placesMax }) => [limit, placesMax - taken(limit)]));
      const byName = new Map(takers);
      const slots = inTurn([...byName.keys()], served.last);
      const queues = shared(slots, free, served.ofLimits).map(({ slot, name }) => ({
        ...{ slot, name, limit: limitOf(name) ?? '' },
        next: byName.get(name) ?? (() => undefined),
      }));
      const round = takeRounds(queues, rowsMax, free);
      next = {
        last: round.last ?? served.last,
        // Also of limits that this claim does not name: claims of other kinds come in between.
        ofLimits: new Map([...served.ofLimits, ...round.ofLimits]),
      };
      return round.rows;
    },
    done() {
      served = next;
    },
  };
}

/** Names in the order of their turns: those behind the one that was served last, then the others. */
function inTurn(names: readonly string[], last: string): readonly string[] {
  const sorted = [...names].sort(compareText);
  const next = sorted.findIndex((name) => compareText(name, last) > 0);
  return next <= 0 ? sorted : [...sorted.slice(next), ...sorted.slice(0, next)];
}

/** In the turns of a limit's queues stand the same queues, those behind the one that got a row last first. */
function shared(
  slots: readonly string[],
  free: ReadonlyMap<string, number>,
  ofLimits: ReadonlyMap<string, string>,
): readonly { readonly slot: string; readonly name: string }[] {
  if (free.size === 0) return slots.map((slot) => ({ slot, name: slot }));
  const members = new Map<string, Iterator<string>>();
  for (const limit of free.keys()) {
    const names = slots.filter((name) => limitOf(name) === limit);
    members.set(limit, inTurn(names, ofLimits.get(limit) ?? '').values());
  }
  return slots.map((slot) => ({ slot, name: members.get(limitOf(slot) ?? '')?.next().value ?? slot }));
}

interface Queue<T> {
  readonly slot: string;
  readonly name: string;
  readonly limit: string;
  readonly next: () => T | undefined;
}

function takeRounds<T>(
  queues: readonly Queue<T>[],
  rowsMax: number,
  free: Map<string, number>,
): {
  readonly rows: readonly T[];
  readonly last: string | undefined;
  readonly ofLimits: ReadonlyMap<string, string>;
} {
  const rows: T[] = [];
  const ofLimits = new Map<string, string>();
  let last: string | undefined;
  let left = [...queues];
  while (left.length > 0 && rows.length < rowsMax) {
    const having: typeof left = [];
    for (const queue of left) {
      if (rows.length === rowsMax) break;
      const places = free.get(queue.limit);
      const row = places === undefined || places > 0 ? queue.next() : undefined;
      if (row === undefined) continue;
      if (places !== undefined) {
        free.set(queue.limit, places - 1);
        ofLimits.set(queue.limit, queue.name);
      }
      rows.push(row);
      last = queue.slot;
      having.push(queue);
    }
    left = having;
  }
  return { rows, last, ofLimits };
}
