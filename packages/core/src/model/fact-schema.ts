import type { Fact } from './facts.ts';

/**
 * Number of the shapes of facts. A change of a shape raises it, and brings an upcaster: logs are kept for years, and are
 * never rewritten. The log in `golden/` is refolded by a test, so that no shape changes unnoticed.
 */
export const factSchema = 2;

/** Facts as a log keeps them: a JSON list behind the number of their schema, which those of schema 1 do not have. */
export function writeFacts(facts: readonly Fact[]): string {
  return JSON.stringify([factSchema, ...facts]);
}

/** What `writeFacts` has written, as it stands. Throws a `SyntaxError` for what is no list of facts. */
export function readFacts(text: string): { readonly schema: number; readonly facts: readonly unknown[] } {
  const stored: unknown = JSON.parse(text);
  if (!Array.isArray(stored)) throw new SyntaxError('facts are kept as a list');
  const schema = typeof stored[0] === 'number' ? (stored.shift() as number) : 1;
  return { schema, facts: stored };
}

type Upcast = (facts: readonly unknown[]) => readonly unknown[];

/** `upcasts[n - 1]` makes facts of schema n + 1 from those of schema n. */
const upcasts: readonly Upcast[] = [
  // 2 brought functions, extensions, children and what started an execution: what was written before means the same.
  (facts) => facts,
];

/** Facts of a stored schema in the shapes of today. Throws for a schema that this version does not know. */
export function upcastFacts(schema: number, facts: readonly unknown[]): readonly Fact[] {
  if (!Number.isSafeInteger(schema) || schema < 1 || schema > factSchema)
    throw new Error(
      `the log holds facts of schema ${schema}, and this version knows schemas up to ${factSchema}: start the version that wrote them`,
    );
  return upcasts.slice(schema - 1).reduce((older, upcast) => upcast(older), facts) as readonly Fact[];
}
