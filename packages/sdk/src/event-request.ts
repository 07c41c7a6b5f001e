import type { JsonObject } from '@millrace/core';
import type { EventToPublish } from './interface.ts';
import { toJson } from './json-value.ts';
import { uuid } from './uuid.ts';

/** Whole events, as JSON: what the author left out is filled in. */
export function toEvents(events: EventToPublish | readonly EventToPublish[]): readonly JsonObject[] {
  const list = Array.isArray(events) ? (events as readonly EventToPublish[]) : [events as EventToPublish];
  return list.map((event) => toJson({ specversion: '1.0', id: uuid(), ...event }) as JsonObject);
}
