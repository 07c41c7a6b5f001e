/** Asks every reader about a definition, and says where they differ without a reason. */
import { parseValue } from '@millrace/core';
import type { Value } from '../runtime.ts';
import { inWayOfSchemas, stricter } from './differences.ts';
import type { Oracles } from './oracles.ts';

export interface Comparison {
  readonly accepted: boolean;
  /** ids of the rows that explain how they differ; none: they agree */
  readonly explained: readonly string[];
  /** a difference that no row takes, in one sentence */
  readonly unexplained?: string;
}

export function compare(definition: Value, oracles: Oracles): Comparison {
  const ours = parseValue(definition);
  const released = oracles.released.accepts(definition);
  // What one edition takes is taken: both are read.
  const schemas = released || oracles.main.accepts(definition);
  const sdk = compareSdk(definition, released, oracles);
  if (sdk !== undefined) return { accepted: ours.ok, explained: [], unexplained: sdk };
  if (ours.ok === schemas) return { accepted: ours.ok, explained: [] };
  if (ours.ok) return compareWider(definition, oracles);
  const rows = ours.errors.map(
    ({ message }) => stricter.find((row) => row.message.test(message))?.id ?? message,
  );
  const known = new Set(stricter.map(({ id }) => id));
  const unknown = rows.find((row) => !known.has(row));
  if (unknown === undefined) return { accepted: false, explained: [...new Set(rows)] };
  return { accepted: false, explained: [], unexplained: `the schemas take it, we refuse it: ${unknown}` };
}

function compareWider(definition: Value, oracles: Oracles): Comparison {
  const plain = inWayOfSchemas(definition);
  if (oracles.released.accepts(plain) || oracles.main.accepts(plain))
    return { accepted: true, explained: ['wider'] };
  return { accepted: true, explained: [], unexplained: 'we take it, the schemas refuse it' };
}

/** The SDK reads by the schema of 1.0.3, and takes definitions of that version of the language only. */
function compareSdk(definition: Value, released: boolean, { sdk }: Oracles): string | undefined {
  const accepts = sdk.accepts(definition);
  if (accepts === released) return undefined;
  if (released && versionOf(definition) !== '1.0.3') return undefined;
  return accepts
    ? 'the SDK takes it, its schema refuses it'
    : 'the schema of 1.0.3 takes it, the SDK refuses it';
}

function versionOf(definition: Value): unknown {
  return (definition as { document?: { dsl?: unknown } } | null)?.document?.dsl;
}
