import type { Json } from '@millrace/jq';

export type { Json };

/** A JSON object whose members are read by name; absent members are `undefined`. */
export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document that was parsed from JSON or YAML, seen as the JSON it is: interfaces have no index signature. */
export function asJsonObject(document: object): JsonObject {
  return document as JsonObject;
}

/** Sets a member as data, whatever its name: `__proto__` is a name like any other. */
export function setMember(target: Record<string, Json>, name: string, value: Json): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}
