/**
 * What is gathered for the runs that events start, outside of any execution: sets of events that are not complete yet.
 * Pure: a set is never changed, so that what fails can be done again.
 */
import {
  approximateBytes,
  type EventFilter,
  type Executable,
  type FilterSight,
  filtersOf,
  isComparable,
  type Json,
  type JsonObject,
  keyText,
  type ListenNode,
  matchFilter,
  readingOf,
  type ScheduledEvents,
} from '@millrace/core';
import type { LoggedEvent } from './event-log.ts';
import { correlations } from './refused-event.ts';

/** What a definition asks for. Its expressions are asked over the event alone: there is no execution yet. */
export interface Wanted extends Pick<ListenNode, 'to' | 'until'>, Pick<ScheduledEvents, 'read'> {
  readonly executable: Pick<Executable, 'expression'>;
}

/** Events of the same correlations. */
export interface Gathered {
  readonly keys: JsonObject;
  /** by the number of the filter, in the order in which they came */
  readonly events: readonly {
    readonly filter: number;
    readonly key: string;
    readonly event: JsonObject;
  }[];
  /** those of an `until`: they end the gathering, and no run is given them */
  readonly ending?: readonly { readonly filter: number; readonly key: string }[];
}

/** Sets once an event was offered to them. */
export interface Offered {
  readonly open: readonly Gathered[];
  readonly complete: readonly Gathered[];
}

/** events of one set, and bytes of them: a set that an `until` does not end by then is complete */
export const gatheredEventsMax = 1_000;
const gatheredBytesMax = 1024 * 1024;

/** Undefined: none of the filters takes the event. */
export function offer(
  sets: readonly Gathered[],
  wanted: Wanted,
  logged: LoggedEvent,
  sight: FilterSight,
): Offered | undefined {
  const own = wanted.to.filters.length;
  const filters = [...filtersOf(wanted).entries()];
  const takenBy = (some: typeof filters) =>
    some.flatMap(([number, filter]): readonly Taken[] => {
      const keys = keysOf(filter, logged.event, sight);
      return keys === undefined ? [] : [{ number, keys, logged }];
    });
  // An event that ends the gathering is none that is gathered, unless every set has had its like.
  const ending = takenBy(filters.slice(own));
  const offered = ended(sets, wanted, ending) ?? joined(sets, wanted, takenBy(filters.slice(0, own)), sight);
  return offered ?? (ending.length === 0 ? undefined : { open: sets, complete: [] });
}

/** Which predicate kept an event of the right type from being taken; undefined: it is of another type. */
export function missedBy(
  wanted: Wanted,
  event: JsonObject,
  sight: FilterSight,
): { readonly predicate: string; readonly detail?: string } | undefined {
  for (const filter of filtersOf(wanted)) {
    const matched = matchFilter(filter, event, sight);
    if (matched.type === 'match') {
      // There is no execution whose own data could be asked.
      if (matched.own.length > 0) return { predicate: matched.own.join(', ') };
      return { predicate: correlations(unexpected(filter, matched.values, sight)) };
    }
    const { predicate, detail } = matched;
    if (predicate !== 'type') return detail === undefined ? { predicate } : { predicate, detail };
  }
  return undefined;
}

/** A filter that takes an event; as in a `listen`, the event counts for the first that a set still waits for. */
interface Taken {
  /** of the filter */
  readonly number: number;
  readonly keys: JsonObject;
  readonly logged: LoggedEvent;
}

function joined(
  sets: readonly Gathered[],
  wanted: Wanted,
  taken: readonly Taken[],
  sight: FilterSight,
): Offered | undefined {
  const isFree = (set: Gathered, number: number) =>
    wanted.to.type !== 'all' || set.events.every(({ filter }) => filter !== number);
  const freeIn = (set: Gathered) => taken.find(({ number, keys }) => isFree(set, number) && fits(set, keys));
  const found = sets.find((set) => freeIn(set) !== undefined);
  const by = found === undefined ? taken[0] : freeIn(found);
  if (by === undefined) return undefined;
  const { key, event } = by.logged;
  const { events = [], ...rest } = found ?? {};
  const set = {
    ...rest,
    keys: { ...found?.keys, ...by.keys },
    events: [...events, { filter: by.number, key, event }],
  };
  const others = sets.filter((other) => other !== found);
  if (isComplete(set, wanted, sight)) return { open: others, complete: [set] };
  // In its place, so that the oldest stays the first.
  const open = found === undefined ? [...sets, set] : sets.map((other) => (other === found ? set : other));
  return { open, complete: [] };
}

