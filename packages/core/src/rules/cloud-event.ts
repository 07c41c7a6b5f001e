/** CloudEvents of version 1.0, whoever they come from. */
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { isDateTime } from '../schema/formats-time.ts';
import { isUriReference } from '../schema/formats-uri.ts';

export interface EventError {
  /** the attribute; empty: all of it */
  readonly name: string;
  readonly message: string;
}

const textsMax = 2_048;

/** What keeps a value from being an event; empty: it is one. */
export function eventErrors(event: Json): readonly EventError[] {
  if (!isJsonObject(event)) return [{ name: '', message: 'must be an object: a CloudEvent' }];
  const errors: EventError[] = [];
  const wrong = (name: string, message: string) => errors.push({ name, message });
  if (event.specversion !== '1.0') wrong('specversion', 'must be "1.0"');
  for (const name of ['id', 'source', 'type'])
    if (typeof event[name] !== 'string' || event[name] === '' || event[name].length > textsMax)
      wrong(name, `must be a text of 1 to ${textsMax} characters`);
  if (typeof event.source === 'string' && event.source.length <= textsMax && !isUriReference(event.source))
    wrong('source', 'must be a URI or a relative reference (RFC 3986), such as https://example.com/orders');
  if (event.time !== undefined && (typeof event.time !== 'string' || !isDateTime(event.time)))
    wrong('time', 'must be an instant of RFC 3339');
  if (event.data !== undefined && event.data_base64 !== undefined)
    wrong('data_base64', 'is for an event without "data"');
  else if (event.data_base64 !== undefined && !isBase64(event.data_base64))
    wrong('data_base64', 'must be a text in base64, with its padding');
  for (const [name, value] of Object.entries(event)) {
    if (name === 'data' || name === 'data_base64') continue;
    if (!/^[a-z0-9]{1,64}$/.test(name))
      wrong(name, 'is no attribute: those have lower-case letters and digits');
    else if (!errors.some((error) => error.name === name)) {
      const message = attributeFault(value as Json);
      if (message !== undefined) wrong(name, message);
    }
  }
  return errors;
}

/** What keeps a value from being one of CloudEvents' types: a String, an Integer or a Boolean. */
function attributeFault(value: Json): string | undefined {
  if (typeof value === 'number')
    return value === (value | 0)
      ? undefined
      : 'must be a whole number from -2147483648 to 2147483647; write another as a text';
  if (typeof value === 'object') return 'must be a text, a number or a boolean';
  if (typeof value !== 'string') return undefined;
  // Two such texts are one when they are written as UTF-8, so that an event would be taken for another.
  if (!value.isWellFormed()) return 'must be Unicode: it holds half a surrogate pair';
  const found = notAllowed.exec(value)?.[0].codePointAt(0);
  if (found === undefined) return undefined;
  return `must have no control characters, and holds U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Control characters, and code points that Unicode says are no characters. */
const notAllowed = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;

function isBase64(value: Json): boolean {
  return typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

/** An attribute that is null is one that is not there, as the JSON format has it; `data` may be null. */
export function withoutUnset(event: JsonObject): JsonObject {
  const isUnset = ([name, value]: readonly [string, unknown]) => value === null && name !== 'data';
  const members = Object.entries(event);
  return members.some(isUnset) ? Object.fromEntries(members.filter((member) => !isUnset(member))) : event;
}
