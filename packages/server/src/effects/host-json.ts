import { type Json, setMember } from '@millrace/core';

const nestingMax = 1_000;

/**
 * Copies what a host's code gave into plain JSON, so that the code cannot change it afterwards. A value that JSON
 * cannot hold is a `TypeError` that says where it stands. Nothing at all is null; members without a value are left
 * out, as in JSON.
 */
export function toJson(value: unknown): Json {
  return value === undefined ? null : copy(value, []);
}

/** @param path where the value stands */
function copy(value: unknown, path: (string | number)[]): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object')
    throw refuse(
      typeof value === 'number' || typeof value === 'bigint'
        ? `the ${typeof value} ${value}`
        : `a value of type ${typeof value}`,
      path,
    );
  if (path.length === nestingMax)
    throw refuse(`a value nested deeper than ${nestingMax} levels, or one that holds itself`, []);
  if (Array.isArray(value)) return value.map((item, index) => copyAt(item, index, path));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw refuse(`a ${prototype?.constructor?.name ?? 'class'}`, path);
  const members = value as Readonly<Record<string, unknown>>;
  const copied: Record<string, Json> = {};
  for (const key of Object.keys(members)) {
    const item = members[key];
    if (item !== undefined) setMember(copied, key, copyAt(item, key, path));
  }
  return copied;
}

function copyAt(value: unknown, place: string | number, path: (string | number)[]): Json {
  path.push(place);
  const copied = copy(value, path);
  path.pop();
  return copied;
}

function refuse(what: string, path: readonly (string | number)[]): TypeError {
  return new TypeError(`it is not JSON: ${what}${path.length === 0 ? '' : ` at /${path.join('/')}`}`);
}
