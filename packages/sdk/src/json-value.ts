import type { Json } from '@millrace/core';

const nestingMax = 1_000;

/**
 * Copies a value of the program as the JSON it is. Members without a value are left out. Throws `TypeError` with the
 * place of what JSON cannot hold: it would otherwise be dropped or changed on its way, without a word.
 */
export function toJson(value: unknown): Json {
  return copy(value, '', 0);
}

function copy(value: unknown, pointer: string, depth: number): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw refuse(describe(value), pointer);
  if (depth === nestingMax)
    throw refuse(`a value nested deeper than ${nestingMax} levels, or one that holds itself`, '');
  if (Array.isArray(value)) return value.map((item, index) => copy(item, `${pointer}/${index}`, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !isForeignObject(prototype))
    throw refuse(`a ${value.constructor?.name ?? 'class'}`, pointer);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.map(([key, item]) => [key, copy(item, `${pointer}/${key}`, depth + 1)]));
}

/** A plain object of another realm, such as a frame of a page: its prototype is the last of its chain. */
function isForeignObject(prototype: unknown): boolean {
  return typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `the ${typeof value} ${value}`;
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}

function refuse(what: string, pointer: string): TypeError {
  return new TypeError(`it is not JSON: ${what}${pointer === '' ? '' : ` at ${pointer}`}`);
}