/**
 * Every set is one that listens: all that it fits are ended by an event, and one of no events if there is none.
 * Undefined: none waits for it, or none any more.
 */
function ended(sets: readonly Gathered[], wanted: Wanted, taken: readonly Taken[]): Offered | undefined {
  if (taken.length === 0) return undefined;
  const isMeant = (set: Gathered) => taken.some(({ keys }) => fits(set, keys));
  const isOpen = ({ ending = [] }: Gathered, number: number) =>
    ending.every(({ filter }) => filter !== number);
  const open: Gathered[] = [];
  const complete: Gathered[] = [];
  let isTaken = false;
  for (const set of sets.some(isMeant) ? sets : [...sets, { keys: {}, events: [] }]) {
    const by = taken.find(({ number, keys }) => isOpen(set, number) && fits(set, keys));
    if (by === undefined) {
      open.push(set);
      continue;
    }
    isTaken = true;
    const after: Gathered = {
      ...set,
      keys: { ...set.keys, ...by.keys },
      ending: [...(set.ending ?? []), { filter: by.number, key: by.logged.key }],
    };
    (isEnded(after, wanted) ? complete : open).push(after);
  }
  return isTaken ? { open, complete } : undefined;
}

function fits({ keys }: Gathered, values: JsonObject): boolean {
  return Object.entries(values).every(
    ([name, value]) => keys[name] === undefined || keyText(keys[name]) === keyText(value as Json),
  );
}

function isComplete({ events }: Gathered, { to, until, read }: Wanted, sight: FilterSight): boolean {
  if (until === undefined) return to.type !== 'all' || events.length === to.filters.length;
  const isFull =
    events.length >= gatheredEventsMax || approximateBytes(events, gatheredBytesMax) >= gatheredBytesMax;
  if (isFull || until.type === 'consumed') return isFull;
  const value = valueIf(() =>
    sight.evaluate(
      until.when,
      events.map(({ event }) => readingOf(event, read)),
    ),
  );
  return value !== undefined && value !== null && value !== false;
}

function isEnded({ ending = [] }: Gathered, { until }: Wanted): boolean {
  if (until?.type !== 'consumed') return false;
  return until.strategy.type !== 'all' || ending.length === until.strategy.filters.length;
}

/** The correlations of an event that a filter takes; undefined: it takes it not. */
function keysOf(filter: EventFilter, event: JsonObject, sight: FilterSight): JsonObject | undefined {
  const matched = matchFilter(filter, event, sight);
  if (matched.type === 'miss' || matched.own.length > 0) return undefined;
  return unexpected(filter, matched.values, sight).length === 0 ? matched.values : undefined;
}

/** Names of correlations that expect another value. */
function unexpected({ correlate }: EventFilter, values: JsonObject, sight: FilterSight): readonly string[] {
  const isExpected = ({ name, expect }: EventFilter['correlate'][number]) => {
    if (expect === undefined) return true;
    const expected = valueIf(() => sight.evaluate(expect, null));
    if (expected === undefined || !isComparable(expected)) return false;
    return keyText(expected) === keyText(values[name] ?? null);
  };
  return correlate.filter((each) => !isExpected(each)).map(({ name }) => name);
}

/** Undefined: it fails, or asks for an execution's data; nothing is expected then, and nothing holds. */
function valueIf(ask: () => ReturnType<FilterSight['evaluate']>): Json | undefined {
  try {
    const evaluated = ask();
    return evaluated.type === 'value' ? evaluated.value : undefined;
  } catch (error) {
    if (!(error instanceof Error) || error.message.startsWith('broken rule')) throw error;
    return undefined;
  }
}
