import { badRequest } from './errors.ts';
import type { ValueReference } from './interface.ts';

/** Throws `bad-request` for what names no value. */
export function checkReference(reference: ValueReference): ValueReference {
  if (reference === 'input' || reference === 'output') return reference;
  const { version, of } = reference;
  if (Number.isSafeInteger(version) && version > 0 && of.startsWith('/')) return { version, of };
  throw badRequest(`Expected a version and a JSON pointer but found ${JSON.stringify({ version, of })}.`);
}

/** The version of an `effect.requested`. Throws `bad-request`. */
export function checkEffect(effect: number): number {
  if (Number.isSafeInteger(effect) && effect > 0) return effect;
  throw badRequest(`Expected the version of an event but found ${effect}.`);
}
