/** What those who ask for an event are given of it. */
import type { Json, JsonObject } from '../model/json.ts';
import type { EventReading } from '../program/program.ts';

export function readingOf(event: JsonObject, read: EventReading): Json {
  if (read === 'envelope') return event;
  return read === 'raw' ? rawOf(event) : (event.data ?? null);
}

/** The data as text: as it came when it is a text or bytes in base64, as JSON when it is a value. */
export function rawOf(event: JsonObject): Json {
  if (typeof event.data_base64 === 'string') return event.data_base64;
  if (event.data === undefined) return null;
  const isJson = event.datacontenttype === undefined || /\bjson\b/i.test(String(event.datacontenttype));
  return typeof event.data === 'string' && !isJson ? event.data : JSON.stringify(event.data);
}
