import type { KeywordSite } from './compiler.ts';
import { arrayKeywords, unevaluatedItems } from './keywords-array.ts';
import { logicKeywords } from './keywords-logic.ts';
import { objectKeywords, unevaluatedProperties } from './keywords-object.ts';
import { referenceKeywords } from './keywords-reference.ts';
import { scalarKeywords } from './keywords-scalar.ts';
import type { Check } from './run.ts';

/** A keyword that is checked. */
export interface Keyword {
  readonly name: string;
  /** The type of value the keyword is about. */
  readonly on: 'any' | 'number' | 'string' | 'array' | 'object';
  /** Whether it asks what the other keywords did, and only of values that they take. */
  readonly isLast?: boolean;
  /** Null if nothing need be checked. @throws SchemaCompileError if the keyword's value is ill-formed */
  readonly compile: (site: KeywordSite) => Check | null;
}

/** All keywords in the order they are checked. */
export const KEYWORDS: readonly Keyword[] = [
  ...scalarKeywords,
  ...referenceKeywords,
  ...logicKeywords,
  ...objectKeywords,
  ...arrayKeywords,
  unevaluatedProperties,
  unevaluatedItems,
];
