/** Events as callers publish them and ask for them. */
import {
  type EventMatches,
  isJsonObject,
  type Json,
  type JsonObject,
  type PublishedEvent,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { keyOfEvent, publishEvents, readEvent } from '../roles/event-log.ts';
import { matchRecords } from '../roles/match-record.ts';
import type { EngineParts } from './engine-parts.ts';

/** events of one call */
const eventsMax = 1_000;

export async function publish(
  parts: EngineParts,
  tenant: string,
  events: readonly JsonObject[],
): Promise<readonly PublishedEvent[]> {
  if (!Array.isArray(events) || events.length === 0 || events.length > eventsMax)
    throw new MillraceError('bad-request', `events: expected 1 to ${eventsMax} of them`);
  for (const [index, event] of events.entries()) checkEvent(event, events.length === 1 ? '' : `/${index}`);
  const published = await publishEvents(parts, tenant, events);
  parts.published();
  return published.map((each, index) => {
    const { id, source } = events[index] as JsonObject;
    return { id: String(id), source: String(source), ...each };
  });
}

export async function matches(
  { store, blobs, world }: EngineParts,
  tenant: string,
  id: string,
  source: string | undefined,
): Promise<EventMatches> {
  const key = source === undefined ? id : keyOfEvent({ source, id }, world);
  const record = await store.document(tenant, matchRecords, key);
  if (record !== undefined) return JSON.parse(record.body) as EventMatches;
  const event = await readEvent(store, blobs, tenant, key);
  if (event === undefined)
    throw new MillraceError(
      'not-found',
      `there is no event ${id}: an event is found by its key, or by its id with ?source=`,
    );
  const head = { key, id: String(event.id), source: String(event.source), type: String(event.type) };
  return { event: head, woke: { count: 0, executions: [] }, missed: [] };
}

const instant = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const textsMax = 2_048;

/** Throws `bad-request` with what is wrong with a CloudEvent of version 1.0. */
function checkEvent(event: Json, place: string): void {
  const errors: { pointer: string; message: string }[] = [];
  const wrong = (name: string, message: string) => errors.push({ pointer: `${place}/${name}`, message });
  if (!isJsonObject(event)) errors.push({ pointer: place, message: 'must be an object: a CloudEvent' });
  else {
    if (event.specversion !== '1.0') wrong('specversion', 'must be "1.0"');
    for (const name of ['id', 'source', 'type'])
      if (typeof event[name] !== 'string' || event[name] === '' || event[name].length > textsMax)
        wrong(name, `must be a text of 1 to ${textsMax} characters`);
    if (event.time !== undefined && (typeof event.time !== 'string' || !instant.test(event.time)))
      wrong('time', 'must be an instant of RFC 3339');
    if (event.data !== undefined && event.data_base64 !== undefined)
      wrong('data_base64', 'is for an event without "data"');
    for (const [name, value] of Object.entries(event)) {
      if (name === 'data' || name === 'data_base64') continue;
      if (!/^[a-z0-9]{1,64}$/.test(name))
        wrong(name, 'is no attribute: those have lower-case letters and digits');
      else if (typeof value === 'object') wrong(name, 'must be a text, a number or a boolean');
    }
  }
  if (errors.length === 0) return;
  const detail = errors
    .map(({ pointer, message }) => `event ${pointer} ${message}`.replace('  ', ' '))
    .join('; ');
  throw new MillraceError('bad-request', `${detail}.`, { errors });
}
