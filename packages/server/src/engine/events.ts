/** Events as callers publish them and ask for them. */
import {
  type EventMatches,
  eventErrors,
  isJsonObject,
  type Json,
  type JsonObject,
  type PublishedEvent,
  withoutUnset,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { keyOfEvent, publishEvents, readEvent } from '../roles/event-log.ts';
import { type MatchesRecord, matchesKeptMs, matchRecords } from '../roles/match-record.ts';
import type { EngineParts } from './engine-parts.ts';
import { eventMatches } from './event-matches.ts';

/** events of one call */
const eventsMax = 1_000;

export async function publish(
  parts: EngineParts,
  tenant: string,
  given: readonly JsonObject[],
): Promise<readonly PublishedEvent[]> {
  if (!Array.isArray(given) || given.length > eventsMax)
    throw new MillraceError('bad-request', `events: expected up to ${eventsMax} of them`);
  // CloudEvents has a batch of none for a valid request.
  if (given.length === 0) return [];
  const events = given.map((event: Json) => (isJsonObject(event) ? withoutUnset(event) : event));
  for (const [index, event] of events.entries()) checkEvent(event, events.length === 1 ? '' : `/${index}`);
  const published = await publishEvents(parts, tenant, events as readonly JsonObject[]);
  parts.published();
  return published.map((each, index) => {
    const { id, source } = events[index] as JsonObject;
    return { id: String(id), source: String(source), ...each };
  });
}

export async function matches(
  { store, blobs, world, reader }: EngineParts,
  tenant: string,
  id: string,
  source: string | undefined,
): Promise<EventMatches> {
  const key = source === undefined ? id : keyOfEvent({ source, id }, world);
  const record = await store.document(tenant, matchRecords, key);
  if (record !== undefined) return eventMatches(reader, tenant, JSON.parse(record.body) as MatchesRecord);
  const stored = await readEvent(store, blobs, tenant, key);
  if (stored === undefined)
    throw new MillraceError(
      'not-found',
      `there is no event ${id}: an event is found by its key, or by its id with ?source=`,
    );
  const { event, storedAt } = stored;
  // Without a record nobody knows whether it never had one.
  if (store.now() - storedAt >= matchesKeptMs)
    throw new MillraceError(
      'not-found',
      `what became of event ${id} is told for 7 days, and it was stored on ${new Date(storedAt).toISOString()}`,
    );
  const head = { key, id: String(event.id), source: String(event.source), type: String(event.type) };
  return { event: head, woke: { count: 0, executions: [] }, missed: [] };
}

/** Throws `bad-request` with what is wrong with a CloudEvent of version 1.0. */
function checkEvent(event: Json, place: string): void {
  const found = eventErrors(event);
  if (found.length === 0) return;
  const errors = found.map(({ name, message }) => ({
    pointer: name === '' ? place : `${place}/${name}`,
    message,
  }));
  const detail = errors
    .map(({ pointer, message }) => `event ${pointer} ${message}`.replace('  ', ' '))
    .join('; ');
  throw new MillraceError('bad-request', `${detail}.`, { errors });
}
