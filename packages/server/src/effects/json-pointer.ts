import type { Json } from '@millrace/core';

/** The members that a JSON pointer (RFC 6901) names, from the outermost. */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new TypeError(`"${pointer}" is not a JSON pointer`);
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at the path; `undefined`: nothing. Inherited members do not count. */
export function valueAt(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Readonly<Record<string, Json>>)[segment];
  }
  return value;
}

/** A copy of `root` that holds `value` at the path; objects on the way are made where there are none. */
export function withValueAt(root: Json | undefined, path: readonly string[], value: Json): Json {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(root)) {
    const copy: Json[] = [...root];
    const index = segment === '-' ? copy.length : Number(segment);
    if (!Number.isInteger(index) || index < 0 || index > copy.length)
      throw new RangeError(`the array has no place "${segment}"`);
    copy[index] = withValueAt(copy[index], rest, value);
    return copy;
  }
  const members = typeof root === 'object' && root !== null ? (root as Readonly<Record<string, Json>>) : {};
  const inner = Object.hasOwn(members, segment) ? members[segment] : undefined;
  // Entries, and not an assignment: a member named __proto__ is a member like any other.
  return Object.fromEntries([...Object.entries(members), [segment, withValueAt(inner, rest, value)]]);
}
