import type { Json } from '@millrace/core';

const nestingMax = 1_000;

/**
 * Copies what a host's code gave into plain JSON, so that the code cannot change it afterwards. A value that JSON
 * cannot hold is a `TypeError` that says where it stands. Nothing at all is null; members without a value are left
 * out, as in JSON.
 */
export function toJson(value: unknown): Json {
  return value === undefined ? null : copy(value, '', 0);
}

function copy(value: unknown, pointer: string, depth: number): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object')
    throw refuse(
      typeof value === 'number' || typeof value === 'bigint'
        ? `the ${typeof value} ${value}`
        : `a value of type ${typeof value}`,
      pointer,
    );
  if (depth === nestingMax)
    throw refuse(`a value nested deeper than ${nestingMax} levels, or one that holds itself`, '');
  if (Array.isArray(value)) return value.map((item, index) => copy(item, `${pointer}/${index}`, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw refuse(`a ${prototype?.constructor?.name ?? 'class'}`, pointer);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([key, item]) => [key, copy(item, `${pointer}/${key}`, depth + 1)]));
}

function refuse(what: string, pointer: string): TypeError {
  return new TypeError(`it is not JSON: ${what}${pointer === '' ? '' : ` at ${pointer}`}`);
}
