import { toPointer } from './pointer.ts';
import { type TextLimits, tooDeep, tooLarge } from './token-limits.ts';

export type PrintedJson =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly pointer: string; readonly message: string };

/** Prints a value as JSON with an indent of two, or says which part of it JSON cannot hold. */
export function printJson(value: unknown, limits: TextLimits): PrintedJson {
  try {
    const fault = findFault(value, { limits, path: [], count: 0 });
    return fault === undefined ? { ok: true, text: JSON.stringify(value, null, 2) } : { ok: false, ...fault };
  } catch (error) {
    // A getter or a proxy of the caller's may throw.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, pointer: '', message: `the value cannot be printed as JSON: ${reason}` };
  }
}

interface Search {
  readonly limits: TextLimits;
  readonly path: (string | number)[];
  count: number;
}

interface JsonFault {
  readonly pointer: string;
  readonly message: string;
}

function findFault(value: unknown, search: Search): JsonFault | undefined {
  search.count += 1;
  const { limits, path } = search;
  if (search.count > limits.nodesMax) return { pointer: '', message: tooLarge(limits) };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  if (typeof value !== 'object' || !isPlain(value)) {
    const found = typeof value === 'number' ? String(value) : typeof value;
    return { pointer: toPointer(path), message: `expected a JSON value but found ${found}` };
  }
  // A value that contains itself nests without end, so this bound finds it.
  if (path.length >= limits.depthMax) return { pointer: toPointer(path), message: tooDeep(limits) };
  for (const [key, member] of Object.entries(value)) {
    path.push(key);
    const fault = findFault(member, search);
    if (fault !== undefined) return fault;
    path.pop();
  }
  return undefined;
}

function isPlain(value: object): boolean {
  if (Object.hasOwn(value, 'toJSON')) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}
