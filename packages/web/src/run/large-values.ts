/**
 * Values of which the server gives the beginning only. An object of a workflow may look just like one, so they are
 * known by being pointed at: each is noted when it comes in, and is the same object wherever the fold keeps it.
 */
import type { Json } from '@millrace/core';
import type { LargeValue } from '@millrace/sdk';

const large = new WeakSet<object>();

/** Notes the values at these JSON pointers into what the server answered. */
export function noteLarge(root: unknown, pointers: readonly string[] = []): void {
  for (const pointer of pointers) {
    const found = valueAt(root, pointer);
    if (typeof found === 'object' && found !== null) large.add(found);
  }
}

/** The beginning of a value and where all of it is; undefined: the value is whole. */
export function largeOf(value: Json | undefined): LargeValue | undefined {
  return typeof value === 'object' && value !== null && large.has(value) ? asLarge(value) : undefined;
}

function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return value;
}

/** What the server pointed at has this shape. */
function asLarge(value: object): LargeValue {
  return value as LargeValue;
}
