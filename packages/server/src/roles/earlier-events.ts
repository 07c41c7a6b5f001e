/**
 * The inbox of what has not asked yet: an event that a filter with `expect` fits is kept under what it asks and the value, so
 * that an execution which began before it and listens only later (it had to ask somebody first, whose answer was
 * quicker) is given it then. The order of the log decides what is earlier; nobody's speed does.
 */
import type { BoundKey, JsonObject } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import { digits } from './delivery-row.ts';
import type { LoggedEvent } from './event-log.ts';
import { keyOf } from './listen-key.ts';

export const earlierEvents = 'earlier-events';

/** events that one listener is given when it begins */
const eventsMax = 1_000;

interface Kept {
  readonly position: number;
  readonly event: JsonObject;
  /** the execution that emitted it, and the version of its fact */
  readonly emitted?: NonNullable<LoggedEvent['emitted']>;
}

type Hash = (text: string) => string;

/** Where what is meant for all filters that ask the same is kept, by what they expect. */
export function earlierPlace(question: string, expected: readonly BoundKey[], hash: Hash): string {
  return `${hash(question).slice(0, 32)}/${keyOf(expected, hash)}`;
}

/** Where it may be: it was kept for each filter by itself once, and stands there for a week. */
export function earlierPlaces(
  shape: string,
  question: string | undefined,
  expected: readonly BoundKey[],
  hash: Hash,
): readonly string[] {
  const own = `${shape}/${keyOf(expected, hash)}`;
  return question === undefined ? [own] : [earlierPlace(question, expected, hash), own];
}

export async function keepEarlier(store: Store, place: string, logged: LoggedEvent): Promise<void> {
  const { tenant, event, position, index, emitted } = logged;
  const kept: Kept = { position, event, ...(emitted === undefined ? {} : { emitted }) };
  const key = `${place}/${digits(position)}/${digits(index)}`;
  // Once: what was read from the log anew says the same.
  await store.putDocument(tenant, earlierEvents, key, JSON.stringify(kept), 0);
}

/** The key of an event that is kept, in a log whose places have other numbers. */
export function earlierKey(key: string, places: (position: number) => number): string {
  const [index = '', position = '', ...place] = key.split('/').reverse();
  return [...place.reverse(), digits(places(Number(position))), index].join('/');
}

/** Those kept at a place between two positions, both included, in the order of the log. */
export async function earlierAt(
  store: Store,
  tenant: string,
  place: string,
  between: readonly [from: number, to: number],
): Promise<readonly Kept[]> {
  const [from, to] = between;
  // A value that many wait by has a week of events: those before the execution are passed by, not read.
  const asked = { prefix: `${place}/`, after: `${place}/${digits(from)}`, rowsMax: eventsMax };
  const { rows } = await store.documents(tenant, earlierEvents, asked);
  return rows.map(({ body }) => JSON.parse(body) as Kept).filter(({ position }) => position <= to);
}
